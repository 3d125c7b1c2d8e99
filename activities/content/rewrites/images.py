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
    "data-hi-res-src",
    "data-img-src",
    "data-image-src",
    "data-echo",
    "data-image",
    "data-url",
    "data-srcset",
    "data-lazy-srcset",
    "data-original-set",
)
"""Attributes in which scripts for lazy loading find the address of an image, or a `srcset`."""

_UNSURE = frozenset(("data-image", "data-url"))
"""Attributes that also hold other addresses, such as that of the page behind the image."""

_IMAGE_FILE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp)(?:$|[?#])", re.IGNORECASE)

_EMBEDDED = re.compile(r"(?:data|about|blob):|$", re.IGNORECASE)

_PLACEHOLDER_WORDS = frozenset(
    ("placeholder", "placehold", "spacer", "1x1", "lazyload", "lazyloader", "preloader")
)
"""Words in the name of a file that is shown until the real image loads."""

_PLACEHOLDER_NAMES = frozenset(
    ("blank", "transparent", "trans", "pixel", "grey", "gray", "loading", "loader", "spinner",
     "lazy", "empty", "clear", "dummy", "ajax", "preload", "image", "img", "icon", "bg", "default",
     "white", "black", "px", "gif", "min", "small", "large")
)  # fmt: skip
"""Words of such a name that other images have as well. They count if the name has no others."""

_WORDS = re.compile(r"[a-z]+|\d+x\d+|\d+", re.IGNORECASE)

_NOT_ADDRESSES = ("data:", "about:", "blob:", "javascript:", "#")
"""Beginnings of sources that lead nowhere: embedded data, and fragments of this page."""

_TEMPLATE = re.compile(r"[{}]|%7B|%7D|\[\[|<%|\$\w+\$", re.IGNORECASE)
"""Parts of patterns that a script fills in."""

_SOURCE_SETS = ("srcset", "data-srcset", "data-lazy-srcset")

_SRCSET_ENTRY = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)")


def recover_images(root: HtmlElement) -> None:
    """Set the final address of each image. Remove images without one, and tracking pixels."""
    for noscript in list(root.iter("noscript")):
        _recover_from_noscript(noscript)
    for image in root.iter("amp-img", "amp-anim"):
        if next(image.iter("img"), None) is None:
            image.tag = "img"
    for image in list(root.iter("img")):
        source = source_of(image)
        if source is None or _is_tracking_pixel(image):
            image.drop_tree()
            continue
        for name in ("srcset", *_LAZY_SOURCES):
            image.attrib.pop(name, None)
        image.set("src", source)


def _recover_from_noscript(noscript: HtmlElement) -> None:
    """Put the images inside of a `noscript` in front of it, unless the same image is beside it."""
    images = [
        image
        for image in noscript.iter("img")
        if source_of(image) and not _is_tracking_pixel(image)
    ]
    if not images:
        return
    before, after = noscript.getprevious(), noscript.getnext()
    shown = [] if before is None else list(before.iter("img"))
    known = {source_of(image) for image in shown}
    known |= set() if after is None else {source_of(image) for image in after.iter("img")}
    parent = noscript.getparent()
    for image in images:
        source = source_of(image)
        if source in known:
            continue
        if len(images) == len(shown) == 1 and source_of(shown[0]) is None:
            # The image in front is the placeholder of this one.
            shown[0].set("src", source or "")
            shown[0].set("alt", image.get("alt") or shown[0].get("alt") or "")
            continue
        copy = deepcopy(image)
        copy.tail = None
        parent.insert(parent.index(noscript), copy)


def source_of(image: HtmlElement) -> str | None:
    """Return the address of the image that a reader sees after all scripts have run.

    That is `src`, unless it is a placeholder. Then a script has not run yet, and the attribute that
    it would read has the address.
    """
    own: str = image.get("src", "").strip()
    sources = [] if _is_placeholder(own) else [own]
    sources += [_lazy_source(image, name) for name in _LAZY_SOURCES]
    sources.append(_largest(image.get("srcset", "")))
    picture = next(image.iterancestors("picture"), None)
    if picture is not None:
        for alternative in picture.iter("source"):
            sources += [_largest(alternative.get(name, "")) for name in _SOURCE_SETS]
    # An address with the name of a placeholder is better than none.
    for source in (*sources, own):
        if (
            source
            and not source.lower().startswith(_NOT_ADDRESSES)
            and not _TEMPLATE.search(source)
        ):
            return source
    return None


def _is_placeholder(source: str) -> bool:
    """Return whether an address is that of an image which is shown until the real one loads."""
    if _EMBEDDED.match(source):
        return True
    name = source.partition("?")[0].partition("#")[0].rpartition("/")[2].rpartition(".")[0].lower()
    words = _WORDS.findall(name)
    if not _PLACEHOLDER_WORDS.isdisjoint(words):
        return True
    names = [word for word in words if not word[0].isdigit()]
    return bool(names) and _PLACEHOLDER_NAMES.issuperset(names)


def _lazy_source(image: HtmlElement, name: str) -> str:
    value: str = image.get(name, "").strip()
    if name in _UNSURE and not _IMAGE_FILE.search(value):
        return ""
    if value.startswith(("{", "[")):
        return ""
    return _largest(value) if name.endswith("set") or " " in value else value


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
