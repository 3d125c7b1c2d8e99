"""What belongs to a page beside its running text: facts, answers, replies, authors, and titles."""

from __future__ import annotations

import pytest

from activities.content.main_content import main_content

URL = "https://mill.example/page"

TEXT = "".join(
    f"<p>{text}</p>"
    for text in (
        "The mill stands on the left bank of a narrow stream, and its wheel was built from larch "
        "that had lain in the water for nine years before a carpenter touched it.",
        "In spring the stream carries so much water that the miller grinds rye by night as well, "
        "and in August he waits for a storm, because without it nothing moves at all.",
        "A second stone was bought from a quarry in the south. It came by cart and by barge, and "
        "the journey took longer than the work of all the masons who had cut it.",
    )
)
"""Running text, as an extractor finds it."""

SHELL = (
    '<div class="top"><a href="/">Mills</a><ul><li><a href="/a">Map</a></li>'
    '<li><a href="/b">Tours</a></li><li><a href="/c">Shop</a></li></ul></div>'
)

END = '<div class="end"><a href="/i">Imprint</a> <a href="/t">Terms</a></div>'

OG = '<meta property="og:type" content="article">'

NEWS = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'


def page(content: str, title: str = "The old mill", head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{title} | Mills</title>{head}</head><body>{SHELL}"
        f"{content}{END}</body></html>"
    )


def plain(content: str) -> str:
    """Return a page of an unknown kind, without `main` and `article`."""
    return page(f'<div class="page"><h1>The old mill</h1>{content}</div>')


def article(content: str) -> str:
    """Return a page that declares an article, with a text of its own."""
    return page(
        f'<main><article><h1>The old mill</h1><div class="body">{content}</div></article></main>',
        head=NEWS,
    )


AFTER = {
    "records": (
        '<div class="tours"><div class="tour"><div>Grinding</div><div>3 May, 9:00</div>'
        '<div>12 €</div><a href="/1">Book</a></div><div class="tour"><div>Baking</div>'
        '<div>4 May, 9:00</div><div>15 €</div><a href="/2">Book</a></div>'
        '<div class="tour"><div>Milling</div><div>5 May, 9:00</div><div>11 €</div>'
        '<a href="/3">Book</a></div></div>',
        ["Grinding", "3 May, 9:00", "15 €"],
    ),
    "definitions": (
        "<div><h2>Facts</h2><dl><dt>Height</dt><dd>14 m</dd></dl></div>",
        ["Height", "14 m"],
    ),
    "short sections": (
        "<div><h2>Opening</h2><p>By appointment.</p></div><div><h2>Dogs</h2><p>Welcome.</p></div>",
        ["By appointment.", "Welcome."],
    ),
    "questions": (
        "<div><div><h3><button>Is there a lift?</button></h3><div>No.</div></div>"
        "<div><h3><button>May I bring a pram?</button></h3><div>Yes.</div></div>"
        "<div><h3><button>Are there drinks?</button></h3><div>Water.</div></div></div>",
        ["Is there a lift?", "No.", "Yes."],
    ),
    "files": (
        '<div><h2>Files</h2><ul><li><a href="/p.pdf">Plan of the mill</a> 2 MB</li></ul></div>',
        ["Plan of the mill"],
    ),
    "table": (
        "<table><tr><td>Adults</td><td>9 €</td></tr><tr><td>Others</td><td>free</td></tr></table>",
        ["Adults", "9 €"],
    ),
    "table of linked names": (
        '<table><tr><td><a href="/r">Rye flour</a></td><td>3 €</td></tr>'
        '<tr><td><a href="/s">Spelt flour</a></td><td>4 €</td></tr>'
        '<tr><td><a href="/w">Wheat flour</a></td><td>2 €</td></tr></table>',
        ["Rye flour", "4 €"],
    ),
}


@pytest.mark.parametrize(("after", "wanted"), AFTER.values(), ids=AFTER)
def test_content_below_the_text_stays(after: str, wanted: list[str]) -> None:
    found = main_content(plain(f'<div class="text">{TEXT}</div>{after}'), URL)
    assert all(text in found for text in ("The old mill", "In spring", *wanted))
    assert "Tours" not in found
    assert "Imprint" not in found


@pytest.mark.parametrize("kind", ["records", "questions", "table"])
def test_facts_below_the_text_of_a_page_that_calls_itself_an_article_stay(kind: str) -> None:
    after, wanted = AFTER[kind]
    content = f'<div class="page"><h1>The old mill</h1><div class="text">{TEXT}</div>{after}</div>'
    found = main_content(page(content, head=OG), URL)
    assert all(text in found for text in ("The old mill", "In spring", *wanted))


REPLIES = {
    "classes in turn": [
        f'<div class="post odd"><b>lena</b><div>{TEXT}</div></div>',
        '<div class="post even"><b>karl</b><div>Oil it.</div></div>',
        '<div class="post odd"><b>ida</b><div>That was it!</div></div>',
    ],
    "answers": [
        f'<div class="asked">{TEXT}</div>',
        '<div><h2>1 answer</h2><div class="answer"><i>7</i><p>Oil it.</p><i>karl</i></div></div>',
        "<div><i>ida</i><p>That was it!</p></div>",
    ],
}


@pytest.mark.parametrize("posts", REPLIES.values(), ids=REPLIES)
def test_short_replies_stay(posts: list[str]) -> None:
    found = main_content(plain("".join(posts)), URL)
    assert all(text in found for text in ("In spring", "karl", "Oil it.", "ida", "That was it!"))


def test_replies_stay_on_a_page_that_calls_itself_an_article() -> None:
    posts = "".join(REPLIES["classes in turn"])
    content = f'<div class="page"><h1>The old mill</h1>{posts}</div>'
    found = main_content(page(content, head=OG), URL)
    assert "Oil it." in found
    assert "That was it!" in found


FOREIGN = {
    "comments": '<div class="comments"><div><b>Gus</b><p>Lovely old place.</p></div></div>',
    "teasers": '<div class="more"><div>Next: <a href="/1">A bakery in the hills</a></div>'
    '<div>Also: <a href="/2">Stones of the south</a></div>'
    '<div>New: <a href="/3">How larch ages</a></div></div>',
    "named teasers": '<div class="related-posts"><p>How larch ages in still water</p></div>',
    "sign of a copyright": "<div>Mills © 2024</div>",
    "form": "<div>Our letter<form><label>Mail</label><button>Subscribe</button></form></div>",
    "lone heading": '<h2>More to see</h2><div><a href="/1">A bakery in the hills</a></div>',
}


@pytest.mark.parametrize("after", FOREIGN.values(), ids=FOREIGN)
def test_what_belongs_to_other_pages_goes(after: str) -> None:
    found = main_content(plain(f'<div class="text">{TEXT}</div>{after}'), URL)
    assert found.endswith("masons who had cut it.")


TITLES = {
    "text": "<div><strong>The old mill</strong></div>",
    "class": '<div class="name-title"><span>The</span> old mill</div>',
    "third heading": "<h3>The old mill</h3>",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_may_be_any_element_with_the_words(title: str) -> None:
    content = f'<div class="page">{title}<p>Built in 1871</p><div class="text">{TEXT}</div></div>'
    found = main_content(page(content), URL)
    assert "old mill" in found
    assert "Built in 1871" in found
    assert "Tours" not in found


def test_what_stands_before_a_text_without_a_title_stays() -> None:
    content = f'<div class="page"><pre>grind --rye</pre><div class="text">{TEXT}</div></div>'
    assert "grind --rye" in main_content(page(content, title="Docs"), URL)


def test_lines_beside_a_title_outside_of_main_stay() -> None:
    hero = (
        '<div class="hero"><a href="/1">All mills</a><div><h1>The old mill</h1><p>9 € a visit</p>'
        '<ul><li><a href="/u">Ida Ros</a></li><li>May 2024</li><li><a href="/x">Mills</a></li>'
        '<li><a href="#c">2 comments</a></li></ul><button>Buy</button></div></div>'
    )
    found = main_content(page(f"{hero}<main>{TEXT}</main>"), URL)
    assert all(text in found for text in ("# The old mill", "9 € a visit", "Ida Ros", "May 2024"))
    assert "All mills" not in found


FACTS = {
    "warning": ('<div role="alert">Mind the wheel!</div>', "Mind the wheel!"),
    "aside": ("<aside><h3>What is next</h3><ul><li>A new roof</li></ul></aside>", "A new roof"),
    "file": ('<div><a href="/p.pdf">Plan of the mill</a> (2 MB)</div>', "Plan of the mill"),
    "address": ("<address>Mill lane, Ros</address>", "Mill lane"),
    "quote": ("<blockquote><p>No water, no bread.</p><cite>Ada</cite></blockquote>", "Ada"),
    "caption": (
        '<figure><img src="/w.jpg" alt="Wheel"><figcaption>Fig. 1: the wheel</figcaption></figure>',
        "Fig. 1: the wheel",
    ),
}


@pytest.mark.parametrize(("fact", "wanted"), FACTS.values(), ids=FACTS)
def test_facts_in_an_article_stay(fact: str, wanted: str) -> None:
    first, *others = TEXT.split("<p>")[1:]
    text = f"<p>{first}{fact}<p>{'<p>'.join(others)}"
    assert wanted in main_content(article(text), URL)


def test_labels_and_offers_in_an_article_go() -> None:
    first, *others = TEXT.split("<p>")[1:]
    offers = '<div>Advertisement</div><div><a href="/1">A bakery in the hills</a></div>'
    found = main_content(article(f"<p>{first}{offers}<p>{'<p>'.join(others)}"), URL)
    assert "Advertisement" not in found
    assert "bakery" not in found


def test_lists_of_links_under_headings_of_the_content_stay() -> None:
    lists = "".join(
        f"<h2>{name}</h2><ul>"
        + "".join(f'<li><a href="https://{name}{i}.example">{name} {i}</a></li>' for i in range(3))
        + "</ul>"
        for name in ("stones", "wheels")
    )
    found = main_content(plain(f"<p>My links, sorted by hand.</p>{lists}"), URL)
    assert all(text in found for text in ("stones 0", "stones 2", "wheels 1"))
    assert "Tours" not in found
