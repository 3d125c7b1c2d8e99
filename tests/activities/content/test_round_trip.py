"""Generated pages: a parser of markdown shows of their markdown what a browser shows of them."""

from __future__ import annotations

from html import escape

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from activities.content.markdown import full_page
from tests.support.generated import count
from tests.support.reading import reading, reading_of_markdown

URL = "https://shop.example/lamps/desk"

WORDS = st.one_of(
    st.sampled_from(
        ["lamp", "1986.", "3)", "-", "+", "*", "**", "_", "__", "#", "##", ">", "=====", "---",
         "~~", "~~~", "`", "```", "[1]", "[", "]", "](x)", "[a]:",
         "![b](c)", "<b>", "</p>", "&copy;",
         "&amp;", "&#35;", "|", "\\", "\\*", "snake_case", "5*3*2", "$5", "$x$", "(", ")", "!", ":",
         "<http://x.example>", "x@y.example", "<!--", "é", "「東京」", "€", "a|b", "|---|", "\n",
         "\n- ", "  ", "\n\n"]
    ),
    st.text("ab*_`[]()<>&!#\\~|$-+=.:1 \n", min_size=1, max_size=6),
)  # fmt: skip

TEXT = st.lists(WORDS, min_size=1, max_size=5).map(lambda words: escape("".join(words)))

ADDRESSES = st.sampled_from(
    ["/a", "b c", "?q=(1", "/[x]", "https://x.example/a_b*c", "/a|b", "/\\&amp;copy;", "/é"]
)


def _element(tag: str) -> st.SearchStrategy[str]:
    return TEXT.map(lambda text: f"<{tag}>{text}</{tag}>")


CODE = _element("code")
PICTURES = st.builds(
    lambda address, text: f'<img src="{address}" alt="{text}">',
    st.sampled_from(["/a.png", "b c.png", "/p.png?q=(1", "/[x].png", "/a|b.png"]),
    TEXT,
)
STYLED = st.one_of(*map(_element, ("b", "em", "s")))
LINKS = st.builds(
    lambda address, content: f'<a href="{address}">{content}</a>',
    ADDRESSES,
    st.one_of(TEXT, CODE, PICTURES, STYLED),
)
LINE = st.lists(
    st.one_of(TEXT, TEXT, STYLED, CODE, LINKS, PICTURES, st.just("<br>")), min_size=1, max_size=6
).map("".join)

LEAVES = st.one_of(
    LINE.map("<p>{}</p>".format),
    LINE.map(lambda line: f"<h2>{line.replace('<br>', ' ')}</h2>"),
    LINE,
    TEXT.map(lambda text: f"<pre><code>x{text}x</code></pre>"),
    st.just("<hr>"),
    st.lists(st.lists(LINE, min_size=2, max_size=2), min_size=2, max_size=3).map(
        lambda rows: "<table>{}</table>".format(
            "".join(
                "<tr>{}</tr>".format("".join(f"<{tag}>x{cell}</{tag}>" for cell in row))
                for tag, row in zip(("th", "td", "td"), rows, strict=False)
            )
        )
    ),
)


def _containers(blocks: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    many = st.lists(blocks, min_size=1, max_size=3)
    items = many.map(lambda items: "".join(f"<li>{item}</li>" for item in items))
    return st.one_of(
        many.map(lambda content: f"<blockquote>{''.join(content)}</blockquote>"),
        many.map(lambda content: f"<div>{''.join(content)}</div>"),
        items.map("<ul>{}</ul>".format),
        st.builds("<ol start={}>{}</ol>".format, st.integers(0, 1200), items),
    )


PAGES = st.lists(st.recursive(LEAVES, _containers, max_leaves=8), min_size=1, max_size=4).map(
    "".join
)


@settings(
    max_examples=count(60, long=20_000),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(page=PAGES)
@example(page="<ul><li>a</li></ul><ul><li>b</li></ul><ol><li>c</li></ol><ol><li>d</li></ol>")
@example(page="<p>a<b> *b* </b>c<i>d</i><b>e</b></p>")
@example(page="<p>\\<br>lamp</p>")
def test_markdown_shows_what_the_page_shows(page: str) -> None:
    markdown = full_page(page, URL)
    shown = reading_of_markdown(markdown, with_styles=False)
    assert shown == reading(page, URL, with_styles=False), markdown
