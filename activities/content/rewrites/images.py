"""Images that load late or without scripts only: they get the address that a reader would see."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml.html import HtmlElement

_LAZY_SOURCES = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-original-src",
    "data-image",
    "data-url",
)
"""Attributes in which scripts for lazy loading find the address of an image."""

_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
"""Attributes in which such scripts find a `srcset`."""

_PLACEHOLDER = re.compile(
    r"^(data:|about:|$)|\b(blank|spacer|placeholder|transparent|pixel|1x1|grey|gray)"
    r"\b[^/]*\.(gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
"""Addresses of images that are shown until the real image loads."""

_NOT_ADDRESSES = ("data:", "about:", "blob:", "{")
"""Beginnings of sources that lead nowhere: embedded data, and unfilled templates."""

_SRCSET_ENTRY = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)")


def recover_images(root: HtmlElement) -> None:
    """Set the final address of each image. Remove images without one, and tracking pixels."""
    for noscript in list(root.iter("noscript")):
        _recover_from_noscript(noscript)
    for image in list(root.iter("img")):
        source = _source_of(image)
        if source is None or _is_tracking_pixel(image):
            image.drop_tree()
            continue
        for name in ("srcset", *_LAZY_SOURCES, *_LAZY_SETS):
            image.attrib.pop(name, None)
        image.set("src", source)


def _recover_from_noscript(noscript: HtmlElement) -> None:
    """Put the images inside of a `noscript` in front of it, unless the same image is there."""
    images = [
        image
        for image in noscript.iter("img")
        if _source_of(image) and not _is_tracking_pixel(image)
    ]
    if not images:
        return
    before = noscript.getprevious()
    shown = [] if before is None else list(before.iter("img"))
    known = {_source_of(image) for image in shown}
    parent = noscript.getparent()
    for image in images:
        source = _source_of(image)
        if source in known:
            continue
        if len(images) == len(shown) == 1 and _source_of(shown[0]) is None:
            # The image in front is the placeholder of this one.
            shown[0].set("src", source or "")
            shown[0].set("alt", image.get("alt") or shown[0].get("alt") or "")
            continue
        copy = deepcopy(image)
        copy.tail = None
        parent.insert(parent.index(noscript), copy)


def _source_of(image: HtmlElement) -> str | None:
    """Return the address of the image that a reader sees after all scripts have run."""
    sources: list[str] = [image.get(name, "").strip() for name in _LAZY_SOURCES]
    sources += [_largest(image.get(name, "")) for name in _LAZY_SETS]
    own: str = image.get("src", "").strip()
    if not _PLACEHOLDER.search(own):
        sources.append(own)
    sources.append(_largest(image.get("srcset", "")))
    picture = next(image.iterancestors("picture"), None)
    if picture is not None:
        for alternative in picture.iter("source"):
            sources += [_largest(alternative.get(name, "")) for name in ("srcset", *_LAZY_SETS)]
    # An address with the name of a placeholder is better than none.
    for source in (*sources, own):
        if source and not source.startswith(_NOT_ADDRESSES):
            return source
    return None


def _largest(srcset: str) -> str:
    """Return the address of the largest image in a `srcset`."""
    best, size = "", -1.0
    for found in _SRCSET_ENTRY.finditer(srcset):
        number = float(found[2]) if found[2] and found[2].count(".") < 2 else 1.0
        if number > size:
            best, size = found[1], number
    return best


def _is_tracking_pixel(image: HtmlElement) -> bool:
    return image.get("width") in ("0", "1") and image.get("height") in ("0", "1")
