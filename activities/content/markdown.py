"""HTML to markdown. Pure functions of text."""

from __future__ import annotations

from typing import Literal

from html_to_markdown import ConversionError, ConversionOptions, PreprocessingOptions, convert
from lxml import etree
from lxml.html import HtmlElement

from activities.content import dom


def full_page(html: str, url: str) -> str:
    """Everything on the page at `url` that a reader sees."""
    root = dom.parse(html)
    base_url = dom.base_of(root, url)
    dom.clean(root)
    return to_markdown(root, base_url)


def to_markdown(
    root: HtmlElement, base_url: str, *, preset: Literal["minimal", "aggressive"] = "minimal"
) -> str:
    """A cleaned tree as markdown, its links absolute to `base_url`.

    The preset `aggressive` leaves out what looks like navigation and the like. Raises
    `ValueError` if it cannot be converted.
    """
    html = etree.tostring(root, encoding="unicode", method="html")
    options = ConversionOptions(
        base_url=base_url,
        extract_metadata=False,
        compact_tables=True,
        br_in_tables=True,
        highlight_style="none",
        hidden_content="all",  # what is hidden has gone with the clean-up
        inline_data_media="drop_element",
        preprocessing=PreprocessingOptions(
            enabled=True,
            preset=preset,
            remove_navigation=preset == "aggressive",
            # Whole pages sit in one form.
            remove_forms=False,
        ),
    )
    try:
        return (convert(html, options).content or "").strip()
    except ConversionError as error:
        raise ValueError("the converter refuses this page") from error
