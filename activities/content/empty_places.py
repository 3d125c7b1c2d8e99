"""Places of a page that are empty until its scripts have run."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from activities.content.loading_words import ends_in_dots, only_loads, says_loading
from activities.content.shown_text import ShownText, is_main, is_surrounding, shown_texts
from activities.content.templates import UNFILLED

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

_CUSTOM_HOOKS = re.compile(
    r"cart|search|share|social|toggle|menu|\bnav|header|footer|drawer|icon|announce|progress",
    re.IGNORECASE,
)
"""The same in the names of custom elements."""

MEDIA = ("img", "picture", "video", "audio", "canvas", "iframe", "object", "embed", "svg")
"""Elements that show something without text."""

_BLOCKS = frozenset(("div", "section", "article", "ul", "ol", "table", "tbody"))
"""Elements into which scripts write texts."""

_FILLED_IN = frozenset(
    ("data-bind", "ng-include", "ng-view", "ui-view", "v-cloak", "v-text", "v-html", "ng-cloak",
     "ng-bind", "ng-bind-html", "data-ng-bind", "data-ng-bind-html", "x-text", "x-html")
)  # fmt: skip
"""Attributes of elements that Vue, AngularJS, Knockout or Alpine fills in."""

_QUOTING = frozenset(("a", "button", "label", "code", "pre", "kbd", "samp", "q", "em", "i", "b"))
"""Elements whose text may speak of loading."""

_LOADS = re.compile(r"\b(?:load|revealed|intersect)\b")
"""When htmx fetches the content of an element without a reader."""


def has_empty_place(root: HtmlElement, texts: list[ShownText]) -> bool:
    """Return whether `root`, whose texts are `texts`, has a place that scripts seem to fill."""
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
    if is_main(element):
        return True
    if not _FILLED_IN.isdisjoint(element.keys()) or _LOADS.search(element.get("hx-trigger") or ""):
        return True
    if is_custom and not name:
        is_hook = _HOOK_NAMES.search(element.tag) or _CUSTOM_HOOKS.search(element.tag)
        return not (is_hook or any(map(is_surrounding, element.iterancestors())))
    is_block = is_custom or element.tag in _BLOCKS
    return is_block and bool(name) and not _HOOK_NAMES.search(name)


def _is_empty(element: HtmlElement) -> bool:
    if next(element.iter(*MEDIA, "input"), None) is not None:
        return False
    return all(only_loads(text.text) for text in shown_texts(element) if text.letters)
