"""The entry: convert a whole page to markdown."""

from __future__ import annotations

from lxml.html import HtmlElement

from activities.content import dom
from activities.content.writer.document import write


def full_page(html: str, url: str) -> str:
    """Return everything that a reader sees of the page at `url`, as markdown."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    dom.clean(root)
    return to_markdown(root, base_url)


def to_markdown(root: HtmlElement, base_url: str) -> str:
    """Return a cleaned tree as markdown, with links absolute to `base_url`."""
    return write(root, base_url)
