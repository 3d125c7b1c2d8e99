"""Every setting, read from environment variables and a `.env` file, and checked at start.

The variable of a field is `SPIDRA_` and the field's name in capitals. Only the address and the key
of the language model use the `OPENAI_*` variables that other programs use too.

Each group of settings is a class, and `Settings` is all of them. A test compares the fields with
the documented settings.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import logging
import os
import re
import sys
from collections.abc import Mapping
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.proxies import COUNTRIES, Proxies, parse_proxies

PREFIX = "SPIDRA_"

CLIENT_VARIABLES = frozenset({"SPIDRA_API_KEY", "SPIDRA_API_URL"})
"""Variables of client programs. A shell may have them for a client, so they are no mistakes."""

_ENV_FILE = ".env"

SECRET_KEY_BYTES = 32
"""Length of an AES-256 key."""

ACCOUNT_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""Form of an account's name. Its characters need no quoting in a query or on a command line."""

_CORES = os.cpu_count() or 1


def _service_url(value: str | None) -> str | None:
    if value and not re.match(r"https?://[^/]", value):
        raise ValueError("it is not the URL of an http or https service")
    return value or None


def _empty_is_none(value: SecretStr | None) -> SecretStr | None:
    return value if value and value.get_secret_value() else None


def _host_and_port(value: str | None) -> str | None:
    form = r"(?:[^\s/:@\[\]]+|\[[\da-fA-F:]+\]):(\d{1,5})"
    if value and not ((found := re.fullmatch(form, value)) and int(found[1]) <= 65535):
        raise ValueError("it is not of the form host:port")
    return value or None


_Address = Annotated[str | None, AfterValidator(_host_and_port)]
_ServiceUrl = Annotated[str | None, AfterValidator(_service_url)]
_ServiceKey = Annotated[SecretStr | None, AfterValidator(_empty_is_none)]


class SettingsError(Exception):
    """A setting is missing or wrong. The message has one line per variable and names it."""


class ApiKey(BaseModel):
    """One entry of `SPIDRA_API_KEYS`."""

    key: str = Field(min_length=8, repr=False)
    account: str = Field(pattern=f"^{ACCOUNT_PATTERN}$")
    credits: int = Field(ge=0)
    """Limit of the account."""


class _Group(BaseSettings):
    """Base class of each group of settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=_ENV_FILE,
        env_file_encoding="utf-8-sig",
        extra="ignore",
        populate_by_name=True,
    )


class ApiSettings(_Group):
    """The HTTP API and the limits of accounts."""

    api_host: str = "127.0.0.1"
    """Address to listen on. By default only this machine can connect."""

    api_port: int = Field(default=8080, ge=0, le=65535)
    """Port to listen on. 8080 is the usual port of HTTP servers that do not run as root."""

    api_keys: Annotated[tuple[ApiKey, ...], NoDecode] = ()
    """Keys that the API creates at start, as `key:account:credits,…`."""

    rate_limit: int = Field(default=300, ge=0)
    """Requests of an account in 15 minutes; 0 for no limit. 300 allow a poll every 3 seconds."""

    max_unfinished_batches: int = Field(default=50, ge=1)
    """Batches of an account that may be unfinished at once. 50 batches have up to 2,500 items."""

    @field_validator("api_keys", mode="before")
    @classmethod
    def _parse_api_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parsed = []
        for number, entry in enumerate(_entries(value), 1):
            parts = entry.split(":")
            if len(parts) != 3 or not parts[2].isdecimal():
                raise ValueError(f"entry {number} is not of the form key:account:credits")
            parsed.append({"key": parts[0], "account": parts[1], "credits": int(parts[2])})
        return tuple(parsed)


class CreditSettings(_Group):
    """What accounts pay for. Completed items are charged, failed items are free."""

    credits_per_url: int = Field(default=2, ge=0, le=1000)
    """Credits for a URL, reserved when its batch is accepted."""

    credits_per_captcha: int = Field(default=10, ge=0, le=1000)
    """Credits for each solved CAPTCHA. More than for a URL, because the service costs money."""

    credits_per_10k_tokens: int = Field(default=1, ge=0, le=1000)
    """Credits for each 10,000 tokens of the model that were started."""

    reconcile_interval: float = Field(default=60, ge=5, le=3600)
    """Seconds between searches for reservations whose batch was never started.

    A reservation must be as old as that. So its credits are back after two minutes at most.
    """


class StorageSettings(_Group):
    """Where requests, results, credits, secrets and workflows are kept."""

    data_dir: Path = Path(".data")
    """Folder of the SQLite database, and of everything that `make up` writes."""

    database_url: str | None = Field(default=None, repr=False)
    """URL of the SQL database. By default SQLite in the data folder, for a single machine."""

    temporal_address: _Address = None
    """`host:port` of the Temporal server. The SDK's `TEMPORAL_*` variables set the rest."""

    task_queue: str = Field(default="spidra-batch", min_length=1)
    """Temporal task queue of API and workers."""

    s3_endpoint_url: _ServiceUrl = None
    """URL of the S3 server. By default AWS; boto3's `AWS_*` variables set the credentials."""

    s3_public_url: _ServiceUrl = None
    """URL of the S3 server for clients, in presigned URLs. By default the endpoint."""

    s3_bucket: str | None = None
    """Bucket of requests, results and screenshots."""

    secret_key: Annotated[tuple[bytes, ...], NoDecode] = Field(default=(), repr=False)
    """Keys that seal cookies. The first key seals, all keys open."""

    @field_validator("s3_bucket")
    @classmethod
    def _check_bucket(cls, value: str | None) -> str | None:
        # What botocore sends. Others than S3 allow more than S3.
        if value and not re.fullmatch(r"[\w.-]{1,255}|arn:\S+", value, re.ASCII):
            raise ValueError("it is not the name of a bucket")
        return value or None

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str | None) -> str | None:
        if value and not re.match(r"(sqlite|postgres|postgresql(\+psycopg)?):/", value):
            raise ValueError("it must begin with postgresql:// or sqlite:///")
        return value or None

    @field_validator("secret_key", mode="before")
    @classmethod
    def _parse_secret_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(_secret_key(number, entry) for number, entry in enumerate(_entries(value), 1))

    @property
    def sql_url(self) -> str:
        """URL of the SQL database, or of a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'spidra.db'}"


class EgressSettings(_Group):
    """How workers reach the network."""

    proxies: Annotated[Proxies, NoDecode] = Proxies()
    """Exits of `useProxy`, as JSON or as the path of a JSON file."""

    proxy_limit_mb: int = Field(default=0, ge=0)
    """Megabytes that an account may send and receive through proxies; 0 for no limit."""

    country: str | None = None
    """Country of the workers' own address. Pages see its language and its time zone."""

    egress_allow: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Networks that pages may reach although they are not public. None by default."""

    @field_validator("proxies", mode="before")
    @classmethod
    def _parse_proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return read_proxies(value) if value.strip() else Proxies()

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _parse_networks(cls, value: object) -> object:
        return tuple(map(_network, _entries(value))) if isinstance(value, str) else value

    @field_validator("country")
    @classmethod
    def _check_country(cls, value: str | None) -> str | None:
        if value and value not in COUNTRIES:
            raise ValueError(f"it must be one of {', '.join(sorted(COUNTRIES))}")
        return value or None


class WorkerSettings(_Group):
    """How much a worker does at once, and how long items may take."""

    tabs: int = Field(default=_CORES * 3, ge=1, le=500)
    """Pages that are open at once. Measured: six tabs keep 1.9 of two cores busy."""

    fast_slots: int = Field(default=_CORES * 16, ge=1, le=1000)
    """Pages that are fetched at once without a browser. Such a fetch mostly waits for the site."""

    item_timeout: float = Field(default=120, ge=5, le=3600)
    """Seconds for one item from its start. The default is `navigation_timeout` and one CAPTCHA."""

    navigation_timeout: float = Field(default=30, ge=1, le=600)
    """Seconds until the document of a page must be loaded. 30 is Playwright's own default."""

    shutdown_grace: float = Field(default=150, ge=0, le=7200)
    """Seconds for running items when a worker stops. By default longer than `item_timeout`."""

    metrics_address: _Address = None
    """`host:port` where the worker serves `/metrics`. None by default: they name the exits."""


class BrowserSettings(_Group):
    """The browser of a worker. A worn-out browser is replaced without a gap."""

    browser: Path | None = None
    """Path of Chromium. By default the first known program that is installed."""

    browser_max_pages: int = Field(default=1000, ge=1)
    """Pages until a replacement. A browser keeps some memory of each page that it has shown."""

    browser_max_age: float = Field(default=3600, ge=60)
    """Seconds until a replacement."""

    browser_max_memory: int = Field(default=2**30, ge=256 * 2**20)
    """Bytes until a replacement, without the memory of pages.

    Measured: after 1,000 pages a browser takes 717 MB together with its open pages.
    """

    @field_validator("browser")
    @classmethod
    def _check_browser(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.X_OK):
            raise ValueError(f"{value} is not a program that can be run")
        return value


class PageSettings(_Group):
    """What one page may take. Pages of ordinary sites stay far below each limit."""

    max_page_bytes: int = Field(default=20 * 2**20, ge=1024)
    """Bytes of a page's HTML."""

    max_item_bytes: int = Field(default=200 * 2**20, ge=1024)
    """Bytes that an item may load: the page with its images and scripts, as transferred."""

    max_page_memory: int = Field(default=2 * 2**30, ge=256 * 2**20)
    """Bytes of memory for each process of a page."""

    max_frames: int = Field(default=500, ge=1)
    """Frames that a page may open."""


class ModelSettings(_Group):
    """The language model for prompts and schemas. Without a model, declared data is used."""

    llm_model: str | None = None
    """Name of the model."""

    openai_api_key: _ServiceKey = Field(default=None, validation_alias="OPENAI_API_KEY")
    """Key for the model's server. Self-hosted servers often need no key."""

    openai_base_url: _ServiceUrl = Field(default=None, validation_alias="OPENAI_BASE_URL")
    """URL of the model's server. By default OpenAI's."""

    llm_concurrency: int = Field(default=16, ge=1, le=1000)
    """Requests of a worker that are under way at once."""

    llm_context_tokens: int = Field(default=32_000, ge=2000)
    """Tokens of one request and its answer together. Most models have at least this context."""

    llm_max_output_tokens: int = Field(default=4096, ge=64)
    """Tokens of one answer. Some models allow no more than 4,096."""

    llm_max_parts: int = Field(default=8, ge=1, le=100)
    """Parts in which a page may be read. Bounds what one page can cost."""

    llm_timeout: float = Field(default=60, ge=1, le=3600)
    """Seconds for one answer. Half of `item_timeout`."""

    @field_validator("llm_model")
    @classmethod
    def _blank_is_none(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @property
    def has_model(self) -> bool:
        """Whether a language model is configured."""
        return self.llm_model is not None


class WallSettings(_Group):
    """Bot walls and CAPTCHAs in front of pages."""

    captcha_url: _ServiceUrl = None
    """URL of a service that solves CAPTCHAs with `createTask` and `getTaskResult`."""

    captcha_key: _ServiceKey = None
    """Key for the service."""

    captcha_dialect: Literal["2captcha", "capsolver", "anti-captcha", "capmonster"] | None = None
    """Names that the service gives to its tasks. By default the service's host tells."""

    captcha_timeout: float = Field(default=90, ge=5, le=600)
    """Seconds for one answer. Leaves time of `item_timeout` for the page itself."""

    max_captchas: int = Field(default=3, ge=1, le=20)
    """Answers that one item may request, wrong answers included. Bounds what an item can cost."""

    challenge_timeout: float = Field(default=15, ge=0, le=120)
    """Seconds for challenges that may let the browser through without a CAPTCHA."""


class PolitenessSettings(_Group):
    """How a worker treats the hosts that it visits."""

    host_concurrency: int = Field(default=6, ge=0, le=1000)
    """Pages of one host that are loaded at once; 0 for no limit.

    A browser opens as many HTTP/1.1 connections to a host.
    """

    host_spacing: float = Field(default=0, ge=0, le=60)
    """Seconds between the starts of two visits to one host."""

    max_backoff: float = Field(default=120, ge=0, le=600)
    """Seconds that an item waits for a host that refuses all pages; 0 to not wait.

    It is also the longest `Retry-After` that an item waits for.
    """

    robots: Literal["off", "on"] = "off"
    """Whether robots.txt (RFC 9309) is obeyed.

    Off by default, because clients name each page and no links are followed.
    """


def read_proxies(text: str) -> Proxies:
    """Return the exits that `text` lists. `text` is JSON, or the path of a file with JSON.

    Raises `ValueError`, whose message says where the mistake is and shows no secrets.
    """
    text = text.strip()
    if text.startswith("{"):
        return parse_proxies(text)
    if "://" in text or text.startswith(("[", '"')):
        raise ValueError('it is neither a path nor JSON such as {"de": ["http://…"]}')
    try:
        return parse_proxies(Path(text).read_text())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ValueError(f"the file that it names cannot be read: {reason}") from None


class Settings(
    ApiSettings,
    CreditSettings,
    StorageSettings,
    EgressSettings,
    WorkerSettings,
    BrowserSettings,
    PageSettings,
    ModelSettings,
    WallSettings,
    PolitenessSettings,
):
    """All settings of all processes of the project.

    Use `load_settings()`, which turns a wrong value into a readable `SettingsError`.
    """

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level that is logged."""

    def require(self, *names: str) -> None:
        """Raise `SettingsError` if any of the fields `names` is not set."""
        missing = [name for name in names if getattr(self, name) in (None, "")]
        if missing:
            raise SettingsError("\n".join(map(_not_set, missing)))


def _entries(value: str) -> list[str]:
    """Return the entries of a list separated by commas."""
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(entry)
    except ValueError:
        pass
    try:
        hint = f"; did you mean {ip_network(entry, strict=False)}?"
    except ValueError:
        hint = ", such as 10.1.0.0/16"
    raise ValueError(f"{entry} is not a network{hint}")


def _secret_key(number: int, entry: str) -> bytes:
    try:
        key = base64.b64decode(entry, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SECRET_KEY_BYTES:
        raise ValueError(
            f"entry {number} is not base64 of {SECRET_KEY_BYTES} bytes; create a key with "
            f"`openssl rand -base64 {SECRET_KEY_BYTES}`"
        )
    return key


def given_variables() -> dict[str, str]:
    """Return the variables of the environment and of the file `.env`; the environment counts more.

    Empty variables are left out: they count as not set.
    """
    given = {**_read_env_file()[0], **os.environ}
    return {name: value for name, value in given.items() if value}


def _read_env_file() -> tuple[dict[str, str | None], list[str]]:
    """Return the variables of the file `.env`, and a sentence for each line that is none.

    Raises `SettingsError` if the file is not text.
    """
    try:
        text = Path(_ENV_FILE).read_text("utf-8-sig") if Path(_ENV_FILE).is_file() else ""
    except UnicodeDecodeError:
        raise SettingsError(f"{_ENV_FILE}: it is not UTF-8.") from None
    logging.getLogger("dotenv.main").setLevel(logging.ERROR)  # the sentences say the same
    problems = [
        f"{_ENV_FILE}, line {line.original.line}: it is not of the form NAME=value."
        for line in parse_stream(StringIO(text))
        if line.error
    ]
    return dotenv_values(stream=StringIO(text)), problems


def _share_with_libraries(given: Mapping[str, str]) -> None:
    """Put the variables that boto3 reads into the environment, where it looks for them."""
    for name, value in given.items():
        if name.startswith("AWS_"):
            os.environ.setdefault(name, value)


def load_settings(*required: str) -> Settings:
    """Return the settings of this process, which cannot do without the fields `required`.

    Raises `SettingsError` that names everything that is missing or wrong. A `SPIDRA_*` variable
    that is not a setting is an error too, because a misspelt setting would silently have no effect.
    """
    given = given_variables()
    _share_with_libraries(given)
    problems = _read_env_file()[1] + _unknown_variables(given)
    try:
        settings = Settings()
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            variable = _variable(str(detail["loc"][0])) if detail["loc"] else "Settings"
            message = detail["msg"].removeprefix("Value error, ")
            problems.append(f"{variable}: {message}.")
    else:
        problems += _contradictions(settings)
    problems += [_not_set(name) for name in required if _variable(name) not in given]
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _unknown_variables(given: Mapping[str, str]) -> list[str]:
    """Return a sentence for each `SPIDRA_*` variable that is not a setting."""
    known = variables()
    problems = []
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in known | CLIENT_VARIABLES:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {nearest[0]}?" if nearest else ""
            problems.append(f"{name} is not a setting.{hint}")
    if given.get("SPIDRA_API_KEY", "").count(":") == 2:
        problems.append("SPIDRA_API_KEY is a variable of clients. Did you mean SPIDRA_API_KEYS?")
    return problems


def _not_set(field: str) -> str:
    return f"{_variable(field)} is not set."


def _contradictions(settings: Settings) -> list[str]:
    """Return a sentence for each pair of settings that do not go together."""
    problems = []
    if (settings.captcha_url is None) != (settings.captcha_key is None):
        problems.append("SPIDRA_CAPTCHA_URL and SPIDRA_CAPTCHA_KEY go together: one is missing.")
    if settings.llm_model and not (settings.openai_api_key or settings.openai_base_url):
        problems.append(
            "SPIDRA_LLM_MODEL needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys."
        )
    if settings.llm_model and settings.llm_max_output_tokens > settings.llm_context_tokens // 2:
        problems.append(
            "SPIDRA_LLM_MAX_OUTPUT_TOKENS is more than half of SPIDRA_LLM_CONTEXT_TOKENS, which "
            "leaves too little room for pages."
        )
    return problems


def variables() -> set[str]:
    """Return the names of all environment variables that are settings."""
    return {_variable(name) for name in Settings.model_fields}


def _variable(field: str) -> str:
    """Return the environment variable of `field`, which may be given by its alias."""
    known = Settings.model_fields.get(field)
    alias = known.validation_alias if known is not None else field
    if isinstance(alias, str) and alias.startswith("OPENAI_"):
        return alias
    return PREFIX + field.upper()


def exit_with(error: Exception) -> NoReturn:
    """Print `error` to standard error and end the process with status 2."""
    for line in str(error).splitlines():
        sys.stderr.write(f"error: {line}\n")
    sys.exit(2)
