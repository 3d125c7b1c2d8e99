"""Things that a page describes in several places, languages or directions."""

from __future__ import annotations

import pytest

from tests.activities.declared.test_declared_pages import NUMBER, TEXT, filled, json_ld, offers

PRODUCT = {"name": TEXT, "price": NUMBER}
LAMP = {"name": "Lamp", "price": 19.9}
OFFER = '{"@type": "Offer", "price": 19.9, "priceCurrency": "EUR"}'


def scripts(*texts: str) -> str:
    """Return a page about a lamp, with a script for each of the texts."""
    return "".join(json_ld(text) for text in texts)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            scripts(
                offers('{"@id": "https://shop.example/lamp#offer"}'),
                OFFER.replace("{", '{"@id": "#offer", '),
            ),
            id="a reference with another spelling",
        ),
        pytest.param(
            scripts(
                '{"@id": "#lamp", "@type": "Product", "name": "Lamp"}',
                f'{{"@id": "/lamp#lamp", "@type": "Product", "offers": {OFFER}}}',
            ),
            id="two parts of one description",
        ),
        pytest.param(
            scripts(OFFER.replace("{", '{"itemOffered": {"@type": "Product", "name": "Lamp"}, ')),
            id="an offer of a product",
        ),
        pytest.param(
            scripts(
                OFFER.replace(
                    "{", '{"@reverse": {"offers": {"@type": "Product", "name": "Lamp"}}, '
                )
            ),
            id="a reverse property",
        ),
        pytest.param(
            scripts(
                offers(OFFER).replace(
                    '"Lamp"',
                    '[{"@value": "Lampe", "@language": "de"}, '
                    '{"@value": "Lamp", "@language": "en"}]',
                )
            ),
            id="values in several languages",
        ),
        pytest.param(
            scripts(offers(OFFER).replace('"Lamp"', '{"de-DE": "Lampe", "en-GB": "Lamp"}')),
            id="a map of languages",
        ),
        pytest.param(
            "<title>Lamp</title><h1>Lamp</h1>"
            '<div prefix="og: https://ogp.me/ns# s: http://schema.org/" typeof="s:Product">'
            '<b property="s:name">Lamp</b><p rel="s:offers"><b typeof="s:Offer">'
            '<i property="s:price" content="19.90">19,90</i></b></p></div>',
            id="RDFa with a prefix",
        ),
        pytest.param(
            '<title>Lamp</title><h1>Lamp</h1><div vocab="http://schema.org/">'
            '<div typeof="Product"><b property="name">Lamp</b><a property="offers" href="#o">i</a>'
            '</div><p typeof="Offer" resource="#o"><i property="price">19.90</i></p></div>',
            id="RDFa with a reference",
        ),
    ],
)
def test_what_belongs_together_is_one_thing(page: str) -> None:
    assert filled(page, PRODUCT)[0] == LAMP


def test_things_of_rdfa_that_refer_to_each_other_are_found() -> None:
    page = (
        '<title>Lamp</title><h1>Lamp</h1><div vocab="http://schema.org/">'
        '<div typeof="Product" resource="#lamp"><b property="name">Lamp</b>'
        '<a property="brand" href="#maker">Maker</a></div><div typeof="Organization" '
        'resource="#maker"><b property="name">Maker</b><a property="makesOffer" href="#lamp">'
        "Lamp</a></div></div>"
    )
    assert filled(page, {"name": TEXT}) == ({"name": "Lamp"}, [])


def test_things_with_the_same_id_by_mistake_stay_apart() -> None:
    lamps = [
        f'{{"@id": "/", "@type": "Product", "name": "{name}", "offers": {OFFER}}}'
        for name in ("Lamp", "Bulb")
    ]
    lists = {"products": {"type": "array", "items": {"type": "object", "properties": PRODUCT}}}
    found, _ = filled(scripts(*lamps), lists)
    assert found["products"] == [LAMP, {**LAMP, "name": "Bulb"}]


def test_an_image_that_loads_late_has_the_address_that_is_shown() -> None:
    image = '<img src="data:image/gif;base64,R0lG" data-src="/lamp.jpg" %s>'
    for page in (
        f'<div itemscope itemtype="https://schema.org/Product">{image % "itemprop=image"}</div>',
        f'<div class="h-product"><b class="p-name">Lamp</b>{image % "class=u-photo"}</div>',
    ):
        found, _ = filled(f"<title>Lamp</title><h1>Lamp</h1>{page}", {"image": TEXT})
        assert found == {"image": "https://shop.example/lamp.jpg"}


def test_a_thing_that_is_named_in_passing_has_what_is_said_of_it_elsewhere() -> None:
    page = json_ld(
        '{"@graph": [{"@type": "Article", "headline": "Lamp", "author": {"@id": "#ada", "name": '
        '"Ada"}}, {"@type": "Person", "@id": "#ada", "name": "Ada", "url": "/ada"}]}'
    )
    found, _ = filled(page, {"author": TEXT, "author_url": TEXT})
    assert found == {"author": "Ada", "author_url": "https://shop.example/ada"}


def test_counters_have_the_names_of_what_they_count() -> None:
    counters = ", ".join(
        f'{{"@type": "InteractionCounter", "interactionType": {kind}, "userInteractionCount": {n}}}'
        for kind, n in (('{"@type": "WatchAction"}', 1234), ('"https://schema.org/LikeAction"', 5))
    )
    page = json_ld(
        f'{{"@type": "VideoObject", "name": "Lamp", "interactionStatistic": [{counters}]}}'
    )
    found, _ = filled(page, {"view_count": NUMBER, "likes": NUMBER, "shares": NUMBER})
    assert found == {"view_count": 1234, "likes": 5}


def test_the_parts_of_a_name_are_the_name() -> None:
    page = json_ld(
        '{"@type": "Book", "name": "Lamp", "author": {"givenName": "Ada", "familyName": "Lee"}}'
    )
    assert filled(page, {"author": TEXT})[0] == {"author": "Ada Lee"}


@pytest.mark.parametrize(
    ("prices", "price"),
    [
        ({"product:price:amount": "24.99", "product:sale_price:amount": "19.99"}, 19.99),
        ({"product:price:amount": "24.99", "og:price:amount": "24.99"}, 24.99),
        ({"product:price:amount": "24.99", "og:price:amount": "19.99"}, None),
    ],
)
def test_of_several_prices_in_meta_elements_the_reduced_one_counts(
    prices: dict[str, str], price: float | None
) -> None:
    metas = "".join(f'<meta property="{name}" content="{text}">' for name, text in prices.items())
    found, uncertain = filled(f"<html lang=en><title>Lamp</title>{metas}", {"price": NUMBER})
    assert found.get("price") == price
    assert uncertain == ([] if price else ["/price"])


def test_a_heading_may_have_a_unit_of_area() -> None:
    page = (
        "<html lang=de><title>Parks</title><h1>Parks</h1><table><tr><th>Park</th><th>Area km²</th>"
        "</tr><tr><td>A</td><td>891,7</td></tr><tr><td>B</td><td>1.250,5</td></tr></table>"
    )
    parks = {"type": "object", "properties": {"park": TEXT, "area_km2": NUMBER}}
    found, _ = filled(page, {"parks": {"type": "array", "items": parks}})
    assert found["parks"] == [{"park": "A", "area_km2": 891.7}, {"park": "B", "area_km2": 1250.5}]
