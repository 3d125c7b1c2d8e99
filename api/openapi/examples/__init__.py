"""Requests and real responses for the OpenAPI document, one module per resource.

Each has a short name. The addresses of the pages and of the bucket were replaced. A test checks
every example against the document. These modules import nothing of `api`.
"""
