"""The only way out: a forward proxy within the worker, for browsers and HTTP clients.

It resolves names by itself, refuses addresses that may not be reached, and connects to the very
address that it has checked. `gateway` listens, `egress` is what one item may do and has done,
`client` speaks with one client, for which `http` and `target` read what that says; `dialer` finds
the way to a host and opens it, by one of the `exits`.
"""
