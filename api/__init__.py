"""HTTP in and out: REST mapped onto workflow operations, and no state of its own.

What a client asks is checked here, and refused here; what happens to a batch is decided in
`workflows`, and nothing here opens a page. Any number of these processes may run.
"""
