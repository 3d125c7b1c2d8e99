"""Removal of what a reader does not see.

In HTML from a browser, the computed style has decided already: what no reader sees has the style
`display: none !important`, and what a control unfolds is not hidden (`scripts/serialize.js`). In
HTML from a server, only attributes and well-known names tell it. Style sheets are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

_MAX_DEPTH = 250
"""Levels of nesting that are kept.

Real pages have fewer than 100. Converters are recursive, and lose what is nested deeper than 1,024
levels.
"""

_INVISIBLE = frozenset(
    ("applet", "canvas", "datalist", "link", "meta", "noembed", "noframes", "object",
     "parsererror", "script", "style", "template")
)  # fmt: skip
"""Elements that show no text. The text in `object` is for very old browsers. Chromium writes a
`parsererror` itself, see `activities.browser.document`."""

_VOID = frozenset(("source", "track", "param", "embed", "bgsound", "keygen", "wbr"))
"""Elements without an end tag. The parser does not know that, and puts what follows inside them."""

_NEVER_HIDDEN = frozenset(("html", "body", "main"))
"""Elements that are kept even if they are hidden.

Some scripts hide a whole page until its styles have loaded, and fail to show it again.
"""

_DIALOG_DEPTH = 8
"""Levels from the root at which `aria-hidden` may hide the whole page behind a dialog."""

_FOR_SCREEN_READERS = re.compile(
    r"(?:^|\s)(?:(?:[a-z]+-)?(?:u-)?(?:sr-only|visually-?hidden)(?:-focusable)?|show-for-sr"
    r"|screen-reader-(?:text|only)|element-invisible|u-hidden-?visually|a-offscreen)(?:$|\s)",
    re.IGNORECASE,
)
"""Classes of text that only screen readers get, in the common frameworks."""

_ICON_FONTS = re.compile(
    r"(?:^|\s)material-(?:icons|symbols)(?:-(?:outlined|rounded|round|sharp|two-tone))?(?:$|\s)"
)
"""Classes of fonts that draw an icon for a word."""

_ICON_NAME = re.compile(r"\s*[a-z][a-z0-9_]*\s*")

_OUTSIDE = re.compile(
    r"(?:left|top|right):-(?:(?:[5-9]\d{3}|\d{5,})(?:\.\d+)?px|\d{3,}(?:\.\d+)?r?em)"
)
"""A place far outside of the page. Slides of a carousel are nearer."""

_LAYER_ROLES = frozenset(
    ("dialog", "alertdialog", "menu", "listbox", "tooltip", "alert", "status", "navigation")
)
"""Roles of what opens above the page, or is said only when something has happened."""

_CONTROL_TAGS = (
    "a", "button", "li", "label", "summary", "div", "span", "h2", "h3", "h4", "tr", "td"
)  # fmt: skip
"""Elements that may name in an attribute what they unfold."""

_CONTROL_ROLES = frozenset(("button", "tab"))

_OPENS_LAYER = ("aria-haspopup", "popovertarget")
"""Attributes of controls that open something above the page, and unfold nothing within it."""

_LAYER_TOGGLES = frozenset(("modal", "dropdown", "offcanvas", "popover", "tooltip"))
"""Values of Bootstrap's `data-toggle` for such controls."""

_SHORT = 200
"""Characters. A longer part may hold a control for something else."""

_MANY = 50
"""Siblings of an element that are looked at, in each direction."""

_TWO_LETTERS = re.compile(r"[A-Za-z]{2}")
_WORD = re.compile(r"[^\s#'\"(),;:]+")


def remove_invisible(root: HtmlElement) -> None:
    """Remove from the tree, in place, what a reader does not see."""
    controls = _Controls(root)
    spoken = _spoken_instead(root)
    page_size = 0
    for element, depth in _walk(root):
        if element.tag in _INVISIBLE:
            element.drop_tree()
        elif depth > _MAX_DEPTH or element.tag in _VOID:
            element.drop_tag()
        elif element.tag in _NEVER_HIDDEN:
            continue
        elif (
            element.get("aria-hidden") == "true" and element.tag != "svg" and depth <= _DIALOG_DEPTH
        ):
            # An element with most of the text is the page itself, behind a dialog.
            page_size = page_size or len(root.text_content())
            is_page = len(element.text_content()) * 2 >= page_size
            if not is_page and not controls.unfold(element):
                if element.text_content().strip():
                    element.tail = f" {element.tail or ''}"  # what it kept apart stays apart
                element.drop_tree()
        elif _is_unseen(element, controls) and element not in spoken:
            element.drop_tree()


def _spoken_instead(root: HtmlElement) -> frozenset[HtmlElement]:
    """Return the words for screen readers beside what these do not read. One of both is kept."""
    return frozenset(
        element
        for element in root.iterdescendants("*")
        if _is_named_for_screen_readers(element)
        and not is_hidden(element)
        and any(other.get("aria-hidden") == "true" for other in _beside(element))
    )


def _beside(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the nearest siblings of an element, in both directions."""
    yield from islice(element.itersiblings(preceding=True), _MANY)
    yield from islice(element.itersiblings(), _MANY)


def _is_unseen(element: HtmlElement, controls: _Controls) -> bool:
    if is_hidden(element):
        return not (_may_unfold(element) and controls.unfold(element))
    return _is_for_screen_readers(element) or _is_icon(element)


def _is_icon(element: HtmlElement) -> bool:
    """Return whether an element's text is the name of an icon, which is drawn in its place."""
    if not _ICON_FONTS.search(element.get("class", "")) or len(element):
        return False
    return _ICON_NAME.fullmatch(element.text or "") is not None


def _walk(root: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    """Yield all elements below `root` with their depth. The caller may drop the yielded element."""
    stack = [(child, 1) for child in reversed(root)]
    while stack:
        element, depth = stack.pop()
        if not isinstance(element.tag, str):
            continue
        children = list(element)
        yield element, depth
        if element.getparent() is not None:
            stack.extend((child, depth + 1) for child in reversed(children))
        elif children and children[0].getparent() is not element:  # its tag was dropped
            stack.extend((child, depth) for child in reversed(children))


def is_hidden(element: HtmlElement) -> bool:
    """Return whether an element's own attributes hide it. Style sheets are not read."""
    if element.tag == "dialog" and element.get("open") is None:
        return True
    if not element.attrib:
        return False
    # Drawings with text are charts, which screen readers often skip; icons have no text.
    if element.get("aria-hidden") == "true" and element.tag != "svg":
        return True
    hidden = element.get("hidden")
    if hidden is not None and hidden.lower() != "until-found":
        return True
    declarations = _declarations(element)
    if any(map(_OUTSIDE.match, declarations)):
        return not {"position:absolute", "position:fixed"}.isdisjoint(declarations)
    return any(
        declaration.startswith(("display:none", "visibility:hidden"))
        for declaration in declarations
    )


def _may_unfold(element: HtmlElement) -> bool:
    """Return whether a script can show a hidden element by a class or an attribute."""
    return not any(declaration.endswith("!important") for declaration in _declarations(element))


def _declarations(element: HtmlElement) -> list[str]:
    style = element.get("style")
    return [] if style is None else "".join(style.lower().split()).split(";")


def _is_for_screen_readers(element: HtmlElement) -> bool:
    """Return whether only screen readers get an element, and it is not the words of an icon."""
    if not _is_named_for_screen_readers(element):
        return False
    if element.getparent() is None or next(element.iter("math"), None) is not None:
        return False
    holder = next(element.iterancestors("a", "button"), None)
    return holder is None or holder.text_content().strip() != element.text_content().strip()


def _is_named_for_screen_readers(element: HtmlElement) -> bool:
    names = element.get("class", "")
    # A hidden field has a picture in its place. What is chosen in it is shown all the same.
    return (
        bool(_FOR_SCREEN_READERS.search(names))
        and "not-sr-only" not in names
        and element.tag != "input"
    )


class _Controls:
    """The controls of a page, and what they unfold."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self._named: frozenset[str] | None = None
        self._control_ids: frozenset[str | None] | None = None

    def unfold(self, element: HtmlElement) -> bool:
        """Return whether a control unfolds a hidden element, so that a reader can get to it."""
        if not element.text_content().strip() or _is_layer(element):
            return False
        if element.get("role") == "tabpanel" or self._is_named(element):
            return True
        if next(element.iterancestors("nav", "header"), None) is not None:
            return False
        before = element.getprevious()
        if before is None or not _holds_control(before):
            return False
        is_message = next(element.iterancestors("form"), None) is not None
        return not is_message or _is_expander(before)

    def _is_named(self, element: HtmlElement) -> bool:
        names = self._names()
        if element.get("id") in names or element.get("aria-labelledby") in self._ids():
            return True
        if any(f".{name}" in names for name in element.get("class", "").split()):
            return True
        return any(
            value in names and value not in ("true", "false") and _TWO_LETTERS.search(value)
            for name, value in element.attrib.items()
            if name.startswith("data-")
        )

    def _ids(self) -> frozenset[str | None]:
        """Return the ids of the controls."""
        if self._control_ids is None:
            self._control_ids = frozenset(
                control.get("id")
                for control in self._root.iter(*_CONTROL_TAGS)
                if control.get("id") and _is_control(control) and not _opens_layer(control)
            )
        return self._control_ids

    def _names(self) -> frozenset[str]:
        """Return the words in the attributes by which controls name what they unfold."""
        if self._named is None:
            self._named = frozenset(
                word
                for control in self._root.iter(*_CONTROL_TAGS)
                if not _opens_layer(control)
                for name, value in control.attrib.items()
                if _names_target(control, name, value)
                for word in (value.removeprefix("#"), *_WORD.findall(value))
            )
        return self._named


def _names_target(control: HtmlElement, name: str, value: str) -> bool:
    if len(value) > 200:
        return False
    if name == "href":
        return value.startswith("#")
    if name in ("aria-controls", "onclick"):
        return True
    return name.startswith("data-") and (_is_control(control) or control.tag == "li")


def _is_layer(element: HtmlElement) -> bool:
    return (
        element.tag in ("dialog", "nav")
        or element.get("role") in _LAYER_ROLES
        or element.get("aria-modal") == "true"
        or element.get("popover") is not None
    )


def _opens_layer(control: HtmlElement) -> bool:
    if any(control.get(name, "false") != "false" for name in _OPENS_LAYER):
        return True
    toggle = control.get("data-bs-toggle") or control.get("data-toggle")
    return toggle in _LAYER_TOGGLES


def _is_control(element: HtmlElement) -> bool:
    if element.tag in ("button", "summary", "label") or element.get("role") in _CONTROL_ROLES:
        return True
    if element.tag == "a" and element.get("href", "#").startswith(("#", "javascript:")):
        return True
    return element.get("aria-expanded") is not None or element.get("onclick") is not None


def _is_expander(element: HtmlElement) -> bool:
    return any(each.get("aria-expanded") is not None for each in element.iter())


def _holds_control(element: HtmlElement) -> bool:
    """Return whether an element is a control, or hardly more than one."""
    if any(_opens_layer(each) for each in element.iter("a", "button")):
        return False
    if _is_control(element):
        return True
    size = len(element.text_content())
    if size < _SHORT and _is_expander(element):
        return True
    return any(
        _is_control(each) and 2 * len(each.text_content()) >= size
        for each in element.iter("a", "button", "div", "span")
    )
