"""The connection to Temporal, the same for worker and API."""

from __future__ import annotations

import re

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from settings import Settings, SettingsError, given_variables

_SYSTEM_MESSAGE = re.compile(r'message: "([^"]+)"')


def required_settings() -> list[str]:
    """Return the settings that a client cannot do without: the address, if nothing else gives it.

    Raises `SettingsError` if the SDK's own configuration cannot be read.
    """
    return [] if _sdk_config().get("target_host") else ["temporal_address"]


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """Return a client for the Temporal server at `SPIDRA_TEMPORAL_ADDRESS`.

    The SDK's own `TEMPORAL_*` variables and its configuration file give namespace, TLS and API
    key. They also give the address if `SPIDRA_TEMPORAL_ADDRESS` is not set.

    A `lazy` client connects when it is first used. Raises `SettingsError` if no address is set,
    and `RuntimeError` if the server cannot be reached now.
    """
    config = _sdk_config()
    if settings.temporal_address:
        config["target_host"] = settings.temporal_address
    if not config.get("target_host"):
        raise SettingsError("SPIDRA_TEMPORAL_ADDRESS is not set.")
    return await Client.connect(**config, data_converter=pydantic_data_converter, lazy=lazy)


def connection_reason(error: RuntimeError) -> str:
    """Return why a connection failed: what the operating system says, if it says something.

    The SDK's own text is a structure of its libraries, with that message inside.
    """
    found = _SYSTEM_MESSAGE.search(str(error))
    return found[1] if found else str(error)


def _sdk_config() -> ClientConnectConfig:
    """Return what the SDK's own variables and its configuration file say."""
    try:
        return ClientConfig.load_client_connect_config(override_env_vars=given_variables())
    except (RuntimeError, ValueError) as error:
        raise SettingsError(f"TEMPORAL_*: {error}") from error
