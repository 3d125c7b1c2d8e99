"""The development stack: it starts, it heals, it tells, and it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import aiohttp
import boto3
import psutil
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from settings import Settings
from stack import seaweedfs, shop, temporal
from stack.errors import StackError
from stack.part import Part
from stack.ports import Ports, is_free
from stack.programs import REPOSITORY
from stack.stack import Stack
from stack.supervisor import SupervisedPart
from tests.support.client import ApiClient
from tests.support.processes import command_of, listening
from tests.support.site import Site

MARK = "STACK_TEST_MARK"
"""An environment variable by which a test knows all processes that it has brought about."""

READY = re.compile(r"^ *curl -X POST", re.MULTILINE)


def wait_until(condition: Callable[[], object], timeout: float, what: str) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.05)


# Supervision of one process


@pytest.fixture
def make_part(tmp_path: Path) -> Callable[..., Part]:
    async def always(_pid: int) -> bool:
        return True

    def make(program: str, **changes: object) -> Part:
        fields: dict[str, object] = {
            "name": "part",
            "command": (sys.executable, "-u", "-c", program),
            "env": dict(os.environ),
            "cwd": tmp_path,
            "log": tmp_path / "part.log",
            "probe": always,
            "stop_seconds": 10.0,
        }
        return Part(**{**fields, **changes})  # type: ignore[arg-type]

    return make


async def has_logged(part: Part, text: str) -> str:
    """The log, once `text` is in it."""
    await asyncio.to_thread(
        wait_until, lambda: part.log.exists() and text in part.log.read_text(), 60, text
    )
    return part.log.read_text()


SLEEP = "import time; print('started'); time.sleep(600)"


async def test_a_process_that_dies_is_started_again(make_part: Callable[..., Part]) -> None:
    part = make_part(SLEEP)
    supervised = SupervisedPart(part, console=None)
    supervised.start()
    await supervised.wait_ready(150)
    first = supervised.pid
    supervised.kill()
    await has_logged(part, "*** killed by SIGKILL; starting again in 0.2 s")
    await has_logged(part, "starting again in 0.2 s\nstarted")
    assert supervised.pid != first
    await supervised.stop()
    assert not psutil.pid_exists(first)
    with pytest.raises(StackError, match="not running"):
        _ = supervised.pid


async def test_it_waits_longer_each_time_and_does_not_give_up(
    make_part: Callable[..., Part],
) -> None:
    part = make_part("import sys; sys.exit(3)")
    supervised = SupervisedPart(part, console=None)
    supervised.start()
    log = await has_logged(part, "starting again in 1.6 s")
    await supervised.stop()
    assert re.findall(r"ended with status 3; starting again in (\S+) s", log) == [
        "0.2",
        "0.4",
        "0.8",
        "1.6",
    ]


async def test_a_process_that_cannot_start_is_reported_with_its_last_words(
    make_part: Callable[..., Part],
) -> None:
    async def never(_pid: int) -> bool:
        return False

    supervised = SupervisedPart(make_part("print('the reason')", probe=never), console=None)
    supervised.start()
    with pytest.raises(StackError, match=r"(?s)ended before it was ready.*the reason"):
        await supervised.wait_ready(150)
    await supervised.stop()


async def test_a_process_that_does_not_listen_is_killed_with_all_it_started(
    make_part: Callable[..., Part],
) -> None:
    program = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print('child', child.pid, 'here')\n"
        "time.sleep(600)\n"
    )
    part = make_part(program, stop_seconds=0.5)
    supervised = SupervisedPart(part, console=None)
    supervised.start()
    log = await has_logged(part, "here")
    parent, child = supervised.pid, int(log.split()[1])
    await supervised.stop()
    assert not psutil.pid_exists(parent)
    wait_until(lambda: not _is_alive(child), 60, "the end of the child in another session")


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# The servers


async def test_the_bucket_is_private_and_survives_a_kill(own_stack: Stack) -> None:
    key = own_stack.data_dir / "s3-credentials.json"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    s3 = boto3.client(
        "s3",
        endpoint_url=own_stack.s3_endpoint,
        region_name=seaweedfs.REGION,
        aws_access_key_id=own_stack.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=own_stack.env["AWS_SECRET_ACCESS_KEY"],
    )
    await asyncio.to_thread(s3.put_object, Bucket=own_stack.bucket, Key="a/b", Body=b"kept")
    url = f"{own_stack.s3_endpoint}/{own_stack.bucket}/a/b"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 403

    killed = own_stack.part("s3").pid
    own_stack.kill("s3")
    wait_until(lambda: not _is_alive(killed), 60, "the end of the S3 server")
    await own_stack.part("s3").wait_ready(150)
    answer = await asyncio.to_thread(s3.get_object, Bucket=own_stack.bucket, Key="a/b")
    assert answer["Body"].read() == b"kept"


async def test_temporal_is_set_up_and_comes_back_on_the_same_port(own_stack: Stack) -> None:
    client = await temporal.connect(own_stack.env)
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace="default")
    )
    kept = described.config.workflow_execution_retention_ttl.ToTimedelta()
    assert kept == timedelta(days=30)
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace="default")
    )
    assert set(temporal.search_attributes()) <= set(known.custom_attributes)

    address = own_stack.temporal_address
    await own_stack.stop("temporal")
    host, port = address.split(":")
    assert is_free(host, int(port))
    await own_stack.start("temporal")
    assert own_stack.temporal_address == address
    await temporal.connect(own_stack.env)


async def test_parts_of_ones_own_are_not_started(own_stack: Stack, tmp_path: Path) -> None:
    env = {
        "SPIDRA_TEMPORAL_ADDRESS": own_stack.temporal_address,
        "SPIDRA_S3_ENDPOINT_URL": own_stack.s3_endpoint,
        "SPIDRA_S3_BUCKET": "mine",
    }
    async with Stack(tmp_path / "other", env=env, api=False, workers=0) as stack:
        assert stack.bucket == "mine"
        assert stack.temporal_address == own_stack.temporal_address
        for part in ("temporal", "s3"):
            with pytest.raises(StackError, match="no part"):
                stack.part(part)


async def test_two_stacks_do_not_share_a_folder(own_stack: Stack) -> None:
    with pytest.raises(StackError, match="Another stack uses"):
        async with Stack(own_stack.data_dir, api=False, workers=0):
            pass


async def test_a_batch_goes_on_when_the_stack_is_started_again(tmp_path: Path, site: Site) -> None:
    env = {
        "SPIDRA_EGRESS_ALLOW": "127.0.0.1/32",
        "SPIDRA_SHUTDOWN_GRACE": "0",
        "SPIDRA_RATE_LIMIT": "0",
    }
    async with Stack(tmp_path / "data", env=env) as stack:
        await stack.wait_ready()
        async with ApiClient(stack.api_url, stack.api_key) as api:
            batch_id = await api.submit([site.url("/gated/stack-restart"), site.url("/plain")])
            await api.wait_for(
                batch_id,
                lambda b: b["completedCount"] == 1 and b["items"][0]["status"] == "running",
            )
    site.open_gate("stack-restart")
    async with Stack(tmp_path / "data", env=env) as stack:
        await stack.wait_ready()
        async with ApiClient(stack.api_url, stack.api_key) as api:
            batch = await api.finished(batch_id)
    assert [item["status"] for item in batch["items"]] == ["completed", "completed"]
    assert batch["items"][0]["attempts"] == 2


# `make up` and `make demo`, as processes


class Command:
    """A command line that runs in a session of its own, as at a terminal; its output is kept."""

    def __init__(
        self, arguments: list[str], folder: Path, stdin: int = subprocess.DEVNULL, **env: str
    ) -> None:
        self.mark = uuid.uuid4().hex
        self._output = folder / "output"
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                arguments,
                cwd=REPOSITORY,
                env={
                    **os.environ,
                    MARK: self.mark,
                    "SPIDRA_DATA_DIR": str(folder / "data"),
                    "SPIDRA_API_PORT": "0",
                    "TMPDIR": str(folder),
                    **env,
                },
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_ready(self) -> None:
        wait_until(
            lambda: READY.search(self.output) or self.process.poll() is not None, 180, self.output
        )
        assert self.process.poll() is None, self.output

    def wait(self, timeout: float = 120) -> int:
        return self.process.wait(timeout)

    def processes(self) -> list[psutil.Process]:
        """All that run because of it."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.environ().get(MARK) == self.mark and _is_alive(process.pid):
                    found.append(process)
        return found

    def ports(self) -> list[tuple[str, int]]:
        """All on which any of its processes listens."""
        return [address for process in self.processes() for address in listening(process)]

    def supervisor(self) -> psutil.Process:
        return next(p for p in self.processes() if "-m stack" in " ".join(command_of(p)))

    def assert_gone(self, ports: list[tuple[str, int]]) -> None:
        """No process and no port is left, or none is a few seconds later."""
        assert len(ports) > 5, "the API, Temporal and S3 listened"
        wait_until(lambda: not self.processes(), 60, "the end of all processes")
        for host, port in ports:
            assert is_free(host, port), f"{host}:{port}"

    def kill_rest(self) -> None:
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(10)


UP = ["up", "--temporal-port", "0", "--temporal-ui-port", "0", "--s3-port", "0"]
PYTHON_UP = [sys.executable, "-m", "stack", *UP]
# Set-up is not what these tests are about.
MAKE_UP = ["make", "-o", ".venv/.installed", "-o", "browser", "up", f"ARGS={' '.join(UP[1:])}"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    started: list[Command] = []

    def start(arguments: list[str], stdin: int = subprocess.DEVNULL, **env: str) -> Command:
        command = Command(arguments, tmp_path, stdin, **env)
        started.append(command)
        return command

    yield start
    for command in started:
        command.kill_rest()


def stop_by_ctrl_c(up: Command) -> None:
    """The terminal sends SIGINT to the whole process group in the foreground."""
    os.killpg(up.process.pid, signal.SIGINT)


def stop_by_sigterm(up: Command) -> None:
    up.process.terminate()


def stop_by_hangup(up: Command) -> None:
    up.process.send_signal(signal.SIGHUP)


def kill_the_supervisor(up: Command) -> None:
    up.supervisor().kill()


def kill_make(up: Command) -> None:
    assert up.process.pid != up.supervisor().pid
    up.process.kill()


@pytest.mark.parametrize(
    ("command", "stop", "status"),
    [
        (PYTHON_UP, stop_by_ctrl_c, 0),
        (PYTHON_UP, stop_by_hangup, 0),
        (PYTHON_UP, kill_the_supervisor, -signal.SIGKILL),
        (MAKE_UP, stop_by_sigterm, -signal.SIGTERM),
        (MAKE_UP, kill_make, -signal.SIGKILL),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_up_leaves_nothing_behind(
    run: Callable[..., Command],
    command: list[str],
    stop: Callable[[Command], None],
    status: int,
) -> None:
    up = run(command)
    up.wait_ready()
    ports = up.ports()
    stop(up)
    assert up.wait() == status, up.output
    up.assert_gone(ports)
    assert "Traceback" not in up.output


def test_up_ends_with_its_terminal(run: Callable[..., Command]) -> None:
    master, slave = os.openpty()
    up = run(MAKE_UP, stdin=slave)
    os.close(slave)
    up.wait_ready()
    ports = up.ports()
    os.close(master)
    assert up.wait() == 0, up.output
    up.assert_gone(ports)


def test_ctrl_c_while_it_starts_leaves_nothing_behind(run: Callable[..., Command]) -> None:
    up = run(PYTHON_UP)
    wait_until(lambda: len(up.processes()) > 3, 90, "the first parts")
    stop_by_ctrl_c(up)
    assert up.wait() == 0, up.output
    assert not up.processes()
    assert "Traceback" not in up.output


def test_up_says_what_to_do_next_and_that_works(run: Callable[..., Command]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    up = run(MAKE_UP, NO_COLOR="")
    up.wait_ready()
    assert "demo-key-local-only (SPIDRA_API_KEYS is not set)" in up.output
    assert "\x1b[" not in up.output, "no colours outside of a terminal"
    lines = up.output[READY.search(up.output).start() :]  # type: ignore[union-attr]
    pasted = lines.split("\n\n")[0]
    answer = subprocess.run(  # noqa: S602 -- as one would paste it
        pasted,
        shell=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert '"status":"queued"' in answer.stdout.replace(" ", ""), answer
    killed = next(p for p in up.processes() if command_of(p)[1:] == ["worker.py"])
    killed.kill()
    wait_until(
        lambda: re.search(r"^worker-1 +\| \*\*\* killed by SIGKILL", up.output, re.MULTILINE),
        10,
        "the line that says so",
    )
    stop_by_ctrl_c(up)
    up.wait()
    assert not up.processes()


@pytest.mark.parametrize("what", ["SPIDRA_API_PORT", "--temporal-port", "--s3-port"])
def test_a_taken_port_is_named_before_anything_starts(
    run: Callable[..., Command], tmp_path: Path, what: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments, env = [*PYTHON_UP], {}
        if what.startswith("--"):
            arguments[arguments.index(what) + 1] = port
        else:
            env[what] = port
        up = run(arguments, **env)
        assert up.wait() == 2
    errors = [line for line in up.output.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert port in errors[0]
    assert what in errors[0]
    assert not (tmp_path / "data" / "logs").exists()


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"SPIDRA_TABS": "many"}, "SPIDRA_TABS"),
        ({"SPIDRA_TAB": "3"}, "Did you mean SPIDRA_TABS?"),
        ({"SPIDRA_S3_ENDPOINT_URL": "http://127.0.0.1:1"}, "SPIDRA_S3_BUCKET is not set"),
    ],
)
def test_a_wrong_setting_is_named(
    run: Callable[..., Command], env: dict[str, str], message: str
) -> None:
    up = run(PYTHON_UP, **env)
    assert up.wait() == 2
    assert message in up.output
    assert "Traceback" not in up.output


def test_the_demo_scrapes_the_shop(run: Callable[..., Command], tmp_path: Path) -> None:
    demo = run([sys.executable, "-m", "stack", "demo"])
    assert demo.wait(300) == 0, demo.output
    output = demo.output
    assert f"{len(shop.PATHS)} completed, 1 failed" in output
    assert f"✗ failed     {shop.MISSING_PATH}  HTTP_404" in output
    assert "€89.00" in output, "a price that a script wrote"
    screenshots = list((tmp_path / "data" / "demo").glob("*/*.png"))
    assert len(screenshots) == len(shop.PATHS)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in screenshots)
    assert all(str(path) in output for path in screenshots)
    assert not demo.processes()
    assert not list(tmp_path.glob("spidra-demo-*")), "its data are removed"


def test_the_demo_takes_pages_of_ones_own(run: Callable[..., Command]) -> None:
    demo = run([sys.executable, "-m", "stack", "demo", "http://no-such-host.invalid/"])
    assert demo.wait(300) == 0, demo.output
    assert "1 of 1 pages failed" in demo.output
    assert "DNS_FAILURE" in demo.output


def test_the_demo_opens_no_private_address_for_pages_of_ones_own(
    run: Callable[..., Command],
) -> None:
    demo = run([sys.executable, "-m", "stack", "demo", "http://127.0.0.1:9/"])
    assert demo.wait(300) == 2
    assert "error: urls[0]: " in demo.output
    assert not demo.processes()


def test_an_interrupted_demo_leaves_nothing_behind(
    run: Callable[..., Command], tmp_path: Path
) -> None:
    demo = run([sys.executable, "-m", "stack", "demo"])
    wait_until(lambda: "POST /api/batch/scrape" in demo.output, 180, "the batch")
    ports = demo.ports()
    stop_by_ctrl_c(demo)
    assert demo.wait() == 130
    demo.assert_gone(ports)
    assert not list(tmp_path.glob("spidra-demo-*"))
    assert "Traceback" not in demo.output


# The files for Docker


COMPOSE = (REPOSITORY / "temporal-dev.yml").read_text()
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()


def test_docker_uses_only_settings_that_exist() -> None:
    used = set(re.findall(r"\bSPIDRA_[A-Z0-9_]+", COMPOSE + DOCKERFILE))
    assert len(used) > 5
    assert used <= {f"SPIDRA_{name.upper()}" for name in Settings.model_fields}


def test_docker_runs_temporal_as_the_stack_does() -> None:
    for flag, expected in (
        ("search-attribute", temporal.search_attributes()),
        ("dynamic-config-value", temporal.DYNAMIC_CONFIG),
        ("sqlite-pragma", temporal.SQLITE_PRAGMAS),
    ):
        assert dict(re.findall(rf"- --{flag}=(\S+)=(\S+)", COMPOSE)) == expected
    hours = re.findall(r"--retention=(\d+)h", COMPOSE)
    assert [timedelta(hours=int(number)) for number in hours] == [temporal.RETENTION]


def test_docker_copies_all_of_the_service_and_nothing_else() -> None:
    copied = {
        name.strip("/")
        for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    allowed = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert copied == {line[1:].strip("/") for line in allowed if line.startswith("!")}
    assert all((REPOSITORY / name).exists() for name in copied)
    # Whatever the two programs import of the repository has to be among it.
    modules = {name.removesuffix(".py") for name in copied}
    source = "".join(
        path.read_text()
        for name in copied - {"requirements.txt"}
        for path in [REPOSITORY / name, *(REPOSITORY / name).rglob("*.py")]
        if path.is_file()
    )
    ours = {path.name.removesuffix(".py") for path in REPOSITORY.iterdir()} - {"stack", "tests"}
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
    assert imported & (ours | {"stack", "tests"}) <= modules


def test_docker_publishes_ports_on_this_machine_only() -> None:
    published = re.findall(r"^ +- (\S+:\d+:\d+)$", COMPOSE, re.MULTILINE)
    assert len(published) == len(Ports.__annotations__)
    assert all(port.startswith("127.0.0.1:") for port in published)
