"""The gateway as its clients see it, on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.egress.exits import DirectExit, Exit
from activities.egress.gateway import Gateway
from activities.egress.session import EgressSession
from activities.egress.target import parse_target
from activities.egress.upstream import UpstreamProxy
from domain.addresses import Address
from name_resolution import NameNotResolvedError
from tests.support.canary import Canary
from tests.support.gateways import running_gateway
from tests.support.site import closed_port
from tests.support.upstreams import upstream_proxy

Resolver = Callable[[str], "asyncio.Future[Sequence[Address]]"]


class Origin:
    """A server that records its requests."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.connections: set[object] = set()
        self.url = ""
        self.asked, self.left = asyncio.Event(), asyncio.Event()
        """Set when `/wait` is requested, and when its client has gone."""

    @property
    def authority(self) -> str:
        return self.url.removeprefix("http://")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.connections.add(request.transport)
        self.bodies.append(await request.read())
        match request.path:
            case "/chunked":
                response = web.StreamResponse(headers={"Connection": "x-secret", "X-Secret": "1"})
                response.enable_chunked_encoding()
                await response.prepare(request)
                await response.write(b"a" * 70_000)
                await response.write(b"b" * 70_000)
                return response
            case "/until-closed":
                response = web.StreamResponse()
                response.force_close()
                await response.prepare(request)
                await response.write(b"until the end")
                return response
            case "/empty":
                return web.Response(status=204)
            case "/cut":
                response = web.StreamResponse(headers={"Content-Length": "1000"})
                await response.prepare(request)
                await response.write(b"half")
                assert request.transport is not None
                request.transport.close()
                return response
            case "/gone":
                assert request.transport is not None
                request.transport.abort()
            case "/pose":
                return web.Response(status=407, headers={"Proxy-Authenticate": "Basic realm=x"})
            case "/big":
                return web.Response(body=b"x" * 300_000)
            case "/websocket":
                websocket = web.WebSocketResponse()
                await websocket.prepare(request)
                async for message in websocket:
                    await websocket.send_str(f"{message.data} to you")
                return websocket
            case "/wait":
                self.asked.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    self.left.set()
        return web.Response(text=f"you asked for {request.path_qs}")


@pytest.fixture(name="origin")
async def _origin() -> AsyncIterator[Origin]:
    origin = Origin()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", origin.handle)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield origin
    await runner.cleanup()


@pytest.fixture(name="gateway")
async def _gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as gateway:
        yield gateway


def names(**hosts: str) -> Callable[[str], object]:
    """Return a resolver that knows only `hosts`; spaces separate several addresses of one host."""

    async def resolve(host: str) -> list[Address]:
        if host not in known:
            raise NameNotResolvedError(host)
        return [ip_address(part) for part in known[host].split()]

    known = {name.replace("_", "."): value for name, value in hosts.items()}
    return resolve


def fetch(
    session: aiohttp.ClientSession,
    egress: EgressSession,
    url: str,
    method: str = "GET",
    **options: object,
) -> aiohttp.client._RequestContextManager:
    return session.request(
        method,
        url,
        proxy=egress.proxy_url,
        headers={"Proxy-Authorization": egress.authorization},
        **options,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def wire(
    egress: EgressSession,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a TCP connection to the gateway."""
    host, _, port = egress.proxy_url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(120):
            yield reader, writer
    finally:
        writer.close()


async def exchange(egress: EgressSession, request: bytes) -> bytes:
    """Send `request`, close the sending side, and return the whole answer of the gateway."""
    async with wire(egress) as (reader, writer):
        writer.write(request.replace(b"$AUTH", egress.authorization.encode()))
        writer.write_eof()
        return await reader.read()


AUTH = b"Proxy-Authorization: $AUTH\r\n"


# Plain HTTP


@pytest.mark.parametrize("path", ["/", "/a?b=c&d=%20|'", "?only=query", ""])
async def test_plain_requests_reach_the_server(gateway: Gateway, origin: Origin, path: str) -> None:
    async with gateway.open_session() as egress:
        answer = await exchange(
            egress,
            f"GET {origin.url}{path} HTTP/1.1\r\nHost: elsewhere\r\n".encode()
            + AUTH
            + b"Proxy-Connection: keep-alive\r\nConnection: x-mine\r\nX-Mine: 1\r\nX-Yours: 2\r\n"
            b"TE: trailers\r\nKeep-Alive: 5\r\n\r\n",
        )
    expected = path if path.startswith("/") else f"/{path}"
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(f"you asked for {expected}".encode())
    [request] = origin.requests
    assert dict(request.headers) == {"Host": origin.authority, "X-Yours": "2"}


async def test_bodies_pass_both_ways_and_are_counted(gateway: Gateway, origin: Origin) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with gateway.open_session() as egress, aiohttp.ClientSession() as session:
        async with fetch(
            session, egress, f"{origin.url}/", "POST", data=b"x" * 200_000
        ) as response:
            assert response.status == 200
        async with fetch(session, egress, f"{origin.url}/", "PUT", data=chunks()) as response:
            assert response.status == 200
        async with fetch(session, egress, f"{origin.url}/chunked") as response:
            assert await response.read() == b"a" * 70_000 + b"b" * 70_000
            assert "X-Secret" not in response.headers
        async with fetch(session, egress, f"{origin.url}/until-closed") as response:
            assert await response.read() == b"until the end"
        async with fetch(session, egress, f"{origin.url}/empty") as response:
            assert response.status == 204
        async with fetch(session, egress, f"{origin.url}/big", "HEAD") as response:
            assert response.headers["Content-Length"] == "300000"
        async with fetch(session, egress, f"{origin.url}/big") as response:
            assert len(await response.read()) == 300_000
        assert 200_000 < egress.sent < 205_000
        assert 440_000 < egress.received < 445_000
    assert origin.bodies[:2] == [b"x" * 200_000, b"one two"]


async def test_connections_to_servers_are_reused(gateway: Gateway, origin: Origin) -> None:
    async with gateway.open_session() as egress, aiohttp.ClientSession() as session:
        for _ in range(3):
            async with fetch(session, egress, f"{origin.url}/") as response:
                await response.read()
    assert len(origin.requests) == 3
    assert len(origin.connections) == 1


async def test_truncated_responses_stay_truncated(gateway: Gateway, origin: Origin) -> None:
    async with gateway.open_session() as egress, aiohttp.ClientSession() as session:
        async with fetch(session, egress, f"{origin.url}/cut") as response:
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.read()
        async with fetch(session, egress, f"{origin.url}/gone") as response:
            assert response.status == 502
        refusal = egress.refusal_of(origin.url)
        assert refusal is not None
        assert refusal.code == "CONNECTION_FAILED"


async def test_the_request_ends_when_the_client_disconnects(
    gateway: Gateway, origin: Origin
) -> None:
    async with gateway.open_session() as egress:
        async with wire(egress) as (_, writer):
            head = f"GET {origin.url}/wait HTTP/1.1\r\nHost: x\r\n".encode()
            writer.write(head + AUTH.replace(b"$AUTH", egress.authorization.encode()) + b"\r\n")
            async with asyncio.timeout(120):
                await origin.asked.wait()
        async with asyncio.timeout(120):
            await origin.left.wait()


async def test_a_server_cannot_pose_as_the_gateway(gateway: Gateway, origin: Origin) -> None:
    async with (
        gateway.open_session() as egress,
        aiohttp.ClientSession() as session,
        fetch(session, egress, f"{origin.url}/pose") as response,
    ):
        assert response.status == 502
        assert "Proxy-Authenticate" not in response.headers


async def test_the_upload_ends_when_the_client_disconnects(
    gateway: Gateway, origin: Origin
) -> None:
    async with gateway.open_session() as egress:
        answer = await exchange(
            egress,
            f"POST {origin.url}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n".encode()
            + AUTH
            + b"\r\nhalf",
        )
    assert not answer.startswith(b"HTTP/1.1 200")


# Tunnels


async def test_websockets_pass_both_ways(gateway: Gateway, origin: Origin) -> None:
    async with gateway.open_session() as egress:
        answer = await exchange_websocket(
            egress, f"GET {origin.url}/websocket HTTP/1.1\r\n".encode() + AUTH, origin
        )
        assert answer.endswith(b"hello to you")
        connect = f"CONNECT {origin.authority} HTTP/1.1\r\nHost: x\r\n".encode() + AUTH + b"\r\n"
        answer = await exchange_websocket(egress, connect + b"GET /websocket HTTP/1.1\r\n", origin)
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"hello to you")


async def exchange_websocket(egress: EgressSession, start: bytes, origin: Origin) -> bytes:
    async with wire(egress) as (reader, writer):
        writer.write(
            start.replace(b"$AUTH", egress.authorization.encode())
            + f"Host: {origin.authority}\r\n".encode()
            + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        head = b""
        while b"101 Switching Protocols" not in head or not head.endswith(b"\r\n\r\n"):
            head += await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x81\x85\x00\x00\x00\x00hello")
        return head + await reader.readexactly(2 + len("hello to you"))


async def test_tunnels_end_with_their_session(gateway: Gateway, origin: Origin) -> None:
    async with gateway.open_session() as egress:
        host, _, port = egress.proxy_url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        request = f"CONNECT {origin.authority} HTTP/1.1\r\nHost: x\r\n".encode() + AUTH + b"\r\n"
        writer.write(request.replace(b"$AUTH", egress.authorization.encode()))
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(120):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


# Authentication


@pytest.mark.parametrize(
    "credentials",
    [b"", b"Proxy-Authorization: Basic eDp5\r\n", b"Proxy-Authorization: Basic\r\n", AUTH * 2],
)
@pytest.mark.parametrize("line", ["GET {url}/", "CONNECT {authority}"])
async def test_clients_without_a_credential_are_refused(
    gateway: Gateway, origin: Origin, credentials: bytes, line: str
) -> None:
    line = line.format(url=origin.url, authority=origin.authority)
    async with gateway.open_session() as egress:
        answer = await exchange(
            egress, f"{line} HTTP/1.1\r\nHost: x\r\n".encode() + credentials + b"\r\n"
        )
    assert answer.startswith(b"HTTP/1.1 407 ")
    assert b"Proxy-Authenticate: Basic" in answer
    assert not origin.requests


async def test_credentials_end_with_their_session(gateway: Gateway, origin: Origin) -> None:
    async with gateway.open_session() as former:
        pass
    async with gateway.open_session() as other:
        line = f"GET {origin.url}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ".encode()
        credentials = former.authorization.encode() + b"\r\n\r\n"
        assert (await exchange(other, line + credentials)).startswith(b"HTTP/1.1 407 ")


async def test_the_gateway_does_not_connect_to_itself() -> None:
    async with running_gateway() as gateway, gateway.open_session() as egress:
        port = gateway.url.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"):
            connect = f"CONNECT {host}:{port} HTTP/1.1\r\nHost: x\r\n".encode() + AUTH + b"\r\n"
            assert (await exchange(egress, connect)).startswith(b"HTTP/1.1 403 ")


# Malformed requests


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"
        b"\r\n\r\n0\r\n\r\nGET $URL/smuggled HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"POST $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\n"
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\nContent-Length: +3\r\n\r\nabc",
        b"POST $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        b"POST $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\nTransfer-Encoding : chunked\r\n\r\n",
        b"GET $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\nX: a\x00b\r\n\r\n",
        b"GET $URL/ HTTP/1.1\r\n$C\r\n\r\n",
        b"GET $URL/ HTTP/1.1\r\nHost: x\r\nHost: y\r\n$C\r\n\r\n",
        b"GET $URL/ HTTP/1.1 \r\nHost: x\r\n$C\r\n\r\n",
        b"GET $URL/ a HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: $AUTHORITY\r\n$C\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: $AUTHORITY\r\n$C\r\n\r\n",
        b"GET https://$AUTHORITY/ HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"GET http://user@$AUTHORITY/ HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"GET http:\\\\$AUTHORITY/ HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"GET $URL\\@127.0.0.2/ HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"GET $URL/#fragment HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"CONNECT $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"CONNECT 127.0.0.1 HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"CONNECT 127.0.0.1:0 HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"CONNECT 127.0.0.1:65536 HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"CONNECT [::1%25lo]:80 HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x05\x01\x00",
        b"\x16\x03\x01\x02\x00",
        b"GET $URL/" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n$C\r\n\r\n",
        b"GET $URL/ HTTP/1.1\r\nHost: x\r\n$C\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
)
async def test_malformed_requests_reach_no_server(
    gateway: Gateway, origin: Origin, request_bytes: bytes
) -> None:
    async with gateway.open_session() as egress:
        try:
            answer = await exchange(
                egress,
                request_bytes.replace(b"$URL", origin.url.encode())
                .replace(b"$AUTHORITY", origin.authority.encode())
                .replace(b"$C", AUTH.strip()),
            )
        except ConnectionResetError:
            answer = b""
    assert not origin.requests
    assert answer == b"" or answer[9:12] in (b"400", b"407", b"431", b"501")


AUTHORITIES = st.text(st.sampled_from("0127.xXaf:[]%/\\@#?-_é。\t 18"), max_size=24) | st.text()


@given(
    method=st.sampled_from([b"CONNECT", b"GET"]),
    prefix=st.sampled_from(["", "http://", "HTTP://", "http:", "https://", "//"]),
    authority=AUTHORITIES,
)
def test_targets_are_parsed_or_refused(method: bytes, prefix: str, authority: str) -> None:
    try:
        target = parse_target(method, f"{prefix}{authority}".encode())
    except ValueError:
        return
    assert 0 < target.port < 65536
    assert not set(target.host) & set("/\\@?# \t")
    assert target.path.startswith(b"/") is (method != b"CONNECT")
    assert parse_target(b"CONNECT", f"{target.host}:{target.port}".encode()).host == target.host


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    parts=st.lists(
        st.sampled_from(
            [
                b"GET ", b"POST ", b"CONNECT ", b"http://", b"127.0.0.2", b"2130706434", b"@", b"#",
                b"127.0.0.1", b"[::ffff:127.0.0.2]", b":$PORT", b"/", b" HTTP/1.1", b"\r\n", b"\n",
                b"Host: 127.0.0.2:$PORT", b"Content-Length: 5", b"Transfer-Encoding: chunked",
                b"Proxy-Authorization: $AUTH", b"\r\n\r\n", b"0\r\n\r\n", b"Connection: close",
            ]
        )
        | st.binary(max_size=8),
        max_size=24,
    )
)  # fmt: skip
async def test_no_input_reaches_a_forbidden_address(gateway: Gateway, parts: list[bytes]) -> None:
    canary = Canary("127.0.0.2")
    await canary.start(0)
    try:
        async with gateway.open_session() as egress:
            port = str(canary.port).encode()
            with suppress(ConnectionResetError):
                await exchange(egress, b"".join(parts).replace(b"$PORT", port))
    finally:
        await canary.close()
    assert canary.hits == []


# Targets


async def refusal_code(egress: EgressSession, url: str) -> str:
    async with aiohttp.ClientSession() as session, fetch(session, egress, url) as response:
        assert response.status in (403, 502, 504), await response.text()
        refusal = egress.refusal_named(response.headers["X-Spidra-Refusal"])
        assert refusal is not None
        return refusal.code


async def test_refusals_say_why_a_server_is_not_reached(origin: Origin) -> None:
    resolver = names(inside_test="10.0.0.1", both_test="10.0.0.1 127.0.0.1", site_test="127.0.0.1")
    async with running_gateway(resolver=resolver) as gateway, gateway.open_session() as egress:  # type: ignore[arg-type]
        port = origin.url.rpartition(":")[2]
        assert await refusal_code(egress, "http://unknown.test/") == "DNS_FAILURE"
        assert await refusal_code(egress, "http://inside.test/") == "EGRESS_BLOCKED"
        assert egress.blocked == 1
        closed = f"http://site.test:{closed_port()}/"
        assert await refusal_code(egress, closed) == "CONNECTION_REFUSED"
        # The gateway connects only to the permitted addresses of a host.
        async with (
            aiohttp.ClientSession() as session,
            fetch(session, egress, f"http://both.test:{port}/") as response,
        ):
            assert response.status == 200
        assert origin.requests[0].headers["Host"] == f"both.test:{port}"


async def test_dns_rebinding_reaches_no_forbidden_address(origin: Origin) -> None:
    answers = 0

    async def rebinding(host: str) -> list[Address]:
        nonlocal answers
        answers += 1
        return [ip_address("127.0.0.1" if answers % 2 else "127.0.0.2")]

    canary = Canary("127.0.0.2")
    port = int(origin.url.rpartition(":")[2])
    await canary.start(port)
    try:
        async with (
            running_gateway(resolver=rebinding) as gateway,
            aiohttp.ClientSession() as session,
        ):
            for number in range(20):
                async with gateway.open_session() as egress:
                    url = f"http://rebinding-{number}.test:{port}/"
                    async with fetch(session, egress, url) as response:
                        assert response.status == (403 if number % 2 else 200)
    finally:
        await canary.close()
    assert answers == 20
    assert canary.hits == []


# Limits


async def test_an_item_over_its_traffic_limit_is_cut_off(origin: Origin) -> None:
    async with (
        running_gateway(max_item_bytes=100_000) as gateway,
        gateway.open_session() as egress,
        aiohttp.ClientSession() as session,
    ):
        with pytest.raises(aiohttp.ClientError):
            async with fetch(session, egress, f"{origin.url}/big") as response:
                await response.read()
        code, _ = await asyncio.wait_for(asyncio.shield(egress.exhausted), 10)
        assert code == "TRAFFIC_LIMIT"
        assert await refusal_code(egress, f"{origin.url}/") == "TRAFFIC_LIMIT"
    assert len(origin.requests) == 1


async def test_a_lost_gateway_listens_again(origin: Origin) -> None:
    async with running_gateway() as gateway:
        assert gateway._server is not None
        gateway._server.close()
        async with (
            gateway.open_session() as egress,
            aiohttp.ClientSession() as session,
            fetch(session, egress, f"{origin.url}/") as response,
        ):
            assert response.status == 200


# From one item to the next


@asynccontextmanager
async def handed_on(
    gateway: Gateway, target: str, *, tunnel: bool, exit_: Exit | None = None
) -> AsyncIterator[
    tuple[
        asyncio.StreamReader,
        asyncio.StreamWriter,
        Callable[[], None],
        tuple[EgressSession, EgressSession],
    ]
]:
    """Yield a connection that has served one item, and whose credential is parked.

    Yields reader and writer, a function that resumes the credential for the next item, and the
    sessions of both items. The next item leaves through `exit_`.
    """
    async with (
        gateway.open_session() as first,
        gateway.open_session(exit_) as second,
        wire(first) as (r, w),
    ):
        credential = first.credential
        credential.is_kept = True
        auth = AUTH.replace(b"$AUTH", credential.authorization.encode())
        if tunnel:
            w.write(f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n".encode() + auth + b"\r\n")
            assert b" 200 " in await r.readuntil(b"\r\n\r\n")
        w.write(request_of(target, first, tunnel=tunnel))
        await answered(r)
        credential.park(keep_connections=True)
        yield r, w, lambda: credential.resume(second), (first, second)
        credential.close()


def request_of(target: str, egress: EgressSession, *, tunnel: bool, path: str = "/") -> bytes:
    if tunnel:
        return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    head = f"GET http://{target}{path} HTTP/1.1\r\nHost: x\r\n".encode()
    return head + AUTH.replace(b"$AUTH", egress.authorization.encode()) + b"\r\n"


async def answered(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert b" 200 " in head
    await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return what still arrives on a connection until it ends."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("tunnel", [False, True])
async def test_a_parked_connection_serves_the_next_item(
    gateway: Gateway, origin: Origin, tunnel: bool
) -> None:
    async with handed_on(gateway, origin.authority, tunnel=tunnel) as (r, w, resume, sessions):
        before = [(egress.sent, egress.received) for egress in sessions]
        assert before[1] == (0, 0)
        resume()
        w.write(request_of(origin.authority, sessions[0], tunnel=tunnel))
        await answered(r)
        assert (sessions[0].sent, sessions[0].received) == before[0]
        assert sessions[1].sent > 0
        assert sessions[1].received > 0
    assert len(origin.connections) == 1


@pytest.mark.parametrize("tunnel", [False, True])
async def test_a_client_that_sends_between_two_items_is_disconnected(
    gateway: Gateway, origin: Origin, tunnel: bool
) -> None:
    async with handed_on(gateway, origin.authority, tunnel=tunnel) as (r, w, _, sessions):
        w.write(request_of(origin.authority, sessions[0], tunnel=tunnel))
        answer = await ended(r)
    assert answer == b"" if tunnel else answer.startswith(b"HTTP/1.1 403 ")
    assert len(origin.requests) == 1


async def test_a_server_that_sends_between_two_items_is_disconnected(gateway: Gateway) -> None:
    servers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        servers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await ended(reader)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        target = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with handed_on(gateway, target, tunnel=True) as (r, _, _, sessions):
            received = [egress.received for egress in sessions]
            servers[0].write(b"late")
            assert await ended(r) == b""
            assert [egress.received for egress in sessions] == received


async def test_parked_connections_end_when_the_exit_changes(
    gateway: Gateway, origin: Origin
) -> None:
    target = origin.authority
    async with handed_on(gateway, target, tunnel=True, exit_=DirectExit()) as (r, _, resume, _):
        resume()
        assert await ended(r) == b""


async def test_a_running_request_ends_with_its_item(gateway: Gateway, origin: Origin) -> None:
    async with gateway.open_session() as egress, wire(egress) as (reader, writer):
        writer.write(request_of(origin.authority, egress, tunnel=False, path="/wait"))
        async with asyncio.timeout(120):
            await origin.asked.wait()
            egress.credential.park(keep_connections=True)
            assert await ended(reader) == b""
            await origin.left.wait()


# Upstream proxies


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_upstream_proxies_get_checked_addresses(origin: Origin, scheme: str) -> None:
    port = origin.url.rpartition(":")[2]
    resolver = names(site_test="127.0.0.1", inside_test="127.0.0.2")
    async with (
        upstream_proxy(scheme) as upstream,
        running_gateway(resolver=resolver) as gateway,  # type: ignore[arg-type]
        aiohttp.ClientSession() as session,
    ):
        async with gateway.open_session(UpstreamProxy(upstream.url)) as egress:
            async with fetch(session, egress, f"http://site.test:{port}/") as response:
                assert response.status == 200
            assert await refusal_code(egress, f"http://inside.test:{port}/") == "EGRESS_BLOCKED"
            assert await refusal_code(egress, "http://127.0.0.2/") == "EGRESS_BLOCKED"
            closed = await refusal_code(egress, f"http://site.test:{closed_port()}/")
            assert closed == ("CONNECTION_REFUSED" if scheme == "socks5" else "PROXY_FAILED")
        assert upstream.asked[0] == f"127.0.0.1:{port}"
        async with gateway.open_session(UpstreamProxy(upstream.url, sends_names=True)) as egress:
            assert await refusal_code(egress, "http://inside.test/") == "EGRESS_BLOCKED"
        assert all(target.startswith("127.0.0.1:") for target in upstream.asked)
        wrong = upstream.url.replace("exit-password", "wrong")
        for url in (wrong, f"{scheme}://127.0.0.1:{closed_port()}"):
            async with gateway.open_session(UpstreamProxy(url)) as egress:
                assert await refusal_code(egress, f"http://site.test:{port}/") == "PROXY_FAILED"
