"""Which type counts in a header `Content-Type`."""

from __future__ import annotations

import pytest

from domain.content_type import ContentType, parse_content_type


@pytest.mark.parametrize(
    ("header", "essence", "charset"),
    [
        ("text/html", "text/html", ""),
        ("Text/HTML ; Charset=UTF-8", "text/html", "UTF-8"),
        ('text/html; a="b;c,d"; charset="utf-8"', "text/html", "utf-8"),
        ("text/html; charset=utf-8; charset=latin1", "text/html", "utf-8"),
        ("text/html;;charset=utf-8,", "text/html", "utf-8"),
        ("text/html; charset='utf-8'", "text/html", "'utf-8'"),
        ('text/html; charset="', "text/html", ""),
        ("text/html; charset=; charset=latin1", "text/html", "latin1"),
        ('text/html; charset="lat\\in1 " x', "text/html", "latin1"),
        # Chromium takes these for other names than `charset` and `utf-8`.
        ("text/html; charset = utf-8", "text/html", ""),
        ("text/html; charset=utf-8 x", "text/html", "utf-8 x"),
        # The last valid type counts.
        ("text/html,text/html", "text/html", ""),
        ("text/plain, text/html", "text/html", ""),
        ("text/html, text/plain", "text/plain", ""),
        ("text/html, foo", "text/html", ""),
        ("text/html, */*", "text/html", ""),
        ("text/html, charset=utf-8", "text/html", ""),
        # Its charset may come from an earlier member of the same type.
        ("text/html\ntext/html; charset=utf-8", "text/html", "utf-8"),
        ("text/html; charset=utf-8\ntext/html", "text/html", "utf-8"),
        ("text/html; charset=utf-8, text/html; charset=latin1", "text/html", "latin1"),
        ("text/html; charset=utf-8\ntext/plain", "text/plain", ""),
        # White space ends a type.
        ("text/html charset=utf-8", "text/html", ""),
        ("text / html", "", ""),
        ("html", "", ""),
        ("*/*", "", ""),
        ("", "", ""),
        ("; charset=utf-8", "", ""),
    ],
)
def test_the_last_valid_type_counts(header: str, essence: str, charset: str) -> None:
    assert parse_content_type(header) == ContentType(essence, charset)
