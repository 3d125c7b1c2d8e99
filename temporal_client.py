"""The connection to Temporal, the same for the worker and the API."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig

from settings import Settings, SettingsError


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """A client for `SPIDRA_TEMPORAL_ADDRESS`, or else what the SDK's own `TEMPORAL_*` variables
    and configuration file name; they also give namespace, TLS and API key.

    With `lazy` it connects when it is first used. Raises `SettingsError` if no address is set,
    `RuntimeError` if a connection was to be made and could not.
    """
    config = ClientConfig.load_client_connect_config()
    if settings.temporal_address:
        config["target_host"] = settings.temporal_address
    if not config.get("target_host"):
        raise SettingsError("SPIDRA_TEMPORAL_ADDRESS is not set.")
    return await Client.connect(**config, data_converter=pydantic_data_converter, lazy=lazy)
