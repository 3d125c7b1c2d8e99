"""Which exit an item gets, and when an exit rests."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from activities.egress.answer_watch import AnswerWatch
from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.routes import ExitPool, Route
from domain.failures import ScrapeError
from domain.proxies import Proxies
from settings import read_proxies

SECRET = "s3cret"


def proxies(listed: object) -> Proxies:
    return read_proxies(json.dumps(listed))


def test_no_repr_shows_a_secret() -> None:
    found = proxies({"de": f"http://u:{SECRET}@h:1"})
    route = ExitPool(found).route("de")
    for value in (found, *found.all, route, route.exit, vars(route.exit)):
        assert SECRET not in repr(value)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def failed(route: Route, code: str) -> bool:
    """Fail with `code` through the exit of `route`; return whether the item gets another exit."""
    return route.try_next(ScrapeError(code, "It was scripted."))


def lose(route: Route) -> bool:
    """Lose the exit of `route`; return whether the item gets another exit."""
    route.exit.record(ExitError(ExitFailure.AWAY))
    return failed(route, "PROXY_FAILED")


def hosts(make: Callable[[], Route], times: int = 60) -> set[str]:
    """Return the hosts of the exits that `times` items get."""
    return {make().exit.proxy.url.removeprefix("http://").split(":")[0] for _ in range(times)}


def test_an_item_gets_a_random_exit_of_its_country() -> None:
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
    """Return the route of an item that got the exit at `host`."""
    while f"//{host}:" not in (route := pool.route("de")).exit.proxy.url:
        pass
    return route


def test_a_lost_exit_rests_longer_each_time(clock: Clock) -> None:
    pool = ExitPool(proxies({"de": ["http://a:1", "http://b:1"]}), clock)
    for rest in (30, 60, 120):
        assert lose(route_by(pool, "a"))
        clock.now += rest - 1
        assert hosts(lambda: pool.route("de")) == {"b"}
        clock.now += 2
    route_by(pool, "a").record_success()
    assert hosts(lambda: pool.route("de")) == {"a", "b"}
    assert lose(route_by(pool, "a"))
    clock.now += 31
    assert hosts(lambda: pool.route("de")) == {"a", "b"}


def test_one_item_tries_an_exit_after_its_rest(clock: Clock) -> None:
    pool = ExitPool(proxies({"de": ["http://a:1", "http://b:1"]}), clock)
    assert lose(route_by(pool, "a"))
    clock.now += 31
    trial = route_by(pool, "a")
    assert hosts(lambda: pool.route("de")) == {"b"}
    trial.record_success()
    assert hosts(lambda: pool.route("de")) == {"a", "b"}
    # An item that ends without a word blocks the exit for a while only.
    assert lose(route_by(pool, "a"))
    clock.now += 31
    route_by(pool, "a")
    clock.now += 31
    assert hosts(lambda: pool.route("de")) == {"a", "b"}


def test_an_exit_rests_after_three_failures_in_a_row(clock: Clock) -> None:
    pool = ExitPool(proxies({"de": "http://a:1", "fr": "http://b:1"}), clock)
    for _ in range(2):
        assert not failed(pool.route("de"), "CONNECTION_FAILED")
        assert hosts(lambda: pool.route("eu")) == {"a", "b"}
    failed(pool.route("de"), "CONNECTION_FAILED")
    assert hosts(lambda: pool.route("eu")) == {"b"}
    assert hosts(lambda: pool.route("de")) == {"a"}  # better than no exit


def test_an_item_tries_three_different_exits() -> None:
    pool = ExitPool(proxies({"de": [f"http://{host}:1" for host in "abcd"]}))
    route = pool.route("de")
    tried = [route.exit.proxy]
    while lose(route):
        tried.append(route.exit.proxy)
    assert len(tried) == len(set(tried)) == 3


def test_a_proxy_session_lasts_until_a_failure() -> None:
    pool = ExitPool(proxies({"de": "http://u-{session}:p@a:1"}))
    route = pool.route("de")
    first = route.exit
    assert route.exit is first
    assert failed(route, "PROXY_FAILED")
    assert route.exit is not first
    assert first != pool.route("de").exit


def test_a_blocked_item_tries_one_more_exit_and_no_exit_rests() -> None:
    pool = ExitPool(proxies({"de": [f"http://{host}:1" for host in "abcd"]}))
    for _ in range(20):
        route = pool.route("de")
        first = route.exit.proxy
        assert failed(route, "BLOCKED")
        assert route.exit.proxy != first
        assert not failed(route, "BLOCKED")
    assert hosts(lambda: pool.route("de")) == set("abcd")
    # Failures of an exit count separately from blocks.
    route = pool.route("de")
    assert [lose(route), failed(route, "BLOCKED"), lose(route)] == [True, True, False]
    only = ExitPool(proxies({"de": "http://a:1"})).route("de")
    assert not failed(only, "BLOCKED")


def test_failures_of_the_site_change_no_exit() -> None:
    route = ExitPool(proxies({"de": ["http://a:1", "http://b:1"]})).route("de")
    assert not failed(route, "HTTP_404")


def test_a_page_against_one_host_is_no_loss_of_the_exit() -> None:
    """An exit that filters may answer `CONNECT` for some hosts with a page of its own."""
    exit_ = ExitPool(proxies({"de": "http://a:1"})).route("de").exit
    exit_.watch = AnswerWatch(lambda _: None)
    exit_.watch.connected()
    exit_.watch.answered()
    exit_.record(ExitError(ExitFailure.GARBAGE))
    assert not exit_.is_lost
    assert exit_.refused == 1
    exit_.record(ExitError(ExitFailure.CREDENTIAL))
    assert exit_.is_lost


def test_an_item_tries_no_other_exit_if_there_is_no_time_for_a_page(clock: Clock) -> None:
    route = ExitPool(proxies({"de": ["http://a:1", "http://b:1"]}), clock).route("de")
    route.ends_at = clock.now + 60
    clock.now += 61
    assert not lose(route)
