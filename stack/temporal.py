"""The Temporal development server, and what the stack asks of Temporal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from settings import Settings
from stack.ports import LOOPBACK
from stack.programs import GO_MEMORY, find_program
from stack.supervisor import Part
from workflows.search_attributes import ALL

RETENTION = timedelta(days=30)
"""How long finished batches can be asked for; the server's own default is one day."""

SQLITE_PRAGMAS = {
    # The default journal halves the throughput and doubles the CPU time.
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
}

DYNAMIC_CONFIG = {
    # Accounts take turns, instead of queueing behind whoever came first.
    "matching.useNewMatcher": "true",
    "matching.enableFairness": "true",
    # Turns are taken per partition, so on one machine one partition is fairest by far.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}

_STOP_SECONDS = 5.0
_TRIES = 3
_CALL_TIMEOUT = timedelta(seconds=3)


def search_attributes() -> dict[str, str]:
    """The types of the search attributes of batches, as the server's command line spells them."""
    return {key.name: key.indexed_value_type.name.title().replace("_", "") for key in ALL}


def temporal_part(data_dir: Path, port: int, ui_port: int, env: Mapping[str, str]) -> Part:
    """The server on 127.0.0.1, its database in `data_dir`. It is ready once it keeps finished
    batches for `RETENTION`."""
    command = [find_program("temporal"), "server", "start-dev", "--log-level", "warn"]
    command += ["--ip", LOOPBACK, "--port", str(port), "--ui-port", str(ui_port)]
    command += ["--db-filename", str(data_dir / "temporal.db"), "--ui-disable-news-fetch"]
    for flag, values in (
        ("--sqlite-pragma", SQLITE_PRAGMAS),
        ("--dynamic-config-value", DYNAMIC_CONFIG),
        ("--search-attribute", search_attributes()),
    ):
        for name, value in values.items():
            command += [flag, f"{name}={value}"]

    async def keeps_batches(_pid: int) -> bool:
        try:
            await _set_retention(await connect(env))
        except (RPCError, RuntimeError):
            return False
        return True

    return Part(
        name="temporal",
        command=tuple(command),
        env={**GO_MEMORY, **env},
        cwd=data_dir,
        log=data_dir / "logs" / "temporal.log",
        probe=keeps_batches,
        stop_seconds=_STOP_SECONDS,
        tries=_TRIES,
        is_shown=_is_news,
    )


def _is_news(line: str) -> bool:
    """Whether a line is neither of the server's banner nor of its life; each stop is full of
    warnings that the parts of the server give about one another."""
    return "level=ERROR" in line or line.startswith(("error", "Error"))


async def connect(env: Mapping[str, str]) -> Client:
    """A client of the server that processes with the environment `env` use. Raises
    `RuntimeError` if it is out of reach."""
    config = ClientConfig.load_client_connect_config(override_env_vars=dict(env))
    config["target_host"] = env["SPIDRA_TEMPORAL_ADDRESS"]
    return await Client.connect(**config)


async def _set_retention(client: Client) -> None:
    duration = Duration()
    duration.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace,
            config=NamespaceConfig(workflow_execution_retention_ttl=duration),
        ),
        timeout=_CALL_TIMEOUT,
    )


def worker_probe(env: Mapping[str, str]) -> Callable[[int], Awaitable[bool]]:
    """A probe that tells whether the process with a given id takes items from Temporal."""
    client: Client | None = None
    queue = env.get("SPIDRA_TASK_QUEUE") or str(Settings.model_fields["task_queue"].default)

    async def polls(pid: int) -> bool:
        nonlocal client
        try:
            client = client or await connect(env)
            found = await client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=client.namespace,
                    task_queue=TaskQueue(name=queue),
                    task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
                ),
                timeout=_CALL_TIMEOUT,
            )
        except (RPCError, RuntimeError):
            return False
        # The SDK's identity of a worker is `pid@host`.
        return any(poller.identity.split("@")[0] == str(pid) for poller in found.pollers)

    return polls
