"""The OpenAPI document and its page.

It describes the resources, so it may import all of them; only `api.app` imports it. Start with
`document`. What each route answers is in `operations`, with examples from `examples`.
"""
