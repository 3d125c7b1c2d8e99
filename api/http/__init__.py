"""The HTTP plumbing that all resources share: authentication, errors, bodies, deadlines, server.

It knows nothing of batches. It may import the lower packages, but nothing else of `api`.
Start with `errors`, then `middlewares`.
"""
