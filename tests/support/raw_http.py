"""Requests written byte by byte, which an HTTP client would not send."""

from __future__ import annotations

import asyncio
import json
import re

import yarl

from stack.stack import Stack
from tests.support.client import Json


async def raw_exchange(url: str, request: bytes) -> tuple[int, Json]:
    """Send `request` as it is, and return the status and the body of the response."""
    address = yarl.URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(request)
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length
        body: Json = json.loads(await reader.readexactly(int(length[1])))
    writer.close()
    assert b"\r\nX-Request-Id: " in head
    return int(head.split()[1]), body


async def exchange_until_closed(
    stack: Stack, head: str, body: bytes = b""
) -> tuple[list[int], Json, str]:
    """Send a request and read until the server closes the connection.

    Adds the key and the host to `head`. Returns the statuses of all responses, the body of the
    last response, and all heads.
    """
    address = yarl.URL(stack.api_url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    line, _, headers = head.partition("\n")
    lines = [line, "Host: x", f"x-api-key: {stack.api_key}", *headers.split("\n")]
    writer.write("\r\n".join(filter(None, lines)).encode() + b"\r\n\r\n" + body)
    async with asyncio.timeout(120):
        answer = (await reader.read()).decode()
    writer.close()
    heads, _, content = answer.rpartition("\r\n\r\n")
    statuses = [int(status) for status in re.findall(r"^HTTP/1.1 (\d+)", heads, re.MULTILINE)]
    return statuses, json.loads(content), heads
