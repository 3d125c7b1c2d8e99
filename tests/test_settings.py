"""Settings: a wrong value is reported at the start of a process, with the name of its variable."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import PREFIX, ApiKey, Settings, SettingsError, load_settings
from temporal_client import required_settings
from tests.support.generated import sample
from tests.support.paths import ROOT

PREFIXES = (PREFIX, "TEMPORAL_", "OPENAI_")

WRONG = [
    ({"SPIDRA_API_PORT": "http"}, "SPIDRA_API_PORT: Input should be a valid integer"),
    ({"SPIDRA_TABS": "0"}, "SPIDRA_TABS: Input should be greater than or equal to 1"),
    ({"SPIDRA_TAPS": "4"}, "SPIDRA_TAPS is not a setting. Did you mean SPIDRA_TABS?"),
    ({"SPIDRA_BROWSER": "/nowhere"}, "SPIDRA_BROWSER: /nowhere is not a program"),
    ({"SPIDRA_API_KEYS": "key-without-rest"}, "entry 1 is not of the form key:account:credits"),
    (
        {"SPIDRA_EGRESS_ALLOW": "10.0.0.1/8"},
        "10.0.0.1/8 is not a network; did you mean 10.0.0.0/8",
    ),
    ({"SPIDRA_EGRESS_ALLOW": "localhost"}, "localhost is not a network, such as 10.1.0.0/16."),
    ({"SPIDRA_TEMPORAL_ADDRESS": "temporal"}, "TEMPORAL_ADDRESS: it is not of the form host:port"),
    ({"SPIDRA_TEMPORAL_ADDRESS": "http://temporal:7233"}, "it is not of the form host:port"),
    ({"SPIDRA_METRICS_ADDRESS": "127.0.0.1:99999"}, "METRICS_ADDRESS: it is not of the form host"),
    ({"SPIDRA_S3_BUCKET": "s3://bucket"}, "SPIDRA_S3_BUCKET: it is not the name of a bucket"),
    ({"SPIDRA_COUNTRY": "eu"}, "SPIDRA_COUNTRY: it must be one of ar, au"),
    ({"SPIDRA_CAPTCHA_URL": "solver"}, "SPIDRA_CAPTCHA_URL: it is not the URL"),
    ({"SPIDRA_CAPTCHA_KEY": "x"}, "SPIDRA_CAPTCHA_URL and SPIDRA_CAPTCHA_KEY go together"),
    ({"SPIDRA_S3_ENDPOINT_URL": "disk"}, "SPIDRA_S3_ENDPOINT_URL: it is not the URL"),
    ({"SPIDRA_DATABASE_URL": "mysql://db/x"}, "SPIDRA_DATABASE_URL: it must begin with postgresql"),
    ({"SPIDRA_DATABASE_URL": "postgresql+psycopg2://db/x"}, "SPIDRA_DATABASE_URL: it must begin"),
    ({"SPIDRA_API_KEY": "key:account:9"}, "Did you mean SPIDRA_API_KEYS?"),
    ({"OPENAI_BASE_URL": "vllm"}, "OPENAI_BASE_URL: it is not the URL"),
    ({"SPIDRA_LLM_MODEL": "m", "OPENAI_API_KEY": ""}, "SPIDRA_LLM_MODEL needs OPENAI_API_KEY"),
    ({"SPIDRA_LLM_CONTEXT_TOKENS": "9"}, "SPIDRA_LLM_CONTEXT_TOKENS: Input should be greater"),
]
"""Variables, and what is said of them."""

MISSING = [
    ({}, "SPIDRA_S3_BUCKET is not set."),
    ({"SPIDRA_S3_BUCKET": "b"}, "SPIDRA_TEMPORAL_ADDRESS is not set."),
]
"""Variables, and what the start of a program says of others that it needs."""


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without a file `.env`, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize(("variables", "expected"), WRONG)
def test_an_error_names_the_variable(
    variables: dict[str, str], expected: str, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert expected in str(caught.value)


def test_everything_that_is_wrong_is_named_at_once(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text("SPIDRA_TAPS=4\n")
    monkeypatch.setenv("SPIDRA_TABS", "0")
    with pytest.raises(SettingsError) as caught:
        load_settings("s3_bucket", "temporal_address")
    named = [line.split()[0].rstrip(":") for line in str(caught.value).splitlines()]
    assert named == ["SPIDRA_TAPS", "SPIDRA_TABS", "SPIDRA_S3_BUCKET", "SPIDRA_TEMPORAL_ADDRESS"]


def test_a_line_of_the_file_that_is_no_setting_is_named(nowhere: Path) -> None:
    (nowhere / ".env").write_text("# settings\nSPIDRA_TABS: 4\nSPIDRA_TAPS=4\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert ".env, line 2: it is not of the form NAME=value." in str(caught.value)
    assert "SPIDRA_TAPS is not a setting." in str(caught.value)
    (nowhere / ".env").write_text("\ufeffSPIDRA_TABS=4\n")
    assert load_settings().tabs == 4
    (nowhere / ".env").write_bytes("SPIDRA_S3_BUCKET=bücher".encode("latin-1"))
    with pytest.raises(SettingsError, match="it is not UTF-8"):
        load_settings()


def test_libraries_find_their_variables_in_the_file(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    (nowhere / ".env").write_text(
        "AWS_ACCESS_KEY_ID=of-the-file\nAWS_REGION=us-east-1\nTEMPORAL_ADDRESS=temporal:7233\n"
    )
    assert required_settings() == []
    load_settings()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "of-the-file"
    assert os.environ["AWS_REGION"] == "eu-west-1"


def test_variables_of_clients_are_no_mistakes(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPIDRA_API_KEY", "sb_a-key")
    monkeypatch.setenv("SPIDRA_API_URL", "http://127.0.0.1:8080/api")
    assert load_settings().api_keys == ()


def start(program: list[str], tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program with these settings alone, until it refuses to start."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)}
    return subprocess.run(
        [sys.executable, *program],
        env={**environment, "PYTHONPATH": str(ROOT), **variables},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


# Both programs read their settings in the same way, so one wrong value usually stands for all.
@pytest.mark.stack
@pytest.mark.long
@pytest.mark.parametrize("program", [["-m", "api"], [str(ROOT / "worker.py")]])
@pytest.mark.parametrize(("variables", "expected"), sample([*MISSING, WRONG[0]], more=WRONG[1:]))
def test_a_process_refuses_to_start_and_names_the_variable(
    program: list[str], variables: dict[str, str], expected: str, tmp_path: Path
) -> None:
    result = start(program, tmp_path, **variables)
    assert result.returncode == 2
    assert expected in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.stack
@pytest.mark.parametrize("program", [["-m", "api"], [str(ROOT / "worker.py")]])
def test_a_program_says_what_it_does(program: list[str], tmp_path: Path) -> None:
    result = start([*program, "--help"], tmp_path)
    assert result.returncode == 0
    assert "docs/settings.md" in result.stdout


@pytest.mark.stack
def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    needed = {"SPIDRA_S3_BUCKET": "b", "SPIDRA_TEMPORAL_ADDRESS": "127.0.0.1:1"}
    result = start(
        ["-m", "api"], tmp_path, SPIDRA_DATABASE_URL="postgresql://127.0.0.1:1/x", **needed
    )
    assert result.returncode == 2
    assert re.fullmatch(
        r"error: the database cannot be used: .*port 1 failed: Connection refused.*\n",
        result.stderr,
    )


@pytest.mark.stack
def test_an_error_does_not_repeat_keys(tmp_path: Path) -> None:
    result = start(["-m", "api"], tmp_path, SPIDRA_API_KEYS="my-secret-key:account:many")
    assert result.returncode == 2
    assert "my-secret-key" not in result.stderr


def test_settings_show_no_secrets() -> None:
    settings = Settings(
        database_url="postgresql://spidra:hunter2@db/spidra",
        api_keys=(ApiKey(key="key-hunter2", account="acme", credits=1),),
        openai_api_key=SecretStr("sk-hunter2"),
    )
    assert "hunter2" not in repr(settings) + str(settings)
