"""What a page is, besides its text: an empty application, a login form, a copy of another page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from activities.content import dom
from activities.content.legibility import is_binary, is_damaged
from activities.content.loading_words import ends_in_dots, only_loads, says_loading
from activities.content.login_forms import is_login_page
from activities.content.shown_text import ShownText, shown_texts
from activities.content.soft_errors import error_of
from activities.content.templates import UNFILLED

_DATA_SCRIPT = re.compile(r"json|text/(?!javascript)|importmap|speculationrules", re.IGNORECASE)
"""Types of scripts that are not run."""

_NOTICE_LETTERS = 300
"""Letters of a page that says no more than that it needs scripts."""

_NEEDS_SCRIPTS = re.compile(r"java\s?-?script", re.IGNORECASE)
"""The name stays the same in all languages."""

_LITTLE_TEXT = 200
"""Letters. On a page with fewer of its own, an empty block is where its text will be."""

_ROOT_NAMES = re.compile(
    r"(?:(?:react|vue|ng|ember|svelte|main|web|spa)[-_]?)?(?:app|root|mount)"
    r"(?:[-_]?(?:app|root|container|mount|wrapper))?|_{2,3}(?:next|nuxt|gatsby)|q-app|application",
    re.IGNORECASE,
)
"""Ids and names of elements into which the usual frameworks write the page."""

_HOOK_NAMES = re.compile(
    r"fb-root|modal|dialog|portal|toast|popup|overlay|cookie|consent|gtm|tag-?manager|tooltip|"
    r"notif|banner|captcha|chat|\bads?\b|advert|track|pixel|analytics|player|map\b|print|skip",
    re.IGNORECASE,
)
"""Ids of elements that stay empty until something happens, or show no text."""

_MEDIA = ("img", "picture", "video", "audio", "canvas", "iframe", "object", "embed", "svg", "input")
"""Elements with which a block is not empty, although it has no text."""

_BLOCKS = frozenset(("div", "section", "article", "ul", "ol", "table", "tbody"))
"""Elements into which scripts write texts."""

_FILLED_IN = frozenset(
    ("v-cloak", "v-text", "v-html", "ng-cloak", "ng-bind", "ng-bind-html", "data-ng-bind",
     "data-ng-bind-html", "x-text", "x-html")
)  # fmt: skip
"""Attributes of elements that Vue, AngularJS or Alpine fills in."""

_QUOTING = frozenset(("a", "button", "label", "code", "pre", "kbd", "samp", "q", "em", "i", "b"))
"""Elements whose text may speak of loading."""

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
    """Whether a login form is the main thing of the page."""
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


def read_traits(html: str, url: str, final_url: str, *, has_run: bool) -> PageTraits:
    """Return the traits of the page that was asked for at `url` and is at `final_url`.

    `has_run` if its scripts have run already.
    """
    root = dom.parse(html)
    texts = shown_texts(root)
    letters = sum(text.letters for text in texts)
    has_scripts = not has_run and any(_is_run(script) for script in root.iter("script"))
    has_media = any(True for _ in root.iter(*_MEDIA[:-1]))
    has_empty_root = _has_empty_root(root, texts) and not _is_told_without_scripts(texts)
    return PageTraits(
        is_shell=has_scripts and _says_nothing(texts, letters) and not (has_media and not letters),
        needs_browser=(has_scripts and (has_empty_root or not letters))
        or (not has_run and _is_in_frames(root, letters)),
        is_login=is_login_page(root, texts, url, final_url),
        error=error_of(root, texts),
        is_binary=is_binary(html),
        is_damaged=is_damaged(texts),
        fingerprints=_fingerprints(texts, (url, final_url)) if letters else (),
    )


def _is_in_frames(root: HtmlElement, letters: int) -> bool:
    """Return whether the whole page is in its frames; `letters` is the size of its own text."""
    return any(True for _ in root.iter(*(("frame",) if letters else ("frame", "iframe"))))


def _is_run(script: HtmlElement) -> bool:
    return _DATA_SCRIPT.search(script.get("type") or "") is None


def _says_nothing(texts: list[ShownText], letters: int) -> bool:
    """Return whether the texts are only there until scripts have run."""
    if all(only_loads(text.text) for text in texts if text.letters):
        return True
    return letters <= _NOTICE_LETTERS and any(_NEEDS_SCRIPTS.search(text.text) for text in texts)


def _is_told_without_scripts(texts: list[ShownText]) -> bool:
    """Return whether the page has its text for clients without scripts, as many forums do."""
    told = [
        text for text in texts if next(text.element.iterancestors("noscript"), None) is not None
    ]
    return sum(text.letters for text in told) > _NOTICE_LETTERS


def _has_empty_root(root: HtmlElement, texts: list[ShownText]) -> bool:
    if root.xpath(f"boolean(//@{UNFILLED})"):
        return True
    own = sum(text.letters for text in texts if not text.is_around and not only_loads(text.text))
    if any(_is_promise(text, has_little_text=own < _LITTLE_TEXT) for text in texts):
        return True
    return any(
        _is_empty(element)
        for element in root.iter()
        if isinstance(element.tag, str) and _is_place(element, has_little_text=own < _LITTLE_TEXT)
    )


def _is_promise(text: ShownText, *, has_little_text: bool) -> bool:
    """Return whether `text` says that something else will stand in its place."""
    if not says_loading(text.text) or not (has_little_text or ends_in_dots(text.text)):
        return False
    around = {text.element.tag, *(ancestor.tag for ancestor in text.element.iterancestors())}
    return around.isdisjoint(_QUOTING)


def _is_place(element: HtmlElement, *, has_little_text: bool) -> bool:
    """Return whether scripts write the page's text into `element`, if it is empty."""
    name = element.get("id") or ""
    is_custom = "-" in element.tag
    if _ROOT_NAMES.fullmatch(name) or (is_custom and _ROOT_NAMES.fullmatch(element.tag)):
        return True
    if not has_little_text:
        return False
    if element.tag == "main" or element.get("role") == "main":
        return True
    if not _FILLED_IN.isdisjoint(element.keys()):
        return True
    is_block = is_custom or element.tag in _BLOCKS
    return is_block and bool(name) and not _HOOK_NAMES.search(name)


def _is_empty(element: HtmlElement) -> bool:
    if next(element.iter(*_MEDIA), None) is not None:
        return False
    return all(only_loads(text.text) for text in shown_texts(element) if text.letters)


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
