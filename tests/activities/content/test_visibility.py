"""Tests of what is left of HTML from a server, of which no style is known."""

from __future__ import annotations

import pytest

from activities.content.markdown import full_page

URL = "https://shop.example/"


@pytest.mark.parametrize(
    "html",
    [
        "<button aria-controls=x>Why?</button><div id=x hidden>KEPT</div>",
        "<button aria-expanded=false aria-controls=x>Why?</button><b>A</b>"
        "<div id=x style='display:none'>KEPT</div>",
        "<a href=#x data-toggle=tab>Tab</a><p>A</p><div id=x aria-hidden=true>KEPT</div>",
        "<div role=tabpanel hidden>KEPT</div>",
        "<h3><button>Why?</button></h3><div hidden>KEPT</div>",
        "<label>Why?</label><div style='display: none'>KEPT</div>",
        "<button data-target='.x'>Why?</button><p>A</p><div class='x' hidden>KEPT</div>",
        "<button data-lang=java>Java</button><p>A</p><div data-lang=java hidden>KEPT</div>",
        "<form><h3 aria-expanded=false>Why?</h3><div hidden>KEPT</div></form>",
        "<noscript><p>KEPT</p></noscript>",
        "<a href=/t><i></i><span class=sr-only>KEPT</span></a>",
        "<div class='sr-only md:not-sr-only'>KEPT</div>",
        "<span class=visually-hidden>KEPT</span><span aria-hidden=true>99</span>",
        "<span aria-hidden=true>99</span><span class=visually-hidden>KEPT</span>",
        "<embed src=a.swf><p>KEPT</p>",
        "<i class=material-icons>Bold KEPT text</i>",
        "<div style='left:-9999px'>KEPT</div>",
        "<object data=a.pdf type=application/pdf title=KEPT>A</object>",
        "<embed src=/a.pdf title=KEPT>",
        "<a href=/x><svg><title>KEPT</title><path d=M0/></svg></a>",
        "<style>nav { color: red }</style><nav>KEPT</nav><p>text</p>",
        "<p>text</p></body></html><main>KEPT</main>",
        "<p>text</body>KEPT<p>text",
    ],
)
def test_what_a_reader_can_see_is_kept(html: str) -> None:
    assert "KEPT" in full_page(html, URL)


@pytest.mark.parametrize(
    "html",
    [
        "<p>A</p><div hidden>GONE</div>",
        "<button aria-controls=x>Why?</button><div id=x style='display:none !important'>GONE</div>",
        "<button aria-controls=x aria-haspopup=menu>Menu</button><ul id=x hidden><li>GONE</ul>",
        "<button data-bs-toggle=modal data-bs-target='#x'>Log in</button>"
        "<div id=x hidden>GONE</div>",
        "<button aria-controls=x>Log in</button><div id=x role=dialog hidden>GONE</div>",
        "<form><button>Send</button><p hidden>GONE</p></form>",
        "<a href=/other>A link</a><p hidden>GONE</p>",
        "<nav><a href=#>Menu</a><ul hidden><li>GONE</ul></nav>",
        "<noscript hidden>GONE</noscript>",
        "<p><span class=sr-only>GONE</span> 49 euros</p>",
        "<p><span class=govuk-visually-hidden>GONE</span> 49 euros</p>",
        "<p><span class=show-for-sr>GONE</span> 49 euros</p>",
        "<a class=visually-hidden-focusable href=#x>GONE to the text</a>",
        "<div style='position: absolute; left: -9999px'>GONE</div>",
        "<video src=a.mp4>GONE</video>",
        "<noframes>GONE</noframes>",
        "<a class=skip-link href=#main>GONE</a>",
        "<h2>Title <span class=mw-editsection>[<a href=/e>GONE</a>]</span></h2>",
    ],
)
def test_what_no_reader_sees_is_left_out(html: str) -> None:
    assert "GONE" not in full_page(f"<p>text</p>{html}", URL)


def test_the_name_of_an_icon_is_no_text() -> None:
    html = "<p><i class=material-icons>shopping_cart</i> Basket</p>"
    assert full_page(html, URL) == "Basket"


def test_characters_of_icon_fonts_are_no_text() -> None:
    html = "<p>\ue901 Basket &#xf0f4; &#59649;</p><a href=/x aria-label=Home>&#xE900;</a>"
    assert full_page(html, URL) == "Basket\n\n[Home](https://shop.example/x)"


def test_permalinks_are_left_out() -> None:
    html = (
        "<h2>One<a class=headerlink href=#one>¶</a></h2><p>Two<a class=anchor href=#two>#</a></p>"
    )
    assert full_page(html, URL) == "## One\n\nTwo"
