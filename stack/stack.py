"""The stack as a whole: its parts, their settings, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import aiohttp

from settings import SECRET_KEY_BYTES
from stack import seaweedfs, temporal
from stack.application import api_part, worker_part
from stack.console import Console
from stack.errors import StackError
from stack.ports import LOOPBACK, Ports, free_ports, is_free
from stack.supervisor import Part, Supervised

DEMO_API_KEYS = "demo-key-local-only:demo:10000"
"""`SPIDRA_API_KEYS` if nobody set it."""

SHUTDOWN_GRACE = "5"
"""`SPIDRA_SHUTDOWN_GRACE` if nobody set it: a person is waiting, and no item is lost."""

_OWN_SECRETS = frozenset(
    {
        "OPENAI_API_KEY",
        "SPIDRA_API_KEYS",
        "SPIDRA_CAPTCHA_KEY",
        "SPIDRA_PROXIES",
        "SPIDRA_SECRET_KEY",
    }
)
"""What only the project's own processes are told."""

_BUCKET = "spidra"
_START_SECONDS = 60.0
_READYZ_PAUSE = 0.1


class Stack:
    """Temporal, S3, the API and workers on this machine, all of their data in `data_dir`.

        async with Stack(tmp_path) as stack:
            await stack.wait_ready(60)
            ... stack.api_url, stack.api_key ...

    Parts that die are started again until the context ends; then no process is left. `env` holds
    `SPIDRA_*` settings for all of them; those of the caller's own environment do not count. If it
    has `SPIDRA_TEMPORAL_ADDRESS` or `SPIDRA_S3_ENDPOINT_URL`, that part is taken as given and not
    started. Without `ports` free ones are taken, without `console` the parts write to their logs
    only. To be used in the main thread.

    Entering raises `StackError` if a port is taken, if another stack uses `data_dir`, or if
    Temporal or S3 do not start; API and workers are awaited by `wait_ready`.
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
        self._starts_temporal = "SPIDRA_TEMPORAL_ADDRESS" not in given
        self._starts_s3 = "SPIDRA_S3_ENDPOINT_URL" not in given
        self._starts_api = api
        self._workers = workers
        self._console = console
        self._asked = ports or Ports()
        self._ports = _resolve(self._asked)
        self._host = given.get("SPIDRA_API_HOST", LOOPBACK)
        self._parts: dict[str, Supervised] = {}
        self._lock: int | None = None
        self.env = self._environment(given)
        """What a process of the stack gets: the complete environment, once the stack is entered."""

    @property
    def api_url(self) -> str:
        """Where the API answers, without a slash at the end."""
        return f"http://{_reachable(self._host)}:{self._ports.api}"

    @property
    def api_key(self) -> str:
        """The first of `SPIDRA_API_KEYS`."""
        return self.env["SPIDRA_API_KEYS"].split(":")[0].strip()

    @property
    def temporal_address(self) -> str:
        """`host:port` of the Temporal server."""
        return self.env["SPIDRA_TEMPORAL_ADDRESS"]

    @property
    def temporal_ui_url(self) -> str | None:
        """The page of the Temporal server; None if it is not ours."""
        return f"http://{LOOPBACK}:{self._ports.temporal_ui}" if self._starts_temporal else None

    @property
    def s3_endpoint(self) -> str:
        """The URL of the S3 server; its credentials are the `AWS_*` variables of `env`."""
        return self.env["SPIDRA_S3_ENDPOINT_URL"]

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self.env["SPIDRA_S3_BUCKET"]

    async def __aenter__(self) -> Stack:
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def part(self, name: str) -> Supervised:
        """`temporal`, `s3`, `api`, or `worker-1` and so on. Raises `StackError` for others."""
        if name not in self._parts:
            raise StackError(f"There is no part {name}; there are {', '.join(self._parts)}.")
        return self._parts[name]

    def kill(self, name: str) -> None:
        """Kills the process of a part with SIGKILL; it will be started again."""
        self.part(name).kill()

    async def stop(self, name: str) -> None:
        """Stops a part, which stays stopped."""
        await self.part(name).stop()

    async def start(self, name: str, timeout: float = _START_SECONDS) -> None:
        """Starts a stopped part again, on the same ports, and returns when it is ready."""
        self.part(name).start()
        await self.part(name).wait_ready(timeout)

    async def restore(self, timeout: float = _START_SECONDS) -> None:
        """Starts the parts that are stopped, and returns as `wait_ready` does."""
        for part in self._parts.values():
            if not part.is_started:
                part.start()
        await self.wait_ready(timeout)

    async def wait_ready(self, timeout: float = _START_SECONDS) -> None:
        """Returns when a batch would be worked on: every part is ready, and the API says so of
        those that it depends on. Raises `StackError`, saying why, after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        for part in self._parts.values():
            await part.wait_ready(deadline - time.monotonic())
        if self._starts_api and self._workers:
            await self._wait_readyz(deadline - time.monotonic())

    async def close(self) -> None:
        """Stops all parts: workers first, so that they can hand their items over, servers last."""
        workers = [part for name, part in self._parts.items() if name.startswith("worker-")]
        api = [part for name, part in self._parts.items() if name == "api"]
        servers = [part for part in self._parts.values() if part not in workers + api]
        for group in (workers, api, servers):
            await asyncio.gather(*(part.stop() for part in group))
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def kill_now(self) -> None:
        """Kills all parts at once; `close()` is then quick."""
        for part in self._parts.values():
            part.kill_now()

    async def _start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.data_dir)
        self._check_ports()
        servers: list[Part] = []
        if self._starts_temporal:
            servers.append(
                temporal.temporal_part(
                    self.data_dir, self._ports.temporal, self._ports.temporal_ui, self._public_env()
                )
            )
        if self._starts_s3:
            credentials = seaweedfs.ensure_credentials(self.data_dir)
            self.env["AWS_ACCESS_KEY_ID"] = credentials.access_key
            self.env["AWS_SECRET_ACCESS_KEY"] = credentials.secret_key
            servers.append(
                seaweedfs.seaweedfs_part(
                    self.data_dir, self._ports.s3, self.bucket, credentials, self._public_env()
                )
            )
        logs = self.data_dir / "logs"
        own = [worker_part(number, self.env, logs) for number in range(1, self._workers + 1)]
        if self._starts_api:
            own.insert(0, api_part(self.api_url, self.env, logs))
        self._add(servers)
        if self._starts_temporal:
            await self.part("temporal").wait_ready(_START_SECONDS)
        # These take as long to start as the S3 server, and do not need it before there is work.
        self._add(own)
        if self._starts_s3:
            await self.part("s3").wait_ready(_START_SECONDS)

    def _add(self, parts: Iterable[Part]) -> None:
        for part in parts:
            supervised = Supervised(part, self._console)
            self._parts[part.name] = supervised
            supervised.start()

    async def _wait_readyz(self, timeout: float) -> None:
        answer = "nothing"
        try:
            async with asyncio.timeout(timeout), aiohttp.ClientSession() as session:
                while True:
                    with suppress(aiohttp.ClientError):
                        async with session.get(f"{self.api_url}/readyz") as response:
                            if response.status == 200:
                                return
                            answer = await response.text()
                    await asyncio.sleep(_READYZ_PAUSE)
        except TimeoutError as error:
            raise StackError(
                f"The stack is not ready after {timeout:.0f} s; the API says: {answer}"
            ) from error

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        dropped = ["SPIDRA_", "OPENAI_"]
        settings = {
            "SPIDRA_API_KEYS": DEMO_API_KEYS,
            "SPIDRA_SHUTDOWN_GRACE": SHUTDOWN_GRACE,
            # In memory only: nothing that is sealed outlives the stack.
            "SPIDRA_SECRET_KEY": base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode(),
            # Set, though to nothing, so that a file .env does not count either.
            "SPIDRA_DATABASE_URL": "",
            "SPIDRA_S3_PUBLIC_URL": "",
            "SPIDRA_LLM_MODEL": "",
            "OPENAI_API_KEY": "",
            "OPENAI_BASE_URL": "",
            "PYTHONUNBUFFERED": "1",
        }
        if self._starts_temporal:
            dropped.append("TEMPORAL_")
            settings["SPIDRA_TEMPORAL_ADDRESS"] = f"{LOOPBACK}:{self._ports.temporal}"
            settings["TEMPORAL_CONFIG_FILE"] = os.devnull
        if self._starts_s3:
            dropped.append("AWS_")
            settings["SPIDRA_S3_ENDPOINT_URL"] = f"http://{LOOPBACK}:{self._ports.s3}"
            settings["SPIDRA_S3_BUCKET"] = _BUCKET
            settings["AWS_REGION"] = settings["AWS_DEFAULT_REGION"] = seaweedfs.REGION
            settings["AWS_CONFIG_FILE"] = settings["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(tuple(dropped))
        }
        fixed = {
            "SPIDRA_DATA_DIR": str(self.data_dir),
            "SPIDRA_API_PORT": str(self._ports.api),
            "SPIDRA_API_HOST": self._host,
        }
        return {**kept, **settings, **given, **fixed}

    def _public_env(self) -> dict[str, str]:
        return {name: value for name, value in self.env.items() if name not in _OWN_SECRETS}

    def _check_ports(self) -> None:
        checks = [(self._starts_api, self._host, self._asked.api, "the API", "SPIDRA_API_PORT")]
        for starts, port, what, option in (
            (self._starts_temporal, self._asked.temporal, "Temporal", "--temporal-port"),
            (self._starts_temporal, self._asked.temporal_ui, "Temporal's UI", "--temporal-ui-port"),
            (self._starts_s3, self._asked.s3, "S3", "--s3-port"),
        ):
            checks.append((starts, LOOPBACK, port, what, option))
        for starts, host, port, what, option in checks:
            if starts and port and not is_free(host, port):
                raise StackError(
                    f"Port {port}, which is for {what}, is taken: stop what listens there, "
                    f"or choose another with {option}."
                )


def _lock(data_dir: Path) -> int:
    """A descriptor that marks `data_dir` as in use for as long as it is open."""
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


def _resolve(asked: Ports) -> Ports:
    api, temporal_port, temporal_ui, s3 = free_ports(4)
    return Ports(
        api=asked.api or api,
        temporal=asked.temporal or temporal_port,
        temporal_ui=asked.temporal_ui or temporal_ui,
        s3=asked.s3 or s3,
    )


def _reachable(host: str) -> str:
    """A host by which a server that listens on `host` can be reached from this machine."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not listened on
        return LOOPBACK
    return f"[{host}]" if ":" in host else host
