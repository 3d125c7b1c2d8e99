"""What single elements of a page are, as far as they tell a wall from a page of the site."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_MOUNTS = re.compile(r"root|app|application|main-app|__next|__nuxt|___gatsby|svelte|q-app|ember\w*")
"""Ids of the empty elements that the scripts of applications fill."""

_WAITING_TEXT = 20
"""Characters in such an element: it says that it is loading."""

_IMAGE_NAMES = re.compile(r"captcha|robot ?check|security[ _-]?(?:code|image)", re.IGNORECASE)
"""Words in the attributes of an image that is a CAPTCHA."""

_INVISIBLE = re.compile(r"display:none|visibility:hidden|(?:width|height):[01](?:px)?(?:;|$)")
"""Styles of frames that no reader is to see."""


def is_mount(element: HtmlElement) -> bool:
    """Return whether `element` is empty, or says that it is loading, until scripts fill it."""
    if len(element) > 0 or len((element.text or "").strip()) > _WAITING_TEXT:
        return False
    return _MOUNTS.fullmatch(element.get("id") or "") is not None


def says_something(cell: HtmlElement) -> bool:
    """Return whether `cell` has text of its own, and is no part of a layout."""
    return next(cell.iter("input", "img", "table", "script"), None) is None and bool(
        (cell.text_content() or "").strip()
    )


def is_tiny(image: HtmlElement) -> bool:
    """Return whether `image` is there to count visitors."""
    return image.get("width") in ("0", "1")


def is_captcha(image: HtmlElement) -> bool:
    """Return whether `image` is named as a CAPTCHA."""
    names = " ".join(image.get(name) or "" for name in ("src", "id", "class", "alt", "name"))
    return _IMAGE_NAMES.search(names) is not None


def is_visible_frame(frame: HtmlElement) -> bool:
    """Return whether a reader sees `frame`."""
    style = (frame.get("style") or "").replace(" ", "").lower()
    sizes = {frame.get("width"), frame.get("height")}
    return _INVISIBLE.search(style) is None and sizes.isdisjoint(("0", "1"))
