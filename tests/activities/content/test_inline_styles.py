"""Tests of what attributes say of the style, in HTML from a server."""

from __future__ import annotations

import pytest

from activities.content import markdown


def shown(body: str, root: str = "<html>") -> str:
    return markdown.full_page(f"{root}<body>{body}</body></html>", "https://example.com/")


@pytest.mark.parametrize(
    "attribute",
    [
        "popover",
        "popover=manual",
        "style='visibility: collapse'",
        "style='content-visibility:hidden'",
        "style='font-size:0'",
        "style='height: 0px; OVERFLOW: hidden'",
        "style='max-height:0;overflow:hidden'",
        "style='height:0;min-height:0px;overflow:hidden'",
        "style='height:0;flex-direction:column;flex:none;overflow:hidden'",
        "style='max-height:0;flex:1;overflow:hidden'",
        "style='clip: rect(0, 0, 0, 0); position: absolute'",
        "style='position:absolute;width:1px;height:1px;overflow:hidden'",
        "style='position:absolute;left:-999em'",
    ],
)
def test_what_an_attribute_hides_is_left_out(attribute: str) -> None:
    assert shown(f"<p>Boats</p><div {attribute}>Not shown</div>") == "Boats"


@pytest.mark.parametrize(
    "attribute",
    [
        "inert",
        "style='opacity:0'",  # it is faded in
        "style='height:0'",
        "style='height:0;padding-top:56%;overflow:hidden'",
        "style='height:0;flex:1;overflow:hidden'",
        "style='height:0;flex-grow:1;overflow:hidden'",
        "style='height:0;min-height:100vh;overflow:hidden'",
        "style='max-height:0;min-height:9em;overflow:hidden'",
        "style='width:1px;height:1px'",
        "style='position:absolute;left:-980px'",
    ],
)
def test_what_a_reader_can_see_is_kept(attribute: str) -> None:
    assert shown(f"<p>Boats</p><div {attribute}>Shown</div>") == "Boats\n\nShown"


def test_words_in_boxes_of_other_sizes_are_kept() -> None:
    assert shown("<div style='font-size:0'><b class=column>Boats</b></div>") == "**Boats**"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One <i style='display:block'>two</i>three</p>", "One  \n*two*  \nthree"),
        ("<b style='display:block'>A</b><b style='display: grid'>B</b>", "**A**  \n**B**"),
        ("<p><b style='display:block'>A</b></p><p>B</p>", "**A**\n\nB"),
        ("<a href=/a style='display:block'>A</a><a href=/b>B</a>",
         "[A](https://example.com/a) [B](https://example.com/b)"),
        ("<span style='float:left'>A</span><span>B</span>", "A B"),
        ("<span>A</span><span style='margin:0 1em'>B</span>C", "A B C"),
        ("<span>A</span><span style='margin:9px 0'>B</span>C", "ABC"),
        ("<span>A</span><span style='padding-left:.5em'>B</span>", "A B"),
        ("<div style='display:grid'><b>A</b><i>B</i></div>", "**A** *B*"),
        ("<div style='display:inline'>A</div><div style='display:inline'>B</div>", "AB"),
        ("<div style='white-space:pre-line'>\na\n b <i>c\nd</i>\ne\n</div>",
         "a  \nb *c  \nd*  \ne"),
    ],
)  # fmt: skip
def test_what_the_style_keeps_apart_is_apart(body: str, text: str) -> None:
    assert shown(body) == text


def test_a_browser_has_decided_already() -> None:
    root = "<html data-rendered>"
    assert shown("<p>Boats</p><div popover>Shown</div>", root) == "Boats\n\nShown"
    assert shown("<b style='margin:9px'>A</b><b>B</b>", root) == "**AB**"
