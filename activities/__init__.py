"""What touches the world: browsers, pages, content, the bucket.

An activity takes one model and returns one model from `domain.items`; those types, and
nothing else from here, may be imported by `workflows` and `api`. The exception is
`domain.addresses`, the rule about which addresses may be reached, which `api` applies too.
"""
