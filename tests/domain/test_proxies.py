"""The list of proxy exits: what it means, what is wrong with it, and which exit an item gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.egress.routes import ExitPool, Route
from domain.failures import ScrapeError
from domain.proxies import COUNTRIES, Proxies, read_proxies

SECRET = "s3cret"


def proxies(listed: object) -> Proxies:
    return read_proxies(json.dumps(listed))


def test_countries_have_exits_of_their_own() -> None:
    found = proxies(
        {"de": ["http://a:1", "socks5://u:p@b:2"], "us, gb": "http://{country}-{COUNTRY}:x@c:3"}
    )
    assert [proxy.url for proxy in found.of("de")] == ["http://a:1", "socks5://u:p@b:2"]
    assert [proxy.url for proxy in found.of("gb")] == ["http://gb-GB:x@c:3"]
    assert found.of("fr") == ()
    assert len(found.of(None)) == len(found.of("global")) == 4
    assert {proxy.country for proxy in found.of("eu")} == {"de"}
    assert found.choices == ["us", "gb", "de", "eu", "global"]


def test_a_provider_has_exits_everywhere() -> None:
    found = proxies({"*": "http://user-{country}-{session}:x@gate:1"})
    assert len(found.all) == len(COUNTRIES)
    assert all(proxy.has_sessions for proxy in found.all)
    assert found.of("tw")[0].url_of("5a") == "http://user-tw-5a:x@gate:1"


def test_an_exit_may_be_anywhere() -> None:
    found = proxies({"global": "http://a:1", "eu": "http://b:1"})
    assert found.choices == ["eu", "global"]
    assert [proxy.country for proxy in found.of("global")] == [None, None]


def test_some_exits_are_asked_for_names() -> None:
    found = proxies({"de": ["socks5h://a:1", {"url": "http://b:1", "names": True}, "http://c:1"]})
    assert [proxy.sends_names for proxy in found.all] == [True, True, False]


def test_the_list_may_be_in_a_file(tmp_path: Path) -> None:
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
def test_a_mistake_is_found_at_the_start_and_no_secret_is_shown(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_proxies(text)
    assert expected in str(caught.value)
    assert SECRET not in str(caught.value)


def test_secrets_are_in_no_repr() -> None:
    found = proxies({"de": f"http://u:{SECRET}@h:1"})
    route = ExitPool(found).route("de")
    for value in (found, *found.all, route, route.exit, vars(route.exit)):
        assert SECRET not in repr(value)


# Which exit an item gets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lose(route: Route) -> bool:
    """What happens if the exit of `route` is out of reach."""
    route.exit.is_lost = True
    return route.try_next("PROXY_FAILED")


def hosts(make: Callable[[], Route], times: int = 60) -> set[str]:
    """The hosts of the exits that so many items get."""
    return {make().exit.proxy.url.removeprefix("http://").split(":")[0] for _ in range(times)}


def test_each_item_gets_any_of_those_that_fit() -> None:
    pool = ExitPool(
        proxies({"de": ["http://a:1", "http://b:1"], "fr": "http://c:1", "us": "http://d:1"})
    )
    assert hosts(lambda: pool.route("de")) == {"a", "b"}
    assert hosts(lambda: pool.route("eu")) == {"a", "b", "c"}
    assert hosts(lambda: pool.route(None)) == hosts(lambda: pool.route("global")) == set("abcd")
    with pytest.raises(ScrapeError) as caught:
        pool.route("jp")
    assert caught.value.failure.code == "PROXY_FAILED"


def route_by(pool: ExitPool, host: str) -> Route:
    """That of an item which happens to get that exit."""
    while f"//{host}:" not in (route := pool.route("de")).exit.proxy.url:
        pass
    return route


def test_an_exit_that_is_lost_rests_longer_each_time(clock: Clock) -> None:
    pool = ExitPool(proxies({"de": ["http://a:1", "http://b:1"]}), clock)
    for rest in (30, 60, 120):
        assert lose(route_by(pool, "a"))
        clock.now += rest - 1
        assert hosts(lambda: pool.route("de")) == {"b"}
        clock.now += 2
        assert hosts(lambda: pool.route("de")) == {"a", "b"}
    route_by(pool, "a").arrived()
    assert lose(route_by(pool, "a"))
    clock.now += 31
    assert hosts(lambda: pool.route("de")) == {"a", "b"}


def test_an_exit_may_fail_an_item_or_two_by_the_fault_of_the_site(clock: Clock) -> None:
    pool = ExitPool(proxies({"de": "http://a:1", "fr": "http://b:1"}), clock)
    for _ in range(2):
        assert not pool.route("de").try_next("CONNECTION_FAILED")
        assert hosts(lambda: pool.route("eu")) == {"a", "b"}
    pool.route("de").try_next("CONNECTION_FAILED")
    assert hosts(lambda: pool.route("eu")) == {"b"}
    assert hosts(lambda: pool.route("de")) == {"a"}  # which is better than none


def test_an_item_tries_three_exits_and_none_twice() -> None:
    pool = ExitPool(proxies({"de": [f"http://{host}:1" for host in "abcd"]}))
    route = pool.route("de")
    tried = [route.exit.proxy]
    while lose(route):
        tried.append(route.exit.proxy)
    assert len(tried) == len(set(tried)) == 3


def test_a_session_lasts_for_an_item_and_a_failure_ends_it() -> None:
    pool = ExitPool(proxies({"de": "http://u-{session}:p@a:1"}))
    route = pool.route("de")
    first = route.exit
    assert route.exit is first
    assert route.try_next("PROXY_FAILED")
    assert route.exit is not first
    assert first != pool.route("de").exit


def test_a_block_is_one_turn_and_no_fault_of_the_exit() -> None:
    pool = ExitPool(proxies({"de": [f"http://{host}:1" for host in "abcd"]}))
    for _ in range(20):
        route = pool.route("de")
        first = route.exit.proxy
        assert route.try_next("BLOCKED")
        assert route.exit.proxy != first
        assert not route.try_next("BLOCKED")
    assert hosts(lambda: pool.route("de")) == set("abcd")
    # Exits that fail are another matter, before and after.
    route = pool.route("de")
    assert [lose(route), route.try_next("BLOCKED"), lose(route)] == [True, True, False]
    only = ExitPool(proxies({"de": "http://a:1"})).route("de")
    assert not only.try_next("BLOCKED")


def test_what_the_site_says_is_no_reason_for_another_exit() -> None:
    route = ExitPool(proxies({"de": ["http://a:1", "http://b:1"]})).route("de")
    assert not route.try_next("HTTP_404")
    assert not route.try_next("NAVIGATION_TIMEOUT")
