"""Fallbacks: what a page shows if scripts do not work."""

from __future__ import annotations

from lxml.html import HtmlElement


def show_fallbacks(root: HtmlElement) -> None:
    """Keep, in place, the content of `noscript` if no scripts run.

    HTML from a browser hides each `noscript` (`scripts/serialize.js`), since scripts have run. One
    that holds no text is left to `images`.
    """
    for noscript in list(root.iter("noscript")):
        if noscript.get("hidden") is None and noscript.text_content().strip():
            for head in noscript.iterancestors("head"):
                head.remove(noscript)
                break
            else:
                noscript.drop_tag()
    for noscript in list(root.iter("noscript")):
        noscript.set("hidden", "")
