"""Declared data in the forms that pages write: faulty JSON, numbers and dates."""

from __future__ import annotations

from typing import Any

import pytest

from activities.declared.mapping.fill import fill
from activities.declared.tolerant_json import parse_tolerantly
from activities.declared.values import dates, numbers
from tests.activities.declared.test_declared import declared_by


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": [1, 2,], /* b */ "c": "// no", // d\n}', [{"a": [1, 2], "c": "// no"}]),
        ('<!--\n{"a": "one\ntwo\x07"}\n-->', [{"a": "one\ntwo\x07"}]),
        ('// <![CDATA[\n{"a": 1}\n// ]]>', [{"a": 1}]),
        ('{"a": 1};{"b": 2}', [{"a": 1}, {"b": 2}]),
        (r'{"a": "50\% off"}', [{"a": r"50\% off"}]),
        ("{&quot;a&quot;: &quot;b &amp; c&quot;}", [{"a": "b & c"}]),
        ("{&#34;a&#34;: &#x22;b &amp; c&#034;}", [{"a": "b & c"}]),
        ("{&amp;quot;a&amp;quot;: &amp;quot;b&amp;quot;}", [{"a": "b"}]),
        ("{&#34;a&#34;: &#34;24&quot; b&#34;}", [{"a": "24&quot; b"}]),
        ("{&ldquo;a&rdquo;: &#8220;b&#8221;}", [{"a": "b"}]),
        ("{\u201ca\u201d: \u201cb\u201d}", [{"a": "b"}]),
        ("{'a': 'it\\'s'}", [{"a": "it's"}]),
        (r'{\"a\": \"b\"}', [{"a": "b"}]),
        (r'"{\"a\": \"b\"}"', [{"a": "b"}]),
        ('<!--//--><![CDATA[//><!--\n{"a": 1}\n//--><!]]>', [{"a": 1}]),
        ('/*<![CDATA[*/{"a": 1}/*]]>*/', [{"a": 1}]),
        ('\ufeff<p>{<br />"a": "one<br />two" <!-- b -->}</p>', [{"a": "one<br />two"}]),
        ('{"a": "&quot;b&quot;"}', [{"a": "&quot;b&quot;"}]),
        ('{"a": NaN}', [{"a": None}]),
        ('{"a": "5" long", "b": ["x "y" z", 1]}', [{"a": '5" long', "b": ['x "y" z', 1]}]),
        ('{"a": "so "x", "y"", "b": 1}', [{"a": 'so "x", "y"', "b": 1}]),
        ('{"a": "see "x": y"}', [{"a": 'see "x": y'}]),
        ('{"a": [{"b": 1}, ', [{"a": [{"b": 1}]}]),
        ('{"a": {"b": 1}}}', [{"a": {"b": 1}}]),
        ('{"a": {"b": 1}  "c": [1 "d" "e"], "f": 2 "g": "h"\n"i": 3}',
         [{"a": {"b": 1}, "c": [1, "d", "e"], "f": 2, "g": "h", "i": 3}]),
        ('{"a": "so \u201cx\u201d", \u201cb, c\u201d: \u201cd, e\u201d}',
         [{"a": "so \u201cx\u201d", "b, c": "d, e"}]),
        ('"@type": "Thing", "a": [1]}', [{"@type": "Thing", "a": [1]}]),
        ('{"a": "cut off', []),
        ('{"a": ', []),
        ('{"a": "' + '", ' * 100_000, []),
        ('{"a":' + " " * 100_000 + '"', []),
        ("[" * 100_000, []),
        ('{"a": /*' * 100_000, []),
        ("<!--" * 100_000, []),
        ("<p" * 100_000, []),
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_faulty_json_is_read_as_far_as_possible(text: str, documents: list[Any]) -> None:
    assert parse_tolerantly(text) == documents


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("19.99", 19.99), ("1,299.00 USD", 1299), ("1.299,00 €", 1299), ("CHF 1'299.50", 1299.5),
        ("1 049,99 zł", 1049.99), ("3,300円", 3300), ("4 servings", 4), ("-5", -5),
        ("1.499,-", 1499),
        ("from 5 €", None), ("5-10", None), ("4.5 / 5", None), ("A4", None), ("X-1", None),
        ("12345a", None), ("five", None), ("", None), (True, None), (float("nan"), None),
    ],
)  # fmt: skip
def test_a_number_is_read_only_if_there_is_one(text: object, number: float | None) -> None:
    assert numbers.parse(text) == number


@pytest.mark.parametrize(
    ("text", "language", "moment"),
    [
        ("2024-03-05", None, "2024-03-05"),
        ("2024-03-05T10:00:00+0200", None, "2024-03-05T10:00:00+02:00"),
        ("2024-03-05 10:00", None, "2024-03-05T10:00:00"),
        ("Tue, 05 Mar 2024 10:00:00 GMT", None, "2024-03-05T10:00:00+00:00"),
        ("March 5, 2024 7:30 PM", "en", "2024-03-05T19:30:00"),
        ("5 mars 2024", "fr", "2024-03-05"),
        ("2024年3月5日", "ja", "2024-03-05"),
        ("05.03.2024", None, "2024-03-05"),
        ("03/05/2024", "en-US", "2024-03-05"),
        ("05/03/2024", "en-GB", "2024-03-05"),
        ("05/03/2024", "en", None),
        ("25/12/2024", "en", "2024-12-25"),
        ("05/03/2024", "fil", "2024-05-03"),
        ("05/03/2024", "ja", None),
        ("05/03/2024", "en-CA", None),
        ("Fri 05/03/2024", "en", None),
        ("Fri 05/03/2024", "en-US", "2024-05-03"),
        ("2024. 3. 5.", "ko", "2024-03-05"),
        ("\u0665 \u0645\u0627\u0631\u0633 \u0662\u0660\u0662\u0664", "ar", "2024-03-05"),
        ("1445/09/01", "ar", None),  # by other calendars
        ("1403-01-15", "fa-IR", None),
        ("5/3/2567", "th", None),
        ("1452-04-15", "en", "1452-04-15"),
        ("2024-02-30", None, None),
        ("May 2024", "en", None),
        ("yesterday", "en", None),
    ],
)
def test_a_date_is_read_only_if_it_has_one_meaning(
    text: str, language: str | None, moment: str | None
) -> None:
    assert dates.parse(text, language) == moment


def test_less_trusted_sources_that_disagree_are_noted() -> None:
    page = (
        '<meta property="product:price:amount" content="17">'
        '<script type="application/ld+json">{"@type": "Product", "name": "Cup", '
        '"offers": {"price": "18"}}</script><h1>Cup</h1>'
    )
    schema = {"type": "object", "properties": {"price": {"type": "number"}}}
    filled = fill(schema, declared_by(page))
    assert filled.result == {"price": 18}
    origin = filled.provenance["/price"]
    assert (origin.source, origin.path) == ("json-ld", "offers.price")
    assert origin.disagreeing == ("opengraph",)


def test_missing_properties_are_named_but_not_inside_of_lists() -> None:
    page = (
        '<script type="application/ld+json">[{"@type": "Product", "name": "A"}, '
        '{"@type": "Product", "name": "B"}]</script>'
    )
    item = {
        "type": "object",
        "required": ["name", "price"],
        "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
    }
    schema = {
        "type": "object",
        "required": ["products", "total"],
        "properties": {
            "products": {"type": "array", "items": item},
            "total": {"type": "integer"},
        },
    }
    filled = fill(schema, declared_by(page))
    assert filled.result == {
        "products": [{"name": "A", "price": None}, {"name": "B", "price": None}],
        "total": None,
    }
    assert filled.missing == ["/total"]


def test_breadcrumbs_are_in_the_order_of_their_positions() -> None:
    html = """<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "position": 2, "name": "Lamps"},
        {"@type": "ListItem", "position": "1", "name": "Home"}]}</script>"""
    crumbs = {"type": "array", "items": {"type": "string"}}
    schema = {"type": "object", "properties": {"breadcrumbs": crumbs}}
    assert fill(schema, declared_by(html)).result == {"breadcrumbs": ["Home", "Lamps"]}
