"""How long the server of a model asks to wait."""

from __future__ import annotations

import httpx2
import pytest

from activities.extraction.errors import ModelError
from activities.extraction.refusals import ServerRefusal, from_refusal


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "86400"}, 3600),
        ({"Retry-After": "9999999999"}, 3600),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry-After": "Sat, 21 Oct 2215 07:28:00 GMT"}, 3600),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After-Ms": "1500"}, 1.5),
        ({"Retry-After-Ms": "1500", "Retry-After": "120"}, 1.5),
        ({"Retry-After-Ms": "-1500"}, 0),
        ({"Retry-After-Ms": "86400000"}, 3600),
        ({"Retry-After-Ms": "soon", "Retry-After": "120"}, None),
        ({"Retry-After-Ms": "", "Retry-After": "120"}, 120),
        ({}, None),
    ],
)
def test_the_wait_is_in_seconds_and_one_hour_at_most(
    headers: dict[str, str], seconds: float | None
) -> None:
    error = from_refusal(ServerRefusal.from_body(429, "slow down", httpx2.Headers(headers)), {})
    assert isinstance(error, ModelError)
    assert error.retry_after == seconds
