"""Typed keys for what the application and its requests carry."""

from __future__ import annotations

from aiohttp import web
from temporalio.client import Client

from settings import Settings
from storage.bucket import Bucket
from storage.database import Database
from storage.rate_limits import Allowance
from storage.vault import Vault

SETTINGS = web.AppKey("settings", Settings)
TEMPORAL = web.AppKey("temporal", Client)
BUCKET = web.AppKey("bucket", Bucket)
VAULT = web.AppKey("vault", Vault)
DATABASE = web.AppKey("database", Database)

REQUEST_ID = web.RequestKey("request_id", str)
ACCOUNT = web.RequestKey("account", str)
ALLOWANCE = web.RequestKey("allowance", Allowance)
RECEIVED_AT = web.RequestKey("received_at", float)
"""When the request and its body had arrived, by the clock of the event loop."""
