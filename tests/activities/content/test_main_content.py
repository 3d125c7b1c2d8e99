"""The main content of small pages: what has to be there, in this order, and what must not."""

from __future__ import annotations

import pytest

from activities.content.main_content import main_content

URL = "https://site.example/page"

TEXT = (
    "The kettle stands on three short legs of cast iron, and its lid was turned from a piece of "
    "walnut that had dried for eleven years. Water boils in it after four minutes, which is slow, "
    "but it stays hot until the second pot has been drunk. "
)
"""Running text, as articles have it."""

OTHER_TEXT = (
    "A second kettle came from the same workshop ten years later. Its spout is longer, and it "
    "pours in a thin stream that never drips. Both were bought by a museum in the north, where "
    "they are shown in a room of their own. "
)


def page(body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>Kettles</title>{head}</head><body>{body}</body></html>"
    )


def article(body: str) -> str:
    return page(body, '<meta property="og:type" content="article">')


def json_ld(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


def posts(tag: str, attributes: str = "", footer: str = "") -> str:
    """Return a list of four posts, each with a linked title, a date and a summary."""
    return "".join(
        f'<{tag} {attributes}><h2><a href="/p/{name}">{name} kettles</a></h2><time>{day} May</time>'
        f"<p>What {name} kettles are made of, and how long the water in them stays hot at noon.</p>"
        f"{footer}</{tag}>"
        for day, name in enumerate(("Iron", "Copper", "Silver", "Glass"), 1)
    )


POSTS = ["[Iron kettles](https://site.example/p/Iron)", "1 May", "What Iron", "[Copper kettles](",
         "2 May", "What Copper", "[Silver kettles](", "3 May", "What Silver", "[Glass kettles](",
         "4 May", "What Glass"]  # fmt: skip

LISTS = {
    "microdata": page(
        "<header>Site</header>"
        + posts("article", 'itemscope itemtype="https://schema.org/BlogPosting"')
    ),
    "blog in microdata": page(
        '<main itemscope itemtype="https://schema.org/Blog">'
        + posts("div", 'itemprop="blogPost" itemscope itemtype="https://schema.org/BlogPosting"')
        + "</main>"
    ),
    "opengraph": article("<main>" + posts("article") + "</main>"),
    "no declaration": page('<div class="posts">' + posts("article") + "</div>"),
    "footers": article("<h1>News</h1>" + posts("article", "", "<footer>By Ada</footer>")),
    "json-ld": page(
        "<h1>All posts</h1>" + posts("section"),
        json_ld('{"@type":"CollectionPage","mainEntity":{"@type":"ItemList"}}'),
    ),
}


@pytest.mark.parametrize("html", LISTS.values(), ids=LISTS)
def test_a_list_keeps_all_of_its_posts(html: str) -> None:
    assert_in_order(main_content(html, URL), POSTS)


WINNERS = "".join(
    f'<li><a href="/w/{number}"><h3>Winner {number}</h3></a><span>By studio {number}</span></li>'
    for number in range(40)
)

THREAD = "".join(
    f'<article class="message"><div>{text}</div></article>'
    for text in (
        "Which kettle do people here like best these days for a small kitchen, and why that one?",
        "I have had mine for three years and would buy it again, since it is cheap and very quiet.",
        "Mine broke after a month, and the shop took it back without a word, so I would not.",
        "Both are fine, but the second one has the better spout and never drips on the table.",
    )
)

REVIEWS = f"<section><h2>Reviews</h2><p>{TEXT}</p><p>{OTHER_TEXT}</p></section>"

PRODUCT = (
    '<main><h1>Kettle</h1><div class="price">$14.00</div><ul><li>White</li><li>Blue</li></ul>'
    f"<div>Cast iron, 1.2 l.</div>{REVIEWS}</main>"
)
PRODUCT_PARTS = ["$14.00", "White", "Blue", "Cast iron, 1.2 l.", "kettle stands"]

KINDS = {
    "a list that calls itself an article": (
        article(f"<main><h1>Winners</h1><div><p>{TEXT}</p></div><ul>{WINNERS}</ul></main>"),
        ["kettle stands", "Winner 7", "By studio 7", "Winner 39"],
    ),
    "a table that calls itself an article": (
        article(
            f"<main><h1>Results</h1><p>{TEXT}</p><table>"
            + "".join(f"<tr><td>Team {n}</td><td>{n} points</td></tr>" for n in range(60))
            + "</table></main>"
        ),
        ["kettle stands", "Team 5", "Team 59", "59 points"],
    ),
    "a thread with a date": (
        page(
            '<div itemscope itemtype="https://schema.org/DiscussionForumPosting">'
            '<meta itemprop="datePublished" content="2024-01-01">'
            f"<h1>Which kettle?</h1>{THREAD}</div>"
        ),
        ["Which kettle do", "I have had", "Mine broke", "Both are fine"],
    ),
    "questions and answers": (
        page(
            f"<h1>Which kettle?</h1>{THREAD}",
            json_ld('{"@type":"QAPage","mainEntity":{"@type":"Question","datePublished":"2024"}}')
            + '<meta property="article:published_time" content="2024-01-01">',
        ),
        ["Which kettle do", "I have had", "Mine broke", "Both are fine"],
    ),
    "a thread that declares nothing": (
        article(f"<h1>Which kettle?</h1>{THREAD}"),
        ["Which kettle do", "I have had", "Mine broke", "Both are fine"],
    ),
    "a product with a review in JSON-LD": (
        page(PRODUCT, json_ld('{"@type":"Product","review":{"@type":"Review"}}')),
        PRODUCT_PARTS,
    ),
    "a product in a graph": (
        page(PRODUCT, json_ld('{"@graph":[{"@type":"WebPage"},{"@type":["Product"]}]}')),
        PRODUCT_PARTS,
    ),
    "a product in microdata": (
        page(
            '<div itemscope itemtype="https://schema.org/Product">'
            '<div itemprop="review" itemscope itemtype="https://schema.org/Review">'
            f'<meta itemprop="datePublished" content="2024-01-01"></div>{PRODUCT}</div>'
        ),
        PRODUCT_PARTS,
    ),
    "a product in OpenGraph": (
        page(PRODUCT, '<meta property="og:type" content="product.item">'
             '<meta property="article:modified_time" content="2024-01-01">'),
        PRODUCT_PARTS,
    ),
    "a table of contents": (
        page(
            '<h1>The kettle handbook</h1><div class="toc"><dl>'
            + "".join(f'<dt><a href="/{n}">Chapter {n}</a></dt>' for n in range(9))
            + "</dl></div>"
        ),
        ["kettle handbook", "[Chapter 0](https://site.example/0)", "[Chapter 8]("],
    ),
    "a table of contents in a nav": (
        page(
            '<nav><a href="/">Home</a></nav><main><h1>The handbook</h1><nav class="toc"><ul>'
            + "".join(f'<li><a href="/{n}">Chapter {n}</a></li>' for n in range(9))
            + "</ul></nav></main>"
        ),
        ["The handbook", "[Chapter 0](https://site.example/0)", "[Chapter 8]("],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), KINDS.values(), ids=KINDS)
def test_what_a_page_is_about_is_kept(html: str, expected: list[str]) -> None:
    assert_in_order(
        main_content(html, URL).replace("The kettle handbook", "kettle handbook"), expected
    )


UNLUCKY = {
    "card-footer": '<div class="card"><p>{0}</p><div class="card-footer">{1}</div></div>',
    "a modifier": '<div class="card card--has-footer">{1}</div>',
    "a utility": '<div class="sticky top-[var(--nav-height)]">{1}</div>',
    "a variant": '<div class="md:navbar-hidden">{1}</div>',
    "an id of a heading": '<section id="cookies"><h2>Cookies</h2>{1}</section>',
    "an id of words": '<section id="sharing-a-session"><h2>Sharing</h2><p>{1}</p></section>',
    "a menu of a restaurant": '<div id="menu"><h2>What we cook</h2><p>{1}</p></div>',
    "a menu with a class": '<section class="menu"><h3>Mains</h3><ul><li>{1}</ul></section>',
    "a banner": '<div class="banner"><p>{1}</p></div>',
    "a social contract": '<div class="social-contract"><p>{1}</p></div>',
    "a share": '<div class="market-share"><p>{1}</p></div>',
    "tabs": '<div role="tablist"><button role="tab">More</button><div>{1}</div></div>',
    "panels": '<div id="tabs"><div><h2>Delivery</h2><p>{1}</p></div></div>',
    "footer of a comment": '<article><footer><a href="/u">Mia</a> {1}</footer><p>{0}</p></article>',
    "header of an article": "<article><header><p>{1}</p></header><p>{0}</p></article>",
    "footer of a section": "<section><p>{0}</p><footer>{1}</footer></section>",
    "a warning": '<aside class="warning"><p>{1}</p></aside>',
    "a toc": '<div class="toc-entry"><p>{1}</p></div>',
    "a modal verb": '<section id="modal"><h2>Modal verbs</h2><p>{1}</p></section>',
}


@pytest.mark.parametrize("around", ["<main><h1>Kettles</h1><p>{0}</p>{1}</main>",
                                    "<h1>Kettles</h1><p>{0}</p>{1}<p>{0}</p>"])  # fmt: skip
@pytest.mark.parametrize("part", UNLUCKY.values(), ids=UNLUCKY)
def test_a_name_alone_removes_no_content(part: str, around: str) -> None:
    html = page(around.format(TEXT, part.format(OTHER_TEXT, "Blown by hand, 24.00 EUR")))
    assert "Blown by hand, 24.00 EUR" in main_content(html, URL)


PARTS = {
    "nav": '<nav><a href="/">Part</a></nav>',
    "header": '<header><a href="/">Part</a></header>',
    "footer": "<footer>Part</footer>",
    "role": '<div role="contentinfo">Part</div>',
    "named footer": '<div id="site-footer">Part</div>',
    "camel case": '<div class="mainNavigation">Part</div>',
    "sidebar": '<div class="sidebar"><p>Part of the page</p></div>',
    "consent": '<div class="cookie-banner"><h2>Part</h2><p>We use it.</p><button>OK</button></div>',
    "dialog": f'<div role="dialog"><h2>Part</h2><p>{OTHER_TEXT * 9}</p></div>',
    "share": '<p class="a"></p><div class="post-share">' + '<a href="/f">Part</a>' * 3 + "</div>",
    "newsletter": '<div class="newsletter-box"><label>Part</label><input><button>Go</button></div>',
    "docbook": '<div class="navfooter"><table><tr><td>Part</td></tr></table></div>',
    "mediawiki": '<div class="printfooter">Part <a href="/old">/old</a></div>',
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_part_of_the_page_is_removed(part: str) -> None:
    content = main_content(page(f"<h1>Kettles</h1><p>{TEXT * 3}</p>{part}"), URL)
    assert "kettle stands" in content
    assert "Part" not in content


def test_a_short_main_is_believed() -> None:
    html = page(
        '<nav><a href="/">Home</a></nav>'
        "<main><h1>Opening hours</h1><p>Monday to Friday, 9 to 6.</p></main>"
        f'<div id="consentRoot"><div role="dialog"><p>{TEXT * 4}</p></div></div>'
    )
    assert main_content(html, URL) == "# Opening hours\n\nMonday to Friday, 9 to 6."


def test_a_title_and_text_beside_main_are_kept() -> None:
    html = page(
        '<div class="top"><a href="/">Site</a><h1>Kettles</h1></div>'
        f"<div><main><p>{TEXT}</p></main><div><p>{OTHER_TEXT}</p></div></div>"
    )
    assert main_content(html, URL) == f"# Kettles\n\n{TEXT.strip()}\n\n{OTHER_TEXT.strip()}"


def test_an_article_keeps_its_gallery_and_its_credits() -> None:
    pictures = "".join(
        f'<div><div><img src="/{n}.jpg" alt="Kettle {n}"></div></div>' for n in range(5)
    )
    html = article(
        f'<article><h1>Kettles</h1><p>{TEXT}</p><h2>Gallery</h2><div class="grid">{pictures}</div>'
        f'<p>{OTHER_TEXT}</p><h2>Credits</h2><ul><li>First: <a href="/karl">Karl Dahl</a></li>'
        '<li>Second: <a href="/mia">Mia Berg</a></li></ul></article>'
    )
    pictures_in_order = [f"![Kettle {n}](https://site.example/{n}.jpg)" for n in range(5)]
    assert_in_order(
        main_content(html, URL),
        ["Gallery", *pictures_in_order, "second kettle", "Credits", "Karl Dahl", "Mia Berg"],
    )


def test_an_article_that_declares_nothing_loses_what_is_beside_it() -> None:
    html = page(
        f'<div class="column"><h1>Kettles</h1><p>{TEXT}</p><p>{OTHER_TEXT}</p></div>'
        + '<div class="column"><h3>Most read</h3>'
        + "".join(f'<div><a href="/{n}">Seven cups in our test {n}</a></div>' for n in range(6))
        + "</div>"
    )
    content = main_content(html, URL)
    assert_in_order(content, ["# Kettles", "kettle stands", "second kettle"])
    assert "Most read" not in content


def test_of_many_options_only_the_chosen_one_is_kept() -> None:
    sizes = "<select><option>Small<option>Large</select>"
    countries = "".join(f"<option{' selected' if n == 30 else ''}>Country {n}" for n in range(60))
    content = main_content(page(f"<p>Size:</p>{sizes}<p>To:</p><select>{countries}</select>"), URL)
    assert_in_order(content, ["Small", "Large", "Country 30"])
    assert "Country 31" not in content


def div_posts(tag: str = "div") -> str:
    return "".join(
        f'<{tag} class="post"><h3><a href="/p/{n}">Title {n}</a></h3><span>{n} May</span><p>What '
        f"kettle {n} is made of, and how long the water in it stays hot at noon.</p></{tag}>"
        for n in range(1, 7)
    )


ANSWERS = "".join(
    f'<li class="answer"><b>User {n}</b><time>{n} May</time><div>I think that kettle number {n} is '
    "the best of all, since it never drips on the table at home.</div></li>"
    for n in range(6)
)

DATED = '<meta property="article:published_time" content="2024-01-01">'

EVIDENCE = {
    "posts without articles": (
        article(f"<h1>Blog</h1><div>{div_posts()}</div>"),
        ["Blog", "[Title 1](", "1 May", "kettle 1", "[Title 6](", "6 May"],
    ),
    "posts in a blog": (
        page(
            f"<main><h1>Blog</h1>{div_posts()}</main>", '<meta property="og:type" content="blog">'
        ),
        ["Blog", "[Title 1](", "1 May", "kettle 1", "[Title 6](", "6 May"],
    ),
    "a thread with nothing but a date": (
        page(f"<h1>Which kettle?</h1><ul>{ANSWERS}</ul>", DATED),
        ["Which kettle?", "User 0", "0 May", "number 0", "User 5", "5 May", "number 5"],
    ),
    "a product that has a price and calls itself an article": (
        article(f'<h1>Kettle</h1><b itemprop="price">24.00</b><div>red, blue</div>{REVIEWS}'),
        ["24.00", "red, blue", "kettle stands"],
    ),
    "a product that has a form and calls itself an article": (
        article(
            "<h1>Kettle</h1><b>24.00 EUR</b><ul><li>red</li><li>blue</li></ul>"
            f"<form><button>Add to cart</button></form>{REVIEWS}"
        ),
        ["24.00 EUR", "red", "blue", "kettle stands"],
    ),
    "a price beside a button within main": (
        page(f'<main><div class="sidebar">24.00 EUR<button>Add</button></div><p>{TEXT}</p></main>'),
        ["24.00 EUR", "kettle stands"],
    ),
    "a title in a banner": (
        page(f'<div class="banner"><h1>Kettles</h1><p>From 24.00 EUR</p></div><p>{TEXT}</p>'),
        ["# Kettles", "From 24.00 EUR", "kettle stands"],
    ),
    "title and author above main": (
        page(f"<header><nav><a href=/>Home</a></nav><h1>Kettles</h1><p>By Ada Berg</p></header>"
             f"<main><p>{TEXT}</p></main>"),
        ["# Kettles", "By Ada Berg", "kettle stands"],
    ),
    "a table beside main": (
        page(f"<div><main><h1>Kettle</h1><p>{TEXT}</p></main><section><h2>Data</h2><table><tr>"
             "<td>Weight</td><td>2 kg</td></tr></table></section></div>"),
        ["# Kettle", "kettle stands", "Weight", "2 kg"],
    ),
    "a warning within an article": (
        article(f"<article><h1>Kettles</h1><p>{TEXT}</p><aside><p>Do not heat it dry.</p></aside>"
                f"<p>{OTHER_TEXT}</p></article>"),
        ["kettle stands", "Do not heat it dry.", "second kettle"],
    ),
    "a table of one row within an article": (
        article(f"<article><h1>Kettles</h1><p>{TEXT}</p><table><tr><td>Weight</td><td>2 kg</td>"
                f"</tr></table><p>{OTHER_TEXT}</p></article>"),
        ["kettle stands", "Weight", "2 kg", "second kettle"],
    ),
    "an article in two parts of a grid": (
        page('<article><h1>Kettles</h1><div class="part"><div class="body">'
                f"<p>{TEXT}</p><p>{OTHER_TEXT}</p><p>{TEXT[::-1]}</p></div></div>"
                '<div class="advert">Buy</div><div class="part"><div class="body">'
                "<p>The third kettle is made of brass, and nobody knows who made it, or when, or "
                "for whom.</p></div></div></article>", json_ld('{"@type": "Article"}')),
        ["kettle stands", "third kettle"],
    ),
    "a gallery at the end": (
        article(f"<article><h1>Kettles</h1><p>{TEXT}</p><p>{OTHER_TEXT}</p><h2>Gallery</h2><ul>"
                + "".join(f'<li><img src="/{n}.jpg" alt="K{n}"></li>' for n in range(5))
                + "</ul></article>"),
        ["kettle stands", "Gallery", "![K0](", "![K4]("],
    ),
    "an index of links within the page": (
        page("<main><h1>Index</h1><ul>"
             + "".join(f'<li><a href="#{name}">{name}</a></li>' for name in "abcdef")
             + "</ul></main>"),
        ["# Index", "[a](", "[f]("],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_what_a_page_holds_decides(html: str, expected: list[str]) -> None:
    content = main_content(html, URL)
    assert_in_order(content, expected)
    assert "Home" not in content


def test_teasers_below_an_article_are_no_part_of_it() -> None:
    """They have more running text than the article."""
    teasers = "".join(
        f'<article><h3><a href="/p/{n}">Pot {n}</a></h3><p>What the pot of number {n} is made of, '
        "and how long its water stays hot.</p></article>"
        for n in range(12)
    )
    story = f"<h1>Kettles</h1><p>{TEXT}</p><p>{OTHER_TEXT}</p><p>{TEXT[::-1]}</p>"
    head = json_ld('{"@type": "NewsArticle"}')
    html = page(f"<article>{story}</article><div>{teasers}</div>", head)
    content = main_content(html, URL)
    assert "kettle stands" in content
    assert "Pot" not in content


def test_an_article_above_many_teasers_is_no_list() -> None:
    story = f"<h1>Kettles</h1><p>{TEXT}</p><p>{OTHER_TEXT}</p><p>{TEXT[::-1]}</p>"
    html = article(f"<article>{story}</article><div>{posts('article')}{posts('article')}</div>")
    content = main_content(html, URL)
    assert "kettle stands" in content
    assert "Iron kettles" not in content


def test_the_choices_of_a_closed_menu_are_left_out() -> None:
    choices = "".join(
        f'<a role="menuitemradio" aria-checked="{str(n == 3).lower()}" href="/{n}">Metal {n}.</a>'
        for n in range(30)
    )
    html = page(f"<main><h1>Kettles</h1><details>{choices}</details>{posts('div')}</main>")
    content = main_content(html, URL)
    assert_in_order(content, ["Metal 3.", *POSTS])
    assert "Metal 4." not in content


def test_two_forms_to_write_go_with_the_part_around_them() -> None:
    form = "<form><textarea></textarea><button>Post</button></form>"
    for around in ("<footer>{}</footer>", "<div>{}</div>", "<div><div>{}</div></div>"):
        html = page(f"<div><h1>Kettles</h1><p>{TEXT}</p></div>{around.format(form + form)}")
        assert "Post" not in main_content(html, URL)


TOOLS = {
    "a list of places on the page": "<div><p>On this page: Part</p><ul>"
    + "".join(f'<li><a href="#{n}">Chapter {n}</a></li>' for n in range(5))
    + "</ul></div>",
    "a form to write a comment": '<div id="respond"><h3>Leave a reply</h3><form><label>Part <input>'
    "</label><textarea></textarea><button>Post</button></form></div>",
}


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_within_main_is_removed(tool: str) -> None:
    content = main_content(page(f"<main><h1>Kettles</h1><p>{TEXT}</p>{tool}</main>"), URL)
    assert "kettle stands" in content
    assert "Part" not in content


def test_a_part_that_asks_for_consent_is_removed_from_a_short_page() -> None:
    html = page(
        "<div><h1>Hours</h1><p>Monday to Friday, 9 to 6.</p></div>"
        f'<div class="cookie-consent"><h2>Cookies</h2><p>{TEXT}</p><button>OK</button></div>'
    )
    assert main_content(html, URL) == "# Hours\n\nMonday to Friday, 9 to 6."


RELATED = "<div class=more><h2>Related</h2>" + "".join(
    f'<div class="card"><a href="/r/{n}"><h3>Pot {n}</h3></a><b>{n}.00 EUR</b></div>'
    for n in range(4)
) + "</div>"  # fmt: skip

WITHIN_MAIN = {
    "tables and addresses below a text": (
        page(f"<main><h1>Visit us</h1><div class=a><p>{TEXT}</p><p>{OTHER_TEXT}</p></div>"
             "<div class=b><h2>Hours</h2><p>Monday, 9 to 6</p></div><div class=c><table><tr><td>"
             f"Adults<td>9 EUR</table></div><address>Main Street 5</address>{RELATED}</main>"),
        ["# Visit us", "kettle stands", "Monday, 9 to 6", "9 EUR", "Main Street 5"],
    ),
    "a manual to download": (
        page(f"<main><h1>Kettles</h1><div><p>{TEXT}</p><p>{OTHER_TEXT}</p></div><section><h2>Help"
             f'</h2><a href="/m.pdf">Manual</a></section>{RELATED}</main>'),
        ["# Kettles", "second kettle", "[Manual]("],
    ),
    "details of a product": (
        page(f"<main><h1>Kettle</h1><b>24.00 EUR</b><div class=d><p>{TEXT}</p><p>{OTHER_TEXT}</p>"
             f"<p>{TEXT[::-1]}</p></div><h3>Material</h3><ul><li>Iron</ul><h3>Shipping</h3>"
             f"<p>2 to 4 days</p>{RELATED}</main>", json_ld('{"@type":"Product"}')),
        ["# Kettle", "24.00 EUR", "kettle stands", "Material", "Iron", "2 to 4 days"],
    ),
    "a label above the title": (
        page("<main><div><a href=/shop>Shop</a></div><div><p>12 June, 20:00</p><h1>Kettles</h1>"
             f"</div><div><p>{TEXT}</p><p>{OTHER_TEXT}</p></div>{RELATED}</main>"),
        ["12 June, 20:00", "# Kettles", "second kettle"],
    ),
    "a linked author below the title": (
        page("<div><h1>Kettles</h1><div><a href=/ada>Ada Berg</a></div><div class=t>"
             f"<p>{TEXT}</p><p>{OTHER_TEXT}</p></div></div>{RELATED}"),
        ["# Kettles", "Ada Berg", "second kettle"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), WITHIN_MAIN.values(), ids=WITHIN_MAIN)
def test_a_text_keeps_its_details_and_loses_teasers(html: str, expected: list[str]) -> None:
    content = main_content(html, URL)
    assert_in_order(content, expected)
    assert "Pot 1" not in content
    assert "Shop" not in content


POSTS_OF_ADA = "".join(
    f'<div class="post"><a class="name" href="/u/ada">Ada</a><dl><dt>Joined<dd>2009</dl>'
    f'<span class="date">1 May</span><p>{text}</p><a href="/reply?to={n}">Reply</a>'
    "<button>Share</button></div>"
    for n, text in enumerate((TEXT, OTHER_TEXT, TEXT[::-1]))
)


@pytest.mark.parametrize("declared", ["DiscussionForumPosting", "QAPage"])
def test_a_thread_keeps_authors_and_dates_but_no_labels(declared: str) -> None:
    """All posts have the same author and date here, as they have the same labels."""
    thread = f"<main><p><a href=/latest>Latest</a></p><div><h1>Kettles</h1></div>{POSTS_OF_ADA}"
    around = f'<div itemscope itemtype="https://schema.org/{declared}">{thread}</main></div>'
    content = main_content(page(around), URL)
    assert_in_order(content, ["# Kettles", *["[Ada](", "1 May"] * 3])
    for label in ("Latest", "Joined", "Reply", "Share"):
        assert label not in content


def test_the_root_element_may_declare_questions() -> None:
    html = page(f"<h1>Which kettle?</h1><ul>{ANSWERS}</ul>", DATED)
    declared = '<html itemscope itemtype="https://schema.org/QAPage">'
    content = main_content(html.replace("<html>", declared), URL)
    assert_in_order(content, ["Which kettle?", "User 0", "number 0", "User 5", "number 5"])


def test_text_of_noscript_may_be_tags() -> None:
    """A browser that runs scripts writes the content of `noscript` so."""
    pixel = "<noscript>&lt;img src='/t.gif' width=1 height=1&gt;&lt;!-- Hidden --&gt;</noscript>"
    text = f"<noscript>&lt;p&gt;{OTHER_TEXT}&lt;/p&gt;</noscript>"
    content = main_content(page(f"<main><h1>Kettles</h1><p>{TEXT}</p>{pixel}{text}</main>"), URL)
    assert content == f"# Kettles\n\n{TEXT.strip()}\n\n{OTHER_TEXT.strip()}"


def assert_in_order(text: str, parts: list[str]) -> None:
    """Fail unless all parts are in the text, each after the one before."""
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} is not after {text[:at][-60:]!r} in {text!r}"
        at = found + len(part)


@pytest.mark.parametrize("tag", ["body", "html"])
def test_a_body_may_be_called_the_main_content(tag: str) -> None:
    html = page(f"<h1>Kettles</h1><div><p>{TEXT * 3}</p></div><div>Made in Vinga</div>")
    html = html.replace(f"<{tag}>", f"<{tag} role=main>")
    assert "# Kettles\n\nThe kettle stands" in main_content(html, URL)


def test_a_thread_may_have_no_heading() -> None:
    data = json_ld('{"@type": "DiscussionForumPosting"}')
    html = page("Kettles", data).replace("<body>", "<body class=no-title>")
    assert main_content(html, URL) == "Kettles"


def test_pages_of_thousands_of_alike_parts_are_read() -> None:
    people = "<div><h4><a href=/u/1>Ada</a></h4><p>Has written the book about kettles.</p></div>"
    html = page(f"<div><h1>Kettles</h1><p>{TEXT * 9}</p>{people * 3000}</div>")
    assert TEXT.strip() in main_content(html, URL)
