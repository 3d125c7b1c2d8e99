"""What a worker process is made of: how it is wired, how it starts, and how it stops.

Start with `worker.py`: `build_worker` wires everything. Modules here may import everything but
`api` and `stack`.
"""
