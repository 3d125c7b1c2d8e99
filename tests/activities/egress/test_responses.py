"""Responses that break the rules of HTTP, and that browsers read all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from activities.egress.chunks import ChunkTidier
from activities.egress.gateway import Gateway
from activities.egress.response_head import MalformedResponseError, split_head, tidy_head
from tests.support.gateways import running_gateway

PAGE = b"<p>the page"
CHUNKED = b"4\r\n<p>t\r\n7\r\nhe page\r\n0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
CLOSE = b"Connection: close\r\n"
LENGTH = b"Content-Length: 11\r\n"


@pytest.fixture(name="gateway")
async def _gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as gateway:
        yield gateway


@asynccontextmanager
async def sending(*answers: bytes) -> AsyncIterator[str]:
    """Start a server that sends one of `answers` per request, and closes after the last."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for data in answers:
            await reader.readuntil(b"\r\n\r\n")
            # In two parts, so that a part may end anywhere.
            for part in (data[:25], data[25:]):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def fetched(gateway: Gateway, url: str) -> tuple[int, dict[str, str], bytes]:
    async with (
        gateway.open_session() as egress,
        aiohttp.ClientSession() as session,
        session.get(
            url,
            proxy=egress.proxy_url,
            headers={"Proxy-Authorization": egress.authorization},
            allow_redirects=False,
        ) as response,
    ):
        return response.status, dict(response.headers), await response.read()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK + b"frame-src 'self' video.example;\r\n\r\n" + PAGE, id="no-colon"),
        pytest.param(OK + b"cache/forum.php: no\r\n\r\n" + PAGE, id="slash-in-name"),
        pytest.param(OK + b"X Powered By: shop\r\n\r\n" + PAGE, id="space-in-name"),
        pytest.param(OK + b"\xe2\x80\x98x\xe2\x80\x99: *\r\n\r\n" + PAGE, id="quotes-in-name"),
        pytest.param(OK + b": nothing\r\n\r\n" + PAGE, id="no-name"),
        pytest.param(OK + b" X: folded\r\nY: z\r\n\r\n" + PAGE, id="first-line-folded"),
        pytest.param(OK + b"X: Caf\xe9 \x01\x0b\x7f\r\n\r\n" + PAGE, id="bytes-in-value"),
        pytest.param(OK + b"X: a\rY: b\r\n\r\n" + PAGE, id="lone-carriage-return"),
        pytest.param(b"HTTP/1.1 200 OK\nX: y\n\n" + PAGE, id="line-feeds"),
        pytest.param(OK + b"Content-Length : 11\r\n\r\n" + PAGE + b"junk", id="space-before-colon"),
        pytest.param(OK + LENGTH + LENGTH + b"\r\n" + PAGE + b"junk", id="length-twice"),
        pytest.param(OK + b"Content-Length: +5\r\n\r\n" + PAGE, id="length-with-sign"),
        pytest.param(OK + b"Content-Length: -1\r\n\r\n" + PAGE, id="negative-length"),
        pytest.param(OK + b"Content-Length:\r\n\r\n" + PAGE, id="empty-length"),
        pytest.param(OK + b"Transfer-Encoding: identity\r\n\r\n" + PAGE, id="identity"),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked\r\n\r\n" + CHUNKED,
            id="chunked-twice",
        ),
        pytest.param(
            OK + b"Transfer-Encoding: identity, chunked\r\n\r\n" + CHUNKED, id="identity-chunked"
        ),
        pytest.param(
            OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
            id="chunked-and-length",
        ),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED.replace(b"\r", b""),
            id="chunks-with-line-feeds",
        ),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n00b ; x=y\r\n" + PAGE + b"\r\n0\r\nno\r\n\r\n",
            id="trailer-that-is-none",
        ),
        pytest.param(
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + PAGE, id="chunked-in-1.0"
        ),
        pytest.param(b"\r\n" + OK + b"\r\n" + PAGE, id="line-break-before"),
        pytest.param(b"http/1.1 200\r\n\r\n" + PAGE, id="lower-case"),
        pytest.param(b"HTTP/1 200 OK\r\n\r\n" + PAGE, id="half-a-version"),
        pytest.param(b"HTTP/2.0  0200 OK\r\n\r\n" + PAGE, id="version-2"),
        pytest.param(b"HTTP/1.1\r\n\r\n" + PAGE, id="no-status"),
        pytest.param(b"HTTP/1.1 200OK\r\n\r\n" + PAGE, id="no-space-after-status"),
        pytest.param(b"HTTP/1.1 100 Go on\nX: y z\n\n" + OK + b"\r\n" + PAGE, id="after-100"),
    ],
)
async def test_a_response_is_read_as_browsers_read_it(gateway: Gateway, answer: bytes) -> None:
    async with sending(answer) as url:
        status, _, body = await fetched(gateway, url)
    assert (status, body) == (200, PAGE)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK + b"X: a\0b\r\n\r\n" + PAGE, id="nul"),
        pytest.param(OK + LENGTH + b"Content-Length: 5\r\n\r\n" + PAGE, id="two-lengths"),
        pytest.param(OK + b"Transfer-Encoding: gzip\r\n\r\n" + PAGE, id="packed"),
        pytest.param(b"HTTP/1.1 99 No\r\n\r\n" + PAGE, id="status-99"),
        pytest.param(PAGE, id="no-head"),
        pytest.param(OK + b"X: " + b"x" * 300_000 + b"\r\n\r\n" + PAGE, id="too-large"),
    ],
)
async def test_what_no_browser_reads_is_refused(gateway: Gateway, answer: bytes) -> None:
    async with sending(answer) as url, gateway.open_session() as egress:
        async with (
            aiohttp.ClientSession() as session,
            session.get(
                url,
                proxy=egress.proxy_url,
                headers={"Proxy-Authorization": egress.authorization},
            ) as response,
        ):
            assert response.status == 502
        refusal = egress.refusal_of(url)
    assert refusal is not None
    assert refusal.code == "CONNECTION_FAILED"
    assert "answered with what no browser can read" in refusal.what


async def test_what_follows_a_body_is_not_the_next_response(gateway: Gateway) -> None:
    smuggled = OK + b"Content-Length: 8\r\n\r\nsmuggled"
    async with (
        sending(OK + LENGTH + b"\r\n" + PAGE + smuggled, OK + b"\r\n" + PAGE) as url,
        gateway.open_session() as egress,
        aiohttp.ClientSession() as session,
    ):
        for _ in range(2):
            async with session.get(
                url,
                proxy=egress.proxy_url,
                headers={"Proxy-Authorization": egress.authorization},
            ) as response:
                assert await response.read() == PAGE


async def test_headers_pass_as_browsers_read_them(gateway: Gateway) -> None:
    head = b"X-Folded: a\r\n\t b\r\nbad line\r\n  Y: of the bad line\r\nX-Wide : c \r\n"
    async with sending(OK + head + CLOSE + LENGTH + b"\r\n" + PAGE) as url:
        _, headers, _ = await fetched(gateway, url)
    assert headers == {"X-Folded": "a b", "X-Wide": "c", "Content-Length": "11"}


def test_a_head_ends_with_an_empty_line() -> None:
    assert split_head(OK + b"X: y\r\n") is None
    assert split_head(b"\nHT") is None
    assert split_head(b"\r\n" + OK + b"\nbody") == (OK + b"\n", b"body")
    with pytest.raises(MalformedResponseError):
        split_head(b"12345HTTP/1.1 200 OK\r\n\r\n")


def test_the_type_that_counts_is_still_the_last_one() -> None:
    head, is_chunked = tidy_head(OK + b"Content-Type: a/b\r\nContent-Type : c/d\r\n\r\n")
    assert head == OK + b"Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n"
    assert not is_chunked


@pytest.mark.parametrize("size", range(1, 12))
def test_chunks_may_come_in_any_pieces(size: int) -> None:
    tidier = ChunkTidier()
    source = b"4;x\n<p>t\n7  \r\nhe page\r\n0\r\nTrailer\n\n"
    tidied = b"".join(tidier.feed(source[at : at + size]) for at in range(0, len(source), size))
    assert tidied.endswith(b"\r\n0\r\n\r\n")
    pieces = tidied.split(b"\r\n")
    assert b"".join(pieces[1::2]) == PAGE
    assert [int(number, 16) for number in pieces[::2] if number] == [
        *(len(piece) for piece in pieces[1:-3:2]),
        0,
    ]


@pytest.mark.parametrize(
    "source",
    [
        b"0x4\r\n",
        b"-4\r\n",
        b"\r\n",
        b"4 4\r\n",
        b"f" * 17 + b"\r\n",
        b"2\r\nabc\r\n",
        b"1" * 20_000,
    ],
)
def test_chunks_that_no_browser_reads_are_refused(source: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        ChunkTidier().feed(source)


def test_a_status_of_many_digits_is_no_status() -> None:
    with pytest.raises(MalformedResponseError):
        tidy_head(b"HTTP/1.1 " + b"1" * 5000 + b"\r\n\r\n")
