"""The Temporal development server, and the calls of the stack to Temporal."""

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
from stack.part import Part
from stack.ports import LOOPBACK, require_free
from stack.programs import GO_MEMORY, find_program
from workflows.search_attributes import ALL

RETENTION = timedelta(days=30)
"""How long Temporal keeps finished batches. The default of the server is one day."""

SQLITE_PRAGMAS = {
    # The default journal halves the throughput and doubles the CPU time.
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
}

DYNAMIC_CONFIG = {
    # Accounts take turns. Without this, each waits for all that came before.
    "matching.useNewMatcher": "true",
    "matching.enableFairness": "true",
    # Accounts take turns within a partition. On one machine a single partition is the fairest.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}

_STOP_SECONDS = 5.0
_TRIES = 3
_CALL_TIMEOUT = timedelta(seconds=3)


def search_attributes() -> dict[str, str]:
    """Return the types of the search attributes, as the server's command line spells them."""
    return {key.name: key.indexed_value_type.name.title().replace("_", "") for key in ALL}


def require_ports(port: int, ui_port: int) -> None:
    """Raise `StackError` if a port of the server is taken."""
    require_free(LOOPBACK, port, user="Temporal", option="--temporal-port")
    require_free(LOOPBACK, ui_port, user="Temporal's UI", option="--temporal-ui-port")


def temporal_part(data_dir: Path, port: int, ui_port: int, env: Mapping[str, str]) -> Part:
    """Return the part that runs the server on 127.0.0.1, with its database in `data_dir`.

    The server is ready when it keeps finished batches for `RETENTION`.
    """
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
        is_shown=_is_error,
    )


async def connect(env: Mapping[str, str]) -> Client:
    """Return a client of the server that processes with the environment `env` use.

    Raises `RuntimeError` if the server cannot be reached.
    """
    config = ClientConfig.load_client_connect_config(override_env_vars=dict(env))
    config["target_host"] = env["SPIDRA_TEMPORAL_ADDRESS"]
    return await Client.connect(**config)


def worker_probe(env: Mapping[str, str]) -> Callable[[int], Awaitable[bool]]:
    """Return a probe of whether the process with a given id takes items from Temporal."""
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


def _is_error(line: str) -> bool:
    """Return whether a line of the log is an error.

    The terminal shows no other lines. Each stop logs many warnings of the server's components
    about one another.
    """
    return "level=ERROR" in line or line.startswith(("error", "Error"))


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
