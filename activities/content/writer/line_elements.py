"""What each kind of element within a line becomes, when it begins and when it ends."""

from __future__ import annotations

from collections.abc import Callable

from lxml.html import HtmlElement

from activities.content.writer.block_elements import BLOCKS, HEADINGS, LISTS
from activities.content.writer.escaping import (
    delimiters_of,
    escape,
    escape_brackets,
    has_loose_brackets,
)
from activities.content.writer.flow import Flow
from activities.content.writer.pieces import Mark

_STYLES = {
    "b": "**", "strong": "**", "em": "*", "i": "*", "var": "*", "dfn": "*",
    "del": "~~", "s": "~~", "strike": "~~",
}  # fmt: skip

_CODE = frozenset(("code", "kbd", "samp", "tt"))

_BOXES = ("button", "option", "select", "textarea")
"""Elements that stand apart from the text beside them."""

_LABELS = {"summary": "**", "legend": "**", "figcaption": "*", "caption": "*"}
"""Blocks that are set off from what they belong to."""

_COMPLEX = (*LISTS, *HEADINGS, "table", "pre", "blockquote", "hr")
"""Blocks that cannot be within the text of a link."""

_Handler = Callable[[Flow, HtmlElement], "bool | None"]


def _input(flow: Flow, element: HtmlElement) -> None:
    if element.get("type", "").lower() != "checkbox":
        return
    frame = flow.frames[-1]
    if frame.element.tag == "li" and not frame.blocks and flow.inline.is_empty():
        flow.inline.raw("[ ]" if element.get("checked") is None else "[x]")
        flow.inline.space()


def _start_style(flow: Flow, element: HtmlElement) -> None:
    if not flow.code:
        mark = _STYLES.get(element.tag) or _LABELS[element.tag]
        flow.open(element, Mark(mark, mark))


def _end_style(flow: Flow, element: HtmlElement) -> None:
    flow.close(element)


def _start_label(flow: Flow, element: HtmlElement) -> None:
    flow.begin_line()
    _start_style(flow, element)


def _end_label(flow: Flow, element: HtmlElement) -> None:
    flow.close(element)
    flow.begin_line()


def _start_link(flow: Flow, element: HtmlElement) -> bool:
    href = element.get("href")
    address = None if href is None else flow.addresses.resolve(href)
    if address is None:
        return False
    text = element.text or ""
    if not len(element) and text == href and _is_autolink(text):
        flow.inline.raw(f"<{text}>")
        return True
    title = _title(element)
    if len(element) and not (element.text or "").strip() and _is_block(element[0]):
        flow.begin_line()
    flow.open(element, Mark("[", f"]({address}{title})", address))
    if len(element) and next(element.iter(*_COMPLEX), None) is None:
        flow.lines.append(element)
    return False


def _end_link(flow: Flow, element: HtmlElement) -> None:
    if flow.lines and flow.lines[-1] is element:
        flow.lines.pop()
    flow.close(element)
    if flow.inline.ends_with_break():
        flow.begin_line()


def _start_code(flow: Flow, element: HtmlElement) -> None:
    flow.code.append(element)


def _end_code(flow: Flow, _: HtmlElement) -> None:
    flow.code.pop()


def _break(flow: Flow, element: HtmlElement) -> None:
    if flow.lines and flow.lines[-1].tag != "a":
        flow.inline.space()
    elif flow.inline.ends_with_break() and not flow.lines and not flow.cells:
        flow.end_paragraph()  # two of them are a gap
    else:
        flow.inline.line_break()


def _picture(flow: Flow, element: HtmlElement) -> None:
    address = flow.addresses.resolve(element.get("src", ""))
    alternative = " ".join((element.get("alt") or "").split())
    if address is None:
        flow.inline.text(alternative)
        return
    text = escape(alternative, delimiters_of(alternative, "`"), "[", "]")
    if has_loose_brackets(alternative):
        text = escape_brackets(text)
    flow.inline.raw(f"![{text}]({address}{_title(element)})")


def _player(flow: Flow, element: HtmlElement) -> bool:
    address = flow.addresses.resolve(element.get("src") or "")
    if element.get("src") and address is not None:
        name = " ".join((element.get("aria-label") or element.get("title") or element.tag).split())
        flow.inline.space()
        flow.inline.raw(f"[{escape_brackets(escape(name, delimiters_of(name, '')))}]({address})")
        flow.inline.space()
    return True


def _quotation_mark(flow: Flow, _: HtmlElement) -> None:
    flow.inline.text('"')


def _start_ruby(flow: Flow, element: HtmlElement) -> None:
    before = element.getprevious()
    if before is None or before.tag != "rp":
        flow.inline.text("(")


def _end_ruby(flow: Flow, element: HtmlElement) -> None:
    after = element.getnext()
    if after is None or after.tag != "rp":
        flow.inline.text(")")


def _space(flow: Flow, _: HtmlElement) -> None:
    flow.inline.space()


def _formula(flow: Flow, element: HtmlElement) -> bool:
    if element.get("data-formula") is None:
        return False
    flow.inline.raw(element.text or "")
    return True


def _is_block(element: HtmlElement) -> bool:
    """Return whether an element is a block, or a picture right before one."""
    if element.tag in BLOCKS or element.tag == "p":
        return True
    following = element.getnext()
    return (
        element.tag == "img"
        and not (element.tail or "").strip()
        and following is not None
        and _is_block(following)
    )


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


STARTS: dict[str, _Handler] = {
    **dict.fromkeys(_STYLES, _start_style),
    **dict.fromkeys(_LABELS, _start_label),
    **dict.fromkeys(_CODE, _start_code),
    **dict.fromkeys(_BOXES, _space),
    "a": _start_link,
    "br": _break,
    "img": _picture,
    "input": _input,
    "q": _quotation_mark,
    "rt": _start_ruby,
    "span": _formula,
    "audio": _player,
    "video": _player,
}
"""What to do when an element begins. True says that its content has been written."""

ENDS: dict[str, _Handler] = {
    **dict.fromkeys(_STYLES, _end_style),
    **dict.fromkeys(_LABELS, _end_label),
    **dict.fromkeys(_CODE, _end_code),
    **dict.fromkeys(_BOXES, _space),
    "a": _end_link,
    "q": _quotation_mark,
    "rt": _end_ruby,
}
"""What to do when an element ends."""
