"""What a reader sees of HTML: a form in which pages with the same content are equal.

A page and what a parser of markdown makes of its markdown have the same reading if nothing was
lost, nothing was added, and no text became markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import ada_url
from lxml.html import HtmlElement, document_fromstring
from markdown_it import MarkdownIt

_GFM = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CONTAINERS = {"blockquote", "ul", "ol", "li"}
_PARAGRAPHS = {"p", "div", "td", "th", *_HEADINGS}
_STYLES = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "s": "del", "del": "del"}
_INVISIBLE = ("script", "style", "textarea", "title")
_ENCODED = {ord(sign): f"%{ord(sign):02X}" for sign in r"[]|\^`{}"}
_ADDRESS = "http://127.0.0.1/"


def reading_of_markdown(markdown: str, *, with_styles: bool = True) -> list[Any]:
    """Return the reading of markdown: CommonMark, with tables and strikethrough of GFM."""
    return reading(_GFM.render(markdown), with_styles=with_styles)


def reading(html: str, base_url: str = _ADDRESS, *, with_styles: bool = True) -> list[Any]:
    """Return what a reader sees, as blocks: tuples of a name, its properties and its content.

    White space is one space. Blocks without content are left out. Emphasis in emphasis is one.
    """
    if not html.strip():
        return []
    root = document_fromstring(f"<body>{html}</body>")
    for element in list(root.iter(*_INVISIBLE)):
        element.drop_tree()
    reader = _Reader(base_url, with_styles)
    reader.read(root.find("body"))
    reader.end_paragraph()
    return reader.blocks[0]


@dataclass
class _Reader:
    base_url: str
    with_styles: bool
    blocks: list[list[Any]] = field(default_factory=lambda: [[]])
    line: list[Any] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    cells: int = 0

    def read(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "pre":
            self._code(element)
        elif tag == "table":
            self._table(element)
        elif tag in _CONTAINERS:
            self._container(element)
        elif tag in _PARAGRAPHS:
            self.end_paragraph()
            self._inside(element)
            self.end_paragraph("heading" if tag in _HEADINGS else "paragraph", tag)
        elif tag == "hr":
            self.end_paragraph()
            self.blocks[-1].append(("rule",))
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._picture(element)
        else:
            self._styled(element)

    def _inside(self, element: HtmlElement) -> None:
        self._text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.read(child)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        for piece in re.findall(r"[^ \t\n\r\f\xa0]+|[ \t\n\r\f\xa0]+", text or ""):
            if piece.isspace():
                self._space()
            elif (
                self.line and isinstance(self.line[-1], list) and self.line[-1][1] == self._style()
            ):
                self.line[-1][0] += piece
            else:
                self.line.append([piece, self._style()])

    def _space(self) -> None:
        if self.line and self.line[-1] not in (" ", "\n"):
            self.line.append(" ")

    def _break(self) -> None:
        """Begin a new line, or another paragraph if there is nothing on this one."""
        line = [part for part in self.line if part != " "]
        if line and line[-1] == "\n" and not self.cells:
            self.end_paragraph()
        else:
            self.line.append("\n")

    def _style(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.styles)))

    def _styled(self, element: HtmlElement) -> None:
        style = None
        if element.tag == "code":
            style = "code"
        elif self.with_styles:
            style = _STYLES.get(element.tag)
        href = element.get("href") if element.tag == "a" else None
        if href is not None:
            style = f"link {self._absolute(href)}"
        if style:
            self.styles.append(style)
        self._inside(element)
        if style:
            self.styles.pop()

    def _absolute(self, address: str) -> str:
        """Return an absolute address, with what parsers of markdown may or may not encode."""
        url: str = ada_url.join_url(self.base_url, address)
        return url.translate(_ENCODED)

    def _picture(self, element: HtmlElement) -> None:
        source = self._absolute(element.get("src", ""))
        alternative = " ".join((element.get("alt") or "").split())
        links = tuple(style for style in self._style() if style.startswith("link"))
        self.line.append(("picture", source, alternative, links))

    def end_paragraph(self, name: str = "paragraph", tag: str = "") -> None:
        line = _ends_stripped(self.line)
        if line:
            content = tuple(tuple(part) if isinstance(part, list) else part for part in line)
            self.blocks[-1].append((name, tag if name == "heading" else "", content))
        self.line = []

    def _code(self, element: HtmlElement) -> None:
        self.end_paragraph()
        code = element.find("code")
        classes = "" if code is None else code.get("class", "")
        text = element.text_content().strip("\n")
        if text.strip():
            self.blocks[-1].append(("code", classes, text))

    def _container(self, element: HtmlElement) -> None:
        self.end_paragraph()
        self.blocks.append([])
        self._inside(element)
        self.end_paragraph()
        content = tuple(self.blocks.pop())
        has_content = any(block[0] != "li" or block[2] for block in content)
        if has_content or (element.tag == "li" and element.getparent().tag == "ol"):
            start = int(element.get("start", 1)) if element.tag == "ol" else 0
            self.blocks[-1].append((element.tag, start, content))

    def _table(self, element: HtmlElement) -> None:
        self.end_paragraph()
        rows = []
        for row in element.iter("tr"):
            cells = []
            for cell in row.iter("td", "th"):
                self.blocks.append([])
                self.cells += 1
                self.read(cell)
                self.cells -= 1
                cells.append(tuple(self.blocks.pop()))
            rows.append(tuple(cells))
        self.blocks[-1].append(("table", tuple(rows)))


def _ends_stripped(line: list[Any]) -> list[Any]:
    """Return a line without white space at its ends and beside its breaks."""
    stripped: list[Any] = []
    for part in line:
        if part == "\n":
            while stripped and stripped[-1] in (" ", "\n"):
                stripped.pop()
        if part in (" ", "\n") and not stripped:
            continue
        stripped.append(part)
    while stripped and stripped[-1] in (" ", "\n"):
        stripped.pop()
    return stripped


def words(blocks: Any) -> list[str]:
    """Return all words of a reading, in their order."""
    text: list[str] = []
    _collect(blocks, text)
    return "".join(text).split()


def _collect(part: Any, text: list[str]) -> None:
    if isinstance(part, str):
        text.append(part)
    elif isinstance(part, tuple) and part and part[0] == "code":
        text.append(f" {part[2]} ")
    elif isinstance(part, tuple) and part and part[0] in ("paragraph", "heading"):
        text += [piece[0] for piece in part[2] if piece[0] != "picture"]
        text.append(" ")
    elif isinstance(part, tuple) and part and part[0] in ("ul", "ol", "li", "blockquote"):
        _collect(list(part[2]), text)
    elif isinstance(part, tuple) and part and part[0] == "table":
        _collect([block for row in part[1] for cell in row for block in cell], text)
    elif isinstance(part, list):
        for inner in part:
            _collect(inner, text)
