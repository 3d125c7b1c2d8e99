"""The entry: convert a whole page to markdown."""

from __future__ import annotations

from typing import Literal

from html_to_markdown import ConversionError, ConversionOptions, PreprocessingOptions, convert
from lxml import etree
from lxml.html import HtmlElement

from activities.content import dom


def full_page(html: str, url: str) -> str:
    """Return everything that a reader sees of the page at `url`, as markdown."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    dom.clean(root)
    return to_markdown(root, base_url)


def to_markdown(
    root: HtmlElement, base_url: str, *, preset: Literal["minimal", "aggressive"] = "minimal"
) -> str:
    """Return a cleaned tree as markdown, with links absolute to `base_url`.

    The preset `aggressive` leaves out what looks like navigation. Raises `ValueError` if the tree
    cannot be converted.
    """
    html = etree.tostring(root, encoding="unicode", method="html")
    options = ConversionOptions(
        base_url=base_url,
        extract_metadata=False,
        compact_tables=True,
        br_in_tables=True,
        highlight_style="none",
        hidden_content="all",  # hidden elements were removed in the clean-up
        inline_data_media="drop_element",
        preprocessing=PreprocessingOptions(
            enabled=True,
            preset=preset,
            remove_navigation=preset == "aggressive",
            # Some sites put the whole page into one form.
            remove_forms=False,
        ),
    )
    try:
        return (convert(html, options).content or "").strip()
    except ConversionError as error:
        raise ValueError("the converter refuses this page") from error
