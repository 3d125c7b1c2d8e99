"""Readers of the open corpora of pages whose main content people marked.

| name | repository on GitHub | what it has |
|---|---|---|
| `wcxb` | `Murrough-Foley/web-content-extraction-benchmark` | seven kinds of pages |
| `aeb` | `scrapinghub/article-extraction-benchmark` | articles |
| `readability` | `mozilla/readability` | mostly articles |
| `ir-research` | `MSVCode/ir-research-data` | news of four decades |
| `newspaper4k` | `AndyTheFactory/newspaper4k` | articles in many scripts |

Each corpus has two halves: one to tune with, and one that is only measured.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html as lxml_html

_DECLARED_BEFORE = 1024
"""Bytes of a page in which its encoding may be declared, as in the standard of HTML."""


@dataclass(frozen=True)
class MarkedPage:
    """A page, and the main content that people marked."""

    name: str
    kind: str
    """The kind of page that people named, such as `forum`, or `article` if the corpus has one."""
    is_held_out: bool
    """Whether the page is only measured, and no rule is tuned with it."""
    url: str
    html: str
    expected: str


def read_corpus(name: str, folder: Path) -> Iterator[MarkedPage]:
    """Yield the pages of a corpus, in the order of their names.

    Raises `KeyError` for the name of an unknown corpus.
    """
    return CORPORA[name](folder)


def _wcxb(folder: Path) -> Iterator[MarkedPage]:
    for split in ("dev", "test"):
        for path in sorted((folder / split / "ground-truth").glob("*.json")):
            entry = json.loads(path.read_text())
            kind = entry["_internal"]["page_type"]
            kind = kind["primary"] if isinstance(kind, dict) else kind
            data = gzip.decompress((folder / split / "html" / f"{path.stem}.html.gz").read_bytes())
            if expected := entry["ground_truth"].get("main_content"):
                yield MarkedPage(
                    path.stem,
                    "collection" if kind == "category" else kind,
                    split == "test",
                    entry.get("url") or "http://localhost/",
                    _decode(data),
                    expected,
                )


def _aeb(folder: Path) -> Iterator[MarkedPage]:
    for name, entry in sorted(json.loads((folder / "ground-truth.json").read_text()).items()):
        data = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        yield _article(name, data, entry["articleBody"], entry.get("url"))


def _readability(folder: Path) -> Iterator[MarkedPage]:
    for path in sorted((folder / "test" / "test-pages").iterdir()):
        expected = lxml_html.fromstring(_decode((path / "expected.html").read_bytes()))
        yield _article(path.name, (path / "source.html").read_bytes(), _text(expected))


def _ir_research(folder: Path) -> Iterator[MarkedPage]:
    for path in sorted((folder / "Extraction").glob("*/gold/*.txt")):
        pages = sorted((path.parent.parent / "html").glob(f"{_escaped(path.stem)}.htm*"))
        if pages:
            name = f"{path.parent.parent.name}/{path.stem}"
            yield _article(name, pages[0].read_bytes(), _decode(path.read_bytes()))


def _newspaper4k(folder: Path) -> Iterator[MarkedPage]:
    for path in sorted((folder / "tests" / "data" / "txt").glob("*.txt")):
        page = path.parent.parent / "html" / f"{path.stem}.html"
        if page.exists():
            yield _article(path.stem, page.read_bytes(), _decode(path.read_bytes()))


CORPORA: dict[str, Callable[[Path], Iterator[MarkedPage]]] = {
    "wcxb": _wcxb,
    "aeb": _aeb,
    "readability": _readability,
    "ir-research": _ir_research,
    "newspaper4k": _newspaper4k,
}
"""The reader of each corpus. It takes the folder of the repository's checkout."""


def _article(name: str, data: bytes, expected: str, url: str | None = None) -> MarkedPage:
    is_held_out = zlib.crc32(name.encode()) % 2 == 1
    url = url or "http://localhost/"
    return MarkedPage(name, "article", is_held_out, url, _decode(data), expected)


def _escaped(name: str) -> str:
    """Return a pattern of `glob` that matches a file name literally."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _text(root: lxml_html.HtmlElement) -> str:
    return " ".join(text for text in root.itertext() if isinstance(text, str))


def _decode(data: bytes) -> str:
    """Return a page's text: UTF-8, or else the encoding that it declares, or Windows-1252."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        head = data[:_DECLARED_BEFORE].lower()
        for name in ("gb2312", "gbk", "big5", "shift_jis", "euc-jp", "euc-kr", "iso-8859-2"):
            if name.encode() in head:
                return data.decode(name, errors="replace")
        return data.decode("cp1252", errors="replace")
