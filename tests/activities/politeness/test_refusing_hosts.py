"""What becomes of items at hosts that refuse pages, in virtual time."""

from __future__ import annotations

import pytest

from tests.support.refusing_hosts import (
    Behaviour,
    Item,
    fails_above_quota,
    fails_above_rate,
    fails_at_first,
    fails_by_page,
    fails_in_bursts,
    pages,
    shuffled,
    simulate,
)

FOR_EVER = (0.0, 1e9)


@pytest.mark.parametrize(
    ("behaviour", "items", "good_seconds", "seconds"),
    [
        pytest.param(
            fails_by_page(),
            pages("/good", 3) + pages("/bad", 1) + pages("/good/later", 10, at=16),
            17.5,
            18,
            id="a bad page, and then a batch of good ones",
        ),
        pytest.param(
            fails_by_page(),
            shuffled(pages("/good", 10) + pages("/bad", 1)),
            2,
            17,
            id="1 bad page of 11",
        ),
        pytest.param(
            fails_by_page(429, 10),
            shuffled(pages("/good", 50) + pages("/bad", 1)),
            5,
            30,
            id="1 bad page of 51 that asks for a pause",
        ),
        pytest.param(
            fails_by_page(),
            shuffled(pages("/good", 40) + pages("/bad", 10)),
            25,
            60,
            id="10 bad pages of 50",
        ),
        pytest.param(
            fails_by_page(),
            pages("/bad", 3) + pages("/good", 10, at=7),
            20,
            60,
            id="only bad pages until good ones come",
        ),
    ],
)
def test_pages_that_are_refused_for_themselves_cost_no_other_page(
    behaviour: Behaviour, items: list[Item], good_seconds: float, seconds: float
) -> None:
    report = simulate(behaviour, items)
    assert not report.lost
    assert not report.misnamed
    assert report.good_seconds < good_seconds
    assert report.seconds < seconds
    for item in items:
        if not item.is_good:
            assert item.code == f"HTTP_{item.answers[-1]}"
            assert 3 <= len(item.answers) <= 5


@pytest.mark.parametrize("concurrency", [0, 1, 2, 20])
def test_no_page_is_lost_with_another_limit_of_visits(concurrency: int) -> None:
    items = shuffled(pages("/good", 40) + pages("/bad", 10))
    report = simulate(fails_by_page(), items, concurrency=concurrency)
    assert not report.lost
    assert report.seconds < 60
    report = simulate(fails_above_rate(1, 5), pages("/good", 50), concurrency=concurrency)
    assert not report.lost
    assert report.for_all <= 50


@pytest.mark.parametrize("seed", range(5))
def test_half_of_the_pages_may_be_refused(seed: int) -> None:
    items = shuffled(pages("/good", 25) + pages("/bad", 25), seed)
    report = simulate(fails_by_page(), items)
    assert not report.lost
    assert not report.misnamed


@pytest.mark.parametrize("retry_after", [None, 600.0])
@pytest.mark.parametrize("at", [0.0, 3.0, 60.0])
def test_the_bad_pages_of_an_account_cost_another_account_nothing(
    retry_after: float | None, at: float
) -> None:
    items = pages("/bad", 50, "b") + pages("/good", 10, "a", at)
    report = simulate(fails_by_page(503, retry_after), items)
    assert not report.lost
    assert not report.misnamed
    assert report.good_seconds < at + 10


@pytest.mark.parametrize("seconds", [15.0, 60.0, 119.0, 3600.0])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "items",
    [
        pytest.param(pages("/bad", 3) + pages("/good", 1, at=0.2), id="the bad ones first"),
        pytest.param(pages("/bad", 5) + pages("/good", 30, at=0.5), id="five bad ones first"),
        pytest.param(shuffled(pages("/good", 30) + pages("/bad", 5)), id="among the others"),
        pytest.param(shuffled(pages("/good", 40) + pages("/bad", 10), 3), id="ten of fifty"),
    ],
)
def test_a_few_pages_that_ask_for_a_long_time_cost_no_other_page(
    items: list[Item], status: int, seconds: float
) -> None:
    items = [Item(item.path, at=item.at) for item in items]
    report = simulate(fails_by_page(status, seconds), items)
    assert not report.lost
    assert report.good_seconds < 40


@pytest.mark.parametrize("seconds", [30.0, 119.0])
@pytest.mark.parametrize("seed", range(8))
def test_ten_of_fifty_pages_may_ask_for_a_long_time_in_any_order(seed: int, seconds: float) -> None:
    items = shuffled(pages("/good", 40) + pages("/bad", 10), seed)
    report = simulate(fails_by_page(429, seconds), items)
    assert not report.lost
    assert not report.misnamed


def test_a_host_that_asks_for_an_hour_gets_few_requests() -> None:
    report = simulate(fails_in_bursts(FOR_EVER, retry_after=3600.0), pages("/good", 50))
    assert report.for_all <= 10
    assert report.seconds < 40
    assert not report.misnamed


def test_a_host_may_refuse_the_first_visit_of_each_visitor() -> None:
    report = simulate(fails_at_first, pages("/good", 30))
    assert not report.lost


@pytest.mark.parametrize(
    ("begin", "retry_after", "number"),
    [(0.0, None, 50), (2.0, None, 100), (0.0, 10.0, 50), (0.0, 1.0, 50), (0.0, None, 3)],
)
def test_an_outage_of_half_a_minute_costs_no_page_and_gets_few_requests(
    begin: float, retry_after: float | None, number: int
) -> None:
    outage = (begin, begin + 30)
    report = simulate(fails_in_bursts(outage, retry_after=retry_after), pages("/good", number))
    assert not report.lost
    assert report.for_all <= 6 + 2 + 4, "the first visits, those that confirm, the probes"
    assert report.seconds < 60


@pytest.mark.parametrize("retry_after", [None, 119.0])
@pytest.mark.parametrize("end", [60, 100])
def test_a_longer_outage_that_ends_while_items_wait_costs_no_page(
    end: float, retry_after: float | None
) -> None:
    report = simulate(fails_in_bursts((0.0, end), retry_after=retry_after), pages("/good", 50))
    assert not report.lost
    assert report.for_all <= 6 + 2 + 4
    assert report.seconds < 160


def test_a_host_that_refuses_for_ever_gets_few_requests_and_ends_in_time() -> None:
    report = simulate(fails_in_bursts(FOR_EVER), pages("/good", 50))
    assert set(report.codes) == {"HTTP_503", "HOST_UNAVAILABLE"}
    assert not report.misnamed
    assert all(item.answers for item in report.items if item.code == "HTTP_503")
    assert report.for_all <= 12
    assert report.seconds < 120
    assert max(item.starts for item in report.items) < 10


@pytest.mark.parametrize(("number", "seconds"), [(1, 20), (3, 120)])
def test_pages_that_were_requested_fail_with_what_their_host_answered(
    number: int, seconds: float
) -> None:
    report = simulate(fails_in_bursts(FOR_EVER), pages("/good", number))
    assert report.codes == {"HTTP_503": number}
    assert report.seconds < seconds


def test_a_retry_after_that_is_not_kept_is_not_believed_for_ever() -> None:
    report = simulate(fails_in_bursts(FOR_EVER, retry_after=1), pages("/good", 50))
    assert report.for_all <= 15


@pytest.mark.parametrize(
    ("behaviour", "number", "most_refused", "seconds"),
    [
        pytest.param(fails_above_rate(5, 5, retry_after=1), 50, 0.6, 20, id="5 a second"),
        pytest.param(fails_above_rate(1, 5, retry_after=1), 100, 1.2, 110, id="1 a second"),
        pytest.param(fails_above_rate(1, 5, status=503), 100, 1.0, 130, id="1 a second, by 503"),
        pytest.param(fails_above_rate(10, 20), 500, 0.2, 100, id="10 a second"),
        pytest.param(fails_above_quota(20, 60), 50, 0.35, 130, id="20 a minute"),
    ],
)
def test_a_host_with_a_limit_serves_all_pages_in_the_end(
    behaviour: Behaviour, number: int, most_refused: float, seconds: float
) -> None:
    """`most_refused` is the number of requests above the limit, for each page."""
    report = simulate(behaviour, pages("/good", number))
    assert not report.lost
    assert report.for_all <= most_refused * number
    assert report.seconds < seconds
