"""Where the writing of a document stands: the open elements, and the paragraph being written."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from activities.content.writer.addresses import Addresses
from activities.content.writer.inline import Inline
from activities.content.writer.lists import Block, Item, Kind
from activities.content.writer.pieces import Mark
from activities.content.writer.tables import Cell

MAX_NESTING = 20
"""Quotations and lists within each other. Parsers of markdown stop at about as many."""


@dataclass
class Frame:
    """An element that is being written and holds blocks."""

    element: HtmlElement
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """Of a list."""
    rows: list[list[Cell]] = field(default_factory=list)
    """Of a table."""


class Flow:
    """The state of one document while it is written."""

    def __init__(self, root: HtmlElement, base_url: str) -> None:
        self.addresses = Addresses(base_url)
        self.frames = [Frame(root)]
        self.inline = Inline()
        """The paragraph."""
        self.code: list[HtmlElement] = []
        """Open elements of code within a line."""
        self.lines: list[HtmlElement] = []
        """Open elements in which blocks are no paragraphs: headings, and links."""
        self.cells = 0
        """Open cells of tables. What is in them stands in one line."""
        self.numbers: dict[HtmlElement, str] = {}
        """Numbers of items that stand in one line with others, so that they are text."""
        self.nesting = 0
        """Open quotations and lists."""
        self._marks: list[tuple[HtmlElement, Mark]] = []

    def text(self, text: str) -> None:
        """Write text."""
        if self.code:
            self.inline.code(text, self.code[-1])
        elif text.isspace():
            self.inline.space()
        else:
            self.inline.text(text)

    def begin_line(self) -> None:
        """Begin a block: another paragraph, or another line where there are no paragraphs."""
        if not self.lines:
            self.end_paragraph()
        elif self.lines[-1].tag == "a":
            self.inline.line_break()
        else:
            self.inline.space()

    def end_paragraph(self, kind: Kind = Kind.TEXT) -> None:
        """End the paragraph, if there is one, and begin another."""
        if not self.inline.is_empty():
            in_cell = self.cells > 0
            text = self.inline.render("<br>" if in_cell else "  \n", is_block=not in_cell)
            if text:
                self.add(Block(text, kind))
        elif not self._marks:
            self.inline.begin()
            return
        self.begin_paragraph()

    def begin_paragraph(self) -> None:
        """Begin a paragraph. Open marks go on in it."""
        self.inline = Inline([mark for _, mark in self._marks])

    def add(self, block: Block) -> None:
        """Add a block to the open element."""
        self.blocks().append(block)

    def blocks(self) -> list[Block]:
        """Return the blocks of the open element. What stands between items belongs to an item."""
        frame = self.frames[-1]
        return frame.items[-1].blocks if frame.items else frame.blocks

    def push(self, frame: Frame) -> None:
        """Open an element that holds blocks."""
        self.frames.append(frame)

    def pop(self, element: HtmlElement) -> Frame | None:
        """Return the frame of an element that ends. None if it has none."""
        return self.frames.pop() if self.frames[-1].element is element else None

    def open(self, element: HtmlElement, mark: Mark) -> None:
        """Begin a mark. It goes on in the next paragraph if a block is inside of it."""
        self._marks.append((element, mark))
        self.inline.open(mark)

    def close(self, element: HtmlElement) -> None:
        """End the mark that an element began, if it did."""
        if self._marks and self._marks[-1][0] is element:
            self.inline.close(self._marks.pop()[1])
