"""Tell whether a page says what it is about, beside a CAPTCHA.

The pages of a file, of a vote or of a letter ask for a CAPTCHA before something is done. Their
content is there already. A wall does not know which page was asked for.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from activities.walls.facts import PageFacts

_MIN_ROWS = 2
"""Rows of facts. A wall may have one, for its reference."""

# The second group is Russian.
_SIZE = re.compile(
    r"\d\s?(?:[kmgt]i?b|[\u043a\u043c\u0433]\u0431|[kmgt]o|bytes)(?![\w/])"
    r"|\d[.,]\d{1,2}\s?[kmg](?![\w/])",
    re.IGNORECASE,
)
"""The size of a file."""

_FILE = re.compile(
    r"[\w)\]]\.(?:pdf|zip|rar|7z|gz|tar|iso|exe|msi|apk|dmg|jar|deb|rpm|docx?|xlsx?|pptx?|odt|csv|txt"
    r"|epub|mobi|mp[34]|mkv|avi|mov|flac|wav|jpe?g|png|gif|svg|psd|dwg|stl|torrent|srt)\b",
    re.IGNORECASE,
)
"""The name of a file."""

_WORD = re.compile(r"[^\W\d_]{4,}")

# fmt: off
_WALL_WORDS = frozenset((
    "access", "attention", "attack", "block", "blocked", "captcha", "challenge", "check",
    "checking", "checkpoint", "confirm", "denied", "error", "firewall", "forbidden", "gate",
    "guard", "home", "html", "human", "index", "limit", "page", "protection", "robot", "robots",
    "security", "sorry", "validate", "validation", "verification", "verify", "wall",
))
# fmt: on
"""Words that the addresses of walls share with their headings."""


def names_a_thing(facts: PageFacts) -> bool:
    """Return whether the page has the facts of something, or a heading that its address has too."""
    if facts.rows >= _MIN_ROWS or _SIZE.search(facts.text) or _FILE.search(facts.headings):
        return True
    return not _words_of(facts.headings).isdisjoint(_words_of_path(facts.url))


def _words_of_path(url: str) -> set[str]:
    """Return the words of the last part of the address that has any."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return set()
    parts = filter(None, map(_words_of, reversed(path.split("/"))))
    return next(parts, set())


def _words_of(text: str) -> set[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return set(_WORD.findall(plain.casefold())) - _WALL_WORDS
