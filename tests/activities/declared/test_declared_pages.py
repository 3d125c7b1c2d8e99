"""Small pages whose declarations are easily misread: what the result has, and what stays empty."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activities.declared.mapping.fill import fill
from tests.activities.declared.test_declared import declared_by

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
INTEGER: dict[str, Any] = {"type": "integer"}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
DATE: dict[str, Any] = {"type": "string", "format": "date"}

URL = "https://shop.example/lamp"


def filled(
    page: str, properties: dict[str, Any], url: str = URL, *, required: list[str] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """Return the result for the properties, and the pointers of what is uncertain."""
    schema = {"type": "object", "properties": properties, "required": required or []}
    found = fill(schema, declared_by(page, url))
    return found.result, found.uncertain


def json_ld(text: str, language: str = "en", rest: str = "") -> str:
    """Return a page about a lamp, described by JSON-LD."""
    return (
        f"<html lang='{language}'><title>Lamp</title><h1>Lamp</h1>{rest}"
        f'<script type="application/ld+json">{text}</script>'
    )


def offers(text: str) -> str:
    """Return the JSON-LD of a lamp with offers."""
    return f'{{"@type": "Product", "name": "Lamp", "offers": {text}}}'


def microdata(price: str, currency: str, language: str) -> str:
    """Return a page about a lamp, described by microdata."""
    return (
        f"<html lang='{language}'><title>Lamp</title><h1>Lamp</h1>"
        '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Lamp</b>'
        '<p itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        f'{price}<meta itemprop="priceCurrency" content="{currency}"></p></div>'
    )


@pytest.mark.parametrize(
    ("page", "price"),
    [
        (microdata('<b itemprop="price">£3.350</b>', "GBP", "en-GB"), 3.35),
        (microdata('<b itemprop="price">3.350</b> €', "EUR", "de"), 3350),
        (microdata('<b itemprop="price">KWD 12.750</b>', "KWD", "en-KW"), 12.75),
        (microdata('<b itemprop="price" content="3350.00">3.350 €</b>', "EUR", "de"), 3350),
        (microdata('<b itemprop="price" content="3.350">3.350 €</b>', "EUR", "de"), None),
        (microdata('<b itemprop="price">3.350 €</b>', "EUR", "en"), None),
        (microdata('<b itemprop="price">$1.299</b>', "CLP", "es-CL"), 1299),
        # A former price is struck.
        (
            microdata(
                '<del><b itemprop="price">£30</b></del><b itemprop="price">£20</b>', "GBP", "en"
            ),
            20,
        ),
        (microdata('<b itemprop="price"><s>£30</s> £20</b>', "GBP", "en"), 20),
        # Digits that only a style sheet sets apart.
        (microdata('<b itemprop="price">£12<sup>99</sup></b>', "GBP", "en"), None),
        (microdata('<b itemprop="price"><b>12</b><i>99</i></b>', "GBP", "en"), None),
        # JSON has numbers, and texts with what the shop shows.
        (json_ld(offers('{"price": 3.350, "priceCurrency": "EUR"}'), "de"), 3.35),
        (json_ld(offers('{"price": "3.350", "priceCurrency": "GBP"}')), 3.35),
        (json_ld(offers('{"price": "3.350", "priceCurrency": "EUR"}'), "de"), None),
        (
            json_ld(
                offers('{"price": "3.350", "priceCurrency": "EUR"}'),
                "de",
                '<meta property="product:price:amount" content="3350.00">',
            ),
            3350,
        ),
        # Several prices.
        (json_ld(offers('[{"price": 10}, {"price": 12}]')), None),
        (json_ld(offers('[{"price": 10}, {"price": "10.00"}]')), 10),
        (json_ld(offers('{"lowPrice": 10, "highPrice": 12}')), None),
        (json_ld(offers('{"lowPrice": 10, "highPrice": 10}')), 10),
        (
            json_ld(
                offers(
                    '{"priceSpecification": [{"price": 30, "priceType": "https://schema.org/'
                    'ListPrice"}, {"price": 20}, {"price": 2, "referenceQuantity": {"value": 1}}]}'
                )
            ),
            20,
        ),
    ],
)
def test_a_price_is_the_one_that_is_paid_or_none(page: str, price: float | None) -> None:
    result, uncertain = filled(page, {"price": NUMBER})
    assert result.get("price") == price
    assert uncertain == ([] if price is not None else ["/price"])


def test_a_price_of_another_currency_is_not_taken() -> None:
    page = json_ld(
        offers('[{"price": 10, "priceCurrency": "EUR"}, {"price": 12, "priceCurrency": "USD"}]')
    )
    prices = {"price_eur": NUMBER, "price_usd": NUMBER, "price_gbp": NUMBER}
    assert filled(page, prices) == ({"price_eur": 10, "price_usd": 12}, [])


def test_labelled_numbers_are_read_by_the_language_around_them() -> None:
    page = (
        "<html lang='en-GB'><title>Ferrule</title><dl><dt>Weight<dd>1.250 kg<dt>Length<dd>2.125 m"
        "<dt>Volume<dd>0.750 l<dt>Width<dd>5-10 m</dl>"
        "<dl lang='de'><dt>Gewicht<dd>1.250 g</dl><table><tr><td>Depth (mm)<td>1,250</table>"
    )
    wanted = ("weight_kg", "length_m", "volume_l", "width_m", "gewicht_g", "depth_mm")
    assert filled(page, dict.fromkeys(wanted, NUMBER)) == (
        {"weight_kg": 1.25, "length_m": 2.125, "volume_l": 0.75, "gewicht_g": 1250,
         "depth_mm": 1250},
        ["/width_m"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("head", "url", "weight"),
    [
        ("<html lang='de'>", URL, 1250),
        ("<html><body lang='de'>", URL, 1250),
        ("<html><meta http-equiv='Content-Language' content='de'>", URL, 1250),
        ("<html><meta property='og:locale' content='en_GB'>", URL, 1.25),
        ("<html lang='de'><meta property='og:locale' content='en_US'>", URL, 1250),
        ("<html lang='en'><meta property='og:locale' content='de_DE'>", URL, None),
        ("<html lang='de'>", "https://shop.ch/lamp", 1.25),
        ("<html lang='es'>", "https://tienda.mx/lamp", 1.25),
        ("<html lang='es'>", "https://tienda.es/lamp", 1250),
        ("<html lang='en'>", "https://shop.de/lamp", 1.25),
        ("<html>", URL, None),
        # The prices of the page are written in another way than the language's.
        ("<html lang='en'><p>Nur 12,99 €, statt <b>1.312,99 €</b> und 3,50 €", URL, None),
        ("<html lang='de'><p>12,99 €, $9.99", URL, 1250),
    ],
)
def test_the_reading_language_is_what_the_page_says_without_contradiction(
    head: str, url: str, weight: float | None
) -> None:
    page = f"{head}<title>Lamp</title><dl><dt>Weight<dd>1.250 g</dl>"
    assert filled(page, {"weight": NUMBER}, url)[0].get("weight") == weight


def test_what_a_number_counts_decides_about_its_separator() -> None:
    page = json_ld(
        '{"@type": "Place", "name": "Lamp", "geo": {"latitude": "52.520", "longitude": "13.405"},'
        '"aggregateRating": {"ratingValue": "4.857", "reviewCount": "1,234"}}',
        "de",
    )
    wanted = {"latitude": NUMBER, "longitude": NUMBER, "rating": NUMBER, "review_count": INTEGER}
    assert filled(page, wanted)[0] == {
        "latitude": 52.52, "longitude": 13.405, "rating": 4.857, "review_count": 1234
    }  # fmt: skip


def test_what_is_uncertain_is_not_missing_and_is_named() -> None:
    page = json_ld(
        '{"@type": "Product", "name": "Lamp", "releaseDate": "03/04/2024",'
        '"offers": [{"price": "10-20", "availability": "InStock"}, {"availability": "SoldOut"}]}'
    )
    wanted = {"price": INTEGER, "release_date": DATE, "in_stock": BOOLEAN, "name": TEXT}
    schema = {"type": "object", "properties": wanted, "required": ["price", "name"]}
    found = fill(schema, declared_by(page, URL))
    assert found.result == {"price": None, "name": "Lamp"}
    assert found.missing == []
    assert found.uncertain == ["/price", "/release_date", "/in_stock"]


def test_a_number_with_decimals_is_no_integer_and_is_named() -> None:
    page = microdata('<b itemprop="price">£3.350</b>', "GBP", "en-GB")
    assert filled(page, {"price": INTEGER}) == ({}, ["/price"])


def test_uncertain_cells_of_a_table_are_named_by_their_row() -> None:
    page = (
        "<html lang='de'><table><tr><th>Name<th>Price<tr><td>A<td>3.350 €<tr><td>B<td>2-3 €</table>"
    )
    row = {"type": "object", "properties": {"name": TEXT, "price": NUMBER}}
    assert filled(page, {"items": {"type": "array", "items": row}}) == (
        {"items": [{"name": "A", "price": 3350}, {"name": "B"}]},
        ["/items/1/price"],
    )


SHADE = (
    '<div itemscope itemtype="https://schema.org/Product"><b itemprop="name">Shade</b>'
    '<b itemprop="price">£5</b></div>'
)


@pytest.mark.parametrize(
    "beside",
    [
        f'<section class="related products">{SHADE}</section>',
        f'<div class="upsells">{SHADE}</div>',
        f'<div id="recommendations">{SHADE}</div>',
        f"<aside>{SHADE}</aside>",
        '<script type="application/ld+json">{"@type": "Product", "name": "Shade", '
        '"url": "/shade", "offers": {"price": 5}}</script>',
    ],
)
def test_a_related_product_is_not_the_page_s_product(beside: str) -> None:
    wanted = {"name": TEXT, "price": NUMBER}
    assert filled(f"<html lang='en'><title>Lamp</title><h1>Lamp</h1>{beside}", wanted)[0] == {}
    main = microdata('<b itemprop="price">£20</b>', "GBP", "en")
    assert filled(main + beside, wanted)[0] == {"name": "Lamp", "price": 20}


def test_a_name_in_other_words_is_the_page_s_but_that_of_an_accessory_is_not() -> None:
    wanted = {"name": TEXT, "price": NUMBER}
    page = (
        '<html lang="en"><title>Women\'s lamp for the desk</title>'
        '<script type="application/ld+json">'
        '{"@type": "Product", "name": "Desk lamp, red", "url": "/en/lamp", "offers": {"price": 5}}'
        "</script>"
    )
    assert filled(page, wanted)[0] == {"name": "Desk lamp, red", "price": 5}
    page = (
        '<html lang="en"><title>Desk lamp</title><script type="application/ld+json">'
        '[{"@type": "Product", "name": "Desk lamp shade", "offers": {"price": 5}},'
        '{"@type": "Product", "name": "Desk lamp"}]</script>'
    )
    assert filled(page, wanted)[0] == {"name": "Desk lamp"}


def test_addresses_in_json_ld_start_from_the_base_of_the_page() -> None:
    page = json_ld(
        '{"@type": "Product", "name": "Lamp", "url": "lamp?x=1", "image": ["/a.jpg"]}',
        rest='<base href="/shop/">',
    )
    [thing] = declared_by(page, URL).to_evidence()["things"]
    assert thing["url"] == "https://shop.example/shop/lamp?x=1"
    assert thing["image"] == "https://shop.example/a.jpg"


@pytest.mark.parametrize(
    ("availability", "in_stock"),
    [
        ("schema.org/InStock", True),
        ("//schema.org/OutOfStock", False),
        ("https://schema.org/PreOrder", None),
    ],
)
def test_availability_is_a_boolean_where_it_says_so(
    availability: str, in_stock: bool | None
) -> None:
    page = json_ld(offers(f'{{"availability": "{availability}", "price": 5}}'))
    wanted = {"in_stock": BOOLEAN, "price": NUMBER}
    assert filled(page, wanted)[0].get("in_stock") == in_stock


SITE = '<meta property="og:site_name" content="The Gazette">'


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>The beater \u2013 The Gazette</title><h1>The beater</h1>", "The beater"),
        ("<title>The beater | News | The Gazette</title><h1>The beater</h1>", "The beater"),
        (
            f'{SITE}<meta property="og:title" content="The beater - The Gazette">'
            "<h1>The beater</h1>",
            "The beater",
        ),
        (
            '<title>The beater | G</title><meta property="og:title" content="The beater | G">'
            "<h1>The beater</h1>",
            "The beater",
        ),
        (
            '<meta property="og:title" content="The beater | red"><h1>The beater</h1>',
            "The beater | red",
        ),
        (f"{SITE}<title>The Gazette: The beater</title><h1>The beater</h1>", "The beater"),
        # The rest may be a part of the title.
        ("<title>The beater: a story</title><h1>The beater</h1>", "The beater: a story"),
        ("<title>The beater-maker</title><h1>The beater</h1>", "The beater-maker"),
        ("<title>On wool | The beater</title><h1>The beater</h1>", "On wool | The beater"),
        # A heading may be the site's name.
        (
            f"{SITE}<title>The Gazette | The beater</title><h1>The Gazette</h1>",
            "The Gazette | The beater",
        ),
        (
            "<title>The Gazette | The beater</title><h1><a href='/'>The Gazette</a></h1>",
            "The Gazette | The beater",
        ),
        ("<title>The beater | The Gazette</title>", "The beater | The Gazette"),
    ],
)
def test_a_title_is_without_the_site_s_name_if_the_heading_says_so(head: str, title: str) -> None:
    assert filled(head, {"title": TEXT})[0] == {"title": title}


def test_a_number_that_json_cannot_hold_is_none() -> None:
    declared = declared_by(json_ld('{"@type": "Product", "name": "Lamp", "weight": 1e999}'), URL)
    json.dumps(declared.to_evidence(), allow_nan=False)


def test_malformed_addresses_do_no_harm() -> None:
    """`http://[` is no URL, because its host has no end."""
    bad = "http://["
    page = (
        f'<html lang=en><base href="{bad}"><title>Lamp</title><link rel=canonical href="{bad}">'
        f'<meta property="og:url" content="{bad}"><h1><a href="{bad}">Lamp</a></h1>'
        f'<div itemscope itemtype="https://schema.org/Product" itemid="{bad}">'
        f'<a itemprop="url" href="{bad}">x</a><img itemprop="image" src="{bad}">'
        '<b itemprop="name">Lamp</b></div>'
        f'<div vocab="https://schema.org/" typeof="Product" resource="{bad}">'
        f'<b property="name">Lamp</b><a property="url" href="{bad}">x</a></div>'
        f'<div class="h-product"><b class="p-name">Lamp</b><a class="u-url" href="{bad}"></a></div>'
        '<script type="application/ld+json">{"@type": "Product", "@id": "http://[", "name": "Lamp"'
        ', "url": "http://[", "sameAs": "http://[", "image": {"url": "http://["}}</script>'
    )
    found, _ = filled(page, {"name": TEXT, "image": TEXT, "facebook": TEXT})
    assert found == {"name": "Lamp"}
