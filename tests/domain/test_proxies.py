"""The setting that lists the proxy exits: its meaning, and its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.proxies import COUNTRIES, Proxies, megabytes_text, read_proxy_url
from settings import read_proxies

SECRET = "s3cret"


def proxies(listed: object) -> Proxies:
    return read_proxies(json.dumps(listed))


def test_exits_are_listed_by_country() -> None:
    found = proxies(
        {"de": ["http://a:1", "socks5://u:p@b:2"], "us, gb": "http://{country}-{COUNTRY}:x@c:3"}
    )
    assert [proxy.url for proxy in found.of("de")] == ["http://a:1", "socks5://u:p@b:2"]
    assert [proxy.url for proxy in found.of("gb")] == ["http://gb-GB:x@c:3"]
    assert found.of("fr") == ()
    assert len(found.of(None)) == len(found.of("global")) == 4
    assert {proxy.country for proxy in found.of("eu")} == {"de"}
    assert found.choices == ["us", "gb", "de", "eu", "global"]


def test_a_provider_may_have_exits_in_all_countries() -> None:
    found = proxies({"*": "http://user-{country}-{session}:x@gate:1"})
    assert len(found.all) == len(COUNTRIES)
    assert all(proxy.has_sessions for proxy in found.all)
    assert found.of("tw")[0].url_of("5a") == "http://user-tw-5a:x@gate:1"


def test_the_country_of_an_exit_may_be_unknown() -> None:
    found = proxies({"global": "http://a:1", "eu": "http://b:1"})
    assert found.choices == ["eu", "global"]
    assert [proxy.country for proxy in found.of("global")] == [None, None]


def test_some_exits_resolve_names() -> None:
    found = proxies({"de": ["socks5h://a:1", {"url": "http://b:1", "names": True}, "http://c:1"]})
    assert [proxy.sends_names for proxy in found.all] == [True, True, False]


def test_a_proxy_may_be_reached_by_tls() -> None:
    [proxy] = proxies({"de": f"https://user-{{session}}:{SECRET}@gate.example:443"}).all
    server = read_proxy_url(proxy.url_of("5a"))
    assert (server.kind, server.is_tls, server.host, server.port) == (
        "http",
        True,
        "gate.example",
        443,
    )
    assert server.user == "user-5a"
    assert not read_proxy_url("http://gate.example:443").is_tls


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (f"http://u-{{session}}:{SECRET}@h:1", "h:1"),
        ("socks5://[2001:db8::1]:2", "[2001:db8::1]:2"),
    ],
)
def test_an_exit_is_named_without_its_credential(url: str, address: str) -> None:
    assert proxies({"de": url}).all[0].address == address


def test_the_list_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "exits.json").write_text('{"de": "http://a:1"}')
    assert read_proxies(str(tmp_path / "exits.json")).choices == ["de", "eu", "global"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"http://u:{SECRET}@h:1", "neither a path nor JSON"),
        (f'["http://u:{SECRET}@h:1"]', "neither a path nor JSON"),
        ("/nowhere/exits.json", "cannot be read: No such file or directory"),
        (f'{{"de": "http://u:{SECRET}@h:1"', "not valid JSON (line 1, column "),
        (f'{{"uk": "http://u:{SECRET}@h:1"}}', "'uk' is not a country; there are ar, au,"),
        (f'{{"de": ["http://a:1", "ftp://u:{SECRET}@h:1"]}}', "de, exit 2: its URL has to begin"),
        (f'{{"de": "http://u:{SECRET}@h"}}', "de, exit 1: its URL has to have a host and a port"),
        (f'{{"de": "http://u:{SECRET}/x@h:1"}}', "de, exit 1: its URL"),
        (f'{{"de": "http://u:{SECRET}@h:1/path"}}', "de, exit 1: its URL ends with the port"),
        (f'{{"de": "http://u{{sesion}}:{SECRET}@h:1"}}', "braces stand for {country}"),
        (f'{{"us,gb": "http://u:{SECRET}@h:1"}}', "has to have {country} in its URL"),
        (f'{{"eu": "http://u{{country}}:{SECRET}@h:1"}}', "eu is not a country"),
        (f'{{"de": "http://a%3Ab:{SECRET}@h:1"}}', "no user name may have a colon"),
        (f'{{"de": "socks5://{"u" * 300}:{SECRET}@h:1"}}', "255 characters at most"),
        (f'{{"de": "http://u:{SECRET}☃@h:1"}}', "have to be Latin-1"),
        ('{"de": []}', "de: it has no exits"),
        ('{"de": 1}', "neither a URL nor an object"),
        ('{"de": {"url": "http://a:1", "name": true}}', "'name' is not an option"),
        ('{"de": "http://a:1", "de": "http://b:1"}', "is there twice"),
    ],
)
def test_a_mistake_is_explained_without_showing_secrets(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_proxies(text)
    assert expected in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1_000, "0.001 MB"),
        (2_500_000, "2.5 MB"),
        (10_012_345, "10.012 MB"),
        (10_000_000, "10 MB"),
        (1_000_000_000_000, "1000000 MB"),
    ],
)
def test_traffic_is_written_for_people(count: int, text: str) -> None:
    assert megabytes_text(count) == text
