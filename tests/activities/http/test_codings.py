"""Bodies in content codings, whole and broken."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard

from activities.http.codings import ContentCodingError, decode_content

PAGE = b"<p>unpacked" * 50
ENOUGH = 10_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def named_gzip(data: bytes) -> bytes:
    """Pack `data` with all the optional fields of a head."""
    plain = gzip.compress(data)
    return plain[:3] + b"\x1e" + plain[4:10] + b"\x02\x00xxname\0comment\0cc" + plain[10:]


GZIP, BROTLI, ZSTD = gzip.compress(PAGE), brotli.compress(PAGE), zstandard.compress(PAGE)


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        pytest.param("", PAGE, id="none"),
        pytest.param("UTF-8", PAGE, id="charset"),
        pytest.param("none", PAGE, id="word"),
        pytest.param("identity", PAGE, id="identity"),
        pytest.param("gzip", GZIP, id="gzip"),
        pytest.param("X-GZIP", GZIP, id="x-gzip"),
        pytest.param('"gzip"', GZIP, id="quoted"),
        pytest.param("utf-8, gzip", GZIP, id="charset-and-gzip"),
        pytest.param("gzip, gzip", gzip.compress(GZIP), id="twice"),
        pytest.param("deflate, gzip", gzip.compress(zlib.compress(PAGE)), id="two"),
        pytest.param("gzip", named_gzip(PAGE), id="gzip-with-all-fields"),
        pytest.param("gzip", GZIP + b"garbage", id="gzip-and-garbage"),
        pytest.param("gzip", GZIP[:-8] + b"wrongsum", id="gzip-wrong-checksum"),
        pytest.param(
            "gzip", gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:]), id="gzip-members"
        ),
        pytest.param("deflate", zlib.compress(PAGE), id="deflate"),
        pytest.param("deflate", raw_deflate(PAGE), id="deflate-without-frame"),
        pytest.param("deflate", zlib.compress(PAGE) + b"garbage", id="deflate-and-garbage"),
        pytest.param("br", BROTLI, id="br"),
        pytest.param("br", BROTLI + b"garbage", id="br-and-garbage"),
        pytest.param("zstd", ZSTD, id="zstd"),
        pytest.param("zstd", ZSTD + b"garbage", id="zstd-and-garbage"),
    ],
)
def test_bodies_are_unpacked_as_in_browsers(codings: str, body: bytes) -> None:
    assert decode_content(body, codings, ENOUGH) == (PAGE, True)


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        ("gzip", GZIP[:-12]),
        ("gzip", GZIP[:5]),
        ("gzip", named_gzip(PAGE)[:14]),
        ("deflate", zlib.compress(PAGE)[:-9]),
        ("br", BROTLI[:-3]),
        ("zstd", ZSTD[:-5]),
    ],
    ids=["gzip-end", "gzip-head", "gzip-name", "deflate", "br", "zstd"],
)
def test_a_body_that_ends_too_early_is_read_as_far_as_it_goes(codings: str, body: bytes) -> None:
    content, is_complete = decode_content(body, codings, ENOUGH)
    assert PAGE.startswith(content)
    assert not is_complete


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_an_empty_body_stays_empty(coding: str) -> None:
    assert decode_content(b"", coding, ENOUGH) == (b"", True)


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        ("gzip", PAGE),
        ("gzip", GZIP[:10] + b"\xff" * 20),
        ("gzip, gzip", GZIP),
        ("deflate", PAGE),
        ("br", PAGE),
        ("zstd", PAGE),
        ("gzip, " * 6 + "gzip", GZIP),
    ],
    ids=["gzip-plain", "gzip-broken", "once-of-twice", "deflate", "br", "zstd", "too-often"],
)
def test_what_no_browser_unpacks_is_refused(codings: str, body: bytes) -> None:
    with pytest.raises(ContentCodingError):
        decode_content(body, codings, ENOUGH)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
    ],
)
def test_no_more_is_unpacked_than_is_wanted(coding: str, pack: object) -> None:
    assert callable(pack)
    content, _ = decode_content(pack(bytes(8 * 2**20)), coding, ENOUGH)
    assert content == bytes(ENOUGH)


def test_many_members_take_a_time_in_proportion_to_their_number() -> None:
    body = gzip.compress(b"") * 200_000 + GZIP
    assert decode_content(body, "gzip", ENOUGH) == (PAGE, True)
