"""Responses that are not pages."""

from __future__ import annotations

import pytest

from activities.fetch_errors import check_head
from domain.failures import ScrapeError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "86400"}, 86400),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500"}, None),
        ({}, None),
    ],
)
def test_a_refusal_says_how_long_the_host_wants_to_rest(
    headers: dict[str, str], seconds: float | None
) -> None:
    with pytest.raises(ScrapeError) as caught:
        check_head(429, headers, "http://host/")
    assert caught.value.retry_after == seconds
