"""The HTTP API: it maps REST requests onto workflow operations, and keeps no state of its own.

Requests are checked and refused here. What happens to a batch is decided in `workflows`, and
nothing here opens a page. Any number of these processes may run.

Imports go one way: `http` and `temporal` import nothing else of `api`; `batches`, `account` and
`health` import those two; `openapi` describes them all; `app` wires everything together. Start
with `app`.
"""
