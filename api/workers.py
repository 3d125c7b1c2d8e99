"""Whether workers are there: what Temporal knows of those that ask it for work."""

from __future__ import annotations

from datetime import UTC, datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from api.temporal_calls import in_time


async def polled_since(client: Client, task_queue: str, since: datetime) -> bool:
    """Whether a worker has asked for work of any kind after `since`.

    One that has nothing to do asks once a minute, the length of Temporal's long polls; one that
    is busy asks whenever it has finished something. Raises `RPCError`.
    """
    for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY):
        request = DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=kind,
        )
        queue = await in_time(client.workflow_service.describe_task_queue(request), seconds=1.5)
        if any(poller.last_access_time.ToDatetime(UTC) > since for poller in queue.pollers):
            return True
    return False
