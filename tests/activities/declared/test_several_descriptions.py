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
