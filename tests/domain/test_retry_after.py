"""How the header `Retry-After` is parsed."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.retry_after import parse_retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        ("", None),
        ("9999999999", None),
    ],
)
def test_retry_after_is_parsed_as_in_the_rfc(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1),
        ("9999999999", 9999999999),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("-1", None),
        ("1.5.1", None),
        (".", None),
        ("soon", None),
        ("", None),
    ],
)
def test_lenient_parsing_accepts_more_numbers(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, is_lenient=True) == seconds


@pytest.mark.parametrize("is_lenient", [False, True])
@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_a_date_is_parsed_as_utc(
    zone: str, is_lenient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        value = formatdate(time.time() + 60, usegmt=True).replace("GMT", zone)
        seconds = parse_retry_after(value, is_lenient=is_lenient)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert seconds is not None
    assert 50 < seconds <= 60


@given(value=st.text(), is_lenient=st.booleans())
def test_any_text_is_parsed_without_an_error(value: str, is_lenient: bool) -> None:
    seconds = parse_retry_after(value, is_lenient=is_lenient)
    assert seconds is None or seconds >= 0
