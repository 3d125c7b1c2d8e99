"""Egress gateways for tests without a worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Network

from activities.egress.dialer import Resolver
from activities.egress.gateway import Gateway
from domain.addresses import Network

SITE_ONLY: Sequence[Network] = (IPv4Network("127.0.0.1/32"),)
"""The address of `tests.support.site`, and no other address that is not public."""


@asynccontextmanager
async def running_gateway(
    *,
    allow: Sequence[Network] = SITE_ONLY,
    max_item_bytes: int = 200 * 2**20,
    resolver: Resolver | None = None,
) -> AsyncIterator[Gateway]:
    """Run a gateway until the block ends."""
    gateway = Gateway(allow=allow, max_item_bytes=max_item_bytes, resolver=resolver)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.close()
