"""The development stack: everything that runs on one machine for `make up`, `make demo` and tests.

Production uses nothing of this folder. What may live here: how processes are started, watched and
stopped (`supervisor`), which ones there are (`temporal`, `seaweedfs`, `stack`), and the commands
of `python -m stack`. It knows `api` and `worker.py` only as programs to run.
"""
