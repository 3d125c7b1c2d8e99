"""The heading of a page that is the page's title."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content.words import words_of


def titles(body: HtmlElement) -> list[HtmlElement]:
    """Return the `h1` and `h2` that are a part of the page's `title`, in the page's order."""
    title = f" {' '.join(words_of(body.getparent().findtext('head/title') or ''))} "
    return [
        heading
        for heading in body.iter("h1", "h2")
        if (words := words_of(heading.text_content())) and f" {' '.join(words)} " in title
    ]


def main_title(body: HtmlElement) -> HtmlElement | None:
    """Return the title of the page's content, or None if nothing looks like it.

    That is an `h1` that is a part of the page's `title`, or else such an `h2`, or else any `h1`.
    """
    found = titles(body)
    return next(
        (heading for heading in found if heading.tag == "h1"),
        found[0] if found else next(body.iter("h1"), None),
    )
