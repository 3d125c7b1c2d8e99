"""The search attributes that a Temporal namespace must know before a batch can start in it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

logger = logging.getLogger(__name__)

_CALL_TIMEOUT = timedelta(seconds=10)

_NOT_FOR_US = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED})
"""How a server answers that lets only its own operators see or add search attributes."""

Keys = Sequence[SearchAttributeKey[Any]]


async def missing_search_attributes(
    client: Client, wanted: Iterable[SearchAttributeKey[Any]]
) -> Keys:
    """Return which of `wanted` the client's namespace lacks; none if the server does not tell us.

    Raises `RPCError`.
    """
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        known = await client.operator_service.list_search_attributes(request, timeout=_CALL_TIMEOUT)
    except RPCError as error:
        if error.status in _NOT_FOR_US:
            return []
        raise
    return [key for key in wanted if key.name not in known.custom_attributes]


async def add_search_attributes(client: Client, wanted: Iterable[SearchAttributeKey[Any]]) -> None:
    """Add what the client's namespace lacks of `wanted`.

    If the server does not let us, log the command by which an operator can. Raises `RPCError` if
    the server is out of reach.
    """
    missing = await missing_search_attributes(client, wanted)
    if not missing:
        return
    request = AddSearchAttributesRequest(
        namespace=client.namespace,
        search_attributes={
            key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in missing
        },
    )
    try:
        await client.operator_service.add_search_attributes(request, timeout=_CALL_TIMEOUT)
    except RPCError as error:
        if error.status not in _NOT_FOR_US:
            raise
        logger.error("%s", missing_sentence(client, missing))
        return
    logger.info("added search attributes: %s", ", ".join(key.name for key in missing))


def missing_sentence(client: Client, missing: Keys) -> str:
    """Return what is wrong with a namespace that lacks `missing`, and the command that mends it."""
    options = " ".join(
        f"--name {key.name} --type {key.indexed_value_type.name.title().replace('_', '')}"
        for key in missing
    )
    return (
        f"the namespace {client.namespace} lacks search attributes; run: temporal operator "
        f"search-attribute create --namespace {client.namespace} {options}"
    )
