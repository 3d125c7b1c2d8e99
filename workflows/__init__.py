"""What must survive: the decisions about a batch, as a Temporal workflow.

Nothing here may touch the world. Workflow code runs again, from its history, whenever a worker
picks a batch up, so it imports no browser, no HTTP client, no database and no clock: only
`domain.items`, and what it asks activities to do.
"""
