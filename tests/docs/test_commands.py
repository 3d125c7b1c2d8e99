"""Each command of the documentation works, or at least does what its page says it starts."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import Command, commands, languages, run
from tests.support.paths import ROOT

PROGRAMS = {
    ("curl",),  # see test_requests
    ("docker", "compose"),
    ("make",),
    ("openssl",),
    ("pip", "install"),
    ("python", "-m", "api"),
    ("python", "-m", "runtime.doctor"),
    ("python", "-m", "storage"),
    ("python", "worker.py"),
}
"""What the commands of the documentation run. There is a test for each."""

LANGUAGES = {"sh", "json", "python", "mermaid", "text"}
"""What blocks of code are written in. There is a test for each."""


def test_there_is_a_test_for_each_command_and_language() -> None:
    untested = {command.words for command in commands()}
    for program in PROGRAMS:
        untested -= {command.words for command in commands(*program)}
    assert untested == set()
    assert languages() <= LANGUAGES


@pytest.mark.parametrize("command", commands("make"), ids=str)
def test_make(command: Command) -> None:
    planned = run(command.words[0], "--dry-run", *command.words[1:])
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize("command", [c for c in commands() if c.variables], ids=str)
def test_settings_before_a_command_are_valid(command: Command) -> None:
    loaded = run(
        sys.executable,
        "-c",
        "from settings import load_settings; load_settings()",
        **dict(command.variables),
    )
    assert loaded.returncode == 0, loaded.stderr


@pytest.mark.parametrize(
    "command",
    commands("python", "-m", "api")
    + commands("python", "-m", "runtime.doctor")
    + commands("python", "worker.py"),
    ids=str,
)
def test_a_process_of_the_server_starts_and_asks_for_its_settings(
    command: Command, tmp_path: Path
) -> None:
    started = run(sys.executable, *command.words[1:], SPIDRA_DATA_DIR=str(tmp_path))
    assert started.returncode == 2
    assert re.match(r"error: SPIDRA_\w+ is not set\.", started.stderr)


def test_accounts_and_keys(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/spidra.db"
    key_id = ""
    for command in commands("python", "-m", "storage"):
        words = [key_id if re.fullmatch(r"[0-9a-f]{12}", word) else word for word in command.words]
        done = run(sys.executable, *words[1:], SPIDRA_DATABASE_URL=database)
        assert done.returncode == 0, done.stderr
        if "list-keys" in words:
            key_id = done.stdout.split()[0]


@pytest.mark.parametrize("command", commands("openssl"), ids=str)
def test_the_key_that_openssl_makes_is_a_secret_key(command: Command) -> None:
    made = run(*command.words)
    loaded = run(
        sys.executable,
        "-c",
        "from settings import load_settings; assert load_settings().secret_key",
        SPIDRA_SECRET_KEY=made.stdout.strip(),
    )
    assert loaded.returncode == 0, loaded.stderr


@pytest.mark.parametrize("command", commands("pip", "install"), ids=str)
def test_requirements_are_pinned_with_hashes(command: Command) -> None:
    file = command.words[command.words.index("-r") + 1]
    requirements = (ROOT / file).read_text().replace("\\\n", " ").splitlines()
    pinned = [line for line in requirements if not line.startswith("#")]
    assert pinned
    assert all(re.match(r"\S+==\S+ .*--hash=sha256:", line) for line in pinned)


@pytest.mark.parametrize("command", commands("docker", "compose"), ids=str)
def test_docker_compose(command: Command) -> None:
    words = command.words
    services = yaml.safe_load((ROOT / words[words.index("-f") + 1]).read_text())["services"]
    assert "up" in words
    service, count = words[words.index("--scale") + 1].split("=")
    assert int(count) > 1
    assert "ports" not in services[service]  # two processes cannot have one port


def test_ci_runs_targets_that_exist() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert re.search(r"- run: bash \.ci/run$", workflow, flags=re.MULTILINE)
    targets = re.findall(r"^make ([a-z-]+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert targets
    for target in targets:
        assert run("make", "--dry-run", target).returncode == 0, target


def test_the_hooks_before_a_commit_run_what_is_installed() -> None:
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    for repository in configuration["repos"]:
        assert repository["repo"] == "local"  # others are fetched from the network
        for hook in repository["hooks"]:
            program = Path(hook["entry"].split()[0])
            assert program.parent == Path(".venv/bin")
            assert Path(sys.executable).with_name(program.name).exists()
