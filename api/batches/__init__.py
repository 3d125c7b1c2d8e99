"""The resource `/api/batch/scrape`: submit, read, list, retry and cancel batches.

It may import `api.http`, `api.temporal` and the lower packages, but not `api.openapi`, which
describes it. Start with `submit` and `handlers`: each handler names the module that does its work.
"""
