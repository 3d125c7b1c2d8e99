"""The stack as a whole: its parts, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from stack import application, seaweedfs, temporal
from stack.console import Console
from stack.environment import build_environment, starts_s3, starts_temporal, without_secrets
from stack.errors import StackError
from stack.part import Part
from stack.ports import LOOPBACK, Ports, require_free
from stack.supervisor import SupervisedPart

_START_SECONDS = 60.0


class Stack:
    """Temporal, S3, the API and workers on this machine, with all their data in `data_dir`.

        async with Stack(tmp_path) as stack:
            await stack.wait_ready(60)
            ... stack.api_url, stack.api_key ...

    A part that dies is started again. At the end of the context no process is left. Use it in the
    main thread.

    `env` has `SPIDRA_*` settings for all parts; settings in the environment of this process do not
    count. With `SPIDRA_TEMPORAL_ADDRESS` or `SPIDRA_S3_ENDPOINT_URL` in `env`, the stack uses that
    server and starts none. Without `ports`, free ports are used. Without `console`, the parts
    write to their logs only.

    Entering the context raises `StackError` if a port is taken, if another stack uses `data_dir`,
    or if Temporal or S3 do not start. `wait_ready` waits for the API and the workers.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        ports: Ports | None = None,
        workers: int = 1,
        env: Mapping[str, str] | None = None,
        api: bool = True,
        console: Console | None = None,
    ) -> None:
        given = {name: value for name, value in (env or {}).items() if value}
        self.data_dir = data_dir.absolute()
        self._starts_temporal = starts_temporal(given)
        self._starts_s3 = starts_s3(given)
        self._starts_api = api
        self._workers = workers
        self._console = console
        self._requested_ports = ports or Ports()
        self._ports = self._requested_ports.with_free_ports()
        self._parts: dict[str, SupervisedPart] = {}
        self._lock: int | None = None
        self.env = build_environment(given, self.data_dir, self._ports)
        """The environment of the API and the workers. Complete once the context is entered."""

    @property
    def api_url(self) -> str:
        """The URL of the API, without a slash at the end."""
        return f"http://{_reachable(self.env['SPIDRA_API_HOST'])}:{self._ports.api}"

    @property
    def api_key(self) -> str:
        """The first key of `SPIDRA_API_KEYS`."""
        return self.env["SPIDRA_API_KEYS"].split(":")[0].strip()

    @property
    def temporal_address(self) -> str:
        """The address of the Temporal server, as `host:port`."""
        return self.env["SPIDRA_TEMPORAL_ADDRESS"]

    @property
    def temporal_ui_url(self) -> str | None:
        """The URL of the Temporal UI, or None if the stack did not start the server."""
        return f"http://{LOOPBACK}:{self._ports.temporal_ui}" if self._starts_temporal else None

    @property
    def s3_endpoint(self) -> str:
        """The URL of the S3 server. Its credentials are the `AWS_*` variables of `env`."""
        return self.env["SPIDRA_S3_ENDPOINT_URL"]

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self.env["SPIDRA_S3_BUCKET"]

    async def __aenter__(self) -> Stack:
        """Start all parts, and wait until Temporal and S3 are ready."""
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Stop all parts."""
        await self.close()

    def part(self, name: str) -> SupervisedPart:
        """Return the part `temporal`, `s3`, `api`, `worker-1`, `worker-2`, ….

        Raises `StackError` if the stack has no such part.
        """
        if name not in self._parts:
            raise StackError(f"There is no part {name}; there are {', '.join(self._parts)}.")
        return self._parts[name]

    def kill(self, name: str) -> None:
        """Kill the process of a part with SIGKILL. It is started again."""
        self.part(name).kill()

    async def stop(self, name: str) -> None:
        """Stop a part. It stays stopped."""
        await self.part(name).stop()

    async def start(self, name: str, timeout: float = _START_SECONDS) -> None:
        """Start a stopped part on the same ports, and wait until it is ready."""
        self.part(name).start()
        await self.part(name).wait_ready(timeout)

    async def restore(self, timeout: float = _START_SECONDS) -> None:
        """Start all stopped parts, and wait as `wait_ready` does."""
        for part in self._parts.values():
            if not part.is_started:
                part.start()
        await self.wait_ready(timeout)

    async def wait_ready(self, timeout: float = _START_SECONDS) -> None:
        """Wait until the stack can run a batch: all parts are ready, and the API agrees.

        Raises `StackError`, with the reason, after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        for part in self._parts.values():
            await part.wait_ready(deadline - time.monotonic())
        if self._starts_api and self._workers:
            await application.wait_until_ready(self.api_url, deadline - time.monotonic())

    async def close(self) -> None:
        """Stop all parts. Workers stop first, to hand their items over; servers stop last."""
        workers = [part for name, part in self._parts.items() if name.startswith("worker-")]
        api = [part for name, part in self._parts.items() if name == "api"]
        servers = [part for part in self._parts.values() if part not in workers + api]
        for group in (workers, api, servers):
            await asyncio.gather(*(part.stop() for part in group))
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def kill_for_good(self) -> None:
        """Kill all parts at once. `close()` is quick afterwards."""
        for part in self._parts.values():
            part.kill_for_good()

    async def _start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.data_dir)
        ports = self._requested_ports
        if self._starts_api:
            host = self.env["SPIDRA_API_HOST"]
            require_free(host, ports.api, user="the API", option="SPIDRA_API_PORT")
        if self._starts_temporal:
            temporal.require_ports(ports.temporal, ports.temporal_ui)
        if self._starts_s3:
            require_free(LOOPBACK, ports.s3, user="S3", option="--s3-port")
        servers = self._server_parts()
        service = self._service_parts()
        self._supervise(servers)
        if self._starts_temporal:
            await self.part("temporal").wait_ready(_START_SECONDS)
        # The service takes as long to start as the S3 server, and needs S3 only for batches.
        self._supervise(service)
        if self._starts_s3:
            await self.part("s3").wait_ready(_START_SECONDS)

    def _server_parts(self) -> list[Part]:
        """Return Temporal and S3, and add the credentials of S3 to `env`."""
        env = without_secrets(self.env)
        parts = []
        if self._starts_temporal:
            parts.append(
                temporal.temporal_part(
                    self.data_dir, self._ports.temporal, self._ports.temporal_ui, env
                )
            )
        if self._starts_s3:
            credentials = seaweedfs.ensure_credentials(self.data_dir)
            self.env |= credentials.variables
            env = env | credentials.variables
            parts.append(
                seaweedfs.seaweedfs_part(
                    self.data_dir, self._ports.s3, self.bucket, credentials, env
                )
            )
        return parts

    def _service_parts(self) -> list[Part]:
        logs = self.data_dir / "logs"
        numbers = range(1, self._workers + 1)
        parts = [application.worker_part(number, self.env, logs) for number in numbers]
        if self._starts_api:
            parts.insert(0, application.api_part(self.api_url, self.env, logs))
        return parts

    def _supervise(self, parts: Iterable[Part]) -> None:
        for part in parts:
            supervised = SupervisedPart(part, self._console)
            self._parts[part.name] = supervised
            supervised.start()


def _lock(data_dir: Path) -> int:
    """Return a descriptor that marks `data_dir` as in use while it is open."""
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StackError(
            f"Another stack uses {data_dir}: stop it, or choose another folder "
            "with SPIDRA_DATA_DIR."
        ) from None
    return descriptor


def _reachable(host: str) -> str:
    """Return the host by which this machine reaches a server that listens on `host`."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not listened on
        return LOOPBACK
    return f"[{host}]" if ":" in host else host
