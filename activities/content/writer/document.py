"""The walk over a tree that writes its blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from activities.content.writer.addresses import Addresses
from activities.content.writer.escaping import (
    delimiters_of,
    escape,
    escape_brackets,
    has_loose_brackets,
)
from activities.content.writer.inline import Inline
from activities.content.writer.pieces import Mark
from activities.content.writer.lists import Block, Item, Kind, write_list
from activities.content.writer.tables import Cell, write_table

_HEADINGS = {f"h{level}": level for level in range(1, 7)}

_STYLES = {
    "b": "**", "strong": "**", "em": "*", "i": "*", "var": "*", "dfn": "*",
    "del": "~~", "s": "~~", "strike": "~~",
}  # fmt: skip

_CODE = frozenset(("code", "kbd", "samp", "tt"))

_LABELS = {"summary": "**", "legend": "**", "figcaption": "*", "caption": "*"}
"""Blocks that are set off from what they belong to."""

_BLOCKS = frozenset(
    ("address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
     "fieldset", "figure", "footer", "form", "frameset", "header", "hgroup", "html", "main", "nav",
     "optgroup", "search", "section", "tbody", "tfoot", "thead")
)  # fmt: skip
"""Elements whose content begins on a line of its own."""

_SKIPPED = frozenset(("head", "title", "script", "style", "template"))

_COMPLEX = ("ul", "ol", "menu", "dir", "table", "pre", "blockquote", "hr", *_HEADINGS)
"""Blocks that cannot be within the text of a link."""

_MAX_NESTING = 20
"""Quotations and lists within each other. Parsers of markdown stop at about as many."""


@dataclass
class _Frame:
    """An element that is being written and holds blocks."""

    element: HtmlElement
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """Of a list."""
    rows: list[list[Cell]] = field(default_factory=list)
    """Of a table."""


def write(
    root: HtmlElement, base_url: str, left_out: Callable[[HtmlElement], bool] | None = None
) -> str:
    """Return the tree as markdown, without the elements that are `left_out`.

    Addresses become absolute to `base_url`.
    """
    return _Writer(root, Addresses(base_url)).write(left_out)


class _Writer:
    def __init__(self, root: HtmlElement, addresses: Addresses) -> None:
        self._root = root
        self._addresses = addresses
        self._frames = [_Frame(root)]
        self._inline = Inline()
        self._marks: list[tuple[HtmlElement, Mark]] = []
        """Open marks. They go on in the next paragraph if a block is inside of them."""
        self._code: list[HtmlElement] = []
        """Open elements of code within a line."""
        self._lines: list[HtmlElement] = []
        """Open elements in which blocks are no paragraphs: headings, and links."""
        self._cells = 0
        self._nesting = 0

    def write(self, left_out: Callable[[HtmlElement], bool] | None) -> str:
        walk = etree.iterwalk(self._root, events=("start", "end"))
        skipped: HtmlElement | None = None
        for event, element in walk:
            if event == "start":
                if element.tag in _SKIPPED or (left_out is not None and left_out(element)):
                    walk.skip_subtree()
                    skipped = element
                    continue
                start = _STARTS.get(element.tag)
                if start is not None and start(self, element):
                    walk.skip_subtree()
                elif text := element.text:
                    self._text(text)
            else:
                if element is skipped:
                    skipped = None
                else:
                    end = _ENDS.get(element.tag)
                    if end is not None:
                        end(self, element)
                if (tail := element.tail) and element is not self._root:
                    self._text(tail)
        self._end_paragraph()
        return "\n\n".join(block.text for block in self._frames[0].blocks)

    def _text(self, text: str) -> None:
        if self._code:
            self._inline.code(text, self._code[-1])
        elif text.isspace():
            self._inline.space()
        else:
            self._inline.text(text)

    # Blocks

    def _end_paragraph(self, kind: Kind = Kind.TEXT) -> None:
        """End the paragraph, if there is one, and begin another."""
        if not self._inline.is_empty():
            in_cell = self._cells > 0
            text = self._inline.render("<br>" if in_cell else "  \n", is_block=not in_cell)
            if text:
                self._add(Block(text, kind))
        elif not self._marks:
            self._inline.begin()
            return
        self._inline = Inline([mark for _, mark in self._marks])

    def _add(self, block: Block) -> None:
        self._blocks().append(block)

    def _blocks(self) -> list[Block]:
        frame = self._frames[-1]
        return frame.items[-1].blocks if frame.items else frame.blocks

    def _block(self, _: HtmlElement) -> None:
        if not self._lines:
            self._end_paragraph()
        elif self._lines[-1].tag == "a":
            self._inline.line_break()
        else:
            self._inline.space()

    def _end_of_paragraph(self, element: HtmlElement) -> None:
        if self._lines:
            self._block(element)
        else:
            self._end_paragraph(Kind.PARAGRAPH)

    def _start_heading(self, element: HtmlElement) -> None:
        self._block(element)
        self._lines.append(element)

    def _end_heading(self, element: HtmlElement) -> None:
        self._lines.pop()
        if self._lines or self._cells:
            self._block(element)
        elif not self._inline.is_empty():
            text = self._inline.render(" ", is_block=False)
            self._inline = Inline([mark for _, mark in self._marks])
            if text:
                self._add(Block(f"{'#' * _HEADINGS[element.tag]} {_without_closing(text)}"))

    def _rule(self, element: HtmlElement) -> None:
        self._block(element)
        if not self._lines and not self._cells:
            # Behind the marker of an item, `---` would be one line together with it.
            self._add(Block("___" if self._nesting else "---"))

    def _preformatted(self, element: HtmlElement) -> bool:
        code = element.text_content()
        if not code.strip():
            return True
        if self._lines or self._cells:
            for line in code.strip("\n").split("\n"):
                self._block(element)
                self._inline.verbatim(line)
            self._block(element)
            return True
        self._end_paragraph()
        code_element = element.find("code")
        language = "" if code_element is None else code_element.get("class", "")
        self._add(Block(_fenced(code, language.removeprefix("language-"))))
        return True

    def _start_quote(self, element: HtmlElement) -> None:
        self._block(element)
        if not self._lines and not self._cells and self._nesting < _MAX_NESTING:
            self._frames.append(_Frame(element))
            self._nesting += 1

    def _end_quote(self, element: HtmlElement) -> None:
        self._block(element)
        frame = self._pop(element)
        if frame is not None and frame.blocks:
            text = "\n\n".join(block.text for block in frame.blocks)
            self._add(Block("\n".join(f"> {line}" if line else ">" for line in text.split("\n"))))

    def _pop(self, element: HtmlElement) -> _Frame | None:
        """Return the frame of an element that ends. None if it has none."""
        if self._frames[-1].element is not element:
            return None
        self._nesting -= element.tag in _NESTING
        return self._frames.pop()

    # Lists

    def _start_list(self, element: HtmlElement) -> None:
        self._start_quote(element)

    def _end_list(self, element: HtmlElement) -> None:
        self._block(element)
        frame = self._pop(element)
        if frame is None:
            return
        for block in frame.blocks:
            self._add(block)
        before = self._blocks()
        written = write_list(element, frame.items, before[-1] if before else None)
        if written is not None:
            self._add(written)

    def _start_item(self, element: HtmlElement) -> None:
        self._block(element)
        frame = self._frames[-1]
        if frame.element.tag in _LISTS and not self._lines:
            frame.items.append(Item(element))
            self._frames.append(_Frame(element, frame.items[-1].blocks))

    def _end_item(self, element: HtmlElement) -> None:
        self._block(element)
        self._pop(element)

    def _input(self, element: HtmlElement) -> None:
        if element.get("type", "").lower() != "checkbox":
            return
        frame = self._frames[-1]
        if frame.element.tag == "li" and not frame.blocks and self._inline.is_empty():
            self._inline.raw("[ ]" if element.get("checked") is None else "[x]")
            self._inline.space()

    # Tables

    def _start_table(self, element: HtmlElement) -> None:
        self._block(element)
        if not self._lines and not self._cells:
            self._frames.append(_Frame(element))

    def _end_table(self, element: HtmlElement) -> None:
        self._block(element)
        frame = self._pop(element)
        if frame is not None:
            for block in frame.blocks:
                self._add(block)
            if (table := write_table(frame.rows)) is not None:
                self._add(table)

    def _start_row(self, element: HtmlElement) -> None:
        self._block(element)
        if self._frames[-1].element.tag == "table":
            self._frames[-1].rows.append([])

    def _start_cell(self, element: HtmlElement) -> None:
        self._block(element)
        frame = self._frames[-1]
        if frame.element.tag == "table":
            if not frame.rows:
                frame.rows.append([])
            frame.rows[-1].append(Cell(element))
            self._frames.append(_Frame(element, frame.rows[-1][-1].blocks))
            self._cells += 1

    def _end_cell(self, element: HtmlElement) -> None:
        self._block(element)
        if self._pop(element) is not None:
            self._cells -= 1

    # Within a line

    def _start_style(self, element: HtmlElement) -> None:
        if not self._code:
            mark = _STYLES.get(element.tag) or _LABELS[element.tag]
            self._open(element, Mark(mark, mark))

    def _start_label(self, element: HtmlElement) -> None:
        self._block(element)
        self._start_style(element)

    def _end_label(self, element: HtmlElement) -> None:
        self._close(element)
        self._block(element)

    def _open(self, element: HtmlElement, mark: Mark) -> None:
        self._marks.append((element, mark))
        self._inline.open(mark)

    def _close(self, element: HtmlElement) -> None:
        if self._marks and self._marks[-1][0] is element:
            self._inline.close(self._marks.pop()[1])

    def _start_link(self, element: HtmlElement) -> bool:
        href = element.get("href")
        address = None if href is None else self._addresses.resolve(href)
        if address is None:
            return False
        text = element.text or ""
        if not len(element) and text == href and _is_autolink(text):
            self._inline.raw(f"<{text}>")
            return True
        title = _title(element)
        if len(element) and not (element.text or "").strip() and _is_block(element[0]):
            self._block(element)
        self._open(element, Mark("[", f"]({address}{title})", address))
        if len(element) and next(element.iter(*_COMPLEX), None) is None:
            self._lines.append(element)
        return False

    def _end_link(self, element: HtmlElement) -> None:
        if self._lines and self._lines[-1] is element:
            self._lines.pop()
        self._close(element)
        if self._inline.ends_with_break():
            self._block(element)

    def _start_code(self, element: HtmlElement) -> None:
        self._code.append(element)

    def _end_code(self, _: HtmlElement) -> None:
        self._code.pop()

    def _break(self, element: HtmlElement) -> None:
        if self._lines and self._lines[-1].tag != "a":
            self._inline.space()
        elif self._inline.ends_with_break() and not self._lines and not self._cells:
            self._end_paragraph()  # two of them are a gap
        else:
            self._inline.line_break()

    def _picture(self, element: HtmlElement) -> None:
        address = self._addresses.resolve(element.get("src", ""))
        alternative = " ".join((element.get("alt") or "").split())
        if address is None:
            self._inline.text(alternative)
            return
        text = escape(alternative, delimiters_of(alternative, "`"), "[", "]")
        if has_loose_brackets(alternative):
            text = escape_brackets(text)
        self._inline.raw(f"![{text}]({address}{_title(element)})")

    def _video(self, element: HtmlElement) -> bool:
        address = self._addresses.resolve(element.get("src") or "")
        if element.get("src") and address is not None:
            self._inline.raw(f"[video]({address})")
        return True

    def _quotation_mark(self, _: HtmlElement) -> None:
        self._inline.text('"')

    def _start_ruby(self, element: HtmlElement) -> None:
        before = element.getprevious()
        if before is None or before.tag != "rp":
            self._inline.text("(")

    def _end_ruby(self, element: HtmlElement) -> None:
        after = element.getnext()
        if after is None or after.tag != "rp":
            self._inline.text(")")

    def _space(self, _: HtmlElement) -> None:
        self._inline.space()

    def _formula(self, element: HtmlElement) -> bool:
        if element.get("data-formula") is None:
            return False
        self._inline.raw(element.text or "")
        return True


_LISTS = frozenset(("ul", "ol", "menu", "dir"))

_NESTING = frozenset(("blockquote", *_LISTS))

_Handler = Callable[[_Writer, HtmlElement], "bool | None"]

_STARTS: dict[str, _Handler] = {
    **dict.fromkeys((*_BLOCKS, "p"), _Writer._block),
    **dict.fromkeys(_HEADINGS, _Writer._start_heading),
    **dict.fromkeys(_LISTS, _Writer._start_list),
    **dict.fromkeys(_STYLES, _Writer._start_style),
    **dict.fromkeys(_LABELS, _Writer._start_label),
    **dict.fromkeys(_CODE, _Writer._start_code),
    "a": _Writer._start_link,
    "blockquote": _Writer._start_quote,
    "br": _Writer._break,
    "hr": _Writer._rule,
    "img": _Writer._picture,
    "input": _Writer._input,
    "li": _Writer._start_item,
    "option": _Writer._space,
    "pre": _Writer._preformatted,
    "q": _Writer._quotation_mark,
    "rt": _Writer._start_ruby,
    "select": _Writer._space,
    "span": _Writer._formula,
    "table": _Writer._start_table,
    "td": _Writer._start_cell,
    "textarea": _Writer._space,
    "th": _Writer._start_cell,
    "tr": _Writer._start_row,
    "video": _Writer._video,
}

_ENDS: dict[str, _Handler] = {
    **dict.fromkeys(_BLOCKS, _Writer._block),
    **dict.fromkeys(_HEADINGS, _Writer._end_heading),
    **dict.fromkeys(_LISTS, _Writer._end_list),
    **dict.fromkeys(_STYLES, _Writer._close),
    **dict.fromkeys(_LABELS, _Writer._end_label),
    **dict.fromkeys(_CODE, _Writer._end_code),
    "a": _Writer._end_link,
    "blockquote": _Writer._end_quote,
    "li": _Writer._end_item,
    "option": _Writer._space,
    "p": _Writer._end_of_paragraph,
    "q": _Writer._quotation_mark,
    "rt": _Writer._end_ruby,
    "select": _Writer._space,
    "table": _Writer._end_table,
    "td": _Writer._end_cell,
    "textarea": _Writer._space,
    "th": _Writer._end_cell,
    "tr": _Writer._block,
}


def _fenced(code: str, language: str) -> str:
    """Return a block of code."""
    code = code.strip("\n")
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"


def _is_block(element: HtmlElement) -> bool:
    """Return whether an element is a block, or a picture right before one."""
    if element.tag in _BLOCKS or element.tag == "p":
        return True
    following = element.getnext()
    return (
        element.tag == "img"
        and not (element.tail or "").strip()
        and following is not None
        and _is_block(following)
    )


def _without_closing(text: str) -> str:
    """Return the text of a heading so that number signs at its end are kept."""
    bare = text.rstrip("#")
    if bare != text and (not bare or bare[-1] == " "):
        return f"{bare}\\{text[len(bare) :]}"
    return text


def _is_autolink(text: str) -> bool:
    """Return whether a link shows its whole address, and nothing in it needs to be escaped."""
    return text.startswith(("http://", "https://")) and not set(text) & set(" \t\n<>`\\")


def _title(element: HtmlElement) -> str:
    """Return the title of a link or a picture, as markdown has it behind the address."""
    title = " ".join((element.get("title") or "").split())
    if not title:
        return ""
    title = title.replace("\\", "\\\\").replace('"', r"\"").replace("&", "&amp;")
    return f' "{title}"'
