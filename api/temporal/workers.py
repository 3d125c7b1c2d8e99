"""Whether workers are alive: when they last asked Temporal for work."""

from __future__ import annotations

from datetime import UTC, datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from api.temporal.calls import in_time

_CALL_SECONDS = 1.5
"""The time limit of one call. There are two, so that both fit into the time of an ordinary one."""


async def polled_since(client: Client, task_queue: str, since: datetime) -> bool:
    """Return whether a worker has asked for work of any kind after `since`.

    An idle worker asks once a minute, which is the length of Temporal's long polls. A busy worker
    asks whenever it has finished something. Raises `RPCError` if Temporal does not answer.
    """
    for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY):
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=kind,
        )
        queue = await in_time(
            client.workflow_service.describe_task_queue(request), seconds=_CALL_SECONDS
        )
        if any(poller.last_access_time.ToDatetime(UTC) > since for poller in queue.pollers):
            return True
    return False
