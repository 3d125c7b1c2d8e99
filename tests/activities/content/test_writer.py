"""HTML as markdown: text that is no markup, and what each kind of element becomes."""

from __future__ import annotations

import pytest

from activities.content import dom
from activities.content.markdown import full_page, to_markdown
from tests.support.reading import reading, reading_of_markdown

URL = "https://shop.example/lamps/desk"

READABLE = [
    "snake_case and a_b_c",
    "5 * 3 = 15, 5*3",
    "see [1] and [a b]",
    "a < b > c & d",
    "Fish & Chips; AT&T;",
    "$5 and $6",
    "US$5-US$6",
    "Name*, E-mail*",
    "~5 m",
    "C:\\new\\x",
    "a | b",
    "1986 was warm. # 12 - 3 + 4",
    "it`s",
]
"""Text that is no markup in markdown, so nothing of it is escaped."""

MARKUP = {
    "*a* b": r"\*a\* b",
    "_a_ b_": r"\_a\_ b\_",
    "__init__.py": r"\_\_init\_\_.py",
    "a **b**": r"a \*\*b\*\*",
    "~~a~~": r"\~~a\~~",
    "`a` b": r"\`a\` b",
    "[a](b)": r"[a\](b)",
    "![a](b)": r"![a\](b)",
    "<b>": r"\<b>",
    "<!-- a -->": r"\<!-- a -->",
    "&copy; &#35;": r"\&copy; \&#35;",
    r"a\*b": r"a\\*b",
    "# a": r"\# a",
    "#": r"\#",
    "- a": r"\- a",
    "+ a": r"\+ a",
    "1986. A year": r"1986\. A year",
    "3) a": r"3\) a",
    "> a": r"\> a",
    "---": r"\---",
    "* * *": r"\* * *",
    "~~~ a": r"\~~~ a",
    "[a]: b": r"\[a]: b",
    "$x$ is": r"\$x\$ is",
    "$5 (US$)": r"\$5 (US\$)",
}
"""Text that would be markup, and its markdown."""


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.mark.parametrize("text", READABLE)
def test_text_stays_readable(text: str) -> None:
    assert full_page(f"<p>{_as_html(text)}</p>", URL) == text


@pytest.mark.parametrize(("text", "markdown"), MARKUP.items())
def test_text_does_not_become_markup(text: str, markdown: str) -> None:
    html = f"<p>{_as_html(text)}</p>"
    assert full_page(html, URL).replace(r"\~\~", r"\~~") == markdown
    assert reading_of_markdown(full_page(html, URL)) == reading(html)


@pytest.mark.parametrize(
    ("html", "markdown"),
    {
        # White space of the source.
        "<p>9 a.m.\n  -\n  6 p.m.</p>": "9 a.m. - 6 p.m.",
        "<p>a\n=====\nb</p><p>c\n\n# d</p>": "a ===== b\n\nc # d",
        "<p>a&nbsp;&nbsp;b</p>": "a b",
        "<p>Donau&shy;dampf&shy;schiff</p>": "Donaudampfschiff",
        # Line breaks.
        "<p>a<br>- b<br>=<br>c</p>": "a  \n\\- b  \n\\=  \nc",
        "<p>a<br><br>b</p>": "a\n\nb",
        "<h2>a<br>b #</h2>": r"## a b \#",
        # Emphasis.
        "<p>a<b> b </b>c</p>": "a **b** c",
        "<p><b>Price:</b>5 <b>.</b>x</p>": "**Price**:5 .x",
        "<p><b>「東京」</b>は</p>": "**「東京**」は",
        "<p><i>a</i><b>b</b> <b>c</b><b>d</b></p>": "*a***b** **cd**",
        "<p><em>a <em>b</em></em></p>": "*a b*",
        "<b><div>a</div><div>b</div></b>": "**a**\n\n**b**",
        # Code within a line.
        "<p><code>a``b</code> <code>`</code></p>": "```a``b``` `` ` ``",
        "<p><code>List&lt;<a href=/s>S</a>&gt;</code></p>": (
            "`List<`[`S`](https://shop.example/s)`>`"
        ),
        # Lists.
        "<ul><li>a</li></ul><ul><li>b</li></ul>": "- a\n\n* b",
        "<ol><li value=7>a</li><li>b</li></ol>": "7. a\n8. b",
        "<ol reversed><li>a</li><li>b</li></ol>": "- 2\\. a\n- 1\\. b",
        "<ol><li>a</li><li value=5>b</li></ol>": "- 1\\. a\n- 5\\. b",
        "<ol type=a start=27><li>x</li><li>y</li></ol>": "- aa. x\n- ab. y",
        "<ol style='list-style: lower-alpha inside'><li>x</li></ol>": "- a. x",
        "<ol style='list-style-type:decimal-leading-zero'><li>x</li></ol>": "1. x",
        "<ol type=I><li>x</li><li value=4>y</li></ol>": "- I. x\n- IV. y",
        "<ol style='list-style: none'><li>a<li>b<li></ol>": "- a\n- b",
        "<ol><li style='list-style-type: \"Step \"'>a</ol>": "- Step a",
        "<ul style='list-style-type: \"→ \"'><li>a</ul>": "- a",
        "<ul><li style='list-style-type: \"2. \"'>a<li style='list-style-type: \"3. \"'>b</ul>": (
            "2. a\n3. b"
        ),
        "<ul><li style='list-style-type: \"\\2713 *\"'>a</ul>": "- ✓* a",
        "<ul><li>a</li><ul><li>b</li></ul></ul>": "- a\n  - b",
        "<div>x<li>a<li>b</div>": "x\n\n- a\n- b",
        "<ul><li><hr></li><li>a<blockquote>b</blockquote></li></ul>": "- ___\n\n- a\n\n  > b",
        # Quotations.
        "<blockquote><ul><li>a</li></ul>b</blockquote>c": "> - a\n>\n> b\n\nc",
        # Definitions.
        "<dl><dd>a</dd><dd>b</dd></dl>": "- a\n- b",
        "<dl>x<dt>a</dt><dd>b</dd><dd>c</dd></dl>": "x\n\n- **a**: b\n  - c",
        # Tables.
        "<table><tr><th>a|b<th align=right>c<tr><td><code>x|y</code><td><p>d<p>e</table>": (
            "| a\\|b | c |\n| --- | ---: |\n| `x\\|y` | d<br>e |"
        ),
        "<table><tr><td>a<br>b</td><td><p>c</p></td></tr></table>": "a  \nb\n\nc",
        "<table><tr><th>a<th>b<tr><td><pre>{\n  x\n}</pre><td>c</table>": (
            "| a | b |\n| --- | --- |\n| `{`<br>`  x`<br>`}` | c |"
        ),
        "<div role=grid><div role=row><b role=columnheader>a</b><b role=columnheader>b</b></div>"
        "<div role=presentation><div role=row><i role=gridcell>c</i><i role=cell>d</i></div></div>"
        "</div>": "| a | b |\n| --- | --- |\n| c | d |",
        "<div role=list><div role=listitem>a</div><div role=listitem>b</div></div>": "- a\n- b",
        "<div role=heading aria-level=3>a</div><p role=heading>b</p>": "### a\n\n## b",
        "<p>Name<button>Send</button>now</p>": "Name Send now",
        # Figures.
        "<figure><ul><li><img src=a alt=A></li><li><img src=b alt=B><figcaption>x <i>y</i>"
        "</figcaption></li></ul></figure>": (
            "- ![A](https://shop.example/lamps/a)\n\n- ![B](https://shop.example/lamps/b)\n\n"
            "  *x y*"
        ),
    }.items(),
)
def test_an_element_becomes_its_markdown(html: str, markdown: str) -> None:
    assert full_page(html, URL) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    {
        "<a href=' /a b\n(c) '>x</a>": "[x](https://shop.example/a%20b(c))",
        "<a href='/a)b(('>x</a>": r"[x](https://shop.example/a\)b\(\()",
        "<a href='?q=<x>&amp;amp;copy;'>x</a>": (
            "[x](https://shop.example/lamps/desk?q=%3Cx%3E&amp;amp;copy;)"
        ),
        "<a href='mailto:a b@c.example'>x</a>": "[x](mailto:a%20b@c.example)",
        "<a href='#'>x</a>": "[x](https://shop.example/lamps/desk#)",
        "<a href=' java\nscript:x'>x</a> <a href='data:,'>y</a> <a href=''>z</a>": "x y z",
        "<p>a<a href=/x> </a>b</p>": "a b",
        "<p>a!<a href=/x>b ]</a></p>": r"a\![b \]](https://shop.example/x)",
        "<a href=/x>https://shop.example/x</a>": "[https://shop.example/x](https://shop.example/x)",
        "<a href=https://a.example/b>https://a.example/b</a>": "<https://a.example/b>",
        "<a href=/x title='say \"&amp;lt;\"'>a</a>": (
            r'[a](https://shop.example/x "say \"&amp;lt;\"")'
        ),
        "<a href=/f><img src=/p.png alt=P><p>Download</p></a><a href=/c><div>C</div></a>": (
            "[![P](https://shop.example/p.png)  \nDownload](https://shop.example/f)\n\n"
            "[C](https://shop.example/c)"
        ),
        "<a href=/x><ul><li>a</li></ul><p>b</p></a>": (
            "- [a](https://shop.example/x)\n\n[b](https://shop.example/x)"
        ),
        "<base target=_top><base href='../v2/'><base href=/no/><a href=x>a</a>": (
            "[a](https://shop.example/v2/x)"
        ),
        "<a href=x>a</a><base href=/late/>": "[a](https://shop.example/late/x)",
        "<base href=''><base href=/no/><a href=x>a</a>": "[a](https://shop.example/lamps/x)",
        "<iframe src=map title=Map></iframe><iframe src='javascript:x'></iframe>": (
            "[Map](https://shop.example/lamps/map)"
        ),
    }.items(),
)
def test_a_link_leads_where_it_does_in_a_browser(html: str, markdown: str) -> None:
    assert full_page(html, URL) == markdown


def test_writing_leaves_the_tree_as_it_is() -> None:
    root = dom.parse("<p>a <a href=https://a.example/b>https://a.example/b</a><pre>c</pre>")
    dom.clean(root)
    assert to_markdown(root, URL) == to_markdown(root, URL)


@pytest.mark.parametrize("levels", [1, 30, 5000])
def test_lists_and_quotations_may_nest_deeply(levels: int) -> None:
    text = full_page("<blockquote><ul><li>" * levels + "deep", URL)
    assert text.endswith("deep")
    assert len(text) < 200
