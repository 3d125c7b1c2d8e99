"""Cookies as clients write them, and the lines of a cookie file for one site."""

from __future__ import annotations

import pytest

from domain.cookies import (
    Cookie,
    CookieError,
    CookieScope,
    jar_lines,
    parse_cookies,
    scopes,
    set_without_name,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1; b=2", [("a", "1"), ("b", "2")]),
        (" a = 1 ;b=2;; ", [("a", "1"), ("b", "2")]),
        ("token=a=b==", [("token", "a=b==")]),
        ('a="x y"; b=', [("a", '"x y"'), ("b", "")]),
        ("Cookie: a=1", [("a", "1")]),
        ("'cookie:a=1; b=2'", [("a", "1"), ("b", "2")]),
        ('"a=1; b=2"', [("a", "1"), ("b", "2")]),
        ("a=1; a=2", [("a", "1")]),
        ("a=ü", [("a", "ü")]),
        ("a=1; beta", [("a", "1"), ("", "beta")]),
        ("beta; a=1; gamma", [("", "beta"), ("a", "1")]),
    ],
)
def test_cookies_are_parsed_leniently(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(cookie.name, cookie.value) for cookie in parse_cookies(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "my-s3cret-cookie",
        "a=1; __Host-my-s3cret-cookie",
        "a=1; my-s3cret-cookie\tb",
        "a=my-s3cret-cookie\r\nX-Other: 1",
        "a=my-s3cret-cookie\n",
        "a=my-s3cret-cookie\0",
        "=my-s3cret-cookie",
        "Set-Cookie: a=my-s3cret-cookie; Path=/",
        "a=my-s3cret-cookie" + "x" * 5000,
        "a=my-s3cret-cookie; " * 2000,
        "; ".join(f"c{number}=my-s3cret-cookie" for number in range(200)),
    ],
)
def test_invalid_cookies_are_refused_without_showing_them(text: str) -> None:
    with pytest.raises(CookieError) as caught:
        parse_cookies(text)
    assert "my-s3cret-cookie" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "is_included"),
    [
        ("https://a.example.com/x", True),
        ("https://b.example.com/", True),
        ("https://example.com/", True),
        ("http://a.example.com/", False),
        ("https://an-example.com/", False),
        ("https://example.org/", False),
    ],
)
def test_a_cookie_without_a_name_stays_within_its_site(url: str, is_included: bool) -> None:
    cookies = parse_cookies("a=1; beta")
    assert jar_lines(cookies, "https://a.example.com/") == [".example.com\tTRUE\t/\tTRUE\t0\ta\t1"]
    [_, (cookie, scope)] = scopes(cookies, "https://a.example.com/")
    assert cookie.value == "beta"
    assert scope.includes(url) == is_included


@pytest.mark.parametrize(
    ("header", "value", "scope"),
    [
        ("beta", "beta", CookieScope("www.example.com", None, secure=False)),
        ("=beta; Path=/; Secure", "beta", CookieScope("www.example.com", None, secure=True)),
        ("beta; Domain=.Example.com", "beta", CookieScope("www.example.com", "example.com", False)),
        ("beta; Domain=example.org", "beta", CookieScope("www.example.com", None, secure=False)),
        ("beta; Max-Age=0", "", CookieScope("www.example.com", None, secure=False)),
        ("beta; Max-Age=60", "beta", CookieScope("www.example.com", None, secure=False)),
        ("__Host-a", "", CookieScope("www.example.com", None, secure=False)),
    ],
)
def test_servers_set_cookies_without_a_name(header: str, value: str, scope: CookieScope) -> None:
    found = set_without_name(header, "https://www.example.com/")
    assert found == (Cookie("", value), scope)
    assert set_without_name(f"a={header}", "https://www.example.com/") is None


def test_cookie_lines_are_for_one_site() -> None:
    cookies = parse_cookies("a=1; __Host-b=2; __Secure-c=3")
    assert "1" not in repr(cookies)
    assert jar_lines(cookies[:2], "https://a.example.com/") == [
        ".example.com\tTRUE\t/\tTRUE\t0\ta\t1",
        "a.example.com\tFALSE\t/\tTRUE\t0\t__Host-b\t2",
    ]
