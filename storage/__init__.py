"""What the service keeps: objects in an S3 bucket, accounts and batches in a SQL database.

The API and the activities both use this package. It may import `domain` and `settings`. It knows
nothing of HTTP servers, Temporal or browsers.

Open `tables` first: it shows the data. `ledger` has the rules of the credits, and `keys` names
every object of the bucket.
"""
