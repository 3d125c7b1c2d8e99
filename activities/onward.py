"""Documents that lead on to another one: refreshes, and short pages whose scripts go on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag

import ada_url
import lxml.html
from lxml import etree

from activities.walls.text_count import has_much_text
from domain.items import ItemWarning
from domain.warnings import item_warning

_AT_ONCE_SECONDS = 1
"""Longest delay after which any document counts as a redirect."""

_PATIENCE_SECONDS = 10
"""Longest delay that is waited for, if the document has so little text that it only leads on.

Pages that say where they lead take three to ten seconds, so that they can be read.
"""

MAX_WAITS = 3
"""Documents that are waited for in one visit. Slides that follow each other have more."""

_ANNOUNCED_SECONDS = 60
"""Longest delay that a warning tells of. Longer ones end a login, or bring news."""

_PAGE_CHARACTERS = 1000
"""Characters of text from which a document is a page of its own."""

_REFRESH_CHARACTERS = 512 * 1024
"""Characters of a document in which a refresh or a base URL is looked for."""

_REFRESH = re.compile(
    r"\s*(?P<seconds>\d{1,9}|(?=\.))[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_MAX_REFRESH_LENGTH = 10_000
"""Longest content of a refresh in characters; the rest is ignored."""

_MAX_SHOWN_URL = 300
_MAX_SCRIPT_CHARACTERS = 256 * 1024
_GOES_ON = re.compile(
    r"(?<![\w$.])(?<!let )(?<!var )(?<!const )(?:(?:window|document|self|top|parent)\.)*location"
    r"(?:(?:\.href)?\s*=[^=]|\.(?:replace|assign)\s*\()|\.submit\s*\(\s*\)"
)
"""How a script goes on to another document. Other objects, such as maps, have a `location` too."""

_TIMER = re.compile(r"\bset(?:Timeout|(?P<repeats>Interval))\s*\(")
_DELAY = re.compile(r",\s*(\d{1,6})\s*(?:\*\s*(1000|1e3)\s*)?\)")
"""The last parameter of a call that sets a timer, in milliseconds."""

_ONLOAD = re.compile(r"<body\b[^<>]{0,2000}\sonload\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?:^|(?<=[\s;{}]))//[^\n]*", re.DOTALL)
_AT_LOAD = re.compile(
    r"(?:addEventListener\(\s*['\"](?:load|DOMContentLoaded|pageshow)['\"]\s*,|\bonload\s*=|"
    r"\bsetTimeout\s*\(|\$\(\s*(?:document\s*\)\.ready\()?|[(!])"
    r"\s*(?:async\s+)?(?:function(?:\s+\w+)?\s*\(\w*\)|\(\w*\)\s*=>)"
)
"""The beginning of functions that a browser calls when it has loaded the page, or at once."""

_PERHAPS = re.compile(
    r"\b(?:if|switch|catch|while|for)\b|\bfunction\b|=>|\?|&&|\|\||\bon[a-z]+\s*=|\.(?:on|click|then)\(|Listener"
)
"""Code that runs on a condition, or when a reader does something."""

_NEAR_CHARACTERS = 400
"""Characters of code between a timer and a way to another document that belong together."""


@dataclass(frozen=True)
class Refresh:
    """A refresh: after some seconds another document replaces this one."""

    seconds: int
    url: str

    @property
    def is_late(self) -> bool:
        """Whether this is more than a redirect, so that its document can be read meanwhile."""
        return self.seconds > _AT_ONCE_SECONDS

    def leads_elsewhere(self, url: str) -> bool:
        """Return whether this leads from the document at `url` to another one."""
        return urldefrag(self.url)[0] != urldefrag(url)[0]

    def warnings(self, url: str) -> tuple[ItemWarning, ...]:
        """Return a warning if the document at `url` was taken, but leads on soon."""
        if not self.leads_elsewhere(url) or self.seconds > _ANNOUNCED_SECONDS:
            return ()
        what = f"After {self.seconds} seconds the page leads on to {self.url[:_MAX_SHOWN_URL]}."
        return (item_warning("LEADS_ON", what),)


def leads_on(html: str, url: str, refresh: Refresh) -> bool:
    """Return whether the document `html` at `url` only leads on to what `refresh` names."""
    return not refresh.is_late or (
        refresh.seconds <= _PATIENCE_SECONDS
        and refresh.leads_elsewhere(url)
        and not has_much_text(html, _PAGE_CHARACTERS)
    )


def script_seconds(html: str) -> float:
    """Return after how many seconds scripts of the document `html` may go on to another one.

    Return 0 if the document has more text than those that only lead on, or if none of its own
    scripts both sets a timer and goes to another document. The seconds are an upper limit, since
    a script may also count them down.
    """
    if has_much_text(html, _PAGE_CHARACTERS):
        return 0
    return max(map(_timer_seconds, _scripts(html[:_MAX_SCRIPT_CHARACTERS])), default=0)


def goes_on_at_once(html: str) -> bool:
    """Return whether the document `html` has little text, and a script that only leads on from it.

    The script goes to another document on no condition, when it runs or when the page has loaded.
    """
    if has_much_text(html, _PAGE_CHARACTERS):
        return False
    code = html[:_MAX_SCRIPT_CHARACTERS]
    handlers = (found[1][1:-1] for found in _ONLOAD.finditer(code))
    return any(map(_goes_on_always, (*_scripts(code), *handlers)))


def _goes_on_always(code: str) -> bool:
    code = _COMMENT.sub("", code)
    way = _GOES_ON.search(code)
    if way is None or "#" in code[way.end() - 1 : way.end() + 2]:  # a place in the same page
        return False
    return _PERHAPS.search(_AT_LOAD.sub("", code[: way.start()])) is None


def _scripts(html: str) -> Iterator[str]:
    """Yield the code of the scripts that are written in `html`."""
    at = 0
    while (begin := html.find("<script", at)) >= 0:
        begin = html.find(">", begin) + 1
        at = html.find("</script", begin)
        if not 0 < begin <= at:
            return
        yield html[begin:at]


def _timer_seconds(code: str) -> float:
    """Return after how many seconds at most a timer in `code` may go to another document."""
    ways = [found.start() for found in _GOES_ON.finditer(code)]
    timers = [found for found in _TIMER.finditer(code) if _is_near(found.start(), ways)]
    if not timers:
        return 0
    delays = [int(number) * (1000 if factor else 1) for number, factor in _DELAY.findall(code)]
    if any(timer["repeats"] for timer in timers) or not delays:
        return _PATIENCE_SECONDS
    return max((ms / 1000 for ms in delays if ms <= 1000 * _PATIENCE_SECONDS), default=0)


def _is_near(at: int, places: list[int]) -> bool:
    """Return whether one of the sorted `places` is near `at`."""
    following = bisect_left(places, at - _NEAR_CHARACTERS)
    return following < len(places) and places[following] <= at + _NEAR_CHARACTERS


def find_refresh(document: str, headers: Mapping[str, str], url: str) -> Refresh | None:
    """Return the refresh of the document at `url`, from its header or a meta element.

    Of several, the last one counts that does not come later than those before.
    """
    found: Refresh | None = None
    for content in (headers.get("refresh", ""), *_refresh_elements(document)):
        refresh = _refresh(content, document, url)
        if refresh is not None and (found is None or refresh.seconds <= found.seconds):
            found = refresh
    return found


def _refresh(content: str, document: str, url: str) -> Refresh | None:
    """Return what `content` of a header or an element means in the document at `url`."""
    found = _REFRESH.fullmatch(content[:_MAX_REFRESH_LENGTH])
    if found is None:
        return None
    target = found["rest"]
    if target[0] in "'\"":
        target = target[1:].partition(target[0])[0]
    try:
        resolved = ada_url.URL(target.strip(), base=_base(document, url)).href
    except ValueError:
        return None
    if not resolved.startswith(("http:", "https:")):
        return None  # another program takes it, or nothing does
    return Refresh(int(found["seconds"] or 0), resolved)


def _refresh_elements(document: str) -> Iterator[str]:
    """Yield the contents of all meta elements that are refreshes."""
    head = document[:_REFRESH_CHARACTERS]
    if re.search(r"http-equiv\s*=\s*['\"]?\s*refresh", head, re.IGNORECASE) is None:
        return
    for element in _elements(head, "meta"):
        is_refresh = element.get("http-equiv", "").strip().lower() == "refresh"
        if is_refresh and next(element.iterancestors("noscript", "template"), None) is None:
            yield str(element.get("content", ""))


def _base(document: str, url: str) -> str:
    """Return the base of relative URLs in the document at `url`."""
    head = document[:_REFRESH_CHARACTERS]
    if "<base" in head.lower():
        for element in _elements(head, "base"):
            if "href" in element.keys():  # noqa: SIM118 -- iterating an element yields its children
                try:
                    return ada_url.URL(element.get("href"), base=url).href
                except ValueError:
                    break
    return url


def _elements(document: str, name: str) -> list[lxml.html.HtmlElement]:
    try:
        # As bytes, because lxml refuses a string that declares another encoding.
        parser = lxml.html.HTMLParser(encoding="utf-8")
        root = lxml.html.document_fromstring(document.encode(errors="replace"), parser=parser)
    except (etree.ParserError, ValueError):
        return []
    return list(root.iter(name))
