"""`temporal-dev.yml` and `Dockerfile` agree with the code."""

from __future__ import annotations

import re
from datetime import timedelta

from settings import Settings
from stack import temporal
from stack.ports import Ports
from stack.programs import REPOSITORY

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


def test_docker_copies_the_whole_service_and_nothing_else() -> None:
    copied = {
        name.strip("/")
        for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }
    allowed = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert copied == {line[1:].strip("/") for line in allowed if line.startswith("!")}
    assert all((REPOSITORY / name).exists() for name in copied)
    # The copies include every module of the repository that the two programs import.
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
