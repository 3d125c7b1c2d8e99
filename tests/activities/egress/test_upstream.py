"""How an upstream proxy fails: each failure has its kind."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from activities.egress import upstream
from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.exits import Destination
from activities.egress.upstream import UpstreamProxy, trusted_authorities
from tests.support.certificates import Authority
from tests.support.odd_exits import Behaviour, answering, hang_up, mute, odd_exit
from tests.support.site import closed_port
from tests.support.upstreams import upstream_proxy

HERE = (ip_address("127.0.0.1"),)


async def failure_of(url: str, destination: Destination | None = None) -> ExitError:
    """Return how the proxy at `url` fails to connect."""
    with pytest.raises(ExitError) as caught:
        await UpstreamProxy(url).connect(destination or Destination("shop.example", HERE, 443))
    return caught.value


def answer(status: int, *headers: str, body: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status} Some Reason", *headers, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("behaviour", "failure", "sentence"),
    [
        (answering(answer(407)), "credential", "user name and password (HTTP status 407)."),
        (
            answering(
                answer(407, "Proxy-Authenticate: Digest realm=a", "Proxy-Authenticate: NTLM")
            ),
            "credential",
            "(HTTP status 407, and no log-in by Basic).",
        ),
        (
            answering(answer(407, "Proxy-Authenticate: NTLM", "proxy-authenticate: basic realm=a")),
            "credential",
            "(HTTP status 407).",
        ),
        (answering(answer(429)), "busy", "takes no more connections for now (HTTP status 429)."),
        (answering(answer(401)), "credential", "user name and password (HTTP status 401)."),
        (answering(answer(403)), "forbidden", "port 443 of shop.example (HTTP status 403)."),
        (answering(answer(405)), "forbidden", "(HTTP status 405)."),
        (answering(answer(501)), "forbidden", "(HTTP status 501)."),
        (answering(answer(302, "Location: http://login/")), "forbidden", "(HTTP status 302)."),
        (answering(answer(502)), "target", "no connection to shop.example (HTTP status 502)."),
        (answering(answer(503, body="<p>away")), "target", "(HTTP status 503)."),
        (answering(answer(503, "Retry-After: 5")), "busy", "for now (HTTP status 503)."),
        (answering(answer(504)), "target", "(HTTP status 504)."),
        (answering(b"SSH-2.0-OpenSSH_9.2\r\n", stays=True), "garbage", "as a proxy does."),
        (answering(b"\x05\xff", stays=False), "garbage", "as a proxy does."),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Le"), "garbage", "as a proxy does."),
        (answering(answer(200, body="<form>Log in")), "garbage", "(it sent a page of its own)."),
        (answering(b"HTTP/1.0 200 Connection established\r\nA: b\r\n\r\n<p>"), "garbage", "own)."),
        (hang_up, "closed", "closed the connection, when it was asked for shop.example."),
    ],
)
async def test_each_failure_of_an_http_proxy_has_its_kind(
    behaviour: Behaviour, failure: str, sentence: str
) -> None:
    async with odd_exit(behaviour) as proxy:
        error = await failure_of(proxy.url)
    assert error.failure == failure
    assert error.sentence("shop.example", 443).endswith(sentence)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_away_or_hangs_is_told_apart(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await failure_of(f"{scheme}://127.0.0.1:{closed_port()}")).failure == "away"
    monkeypatch.setattr("activities.egress.upstream._CONNECT_SECONDS", 0.1)
    async with odd_exit(mute) as proxy:
        assert (await failure_of(f"{scheme}://{proxy.address}")).failure == "hanging"


@pytest.mark.parametrize(
    ("replies", "failure"),
    [
        ([b"\x05\xff"], "credential"),
        ([b"\x05\x02", b"\x01\x01"], "credential"),
        ([b"\x05\x02"], "credential"),
        ([b"\x05\x00", b"\x05\x01\x00\x01"], "target"),
        ([b"\x05\x00", b"\x05\x02\x00\x01"], "forbidden"),
        ([b"\x05\x00", b"\x05\x03\x00\x01"], "target"),
        ([b"\x05\x00", b"\x05\x04\x00\x01"], "target"),
        ([b"\x05\x00", b"\x05\x06\x00\x01"], "target"),
        ([b"\x05\x00", b"\x05\x07\x00\x01"], "forbidden"),
        ([b"\x05\x00", b"\x05\x00\x00\x09"], "garbage"),
        ([b"\x05\x00", b"HTTP/1.1"], "garbage"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "garbage"),
        ([], "closed"),
        ([b"\x05\x00"], "closed"),
    ],
)
async def test_each_failure_of_a_socks_proxy_has_its_kind(
    replies: list[bytes], failure: str
) -> None:
    async def behave(reader, writer, _) -> None:  # type: ignore[no-untyped-def]
        for reply in replies:
            await reader.read(1024)
            writer.write(reply)
        await reader.read(1024)

    async with odd_exit(behave) as proxy:
        error = await failure_of(f"socks5://u:s3cret@{proxy.address}")
    assert error.failure == failure
    assert "s3cret" not in error.sentence("shop.example", 443)


async def test_what_comes_with_the_answer_to_connect_belongs_to_it() -> None:
    """The answer has headers, and comes in two parts."""

    async def behave(reader, writer, _) -> None:  # type: ignore[no-untyped-def]
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 Connection established\r\nProxy-")
        await writer.drain()
        await reader.read(0)
        writer.write(b"Agent: x\r\nContent-Length: 0\r\n\r\n")
        writer.write(b"hello" if await reader.read(1) else b"")

    async with odd_exit(behave) as proxy:
        made = await UpstreamProxy(proxy.url).connect(Destination("shop.example", HERE, 443))
        made.writer.write(b"?")
        assert await made.reader.read() == b"hello"
        made.writer.close()


# Failures that may pass


@pytest.mark.parametrize(
    ("answers", "is_persistent", "asked"),
    [
        ([b"", answer(503), answer(200)], True, 3),
        ([answer(429)] * 6 + [answer(200)], True, 7),
        ([answer(502), answer(200)], False, 1),
        ([answer(403), answer(200)], True, 1),
        ([answer(407), answer(200)], True, 1),
        ([answer(504)] * 5, True, 3),
    ],
)
async def test_a_proxy_is_asked_again_if_its_failure_may_pass(
    answers: list[bytes], is_persistent: bool, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy gives one answer after the other, and the last one from then on."""
    none = {failure: (0.0,) * len(pauses) for failure, pauses in upstream._PAUSES.items()}
    monkeypatch.setattr("activities.egress.upstream._PAUSES", none)

    async def behave(reader, writer, heads) -> None:  # type: ignore[no-untyped-def]
        given = answers[min(len(heads), len(answers) - 1)]
        await answering(given)(reader, writer, heads)

    async with odd_exit(behave) as proxy:
        exit_ = UpstreamProxy(proxy.url)
        destination = Destination("shop.example", HERE, 443)
        if answers[asked - 1] == answer(200):
            made = await exit_.connect(destination, is_persistent=is_persistent)
            made.writer.close()
        else:
            with pytest.raises(ExitError):
                await exit_.connect(destination, is_persistent=is_persistent)
        assert len(proxy.heads) == asked


async def test_a_proxy_that_is_asked_again_for_too_long_tells_its_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("activities.egress.upstream._PAUSES", {ExitFailure.BUSY: (60.0,)})
    monkeypatch.setattr("activities.egress.upstream._CONNECT_SECONDS", 0.2)
    async with odd_exit(answering(answer(429))) as proxy:
        with pytest.raises(ExitError) as caught:
            await UpstreamProxy(proxy.url).connect(
                Destination("shop.example", HERE, 443), is_persistent=True
            )
    assert caught.value.failure == "busy"


# TLS to the proxy


@pytest.fixture(name="authority")
def _authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority that this process trusts."""
    authority = Authority.make(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    trusted_authorities.cache_clear()
    yield authority
    trusted_authorities.cache_clear()


@pytest.mark.parametrize(
    ("address", "is_expired", "sentence"),
    [
        ("127.0.0.1", True, "is not valid (it has expired)."),
        ("127.0.0.2", False, "is not valid (it is for another address)."),
    ],
)
async def test_a_proxy_with_a_bad_certificate_is_not_used(
    authority: Authority, address: str, is_expired: bool, sentence: str
) -> None:
    tls = authority.server(address, is_expired=is_expired)
    async with upstream_proxy("https", tls=tls) as proxy:
        error = await failure_of(proxy.url)
    assert error.failure == "untrusted"
    assert error.sentence("shop.example", 443).endswith(sentence)
    assert proxy.users == []


async def test_a_certificate_of_an_unknown_authority_is_not_valid(tmp_path: Path) -> None:
    tls = Authority.make(tmp_path / "other").server("127.0.0.1")
    async with upstream_proxy("https", tls=tls) as proxy:
        error = await failure_of(proxy.url)
    assert (error.failure, error.detail) == ("untrusted", "its authority is unknown")


@pytest.mark.parametrize("behaviour", [answering(answer(400)), mute, hang_up])
async def test_a_proxy_without_tls_is_told_from_one_that_is_away(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.egress.upstream._REACH_SECONDS", 0.2)
    async with odd_exit(behaviour) as proxy:
        error = await failure_of(f"https://{proxy.address}")
    assert (error.failure, error.detail) == ("garbage", "there is no TLS")
