"""The walk over a tree that writes it."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from activities.content.writer import block_elements, line_elements
from activities.content.writer.flow import Flow

_SKIPPED = frozenset(("head", "title", "script", "style", "template"))

_STARTS = block_elements.STARTS | line_elements.STARTS
_ENDS = block_elements.ENDS | line_elements.ENDS


def write(root: HtmlElement, base_url: str) -> str:
    """Return the tree as markdown.

    Addresses become absolute to `base_url`. The walk is a loop, so nesting may be deep.
    """
    flow = Flow(root, base_url)
    walk = etree.iterwalk(root, events=("start", "end"))
    skipped: HtmlElement | None = None
    for event, element in walk:
        if event == "start":
            if element.tag in _SKIPPED:
                walk.skip_subtree()
                skipped = element
                continue
            start = _STARTS.get(element.tag)
            if start is not None and start(flow, element):
                walk.skip_subtree()
            elif text := element.text:
                flow.text(text)
        else:
            if element is not skipped and (end := _ENDS.get(element.tag)) is not None:
                end(flow, element)
            if (tail := element.tail) and element is not root:
                flow.text(tail)
    flow.end_paragraph()
    return "\n\n".join(block.text for block in flow.frames[0].blocks)
