"""The documented operations, one module per resource.

They import the models and errors of the resources, and the terms in `terms`. `api.openapi.document`
puts them together. Start with `terms`, then `batches`.
"""
