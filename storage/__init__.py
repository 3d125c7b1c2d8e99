"""Where things are kept: objects in an S3 bucket, accounts and batches in SQL.

Both the API and the activities use it; it knows nothing of HTTP, Temporal or browsers.
"""
