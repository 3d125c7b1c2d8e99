"""What markdown cannot express, and what it becomes: code, formulas and pictures."""

from __future__ import annotations

import pytest

from activities.content.markdown import full_page

URL = "https://shop.example/lamps/desk"


@pytest.mark.parametrize(
    ("html", "language"),
    {
        '<div class="mw-highlight mw-highlight-lang-python"><pre>x</pre></div>': "python",
        '<div class="highlight hl-r"><pre>x</pre></div>': "r",
        '<div class="highlight hl-ipython3"><pre>x</pre></div>': "python",
        '<div class="highlight-ruby notranslate"><div><pre>x</pre></div></div>': "ruby",
        '<div class="language-go highlighter-rouge"><pre><code>x</code></pre></div>': "go",
        '<pre class="src src-emacs-lisp">x</pre>': "emacs-lisp",
        '<pre class="sourceCode ada"><code class="sourceCode ada">x</code></pre>': "ada",
        '<pre><code class="ruby syntaxhl">x</code></pre>': "ruby",
        '<pre class="brush: jscript; toolbar: false">x</pre>': "jscript",
        '<pre data-syntaxhighlighter-params="brush: java; gutter: false">x</pre>': "java",
        '<pre data-enlighter-language="css">x</pre>': "css",
        '<pre class="lang:php decode:true">x</pre>': "php",
        '<pre class="diff">x</pre>': "diff",
        '<pre lang="rust"><code>x</code></pre>': "rust",
        '<pre lang="fr">x</pre>': "",
        '<figure class="highlight rust"><table><tr><td class=gutter><pre>1</pre></td>'
        "<td class=code><pre>x</pre></td></tr></table></figure>": "rust",
        '<div class="language-ts"><pre class="shiki nord"><code>x</code></pre></div>': "ts",
        '<pre class="shiki shiki-themes github-light"><code>x</code></pre>': "",
        '<pre class="code-block wrapper"><code class="language-none hljs">x</code></pre>': "",
    }.items(),
)
def test_the_language_of_code_is_found(html: str, language: str) -> None:
    assert full_page(html, URL) == f"```{language}\nx\n```"


@pytest.mark.parametrize(
    "html",
    [
        "<pre><code><span class=line>a</span><span class=line>  b</span>"
        "<span class=line></span><span class=line>c</span></code></pre>",
        "<pre><code><span class=line>a</span>\n<span class=line>  b</span>\n"
        "<span class=line></span>\n<span class=line>c</span></code></pre>",
        '<pre><div class="token-line">a</div><div class="token-line">  b</div>'
        '<div class="token-line"></div><div class="token-line">c</div></pre>',
        "<pre><ol><li>a</li><li>  b</li><li></li><li>c</li></ol></pre>",
        "<pre><code data-line=1>a</code><code data-line=2>  b</code><code data-line=3></code>"
        "<code data-line=4>c</code></pre>",
        '<pre><span style="display: flex">a</span><span style="display:flex">  b</span>'
        '<span style="display:flex"></span><span style="display:flex">c</span></pre>',
        "<pre><code><table><tr><td class=gutter></td><td class=hljs-ln-code>a</td></tr>"
        "<tr><td class=gutter></td><td class=hljs-ln-code>  b</td></tr>"
        "<tr><td class=gutter></td><td class=hljs-ln-code></td></tr>"
        "<tr><td class=gutter></td><td class=hljs-ln-code>c</td></tr></table></code></pre>",
        "<pre>a<br>  b<br><br>c</pre>",
        "<pre><code><span class=ln>1</span><span class=cl>a\n</span><span class=ln>2</span>"
        "<span class=cl>  b\n</span><span class=ln>3</span><span class=cl>\n</span>"
        "<span class=ln>4</span><span class=cl>c\n</span></code></pre>",
        "<div><div class=gutter><i>1</i><i>2</i><i>3</i><i>4</i></div><div><pre>a\n  b\n\nc</pre>"
        "</div></div>",
        "<div><a href=#L1 data-line-number=1>1</a><a href=#L2 data-line-number=2>2</a></div>"
        "<pre>a\n  b\n\nc</pre>",
        "<table class=highlight><tr><td>1</td><td class=blob-code>a</td></tr>"
        "<tr><td>2</td><td class=blob-code>  b</td></tr>"
        "<tr><td>3</td><td class=blob-code></td></tr><tr><td>4</td><td class=blob-code>c</td></tr>"
        "</table>",
    ],
)
def test_lines_of_code_stay_apart(html: str) -> None:
    assert full_page(html, URL) == "```\na\n  b\n\nc\n```"


@pytest.mark.parametrize(
    ("html", "markdown"),
    {
        # A title above the code, and numbers beside it.
        "<div class=language-py><table><tr><th colspan=2>a.py</th></tr><tr><td class=linenos>"
        "<pre>1\n2</pre></td><td><pre>x\n  y</pre></td></tr></table></div>": (
            "a.py\n\n```py\nx\n  y\n```"
        ),
        "<div class='syntaxhighlighter java'><table><tr><td class=gutter><div class='line'>1</div>"
        "<div class='line'>2</div></td><td class=code><div class=container><div class='line'>"
        "<code>x</code></div><div class='line'><code>&nbsp; </code><code>y</code></div></div>"
        "</td></tr></table></div>": "```java\nx\n  y\n```",
        # Differences between files.
        "<table><tr><td data-line-number=1></td><td class='blob-code'>a</td></tr><tr><td></td>"
        "<td class='blob-code blob-code-addition' data-code-marker='+'>  b</td></tr></table>": (
            "```diff\n a\n+  b\n```"
        ),
        "<div class=diff><div class='diff rem'>-  a</div><div class='diff add'>+  b</div></div>": (
            "```diff\n-  a\n+  b\n```"
        ),
        "<table class=diff><tr><td>1<td class=code>  a<td>1<td class=code>  b"
        "<tr><td>2<td class=code>c<td>2<td class=code>  d</table>": (
            "| 1 | `  a` | 1 | `  b` |\n| --- | --- | --- | --- |\n| 2 | `c` | 2 | `  d` |"
        ),
        # A table whose cells are called code is a table.
        "<table><tr><td class=code>DE<td>Germany<tr><td class=code>FR<td>France</table>": (
            "| DE | Germany |\n| --- | --- |\n| FR | France |"
        ),
        # Preformatted text that holds links.
        "<pre><a href=?C=N>Name</a>  Size\n<hr><a href=a.txt>a.txt</a>   4K\n</pre>": (
            "[Name](https://shop.example/lamps/desk?C=N) Size\n\n---\n\n"
            "[a.txt](https://shop.example/lamps/a.txt) 4K"
        ),
        "<pre>+--+\n|  |\n\n  a\n\nSee <a href=/b>b</a>\nand c</pre>": (
            "```\n+--+\n|  |\n\n  a\n```\n\nSee [b](https://shop.example/b)  \nand c"
        ),
        "<hr><pre><a href=../>../</a>\n<a href=x>x</a>   2024-05-03    4K\n</pre>": (
            "---\n\n[../](https://shop.example/)  \n[x](https://shop.example/lamps/x) 2024-05-03 4K"
        ),
        "<pre><a href=#1>1</a> x</pre>": "```\n1 x\n```",
        "<pre> </pre>x": "x",
        "<pre><code class=line-numbers>only\ncode</code></pre>": "```\nonly\ncode\n```",
    }.items(),
)
def test_preformatted_text_keeps_what_it_shows(html: str, markdown: str) -> None:
    assert full_page(html, URL) == markdown


TEX = '<annotation encoding="application/x-tex">a \\\\ b_*</annotation>'


@pytest.mark.parametrize(
    ("html", "formula"),
    {
        f"<math><semantics><mi>a</mi>{TEX}</semantics></math>": r"$a \\ b_*$",
        f"<math display=block><semantics><mi>a</mi>{TEX}</semantics></math>": r"$$a \\ b_*$$",
        f"<span class=katex-display><span class=katex><span class=katex-mathml><math><semantics>"
        f"<mi>a</mi>{TEX}</semantics></math></span><span class=katex-html aria-hidden=true>a</span>"
        f"</span></span>": r"$$a \\ b_*$$",
        "<span class=MathJax_Preview>y</span><span class=MathJax><span>s2</span></span>"
        "<script type=math/tex>\\sigma^2</script>": r"$\sigma^2$",
        "<div class=MathJax_Display><span class=MathJax>s2</span></div>"
        "<script type='math/tex; mode=display'>\\sigma^2</script>": r"$$\sigma^2$$",
        "<mjx-container display=true><mjx-math aria-hidden=true>x2</mjx-math><mjx-assistive-mml>"
        "<math><msup><mi>x</mi><mn>2</mn></msup></math></mjx-assistive-mml></mjx-container>": (
            "$$x^{2}$$"
        ),
        "<math alttext='x_{2}'><mi>x</mi></math>": "$x_{2}$",
        "<math><mi>x</mi><mo>&lt;</mo><mi>y</mi><mo>&gt;</mo><mn>1</mn></math>": (r"$x\lt y\gt1$"),
        "<math><msub><mi>x</mi><mn>2</mn></msub><mo>=</mo><msqrt><mn>3</mn></msqrt></math>": (
            r"$x_{2}=\sqrt{3}$"
        ),
        "<math><mfrac><mn>1</mn><mrow><mi>sin</mi><mo>\u2061</mo><mi>x</mi></mrow></mfrac>"
        "<mroot><mn>8</mn><mn>3</mn></mroot></math>": r"$\frac{1}{\sin x}\sqrt[3]{8}$",
        "<math><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mover><mi>x</mi><mo>¯</mo>"
        "</mover><msubsup><mi>a</mi><mn>1</mn><mn>2</mn></msubsup></math>": (
            r"$∑_{i}^{n}\bar{x}a_{1}^{2}$"
        ),
        "<math><msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup><mfenced><mi>x</mi>"
        "<mi>y</mi></mfenced></math>": "${a+b}^{2}(x,y)$",
        "<math><mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd><mtd>4</mtd></mtr>"
        "</mtable><mtext>if</mtext></math>": (
            r"$\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}\text{if}$"
        ),
        "<math><mmultiscripts><mi>C</mi><mn>6</mn><none/><mprescripts/><none/><mn>14</mn>"
        "</mmultiscripts></math>": "${}^{14}C_{6}$",
    }.items(),
)
def test_a_formula_becomes_its_tex(html: str, formula: str) -> None:
    text = full_page(f"<p>It is {html}, for $5.</p>", URL)
    assert text.replace("\n\n", " ") == f"It is {formula}, for \\$5."


def test_a_whole_number_and_a_fraction_stay_apart() -> None:
    html = "<p><span class=frac>1<span class=num>1</span>&frasl;<span class=den>2</span></span></p>"
    assert full_page(html, URL) == "1 1\u20442"


def test_powers_and_indices_are_told_from_products() -> None:
    html = (
        "<p>10<sup>6.5</sup> x<sub>i</sub> e<sup>x</sup> a<sup>2/3</sup> 1<sup>st</sup> "
        "CO<sub>2</sub> (a)<sub>1,2</sub> <sup>[1]</sup></p>"
    )
    assert full_page(html, URL) == "10^(6.5) xᵢ eˣ a^(2/3) 1st CO₂ (a)_(1,2) [1]"


@pytest.mark.parametrize(
    ("html", "text"),
    {
        "a<sub>ij</sub> x<sub>max</sub> a<sub>i,j</sub> k<sub>B</sub>T q<sub>\u03b1</sub>": (
            "a_(ij) x_(max) a_(i,j) k_(B)T q_(\u03b1)"
        ),
        "e<sup>i\u03c0</sup> A<sup>T</sup> x<sup>y<sup>2</sup></sup>": ("e^(i\u03c0) A^(T) x^(y²)"),
        "<i>x</i><sup>max</sup> M<sup>lle</sup> 5<sup>th</sup> Word<sup>TM</sup>": (
            "*x*^(max) Mlle 5th WordTM"
        ),
        "Total<sub>incl. VAT</sub>": "Total incl. VAT",
        "FOR 10<sup>12</sup> ATOMS": "FOR 10¹² ATOMS",
        "$19<sup>99</sup>, <b>$</b>5<sup>.49</sup> and 19<sup>95</sup> €": (
            "$19.99, $5.49 and 19,95 €"
        ),
        "9<sup>99</sup>": "9⁹⁹",
        "Text<sup>[2]</sup> Foo<sub>(bar)</sub>": "Text[2] Foo_(bar)",
    }.items(),
)
def test_powers_words_and_prices_are_told_apart(html: str, text: str) -> None:
    assert full_page(f"<p>{html}</p>", URL) == text


def test_an_index_in_italics_is_an_index() -> None:
    assert full_page("<p><i>x</i><sub><i>i</i></sub> = 1</p>", URL) == "*x*ᵢ = 1"


def test_formulas_beside_each_other_stay_apart() -> None:
    html = "<p><math display=block><mi>a</mi></math><math><mi>b</mi></math></p>"
    assert full_page(html, URL) == "$$a$$ $b$"


def test_the_picture_in_a_noscript_is_that_beside_it() -> None:
    one, other = (
        f'<noscript><img src="/{name}.jpg" alt="{name}"></noscript>'
        f'<img data-src="/{name}.jpg" alt="{name}">'
        for name in "ab"
    )
    pictures = "![a](https://shop.example/a.jpg)![b](https://shop.example/b.jpg)"
    assert full_page(f"<p>{one}{other}</p>", URL) == pictures


def test_a_picture_of_an_accelerated_page_is_a_picture() -> None:
    html = "<amp-img src=a.png alt=A width=300 height=200></amp-img>"
    assert full_page(html, URL) == "![A](https://shop.example/lamps/a.png)"


@pytest.mark.parametrize(
    ("attributes", "source"),
    {
        "src=/a.jpg data-src=/thumb.jpg": "/a.jpg",
        "src=/a.jpg data-src=/a-{width}x.jpg class=lazyloaded": "/a.jpg",
        "src=/a.jpg data-url=/product srcset='/b.jpg 2x'": "/a.jpg",
        "src=/fidget-spinner.jpg data-src=/b.jpg": "/fidget-spinner.jpg",
        "src=/grey-lamp.jpg data-src=/b.jpg": "/grey-lamp.jpg",
        "src=data:image/gif;base64,R0 data-src=/b.jpg": "/b.jpg",
        "src=data:, data-src=/b-{w}.jpg srcset='/c.jpg 1x, /d.jpg 2x'": "/d.jpg",
        "src=/blank.gif?v=2 data-original=/b.jpg": "/b.jpg",
        "src=//cdn.example/transparent-1x1.png data-lazy-src=/b.jpg": "/b.jpg",
        "src=/img/loading.svg data-srcset='/b.jpg 320w, /c.jpg 640w'": "/c.jpg",
        "src=/img/product-placeholder.png data-src=/b.jpg": "/b.jpg",
        "data-src=/b.jpg": "/b.jpg",
        "data-url=/product data-image=/b.jpg": "/b.jpg",
    }.items(),
)
def test_a_picture_has_the_address_that_is_shown(attributes: str, source: str) -> None:
    html = f"<p><img alt=x {attributes}></p>"
    assert full_page(html, URL) == f"![x](https://shop.example{source})"


HEAD = "<thead><tr><th>h</th><th>i</th></tr></thead>"
FOOT = "<tfoot><tr><td>e</td><td>f</td></tr></tfoot>"
RULE = "| --- | --- |\n"


@pytest.mark.parametrize(
    ("rows", "markdown"),
    [
        pytest.param(
            f"{HEAD}{FOOT}<tbody><tr><td>a</td><td>b</td></tr></tbody>",
            f"| h | i |\n{RULE}| a | b |\n| e | f |",
            id="the foot is drawn last",
        ),
        pytest.param(
            f"<tbody><tr><td>a</td><td>b</td></tr></tbody>{HEAD}",
            f"| h | i |\n{RULE}| a | b |",
            id="the head is drawn first",
        ),
        pytest.param(
            f"{HEAD}<tbody><tr><td>a</td><td>b</td></tr></tbody>"
            f"{HEAD.replace('h<', 'j<')}<tbody><tr><td>c</td><td>d</td></tr></tbody>",
            f"| h | i |\n{RULE}| a | b |\n| j | i |\n| c | d |",
            id="further heads stay where they are",
        ),
        pytest.param(
            f"{HEAD}<tr><td rowspan=0>a</td><td>b</td></tr><tr><td>c</td></tr>",
            f"| h | i |\n{RULE}| a | b |\n|  | c |",
            id="a span of all rows that are left",
        ),
        pytest.param(
            f"{HEAD.replace('<th>', '<th rowspan=3>', 1)}<tbody><tr><td rowspan=9>a</td><td>b</td>"
            "</tr></tbody><tbody><tr><td>c</td><td>d</td></tr></tbody>",
            f"| h | i |\n{RULE}| a | b |\n| c | d |",
            id="spans end with their group of rows",
        ),
    ],
)
def test_rows_of_tables_are_those_that_a_browser_draws(rows: str, markdown: str) -> None:
    assert full_page(f"<table>{rows}</table>", URL) == markdown


def test_small_tables_within_a_table_of_data_are_lines_of_their_cell() -> None:
    inner = "<table><tr><td>x</td><td>1</td></tr><tr><td>y</td><td>2</td></tr></table>"
    rows = f"{HEAD}<tr><td>{inner}</td><td>b</td></tr>"
    assert full_page(f"<table>{rows}</table>", URL) == f"| h | i |\n{RULE}| x 1<br>y 2 | b |"


def test_tables_that_arrange_a_page_are_no_tables_of_data() -> None:
    inner = "<table><tr><td><p>A post.</p></td><td>b</td></tr></table>"
    rows = f"{HEAD}<tr><td>{inner}</td><td>c</td></tr>"
    assert full_page(f"<table>{rows}</table>", URL) == "h\n\ni\n\nA post.\n\nb\n\nc"


def test_lists_within_a_cell_keep_their_numbers() -> None:
    items = "<ol start=9><li><div><p>x</p></div></li><li>y <b>z</b></li></ol>"
    rows = f"{HEAD}<tr><td>{items}</td><td><ul><li>b</li><li>c</li></ul></td></tr>"
    markdown = f"| h | i |\n{RULE}| 9. x<br>10. y **z** | b<br>c |"
    assert full_page(f"<table>{rows}</table>", URL) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    {
        "<video><source src=/a.webm><source src=/a.mp4>GONE</video>": (
            "[video](https://shop.example/a.webm)"
        ),
        "<audio controls src=/a.mp3 title='Part [1'></audio>": (
            r"[Part \[1](https://shop.example/a.mp3)"
        ),
        "x<audio src=/a.mp3></audio>": "x",
        "x<video src=blob:https://shop.example/1></video>": "x",
        "<img src=/a.png alt=A usemap=#m><map name=m><area href=/b alt=B><area nohref alt=GONE>"
        "</map>": "![A](https://shop.example/a.png) [B](https://shop.example/b)",
        "x<map name=m><area href=/b alt=GONE></map>": "x",
        "<object data=/a.png type=image/png title=A>GONE</object>": (
            "![A](https://shop.example/a.png)"
        ),
    }.items(),
)
def test_players_maps_and_objects_are_links_and_pictures(html: str, markdown: str) -> None:
    assert full_page(html, URL) == markdown


def test_numbers_in_front_of_code_that_are_not_those_of_its_lines_stay() -> None:
    digits = "31415926535897932384626433832795" * 150
    code = "x\n" * 9
    html = (
        f"<p>{digits}</p><pre>a</pre><div><b>1</b> <b>2</b> <b>3</b></div><pre>{code}</pre>"
        "<div><i>7</i><i>8</i><i>9</i></div><pre>b\nc\nd</pre>"
    )
    text = full_page(html, URL)
    assert digits in text
    assert "**1** **2** **3**" in text
    assert "*8*" not in text
