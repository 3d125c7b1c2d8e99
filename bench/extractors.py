"""Extractors of main content that are measured beside ours: a page in, its plain text out.

Each runs as its documentation shows it. Those that are not installed are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from lxml import html as lxml_html

from activities.content.main_content import main_content, main_content_beside_siblings
from activities.siblings import SiblingPages

Extractor = Callable[[str, str], str]
"""Return the main content of a page's HTML and URL."""

_IMAGE = re.compile(r"!\[(?:[^\[\]\\]|\\.)*\]\(<?[^)\s]*>?(?: \"[^\"]*\")?\)")
_LINK_TARGET = re.compile(r"\]\(<?[^)\s]*>?(?: \"[^\"]*\")?\)")
_FENCE = re.compile(r"^\s*```\S*$", re.MULTILINE)


def plain(text: str) -> str:
    """Return the words of markdown that a reader sees, without addresses, images and fences."""
    return _FENCE.sub(" ", _LINK_TARGET.sub(" ", _IMAGE.sub(" ", text)))


def _ours(html: str, url: str) -> str:
    return plain(main_content(html, url))


class _OursBesideSiblings:
    """Ours, in a batch: each page is compared with those of its host that came before it."""

    def __init__(self) -> None:
        self._siblings = SiblingPages()

    def __call__(self, html: str, url: str) -> str:
        repeated = self._siblings.repeated("", url)
        content = main_content_beside_siblings(html, url, repeated)
        self._siblings.add("", url, content.prints)
        return plain(content.markdown)


def _trafilatura(html: str, url: str) -> str:
    return import_module("trafilatura").extract(html, url=url) or ""


def _readability(html: str, _url: str) -> str:
    summary = import_module("readability").Document(html).summary()
    return " ".join(lxml_html.fromstring(summary).itertext())


def _resiliparse(html: str, _url: str) -> str:
    extract = import_module("resiliparse.extract.html2text").extract_plain_text
    return str(extract(html, main_content=True))


def _rs_trafilatura(html: str, url: str) -> str:
    return import_module("rs_trafilatura").extract(html, url=url).main_content or ""


def extractors(names: list[str]) -> dict[str, Extractor]:
    """Return ours, and those of `names` that are installed."""
    known: dict[str, tuple[str, Extractor]] = {
        "siblings": ("activities", _OursBesideSiblings()),
        "trafilatura": ("trafilatura", _trafilatura),
        "readability-lxml": ("readability", _readability),
        "resiliparse": ("resiliparse", _resiliparse),
        "rs-trafilatura": ("rs_trafilatura", _rs_trafilatura),
    }
    found: dict[str, Extractor] = {"ours": _ours}
    for name in names:
        module, extractor = known[name]
        if find_spec(module) is not None:
            found[name] = extractor
    return found
