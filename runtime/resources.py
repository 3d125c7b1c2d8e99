"""What a worker opens at its start and closes at its end."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass

from activities.browser.executable import find_browser
from activities.browser.keeper import BrowserLimits
from activities.browser.pool import TabPool
from activities.conversion.pool import ConversionPool
from activities.egress.gateway import Gateway
from activities.http.client import HttpClient
from settings import Settings
from storage.bucket import Bucket
from storage.database import Database
from storage.vault import Vault

_BUCKET_TIMEOUT = 10.0
"""Seconds for each answer of the bucket. Screenshots of whole pages have megabytes."""


@dataclass(frozen=True)
class Resources:
    """The connections and processes of one worker."""

    bucket: Bucket
    vault: Vault
    database: Database
    converter: ConversionPool
    gateway: Gateway
    http: HttpClient
    browsers: TabPool


async def open_resources(settings: Settings, stack: AsyncExitStack) -> Resources:
    """Open everything that needs no Temporal server. `stack` closes it again, in reverse order.

    Raises `SettingsError`, `BrowserStartError` or `DatabaseUnavailableError`.
    """
    bucket = Bucket(settings, timeout=_BUCKET_TIMEOUT)
    stack.callback(bucket.close)
    converter = ConversionPool(processes=os.cpu_count() or 1)
    stack.callback(converter.close)
    gateway = Gateway(allow=settings.egress_allow, max_item_bytes=settings.max_item_bytes)
    await gateway.start()
    stack.push_async_callback(gateway.close)
    http = HttpClient(threads=settings.fast_slots)
    stack.callback(http.close)
    browsers = _browser_pool(settings)
    stack.push_async_callback(browsers.close)
    await asyncio.gather(browsers.start(), converter.warm_up())
    database = Database(settings.sql_url)
    stack.callback(database.close)
    database.migrate()
    return Resources(
        bucket=bucket,
        vault=Vault(bucket, settings.secret_key),
        database=database,
        converter=converter,
        gateway=gateway,
        http=http,
        browsers=browsers,
    )


def _browser_pool(settings: Settings) -> TabPool:
    return TabPool(
        find_browser(settings.browser),
        tabs=settings.tabs,
        max_page_memory=settings.max_page_memory,
        limits=BrowserLimits(
            pages=settings.browser_max_pages,
            age=settings.browser_max_age,
            memory=settings.browser_max_memory,
        ),
    )
