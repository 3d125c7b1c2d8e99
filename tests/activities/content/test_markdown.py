"""Pages as markdown: one small page for each feature, and the text that it has to become."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.content import dom
from activities.content.main_content import main_content
from activities.content.markdown import full_page
from tests.support.paths import PAGES

URL = "https://shop.example/lamps/desk"
CONVERT = {"full": full_page, "main": main_content}


@pytest.mark.parametrize(
    "page",
    [page for kind in CONVERT for page in sorted((PAGES / kind).glob("*.html"))],
    ids=lambda page: f"{page.parent.name}-{page.stem}",
)
def test_a_page_becomes_its_markdown(page: Path) -> None:
    convert = CONVERT[page.parent.name]
    assert convert(page.read_text(), URL) + "\n" == page.with_suffix(".md").read_text()


@pytest.mark.parametrize("convert", CONVERT.values())
@pytest.mark.parametrize(
    "html", ["", " ", "<!-- -->", "\0", "<html></html>", "<frameset></frameset>"]
)
def test_a_page_without_text_becomes_an_empty_text(convert: type, html: str) -> None:
    assert convert(html, URL) == ""


@pytest.mark.parametrize("convert", CONVERT.values())
@pytest.mark.parametrize(
    "html",
    [
        '<?xml version="1.0" encoding="utf-16"?><html xmlns="http://www.w3.org/1999/xhtml">'
        "<body><p>the text</p></body></html>",
        "<meta charset=iso-8859-1><p>the text</p>",
        "the text",
        "<p>the\0 text",
        "<div>" * 500 + "the text",
        "<base href='http://[broken'><p>the text",
        "<p>the text<a href='http://[broken'></a><img src='http://[broken'>",
    ],
)
def test_a_strange_page_keeps_its_text(convert: type, html: str) -> None:
    assert "the text" in convert(html, URL)


def test_deeply_nested_tables_keep_their_text() -> None:
    assert "deep" in full_page("<table><tr><td>" * 3000 + "deep", URL)


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert full_page("<p>half \ud83d character", URL) == "half ? character"


@pytest.mark.parametrize("levels", [200, 900, 100_000])
def test_deep_nesting_is_flattened(levels: int) -> None:
    page = "<p>first" + "<div><b>" * levels + "deep" + "</b></div>" * levels + "<p>last"
    text = full_page(page, URL)
    assert [word in text for word in ("first", "deep", "last")] == [True] * 3


def test_relative_links_follow_the_base_element() -> None:
    assert dom.base_of(dom.parse("<base href=/a/>"), "https://x.example/b/c") == (
        "https://x.example/a/"
    )
    assert dom.base_of(dom.parse("<base href='data:,'>"), URL) == URL


@pytest.mark.parametrize("convert", CONVERT.values())
@pytest.mark.parametrize("control", ["\x01", "\x0b", "\x0c", "\x1b", "\x1f", "\ufffe", "\uffff"])
def test_control_characters_do_no_harm(convert: type, control: str) -> None:
    reference = f"&#{ord(control)};", f"&#x{ord(control):X};"
    for written in (control, *reference):
        text = convert(
            f"<pre>in {written} pre</pre><a href=/x aria-label='in {written} label'><svg></svg></a>"
            f"<dl><dt>a {written} term<dd>its {written} meaning</dl><p>10<sup>6</sup> {written} x"
            f"<iframe src=/y title='a {written} frame'></iframe><h2><a href=/z>a {written} link",
            URL,
        )
        assert control not in text
        words = " ".join(text.replace("\ufffd", " ").split())
        for part in ("in pre", "in label", "a term", "its meaning", "a frame", "a link"):
            assert part in words


def test_pages_of_a_text_stay_apart() -> None:
    assert "the end the beginning" in full_page("<p>the end\x0cthe beginning", URL)
    assert "the end the beginning" in full_page("<p>the end&#12;the beginning", URL)
