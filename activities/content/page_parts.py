"""Which elements are marked as a part around a page's content: by tag, by role, or by name.

Class and id names are words of each site's own. `card-footer` is the footer of a card, not of the
page. `--has-footer` says what something has, and `top-[var(--nav-height)]` where it stands.
Generators of documentation make ids of headings. So a name marks an element only if all of its
words belong to names of page parts. Other names with such a word are a hint that needs evidence.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from lxml.html import HtmlElement


class Mark(Enum):
    """How an element is marked as a part around the content, from the strongest mark on."""

    DIALOG = auto()
    """Something that lies above the page."""
    CONSENT = auto()
    """A name of a part that asks for consent to cookies."""
    LANDMARK = auto()
    """A tag or role for a part of the page: navigation, banner, search, footer."""
    ASIDE = auto()
    """A tag or role for what belongs to the content only loosely."""
    NAME = auto()
    """A class or id that is the name of a page part."""
    HINT = auto()
    """A class or id with a word that names of page parts have."""


_LANDMARK_TAGS = frozenset(("nav", "menu", "header", "footer"))

_LANDMARK_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "search", "menu", "menubar", "doc-toc")
)

_DIALOG_ROLES = frozenset(("dialog", "alertdialog"))

_NEVER_BY_NAME = frozenset(
    ("body", "article", "main", "h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "thead", "tbody",
     "tr", "td", "th", "pre", "code")
)  # fmt: skip
"""Elements that are content, whatever their class or id."""

_PARTS = frozenset(
    ("addthis", "backtotop", "breadcrumb", "breadcrumbs", "colophon", "consent", "cookie",
     "cookiebar", "cookies", "crumbs", "footer", "gdpr", "masthead", "megamenu", "menu",
     "menubar", "modal", "nav", "navbar", "navfooter", "navheader", "navi", "navigation",
     "newsletter", "pager", "pagetop", "pagination", "popup", "popups", "printfooter", "share",
     "sharer", "sharing", "sidebar", "sidenav", "signature", "skip", "social", "socials",
     "submenu", "subnav", "toc", "toolbar", "topbar", "topnav", "totop")
)  # fmt: skip
"""Words for parts of a page around its content."""

_CONSENT = frozenset(("consent", "cookie", "cookiebar", "cookies", "gdpr"))
"""Those of these words that stand for a part that asks for consent."""

_QUALIFIERS = frozenset(
    ("account", "app", "area", "back", "banner", "bar", "block", "bottom", "box", "btn", "btns",
     "button", "buttons", "col", "column", "container", "content", "core", "desktop", "drawer",
     "dropdown", "fixed", "follow", "form", "global", "header", "holder", "icon", "icons",
     "inner", "law", "left", "link", "links", "list", "local", "main", "media", "message",
     "mobile", "networks", "notice", "on", "outer", "page", "panel", "policy", "primary",
     "region", "right", "root", "row", "secondary", "section", "side", "sign", "signup", "site",
     "sticky", "sub", "the", "this", "to", "tools", "top", "up", "upper", "user", "widget",
     "widgets", "wp", "wrap", "wrapper")
)  # fmt: skip
"""Words that say which part of the page, where it is, or what it is made of."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
"""A word of a name, which may be written in camel case."""

_UTILITY = re.compile(r"[^\w-]")
"""A character that only classes of style frameworks have, as in `md:top-[4px]`."""

_MODIFIER = re.compile(r"--.*")
"""A modifier in the naming scheme BEM. It says how a block differs, not what it is."""


def mark_of(element: HtmlElement) -> Mark | None:
    """Return how an element is marked as a part around the content, or None if it is not."""
    tag, role = element.tag, element.get("role")
    if role in _DIALOG_ROLES or tag == "dialog" or element.get("aria-modal") == "true":
        return Mark.DIALOG
    if tag in _LANDMARK_TAGS or role in _LANDMARK_ROLES:
        return Mark.LANDMARK
    if tag == "aside" or role == "complementary":
        return Mark.ASIDE
    return None if tag in _NEVER_BY_NAME else _mark_of_names(element)


def _mark_of_names(element: HtmlElement) -> Mark | None:
    mark = None
    for name in f"{element.get('class', '')} {element.get('id', '')}".split():
        if _UTILITY.search(name):
            continue
        words = [word.lower() for word in _WORD.findall(_MODIFIER.sub("", name))]
        if not _PARTS.isdisjoint(words):
            if all(word in _PARTS or word in _QUALIFIERS for word in words):
                return Mark.NAME if _CONSENT.isdisjoint(words) else Mark.CONSENT
            mark = Mark.HINT
    return mark
