"""What touches the world: browsers, pages, content, the bucket.

An activity takes one model and returns one model from `activities.types`; those types, and
nothing else from here, may be imported by `workflows` and `api`. The exception is
`activities.addresses`, the rule about which addresses may be reached, which `api` applies too.
"""
