"""What must survive: the decisions about a batch, as a Temporal workflow.

Start with `batch.py`, the life of a batch from top to bottom. `activity_calls.py` has the timeouts
and retries of the activities. Workflow code runs again from its history whenever a worker picks a
batch up, so nothing here may touch the world: no browser, no HTTP client, no database, no clock.
Modules here import only `domain`.
"""
