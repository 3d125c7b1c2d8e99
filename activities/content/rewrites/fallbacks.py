"""Fallbacks: what a page shows if scripts do not work."""

from __future__ import annotations

import re

from lxml.html import HtmlElement, HTMLParser, document_fromstring

_TAG = re.compile(r"<[a-z]+[\s/>]", re.IGNORECASE)
"""A tag within text."""


def show_fallbacks(root: HtmlElement) -> None:
    """Keep, in place, the content of `noscript` if no scripts run.

    HTML from a browser hides each `noscript` (`scripts/serialize.js`), since scripts have run. One
    that holds no text is left to `images`.
    """
    for noscript in list(root.iter("noscript")):
        _parse_text(noscript)
        if noscript.get("hidden") is None and noscript.text_content().strip():
            for head in noscript.iterancestors("head"):
                head.remove(noscript)
                break
            else:
                noscript.drop_tag()
    for noscript in list(root.iter("noscript")):
        noscript.set("hidden", "")


def _parse_text(noscript: HtmlElement) -> None:
    """Replace the text of a `noscript` by the elements that it describes, in place.

    A browser that runs scripts reads the content of `noscript` as text. So a page that was saved
    from a browser, or rendered by one on the server, has tags as text there.
    """
    text = noscript.text or ""
    if len(noscript) or not _TAG.search(text):
        return
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = f"<body>{text}".encode(errors="replace")
    body = document_fromstring(data, parser=parser, ensure_head_body=True).find("body")
    noscript.text = body.text
    noscript.extend(body)
