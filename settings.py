"""Every setting: one class, read from `SPIDRA_*` variables and a `.env` file, checked at start.
Those of the model's server have the names by which all programs know them.

README, "Configuration", documents each; a test compares the two.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import re
import sys
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.proxies import COUNTRIES, Proxies, read_proxies

PREFIX = "SPIDRA_"

SECRET_KEY_BYTES = 32

ACCOUNT_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""What the name of an account looks like."""


class SettingsError(Exception):
    """A setting is missing or wrong. The message has a line per variable and names it."""


class ApiKey(BaseModel):
    """One entry of `SPIDRA_API_KEYS`."""

    key: str = Field(min_length=8, repr=False)
    account: str = Field(pattern=f"^{ACCOUNT_PATTERN}$")
    credits: int = Field(ge=0)


class Settings(BaseSettings):
    """The settings of every process of the project.

    Use `load_settings()`, which turns what is wrong into a readable `SettingsError`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", populate_by_name=True
    )

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8080, ge=0, le=65535)
    api_keys: Annotated[tuple[ApiKey, ...], NoDecode] = ()
    data_dir: Path = Path(".data")
    database_url: str | None = Field(default=None, repr=False)
    temporal_address: str | None = None
    task_queue: str = Field(default="spidra-batch", min_length=1)
    s3_endpoint_url: str | None = None
    s3_public_url: str | None = None
    s3_bucket: str | None = None
    secret_key: Annotated[tuple[bytes, ...], NoDecode] = Field(default=(), repr=False)
    proxies: Annotated[Proxies, NoDecode] = Proxies()
    country: str | None = None
    proxy_limit_mb: int = Field(default=0, ge=0)
    egress_allow: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    reconcile_interval: float = Field(default=60, ge=5, le=3600)
    rate_limit: int = Field(default=300, ge=0)
    max_unfinished_batches: int = Field(default=50, ge=1)
    credits_per_url: int = Field(default=2, ge=0, le=1000)
    credits_per_captcha: int = Field(default=10, ge=0, le=1000)
    credits_per_10k_tokens: int = Field(default=1, ge=0, le=1000)
    tabs: int = Field(default_factory=lambda: (os.cpu_count() or 1) * 3, ge=1, le=500)
    fast_slots: int = Field(default_factory=lambda: (os.cpu_count() or 1) * 16, ge=1, le=1000)
    browser: Path | None = None
    browser_max_pages: int = Field(default=1000, ge=1)
    browser_max_age: float = Field(default=3600, ge=60)
    browser_max_memory: int = Field(default=2**30, ge=256 * 2**20)
    item_timeout: float = Field(default=120, ge=5, le=3600)
    navigation_timeout: float = Field(default=30, ge=1, le=600)
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    llm_model: str | None = None
    llm_concurrency: int = Field(default=16, ge=1, le=1000)
    llm_context_tokens: int = Field(default=32_000, ge=2000)
    llm_max_output_tokens: int = Field(default=4096, ge=64)
    llm_max_parts: int = Field(default=8, ge=1, le=100)
    llm_timeout: float = Field(default=60, ge=1, le=3600)
    captcha_url: str | None = None
    captcha_key: SecretStr | None = None
    captcha_dialect: Literal["2captcha", "capsolver", "anti-captcha", "capmonster"] | None = None
    captcha_timeout: float = Field(default=90, ge=5, le=600)
    max_captchas: int = Field(default=3, ge=1, le=20)
    challenge_timeout: float = Field(default=15, ge=0, le=120)
    host_concurrency: int = Field(default=6, ge=0, le=1000)
    host_spacing: float = Field(default=0, ge=0, le=60)
    max_backoff: float = Field(default=120, ge=0, le=600)
    robots: Literal["off", "on"] = "off"
    max_page_bytes: int = Field(default=20 * 2**20, ge=1024)
    max_page_memory: int = Field(default=2 * 2**30, ge=256 * 2**20)
    max_frames: int = Field(default=500, ge=1)
    max_item_bytes: int = Field(default=200 * 2**20, ge=1024)
    shutdown_grace: float = Field(default=150, ge=0, le=7200)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("api_keys", mode="before")
    @classmethod
    def _parse_api_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        entries = [entry.strip() for entry in value.split(",") if entry.strip()]
        parsed = []
        for number, entry in enumerate(entries, 1):
            parts = entry.split(":")
            if len(parts) != 3 or not parts[2].isdecimal():
                raise ValueError(f"entry {number} is not of the form key:account:credits")
            parsed.append({"key": parts[0], "account": parts[1], "credits": int(parts[2])})
        return tuple(parsed)

    @field_validator("secret_key", mode="before")
    @classmethod
    def _parse_secret_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        entries = [entry.strip() for entry in value.split(",") if entry.strip()]
        return tuple(_secret_key(number, entry) for number, entry in enumerate(entries, 1))

    @field_validator("proxies", mode="before")
    @classmethod
    def _parse_proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return read_proxies(value) if value.strip() else Proxies()

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _parse_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("browser")
    @classmethod
    def _check_browser(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.X_OK):
            raise ValueError(f"{value} is not a program that can be run")
        return value

    @field_validator("country")
    @classmethod
    def _check_country(cls, value: str | None) -> str | None:
        if value and value not in COUNTRIES:
            raise ValueError(f"it is none of {', '.join(sorted(COUNTRIES))}")
        return value or None

    @field_validator("captcha_url", "openai_base_url")
    @classmethod
    def _check_service_url(cls, value: str | None) -> str | None:
        if value and not re.match(r"https?://[^/]", value):
            raise ValueError("it is not the URL of a service, http or https")
        return value or None

    @field_validator("llm_model")
    @classmethod
    def _blank_is_none(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @field_validator("captcha_key", "openai_api_key")
    @classmethod
    def _empty_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value() else None

    @property
    def sql_url(self) -> str:
        """`SPIDRA_DATABASE_URL`, or a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'spidra.db'}"

    @property
    def has_model(self) -> bool:
        """Whether there is a language model to ask."""
        return self.llm_model is not None

    def require(self, *names: str) -> None:
        """Raises `SettingsError` naming those of `names` that are not set."""
        missing = [PREFIX + name.upper() for name in names if getattr(self, name) in (None, "")]
        if missing:
            raise SettingsError("\n".join(f"{name} is not set." for name in missing))


def _secret_key(number: int, entry: str) -> bytes:
    try:
        key = base64.b64decode(entry, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SECRET_KEY_BYTES:
        raise ValueError(
            f"entry {number} is not base64 of {SECRET_KEY_BYTES} bytes, as from "
            f"`openssl rand -base64 {SECRET_KEY_BYTES}`"
        )
    return key


def load_settings() -> Settings:
    """The settings of this process.

    Raises `SettingsError` if a value is wrong, or if a `SPIDRA_*` environment variable is not
    one of ours, since a misspelt setting would otherwise be silently without effect.
    """
    known = variables()
    problems = []
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {nearest[0]}?" if nearest else ""
            problems.append(f"{name} is not a setting.{hint}")
    try:
        settings = Settings()
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            variable = _variable(str(detail["loc"][0])) if detail["loc"] else "Settings"
            problems.append(f"{variable}: {detail['msg']}.")
    if problems:
        raise SettingsError("\n".join(problems))
    if (settings.captcha_url is None) != (settings.captcha_key is None):
        raise SettingsError(
            "SPIDRA_CAPTCHA_URL and SPIDRA_CAPTCHA_KEY go together: one is missing."
        )
    if settings.llm_model and not (settings.openai_api_key or settings.openai_base_url):
        raise SettingsError(
            "SPIDRA_LLM_MODEL needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys."
        )
    if settings.llm_model and settings.llm_max_output_tokens > settings.llm_context_tokens // 2:
        raise SettingsError(
            "SPIDRA_LLM_MAX_OUTPUT_TOKENS is more than half of SPIDRA_LLM_CONTEXT_TOKENS, which "
            "leaves too little for pages."
        )
    return settings


def variables() -> set[str]:
    """The names of the environment variables that are settings."""
    return {_variable(name) for name in Settings.model_fields}


def _variable(field: str) -> str:
    """The variable of a field, which may be named by its alias."""
    known = Settings.model_fields.get(field)
    alias = known.validation_alias if known is not None else field
    if isinstance(alias, str) and alias.startswith("OPENAI_"):
        return alias
    return PREFIX + field.upper()


def exit_with(error: Exception) -> NoReturn:
    """Ends the process with status 2, `error` on standard error: for `main` functions."""
    for line in str(error).splitlines():
        sys.stderr.write(f"error: {line}\n")
    sys.exit(2)
