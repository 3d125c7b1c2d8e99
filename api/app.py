"""The application: its middlewares, its routes, and the connections that it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from api import account, health
from api.batches import handlers, submit
from api.http.app_keys import BUCKET, DATABASE, SETTINGS, TEMPORAL, VAULT
from api.http.authentication import add_rate_limit, authentication
from api.http.body import MAX_BODY_BYTES
from api.http.middlewares import add_request_id, error_envelope, request_ids
from api.http.negotiation import only_json
from api.openapi import docs
from settings import Settings
from storage.accounts import ensure_keys
from storage.bucket import Bucket
from storage.database import Database
from storage.vault import Vault
from temporal_client import connect

_BUCKET_TIMEOUT = 1.3
"""The seconds that each of two tries may take."""

_BUCKET_CALL_TIMEOUT = 3.9
"""The seconds for both tries and the pause between, so that no client waits longer than five."""


def create_app(settings: Settings) -> web.Application:
    """Return the application. It opens its connections when it starts."""
    app = web.Application(
        client_max_size=MAX_BODY_BYTES,
        middlewares=[request_ids, error_envelope, authentication, only_json],
    )
    app[SETTINGS] = settings
    app.cleanup_ctx.append(_connections)
    app.on_response_prepare.append(add_request_id)
    app.on_response_prepare.append(add_rate_limit)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/version", health.version)
    app.router.add_get("/api/batch/scrape", handlers.list_all)
    app.router.add_post("/api/batch/scrape", submit.submit)
    app.router.add_get("/api/batch/scrape/{batchId}", handlers.get)
    app.router.add_delete("/api/batch/scrape/{batchId}", handlers.cancel)
    app.router.add_post("/api/batch/scrape/{batchId}/retry", handlers.retry)
    app.router.add_get("/api/account", account.get)
    docs.add_routes(app.router)
    return app


async def _connections(app: web.Application) -> AsyncIterator[None]:
    """Open database, bucket, vault and Temporal, and close them when the application stops."""
    settings = app[SETTINGS]
    database = Database(settings.sql_url)
    database.migrate()
    await database.run(ensure_keys, settings.api_keys)
    app[DATABASE] = database
    app[BUCKET] = Bucket(settings, timeout=_BUCKET_TIMEOUT, call_timeout=_BUCKET_CALL_TIMEOUT)
    app[VAULT] = Vault(app[BUCKET], settings.secret_key)
    # A lazy connection, so that the API can say what is wrong while Temporal is out of reach.
    app[TEMPORAL] = await connect(settings, lazy=True)
    yield
    app[BUCKET].close()
    database.close()
