"""The OpenAPI document and its page.

It describes the resources, so it may import all of them; only `api.app` imports it. Start with
`document`. The responses of each route are in `operations`, with examples from `examples`.
"""
