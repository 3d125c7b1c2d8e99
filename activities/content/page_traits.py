"""What a page is, besides its text: an empty application, a login form, a copy of another page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from activities.content import dom
from activities.content.empty_places import MEDIA, has_empty_place
from activities.content.form_fields import upwards
from activities.content.legibility import is_binary, is_damaged
from activities.content.loading_words import only_loads
from activities.content.login_forms import is_login_page
from activities.content.shown_text import ShownText, shown_texts
from activities.content.soft_errors import error_of, only_asks_for_login
from activities.content.visibility import is_hidden

_DATA_SCRIPT = re.compile(r"json|text/(?!javascript)|importmap|speculationrules", re.IGNORECASE)
"""Types of scripts that are not run."""

_NOTICE_LETTERS = 300
"""Letters of a page that says no more than that it needs scripts."""

_NEEDS_SCRIPTS = re.compile(r"java\s?-?script", re.IGNORECASE)
"""The name stays the same in all languages."""

_VARIABLE = re.compile(r"\d[\d:-]{3,}\d|-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-")
"""Long numbers, dates, times, and the middle of a UUID: they differ on copies of one page."""

_ID = re.compile(r"(?=[a-f]*\d)[0-9a-f]{8,}")
"""An id of a request, which differs on copies of one page."""

_ID_LENGTH = 8

_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class PageTraits:
    """What a page is, besides its text."""

    is_shell: bool
    """Whether the page has scripts that have not run, and no text of its own: at most it says that
    it needs scripts, or that it is loading."""
    needs_browser: bool
    """Whether the page has scripts that have not run, and a place that they seem to fill: an empty
    root of an application, a template, or a line that says that something is being loaded. Also
    whether the whole page is in its frames."""
    is_login: bool
    """Whether a login form is the main thing of the page, or the page only asks for a login."""
    asks_for_login: bool
    """Whether a short page says that its visitor must log in. It may have other text as well."""
    error: str
    """What the page says in the place of content: `missing`, `denied` or `down`. Empty if it is no
    error page."""
    is_binary: bool
    """Whether the page is no text, such as a PDF or a packed page that is called HTML."""
    is_damaged: bool
    """Whether many characters could not be read, since they are in another encoding."""
    fingerprints: tuple[str, ...]
    """Pages with the same words have one in common. Long numbers and times do not count, and in one
    of the two the parts of the URL do not count either. Empty if nothing else is left."""
    leads_on: bool = False
    """Whether a script that has not run only leads on to another document. `read_traits` does not
    know it: `activities.onward` does."""


def read_traits(html: str, url: str, final_url: str, *, has_run: bool) -> PageTraits:
    """Return the traits of the page that was asked for at `url` and is at `final_url`.

    `has_run` if its scripts have run already.
    """
    root = dom.parse(html)
    texts = shown_texts(root)
    letters = sum(text.letters for text in texts)
    has_scripts = not has_run and any(_is_run(script) for script in root.iter("script"))
    has_media = any(map(_is_shown_media, root.iter(*MEDIA)))
    has_empty_root = has_empty_place(root, texts) and _told_letters(texts) <= _NOTICE_LETTERS
    error = error_of(root, texts)
    return PageTraits(
        is_shell=has_scripts and _says_nothing(texts, letters) and not (has_media and not letters),
        needs_browser=(has_scripts and (has_empty_root or not letters))
        or (not has_run and _is_in_frames(root, letters)),
        is_login=is_login_page(root, texts, url, final_url)
        or (error == "login" and only_asks_for_login(texts)),
        asks_for_login=error == "login",
        error="" if error == "login" else error,
        is_binary=is_binary(html),
        is_damaged=is_damaged(texts),
        fingerprints=_fingerprints(texts, (url, final_url)) if letters else (),
    )


def _is_shown_media(element: HtmlElement) -> bool:
    """Return whether a reader sees `element`. Counters are of one pixel."""
    sizes = {element.get("width"), element.get("height")}
    return sizes.isdisjoint(("0", "1")) and not any(map(is_hidden, upwards(element)))


def _is_in_frames(root: HtmlElement, letters: int) -> bool:
    """Return whether the whole page is in its frames; `letters` is the size of its own text."""
    return any(True for _ in root.iter(*(("frame",) if letters else ("frame", "iframe"))))


def _is_run(script: HtmlElement) -> bool:
    return _DATA_SCRIPT.search(script.get("type") or "") is None


def _says_nothing(texts: list[ShownText], letters: int) -> bool:
    """Return whether the texts are only there until scripts have run."""
    if all(only_loads(text.text) for text in texts if text.letters):
        return True
    if letters > _NOTICE_LETTERS:
        return False
    if any(_NEEDS_SCRIPTS.search(text.text) for text in texts):
        return True
    # The only sentence for clients without scripts says that they need scripts.
    return sum(text.letters > 0 for text in texts) == 1 and _told_letters(texts) == letters


def _told_letters(texts: list[ShownText]) -> int:
    """Return the number of letters that only clients without scripts see. Forums have many."""
    return sum(
        text.letters
        for text in texts
        if text.element.tag == "noscript"
        or next(text.element.iterancestors("noscript"), None) is not None
    )


def _fingerprints(texts: list[ShownText], urls: tuple[str, ...]) -> tuple[str, ...]:
    text = " ".join(text.text for text in texts).lower()
    phrases = {phrase for url in urls for phrase in _phrases(url)}
    # Longer ones first, since they may contain shorter ones.
    written = "|".join(sorted(phrases, key=len, reverse=True))
    besides = re.sub(rf"(?<!\w)(?:{written})(?!\w)", " ", text) if written else text
    return tuple({print_ for each in (text, besides) if (print_ := _fingerprint(each))})


def _fingerprint(text: str) -> str:
    words = _WORDS.findall(_VARIABLE.sub(" ", text))
    left = " ".join(word for word in words if len(word) < _ID_LENGTH or not _ID.fullmatch(word))
    if not left:
        return ""
    return hashlib.blake2b(left.encode(errors="replace"), digest_size=16).hexdigest()


def _phrases(url: str) -> Iterator[str]:
    """Yield patterns of how a page repeats the parts of its `url`, which is in any case.

    A part of several words is repeated as a whole: its words alone are common ones.
    """
    parts = urlsplit(url.lower())
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    for part in (*unquote(parts.path).split("/"), *(text for pair in pairs for text in pair)):
        if words := _WORDS.findall(part):
            yield r"[\W_]+".join(map(re.escape, words))
