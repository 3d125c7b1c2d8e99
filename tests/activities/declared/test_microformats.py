"""Microformats of both versions: what class names and relations of links declare."""

from __future__ import annotations

from typing import Any

import pytest

from tests.activities.declared.test_declared_pages import NUMBER, TEXT, filled

TEXTS = {"type": "array", "items": TEXT}
MOMENT = {"type": "string", "format": "date-time"}
ARTICLE: dict[str, Any] = {
    "title": TEXT, "author": TEXT, "published": MOMENT, "updated": MOMENT, "tags": TEXTS
}  # fmt: skip


@pytest.mark.parametrize(
    ("page", "wanted", "result"),
    [
        pytest.param(
            '<article class="hentry"><h1 class="entry-title">Wool</h1><p class="entry-summary">Soft'
            '</p><time class="entry-date published updated" datetime="2024-05-03T09:00:00+02:00">'
            '3 May</time><span class="author vcard"><a class="url fn n" rel="author">Ada</a></span>'
            '<a rel="category tag">News</a><a rel="tag">wool</a>, <a rel="tag">reed</a>'
            '<ol><li><cite class="vcard"><b class="fn">Bob</b></cite></ol></article>',
            {**ARTICLE, "category": TEXT, "summary": TEXT},
            {
                "title": "Wool",
                "author": "Ada",
                "published": "2024-05-03T09:00:00+02:00",
                "updated": "2024-05-03T09:00:00+02:00",
                "tags": ["wool", "reed"],
                "category": "News",
                "summary": "Soft",
            },
            id="hentry",
        ),
        pytest.param(
            '<article class="hentry"><h1 class="entry-title">Wool</h1><span class="author">By '
            '<a href="/ada">Ada</a></span><abbr class="published" title="2024-05-03">May</abbr>'
            "</article>",
            ARTICLE,
            {"title": "Wool", "author": "Ada", "published": "2024-05-03"},
            id="hentry without cards",
        ),
        pytest.param(
            '<div class="post hentry"><h3 class="post-title entry-title">Wool</h3><span class='
            '"post-author vcard">By <span class="fn"><a rel="author">Ada</a></span></span>'
            '<time class="entry-date" datetime="2024-05-03">May</time></div>',
            ARTICLE,
            {"title": "Wool", "author": "Ada", "published": "2024-05-03"},
            id="hentry with names of themes",
        ),
        pytest.param(
            '<article class="h-entry"><h1 class="p-name">Wool</h1><a class="p-author h-card" '
            'href="/ada">Ada</a><time class="dt-published" datetime="2024-05-03">May</time>'
            '<a class="p-category">wool</a><div class="e-content">Soft.</div>'
            '<div class="h-cite u-comment"><b class="p-author">Bob</b></div></article>',
            {**ARTICLE, "body": TEXT, "author_url": TEXT},
            {
                "title": "Wool",
                "author": "Ada",
                "author_url": "https://shop.example/ada",
                "published": "2024-05-03",
                "tags": ["wool"],
                "body": "Soft.",
            },
            id="h-entry",
        ),
        pytest.param(
            '<main><article><h1>Wool</h1><a rel="author">Ada</a><a rel="tag">wool</a></article>'
            '</main><aside><a rel="tag">cloud</a></aside>',
            {"author": TEXT, "tags": TEXTS},
            {"author": "Ada", "tags": ["wool"]},
            id="relations only",
        ),
        pytest.param(
            '<div class="vcard"><b class="fn org">Tin Works</b><div class="adr">'
            '<i class="locality">Hull</i> <i class="postal-code">HU1</i></div>'
            '<p class="tel"><i class="type">Work</i> <i class="value">+44 1</i></p>'
            '<a class="email" href="mailto:a@b.example?subject=x">m</a>'
            '<a class="url" href="/about">s</a></div>',
            {"name": TEXT, "phone": TEXT, "email": TEXT, "city": TEXT, "website": TEXT},
            {
                "name": "Tin Works",
                "phone": "+44 1",
                "email": "a@b.example",
                "city": "Hull",
                "website": "https://shop.example/about",
            },
            id="vcard",
        ),
        pytest.param(
            '<div class="h-card"><img class="u-photo" src="ada.jpg"><a class="p-name u-url" '
            'href="https://ada.example">Ada</a><b class="p-job-title">Weaver</b>'
            '<b class="p-org">Tin Works</b><b class="p-locality">Hull</b></div>',
            {"name": TEXT, "job_title": TEXT, "company": TEXT, "city": TEXT, "photo": TEXT},
            {
                "name": "Ada",
                "job_title": "Weaver",
                "company": "Tin Works",
                "city": "Hull",
                "photo": "https://shop.example/ada.jpg",
            },
            id="h-card",
        ),
        pytest.param(
            '<html lang="en-GB"><div class="hproduct"><h1 class="fn">Lamp</h1><b class="brand">Tin'
            '</b><b class="price">£3.350</b><p class="identifier"><i class="type">SKU</i>:'
            '<i class="value">TB-2</i></p><div class="review hreview-aggregate"><i class="rating">'
            '<i class="average">4.5</i>/<i class="best">5</i></i><i class="count">1,234</i></div>'
            "</div>",
            {
                "name": TEXT,
                "brand": TEXT,
                "price": NUMBER,
                "currency": TEXT,
                "sku": TEXT,
                "rating": NUMBER,
                "review_count": NUMBER,
            },
            {
                "name": "Lamp",
                "brand": "Tin",
                "price": 3.35,
                "currency": "GBP",
                "sku": "TB-2",
                "rating": 4.5,
                "review_count": 1234,
            },
            id="hproduct",
        ),
        pytest.param(
            '<html lang="de"><div class="h-product"><h1 class="p-name">Lampe</h1>'
            '<data class="p-price" value="1299.00">1.299,- €</data></div>',
            {"name": TEXT, "price": NUMBER},
            {"name": "Lampe", "price": 1299},
            id="h-product",
        ),
        pytest.param(
            '<div class="hreview"><p class="item"><a class="fn url" href="/lamp">Lamp</a></p>'
            '<abbr class="dtreviewed" title="2024-05-03">May</abbr><b class="reviewer vcard">'
            '<b class="fn">Ada</b></b><b class="rating">4.5</b><p class="description">Fine.</p>'
            "</div>",
            {"item_reviewed": TEXT, "reviewer": TEXT, "rating": NUMBER, "review_text": TEXT},
            {"item_reviewed": "Lamp", "reviewer": "Ada", "rating": 4.5, "review_text": "Fine."},
            id="hreview",
        ),
        pytest.param(
            '<div class="hrecipe"><h1 class="fn">Soup</h1><ul><li class="ingredient">'
            '<i class="value">2</i> <i class="type">cups</i> water<li class="ingredient">Salt</ul>'
            '<p class="duration"><i class="value-title" title="PT1H30M"></i>soon</p>'
            '<b class="yield">4 servings</b><ol class="instructions"><li>Boil.<li>Salt.</ol></div>',
            {
                "name": TEXT,
                "ingredients": TEXTS,
                "total_time_minutes": NUMBER,
                "servings": NUMBER,
                "steps": TEXTS,
            },
            {
                "name": "Soup",
                "ingredients": ["2 cups water", "Salt"],
                "total_time_minutes": 90,
                "servings": 4,
                "steps": ["Boil.", "Salt."],
            },
            id="hrecipe",
        ),
        pytest.param(
            '<div class="vcalendar"><div class="vevent"><h1 class="summary">Fair</h1>'
            '<abbr class="dtstart" title="2024-05-03T09:00:00+02:00">May</abbr><p class="dtend">'
            '<i class="value">2024-05-04</i>, <i class="value">17:00</i></p>'
            '<p class="location vcard"><b class="fn org">Hall</b><b class="adr">'
            '<b class="locality">Hull</b></b></p></div></div>',
            {"name": TEXT, "start_date": MOMENT, "end_date": MOMENT, "venue": TEXT, "city": TEXT},
            {
                "name": "Fair",
                "start_date": "2024-05-03T09:00:00+02:00",
                "end_date": "2024-05-04T17:00:00",
                "venue": "Hall",
                "city": "Hull",
            },
            id="hcalendar",
        ),
    ],
)
def test_a_page_is_described_by_class_names(
    page: str, wanted: dict[str, Any], result: dict[str, Any]
) -> None:
    assert filled(page, wanted) == (result, [])


def test_several_entries_are_a_list_and_none_of_them_is_the_page() -> None:
    entries = "".join(
        f'<article class="hentry"><h2 class="entry-title"><a rel="bookmark" href="/{n}">Entry {n}'
        f'</a></h2><b class="author vcard">Ada</b></article>'
        for n in range(3)
    )
    item = {"type": "object", "properties": {"title": TEXT, "url": TEXT}}
    wanted = {"author": TEXT, "articles": {"type": "array", "items": item}}
    result, _ = filled(f"<title>News</title><h1>News</h1>{entries}", wanted)
    assert result == {
        "articles": [{"title": f"Entry {n}", "url": f"https://shop.example/{n}"} for n in range(3)]
    }


@pytest.mark.parametrize(
    "page",
    [
        '<ol class="commentlist"><li><b class="vcard"><b class="fn">Bob</b></b></ol>',
        '<article><p class="vcard"><b class="fn">Ada</b></p></article>',
    ],
)
def test_authors_of_articles_and_comments_are_not_what_the_page_is_about(page: str) -> None:
    assert filled(f"<title>Wool</title><h1>Wool</h1>{page}", {"name": TEXT})[0] == {}


def test_json_ld_is_trusted_more_even_if_it_declares_less() -> None:
    page = (
        '<script type="application/ld+json">{"@type": "BlogPosting", "headline": "Wool", '
        '"author": {"name": "Bea"}}</script><article class="hentry"><h1 class="entry-title">Wool'
        '</h1><b class="author vcard">Ada</b><time class="published" datetime="2024-05-03"></time>'
        "</article>"
    )
    assert filled(page, ARTICLE)[0] == {
        "title": "Wool", "author": "Bea", "published": "2024-05-03"
    }  # fmt: skip


def test_style_classes_of_other_systems_are_no_microformats() -> None:
    page = '<div class="h-full p-4"><div class="p-name h-10">Not a name</div></div>'
    assert filled(page, {"name": TEXT})[0] == {}


def test_an_address_may_be_text() -> None:
    page = (
        '<div class="h-card"><b class="p-name">Ada</b><b class="u-url">https://a.example</b></div>'
    )
    found, _ = filled(page, {"name": TEXT, "website": TEXT})
    assert found == {"name": "Ada", "website": "https://a.example"}


def test_a_card_without_content_does_no_harm() -> None:
    empty = '<div class="vcard"><img class="photo"></div><p class="vcard"><i class="url"></i></p>'
    page = f"<title>Lamp</title><h1>Lamp</h1>{empty}"
    assert filled(page, {"title": TEXT})[0] == {"title": "Lamp"}
