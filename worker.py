"""The worker: takes batches and their items from Temporal and works on them.

Run `python worker.py`, any number of times on any number of machines. SIGTERM or SIGINT: no new
item is started, running ones finish within `SPIDRA_SHUTDOWN_GRACE` seconds; what is not done by
then, or when a second signal comes, goes to another worker.
"""

if __name__ == "__main__":
    # Not at the top: each process that converts pages imports this file again, and would load
    # all of the worker with it.
    from runtime.worker import main

    main()
