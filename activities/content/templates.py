"""Templates that have not run: places in HTML from a server that scripts would have filled in.

The templates of Vue and AngularJS, and those in the style of Mustache, stand in the page itself. A
browser shows `{{ price }}` for a moment at most. In HTML from a browser they are filled in already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, islice

from lxml.html import HtmlElement

from activities.content.form_fields import upwards
from activities.content.shown_text import ShownText, shown_texts

UNFILLED = "data-unfilled"
"""Attribute that `remove_templates` gives to elements in which it has removed something."""

_Marks = tuple[tuple[str, str], ...]

_BRACES: _Marks = (("{{", "}}"),)
_BRACES_OR_BRACKETS: _Marks = (*_BRACES, ("[[", "]]"))
"""What stands before and behind a value."""

_CHOSEN_BRACKETS = ("'[['", '"[["')
"""Code that chooses brackets for its values, because braces belong to the server."""

_HAS_VALUES = (
    "boolean(//text()[(contains(., '{{') or contains(., '[['))"
    " and not(parent::script or parent::style)])"
)
"""Scripts and their data often have such braces."""

_HAS_RUN = re.compile(r"class\s*=\s*[\"']?[^\"'>]{0,300}\bng-(?:binding|scope|isolate-scope)\b")
"""Classes that AngularJS gives to what it has filled in. A browser has saved such a page."""

_DIRECTIVE = re.compile(r"v-(?!pre$)[a-z]|(?:data-|x-)?ng[-:]|x-cloak$")
"""Beginning of the attributes by which Vue and AngularJS know what to fill in."""

_SHORT_DIRECTIVE = re.compile(r"[:@][a-z]|v-(?!pre$)[a-z]|(?:data-|x-)?ng[-:]")
"""The same, also as Vue shortens it. Alpine has such attributes too, but it fills in no texts. So
they count only close to a text."""

_REPEATED = ("v-for", "ng-repeat", "data-ng-repeat", "ng-repeat-start")
_CONDITIONAL = (
    "v-if", "v-else", "v-else-if", "ng-if", "data-ng-if", "ng-switch-when", "ng-switch-default"
)  # fmt: skip
"""Attributes of elements that are on the page only if something is true."""

_LIBRARIES = re.compile(r"\b(?:vue|angular|mustache|handlebars|hogan|ractive)\b", re.IGNORECASE)
_ROOT_ID = re.compile(r"(?:.*[-_])?(?:app|root)|(?:app|root)[-_].*", re.IGNORECASE)
"""Ids of elements that an application fills in."""

_QUOTING = frozenset(("code", "pre", "kbd", "samp", "var", "tt"))
"""Elements whose text shows how a template is written."""

_KEPT = ("v-pre", "ng-non-bindable", "data-ng-non-bindable")
"""Attributes by which Vue and AngularJS know what not to fill in."""

_LINES = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "tr", "label", "a"))
"""Elements whose text says nothing without one of its values."""

_MUCH_TEXT = 300
"""Letters besides the values. Labels and messages of a part that waits for values have fewer."""

_BLOCKS = ("div", "p", "ul", "ol", "dl", "table", "section", "article")

_NEAR_LEVELS = 2
"""Levels above a text in which directives show that the text belongs to a template."""

_NEAR_CHARACTERS = 300
"""Characters of text at such a level. A longer text may have an example besides."""

_NEAR_ELEMENTS = 200
"""Elements within each of these levels that are looked at."""

_LITTLE_TEXT = 200
"""Letters besides the values. A page with more may write about templates."""


def remove_templates(root: HtmlElement, html: str) -> None:
    """Remove from the tree of `html`, in place, the texts that wait for a value.

    What is repeated or shown for a value goes with them. What only shows how a template is written
    stays.
    """
    if not root.xpath(_HAS_VALUES) or _HAS_RUN.search(html):
        return
    has_brackets = any(chosen in html for chosen in _CHOSEN_BRACKETS)
    marks = _BRACES_OR_BRACKETS if has_brackets else _BRACES
    texts = shown_texts(root)
    held = {
        text.element for text in texts if _has_value(text.text, marks) and not _is_shown_as_is(text)
    }
    if not _is_application(root, texts, held):
        held = set(filter(_is_in_template, held))
    if held:
        _remove_parts(root, texts, held)
        for element in _without_lines(held):
            _remove_values(element, marks)
        _remove_attributes(root, marks)


def _has_value(text: str | None, marks: _Marks) -> bool:
    """Return whether `text` has a value between two of `marks`. This takes linear time."""
    if not text:
        return False
    begins = ((text.find(begin), end) for begin, end in marks)
    return any(at >= 0 and text.find(end, at + len(end)) >= 0 for at, end in begins)


def _is_shown_as_is(text: ShownText) -> bool:
    return any(
        each.tag in _QUOTING or any(each.get(name) is not None for name in _KEPT)
        for each in upwards(text.element)
    )


def _is_application(root: HtmlElement, texts: list[ShownText], held: set[HtmlElement]) -> bool:
    """Return whether the page has hardly any text but that of `held`, and scripts to fill it in."""
    if sum(text.letters for text in texts if text.element not in held) >= _LITTLE_TEXT:
        return False
    scripts = [f"{script.get('src') or ''} {script.text or ''}" for script in root.iter("script")]
    has_root = any(_ROOT_ID.fullmatch(up.get("id") or "") for each in held for up in upwards(each))
    return bool(scripts) and (has_root or any(map(_LIBRARIES.search, scripts)))


def _is_in_template(element: HtmlElement) -> bool:
    """Return whether directives around `element`, or close to it, show that it is a template."""
    if any(_has(each, _DIRECTIVE) for each in upwards(element)):
        return True
    near = [
        each
        for each in islice(upwards(element), 1 + _NEAR_LEVELS)
        if each.tag not in ("html", "body") and _has_little_text(each)
    ]
    return any(
        _has(inside, _SHORT_DIRECTIVE if level < _NEAR_LEVELS else _DIRECTIVE)
        for level, each in enumerate(near)
        for inside in islice(each.iter("*"), _NEAR_ELEMENTS)
    )


def _has_little_text(element: HtmlElement) -> bool:
    """Return whether `element` has less text than a part of a template. Stop counting at that."""
    return all(size < _NEAR_CHARACTERS for size in accumulate(map(len, element.itertext())))


def _has(element: HtmlElement, directive: re.Pattern[str]) -> bool:
    return any(map(directive.match, element.keys()))


def _remove_parts(root: HtmlElement, texts: list[ShownText], held: set[HtmlElement]) -> None:
    """Remove what is repeated for a value of `held`, and what is on the page under a condition.

    What has much text of its own is written by the server.
    """
    own = {text.element: text.letters for text in texts if text.element not in held}
    for name in (*_REPEATED, *_CONDITIONAL):
        for part in root.xpath("//*[@*[name() = $name]]", name=name):
            inside = set(part.iter("*"))
            is_written = sum(own.get(element, 0) for element in inside) >= _MUCH_TEXT
            if not is_written and (name in _CONDITIONAL or not held.isdisjoint(inside)):
                _drop(part)


def _without_lines(held: set[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield those of `held` that are in no line without blocks. Remove these lines."""
    lines: dict[HtmlElement, bool] = {}  # whether each of them is removed
    for element in held:
        line = next((each for each in upwards(element) if each.tag in _LINES), None)
        if line is not None and line not in lines:
            lines[line] = next(line.iterdescendants(*_BLOCKS), None) is None
            if lines[line]:
                _drop(line)
        if line is None or not lines[line]:
            yield element


def _remove_values(element: HtmlElement, marks: _Marks) -> None:
    """Remove the texts of `element` that have a value."""
    element.set(UNFILLED, "")
    if _has_value(element.text, marks):
        element.text = None
    for child in element:
        if _has_value(child.tail, marks):
            child.tail = None


def _drop(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.set(UNFILLED, "")
        element.drop_tree()


def _remove_attributes(root: HtmlElement, marks: _Marks) -> None:
    """Remove addresses and declarations that wait for a value."""
    for element in root.iter("a", "meta", "title", "form", "iframe"):
        for name in ("href", "src", "content"):
            if _has_value(element.get(name), marks):
                del element.attrib[name]
        if element.tag == "title" and _has_value(element.text, marks):
            element.text = None
