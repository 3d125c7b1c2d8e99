"""What each kind of block becomes, when it begins and when it ends."""

from __future__ import annotations

from collections.abc import Callable

from lxml.html import HtmlElement

from activities.content.writer.flow import MAX_NESTING, Flow, Frame
from activities.content.writer.list_labels import labels_of
from activities.content.writer.lists import Block, Item, Kind, write_list
from activities.content.writer.tables import Cell, write_table

HEADINGS = {f"h{level}": level for level in range(1, 7)}

LISTS = frozenset(("ul", "ol", "menu", "dir"))

BLOCKS = frozenset(
    ("address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
     "fieldset", "figure", "footer", "form", "frameset", "header", "hgroup", "html", "main", "nav",
     "optgroup", "search", "section", "tbody", "tfoot", "thead")
)  # fmt: skip
"""Elements whose content begins on a line of its own."""

_Handler = Callable[[Flow, HtmlElement], "bool | None"]


def _block(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    if element in flow.numbers:
        _write_number(flow, element)


def _end_of_paragraph(flow: Flow, element: HtmlElement) -> None:
    if flow.lines:
        flow.begin_line()
    else:
        flow.end_paragraph(Kind.PARAGRAPH)


def _start_heading(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    flow.lines.append(element)


def _end_heading(flow: Flow, element: HtmlElement) -> None:
    flow.lines.pop()
    if flow.lines or flow.cells:
        flow.begin_line()
    elif not flow.inline.is_empty():
        text = flow.inline.render(" ", is_block=False)
        flow.begin_paragraph()
        if text:
            flow.add(Block(f"{'#' * HEADINGS[element.tag]} {_without_closing(text)}"))


def _rule(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    if not flow.lines and not flow.cells:
        # Behind the marker of an item, `---` would be one line together with it.
        flow.add(Block("___" if flow.nesting else "---"))


def _preformatted(flow: Flow, element: HtmlElement) -> bool:
    code = element.text_content()
    if not code.strip():
        return True
    if flow.lines or flow.cells:
        for line in code.strip("\n").split("\n"):
            flow.begin_line()
            flow.inline.verbatim(line)
        flow.begin_line()
        return True
    flow.end_paragraph()
    code_element = element.find("code")
    language = "" if code_element is None else code_element.get("class", "")
    flow.add(Block(_fenced(code, language.removeprefix("language-"))))
    return True


def _start_quote(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    if not flow.lines and not flow.cells and flow.nesting < MAX_NESTING:
        flow.push(Frame(element))
        flow.nesting += 1


def _end_quote(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    frame = flow.pop(element)
    if frame is None:
        return
    flow.nesting -= 1
    if frame.blocks:
        text = "\n\n".join(block.text for block in frame.blocks)
        flow.add(Block("\n".join(f"> {line}" if line else ">" for line in text.split("\n"))))


def _start_list(flow: Flow, element: HtmlElement) -> None:
    _start_quote(flow, element)
    if flow.cells:
        items = [child for child in element if child.tag == "li"]
        labels = zip(items, labels_of(element, items), strict=True)
        flow.numbers |= {item: label for item, label in labels if label}


def _end_list(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    frame = flow.pop(element)
    if frame is None:
        return
    flow.nesting -= 1
    for block in frame.blocks:
        flow.add(block)
    before = flow.blocks()
    written = write_list(element, frame.items, before[-1] if before else None)
    if written is not None:
        flow.add(written)


def _start_item(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    frame = flow.frames[-1]
    if frame.element.tag in LISTS and not flow.lines:
        frame.items.append(Item(element))
        flow.push(Frame(element, frame.items[-1].blocks))
    elif element in flow.numbers:
        _write_number(flow, element)


def _write_number(flow: Flow, element: HtmlElement) -> None:
    """Write the number of an item as text, or leave that to the block which begins the item."""
    number = flow.numbers.pop(element)
    first = None if (element.text or "").strip() else next(iter(element), None)
    if first is not None and first.tag in (*BLOCKS, "p"):
        flow.numbers[first] = number
    else:
        flow.inline.text(f"{number} ")


def _end_item(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    flow.pop(element)


def _start_table(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    if not flow.lines and not flow.cells:
        flow.push(Frame(element))


def _end_table(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    frame = flow.pop(element)
    if frame is not None:
        for block in frame.blocks:
            flow.add(block)
        if (table := write_table(frame.rows)) is not None:
            flow.add(table)


def _start_row(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    if flow.frames[-1].element.tag == "table":
        flow.frames[-1].rows.append([])


def _start_cell(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    frame = flow.frames[-1]
    if frame.element.tag == "table":
        if not frame.rows:
            frame.rows.append([])
        frame.rows[-1].append(Cell(element))
        flow.push(Frame(element, frame.rows[-1][-1].blocks))
        flow.cells += 1


def _end_cell(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    if flow.pop(element) is not None:
        flow.cells -= 1


def _fenced(code: str, language: str) -> str:
    """Return a block of code."""
    code = code.strip("\n")
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"


def _without_closing(text: str) -> str:
    """Return the text of a heading so that number signs at its end are kept."""
    bare = text.rstrip("#")
    if bare != text and (not bare or bare[-1] == " "):
        return f"{bare}\\{text[len(bare) :]}"
    return text


STARTS: dict[str, _Handler] = {
    **dict.fromkeys((*BLOCKS, "p"), _block),
    **dict.fromkeys(HEADINGS, _start_heading),
    **dict.fromkeys(LISTS, _start_list),
    "blockquote": _start_quote,
    "hr": _rule,
    "li": _start_item,
    "pre": _preformatted,
    "table": _start_table,
    "td": _start_cell,
    "th": _start_cell,
    "tr": _start_row,
}
"""What to do when an element begins. True says that its content has been written."""

ENDS: dict[str, _Handler] = {
    **dict.fromkeys(BLOCKS, _block),
    **dict.fromkeys(HEADINGS, _end_heading),
    **dict.fromkeys(LISTS, _end_list),
    "blockquote": _end_quote,
    "li": _end_item,
    "p": _end_of_paragraph,
    "table": _end_table,
    "td": _end_cell,
    "th": _end_cell,
    "tr": _block,
}
"""What to do when an element ends."""
