"""Threads: what stands around the posts, and what every post repeats."""

from __future__ import annotations

from collections import Counter

from lxml.html import HtmlElement

from activities.content.text_sizes import HEADINGS, TextSizes, drop, outermost, total
from activities.content.titles import main_title
from activities.content.words import words_of

_MAX_RUNNING_ABOVE = 0.1
"""Share of the page's running text above the title, if the thread begins at the title."""

_MIN_POSTS = 3
"""Posts with the same label. Two may say the same by chance."""

_MIN_LABELLED = 0.8
"""Share of the posts that have a label. An author of most posts may have fewer."""

_MAX_POST_SHARE = 0.8
"""Share of the running text of all posts that the longest one may have."""

_MAX_LABEL_WORDS = 4
"""Words of a label, such as `Reply`, `Share` or `Original poster`."""

_MAX_LABEL = 60
"""Characters of a label."""

_MAX_FACT_WORDS = 12
"""Words of a fact about an author with its label, such as the number of posts."""


def reduce_to_thread(body: HtmlElement, sizes: TextSizes) -> None:
    """Remove from a thread, in place, what stands above its title, and the labels of its posts.

    Labels are buttons, links to tools, and numbers about authors. Authors and dates stay.
    """
    above = _above_title(body, sizes)
    if total(sizes, above).running <= _MAX_RUNNING_ABOVE * sizes[body].running:
        drop(above, sizes)
    drop(_labels(_posts(body, sizes), sizes), sizes)


def _above_title(body: HtmlElement, sizes: TextSizes) -> list[HtmlElement]:
    """Return the elements above the title, without those that share an element with it."""
    title = main_title(body)
    if title is None:
        return []
    around = set(title.iterancestors())
    found: list[HtmlElement] = []
    element = body
    while element is not title.getparent():
        for child in element:
            if child in around:
                element = child
                break
            found.append(child)
    return found


def _posts(body: HtmlElement, sizes: TextSizes) -> list[HtmlElement]:
    """Return the elements side by side that hold the most running text together."""
    groups: dict[tuple[HtmlElement, str], list[HtmlElement]] = {}
    for element in body.iterdescendants():
        if sizes[element].running:
            groups.setdefault((element.getparent(), element.tag), []).append(element)
    best: list[HtmlElement] = []
    most = 0
    for posts in groups.values():
        running = [sizes[post].running for post in posts]
        together = sum(running)
        if (
            len(posts) >= _MIN_POSTS
            and together > most
            and max(running) <= _MAX_POST_SHARE * together
        ):
            best, most = posts, together
    return best


def _labels(posts: list[HtmlElement], sizes: TextSizes) -> list[HtmlElement]:
    """Return the buttons, links and facts of posts with a label that nearly every post has."""
    leaves = [
        [(leaf, _label(leaf)) for leaf in post.iter() if _is_leaf(leaf, sizes)] for post in posts
    ]
    known = Counter(label for post in leaves for label in {label for _, label in post if label})
    recurring = {label for label, n in known.items() if n >= _MIN_LABELLED * len(posts)}
    labelled = [(leaf, label) for post in leaves for leaf, label in post if label in recurring]
    targets: dict[str, set[str | None]] = {}
    for leaf, label in labelled:
        targets.setdefault(label, set()).add(_target(leaf))
    found: dict[HtmlElement, None] = {}
    for leaf, label in labelled:
        for part in (_control(leaf, len(targets[label]) > 1), _fact(leaf)):
            if part is not None:
                found[part] = None
    return outermost(found)


def _link(leaf: HtmlElement) -> HtmlElement | None:
    return leaf if leaf.tag == "a" else next(leaf.iterancestors("a"), None)


def _target(leaf: HtmlElement) -> str | None:
    link = _link(leaf)
    return None if link is None else link.get("href")


def _control(leaf: HtmlElement, leads_apart: bool) -> HtmlElement | None:
    """Return the control that a label belongs to, if it is one.

    That is a button, or a link which leads elsewhere from each post. An author's name always leads
    to the same page.
    """
    if leaf.tag == "button" or leaf.get("role") == "button":
        return leaf
    link = _link(leaf)
    if link is None or next(link.iter(*HEADINGS, "time"), None) is not None:
        return None
    return link if leads_apart or link.get("href", "#").startswith("#") else None


def _is_leaf(element: HtmlElement, sizes: TextSizes) -> bool:
    """Return whether an element has text, and none of its parts has."""
    return sizes[element].text > 0 and not any(sizes[part].text for part in element)


def _label(leaf: HtmlElement) -> str:
    """Return the words of a label; empty for other texts. Dates and counts have digits."""
    text = leaf.text_content()
    words = words_of(text) if len(text) <= _MAX_LABEL else []
    is_label = len(words) <= _MAX_LABEL_WORDS and not any(map(str.isdigit, text))
    return " ".join(words) if is_label else ""


def _fact(label: HtmlElement) -> HtmlElement | None:
    """Return the item of a list that is a number or a date about an author, with its label."""
    item = next(label.iterancestors("li"), None)
    if item is None or next(item.iter("a", "p", "time", *HEADINGS), None) is not None:
        return None
    text = item.text_content()
    is_fact = len(words_of(text)) <= _MAX_FACT_WORDS and any(map(str.isdigit, text))
    return item if is_fact else None
