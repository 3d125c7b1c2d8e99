"""Documents that lead on to another one."""

from __future__ import annotations

import pytest

from activities.onward import (
    Refresh,
    find_refresh,
    goes_on_at_once,
    leads_on,
    script_seconds,
)

SHORT, LONG = "<h1>One moment</h1><p>You are being taken on.", "<p>" + "A page of its own. " * 99


@pytest.mark.parametrize(
    ("seconds", "html", "url", "is_followed"),
    [
        (0, LONG, "next", True),
        (1, LONG, "next", True),
        (2, LONG, "next", False),
        (10, SHORT, "next", True),
        (11, SHORT, "next", False),
        (0, SHORT, "", True),
        (5, SHORT, "", False),
        (5, SHORT, "#again", False),
    ],
)
def test_a_refresh_is_followed_if_the_document_only_leads_on(
    seconds: int, html: str, url: str, is_followed: bool
) -> None:
    refresh = Refresh(seconds, f"http://host/{url}")
    assert leads_on(html, "http://host/", refresh) == is_followed


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("setTimeout(() => { location.href = '/next'; }, 3000)", 3),
        ("window.setTimeout(function () { window.location.replace('/next') }, 4 * 1000)", 4),
        ("function go() { document.location = '/next' } setTimeout(go, 5000)", 5),
        ("setTimeout(\"location='/next'\", 2500)", 2.5),
        ("setTimeout(() => document.forms[0].submit(), 1500)", 1.5),
        ("setTimeout(() => location.assign('/next'), delay)", 10),
        ("let s = 5; setInterval(() => { if (!--s) location.href = '/next' }, 1000)", 10),
        ("setTimeout(() => { location.href = '/logout' }, 600000)", 0),
        ("setTimeout(() => { if (location.href == '/') start() }, 3000)", 0),
        ("setTimeout(start, 3000)" + " " * 500 + "function login() { location.href = '/in' }", 0),
        ("button.onclick = () => { location.href = '/next' }", 0),
    ],
)
def test_scripts_tell_when_they_go_on(code: str, seconds: float) -> None:
    assert script_seconds(f"{SHORT}<script>{code}</script>") == seconds
    assert script_seconds(f"{LONG}<script>{code}</script>") == 0
    assert script_seconds(f"{SHORT}<p>{code}<script>") == 0


@pytest.mark.parametrize(
    "code",
    [
        "location.href='/next'",
        "window.location = '/next';",
        "document.cookie = 'seen=1'; window.location.replace('/next')",
        "// we have moved\nlocation.assign('/next')",
        "window.onload = function () { document.forms[0].submit() }",
        "addEventListener('load', () => { location.href = '/next' })",
        "setTimeout(function(){ location.href = '/next' }, 3000)",
        "(function () { location.href = '/next' })()",
        "$(document).ready(function () { location = '/next' })",
        "self.location.href='/next'",
        "window.top.location.assign('/next')",
        "(function go () { parent.location = '/next' })()",
    ],
)
def test_a_script_that_leads_on_at_once_is_seen(code: str) -> None:
    assert goes_on_at_once(f"{SHORT}<script>{code}</script>")
    assert not goes_on_at_once(f"{LONG}<script>{code}</script>")


def test_a_handler_may_lead_on_at_once() -> None:
    assert goes_on_at_once("<body onload='document.forms[0].submit()'><form action=/next></form>")
    assert not goes_on_at_once("<body onload='start()'><p>Hours")


@pytest.mark.parametrize(
    "code",
    [
        "if (top != self) top.location = self.location",
        "screen.width < 700 && location.replace('/m')",
        "function go() { location.href = '/next' }",
        "button.onclick = () => { location.href = '/next' }",
        "b.addEventListener('click', function () { location.href = '/next' })",
        "// location.href = '/next'",
        "/* location.href = '/next' */",
        "location.href = '#prices'",
        "var here = location.href",
        "if (location.href == '/') start()",
        "config.location = 'Berlin'",
        "map.location.href = '/next'",
        "app.window.location = '/next'",
        "$location = '/next'",
        "(function () { const location = 'Berlin' })()",
        "map.location.replace('/next')",
    ],
)
def test_a_script_that_may_lead_on_says_nothing(code: str) -> None:
    assert not goes_on_at_once(f"{SHORT}<script>{code}</script>")


@pytest.mark.parametrize(
    "before",
    ["/* " * 80_000, "(function" + " " * 250_000, "<body " * 40_000, "window." * 35_000 + "x "],
)
def test_long_code_is_read_in_linear_time(before: str) -> None:
    assert not goes_on_at_once(f"<script>{before}</script>")
    assert goes_on_at_once(f"<script>location = '/next'; {before}</script>")


@pytest.mark.parametrize(
    "url", ["mailto:a@example.com", "app://open", "javascript:go()", "data:,x"]
)
def test_a_refresh_to_what_is_no_page_is_none(url: str) -> None:
    assert (
        find_refresh(f"<meta http-equiv=refresh content='0;url={url}'>", {}, "http://host/") is None
    )


@pytest.mark.parametrize(
    ("html", "header", "path"),
    [
        ("<meta http-equiv=refresh content='0;url=a'>", "", "a"),
        ("<meta http-equiv=refresh content='0;url=a'>", "0;url=b", "a"),
        ("<meta http-equiv=refresh content='5;url=a'>", "0;url=b", "b"),
        ("".join(f"<meta http-equiv=refresh content='0;{to}'>" for to in "ab"), "", "b"),
        ("<script>" + " " * 100_000 + "</script><meta http-equiv=refresh content='0;a'>", "", "a"),
    ],
)
def test_the_last_refresh_that_is_not_later_counts(html: str, header: str, path: str) -> None:
    refresh = find_refresh(html, {"refresh": header}, "http://host/")
    assert refresh == Refresh(0, f"http://host/{path}")


@pytest.mark.parametrize("around", ["template", "noscript", "textarea", "script"])
def test_a_refresh_that_is_no_element_of_the_page_is_none(around: str) -> None:
    html = f"<{around}><meta http-equiv=refresh content='0;url=a'></{around}>"
    assert find_refresh(html, {}, "http://host/") is None
