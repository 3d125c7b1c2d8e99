"""Numbers as pages write them: read where their separators have one meaning, and else not."""

from __future__ import annotations

from collections import defaultdict

import pytest

from activities.declared.values import currencies, numbers
from activities.declared.values.separators import Evidence

NOTHING = Evidence()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        # A separator that occurs twice groups; so does one before another separator.
        ("$1,234,567.890", 1234567.89), ("1.234.567", 1234567), ("£1,234.567", 1234.567),
        # Nothing is grouped that begins with 0, or that has groups of another length.
        ("0.750 l", 0.75), ("0,750", 0.75), ("1234.567", 1234.567), ("12,5", 12.5),
        ("12,34,567.89", 1234567.89), ("Rs. 1,23,456", 123456),
        # Spaces and apostrophes group, and nothing else.
        ("1\u202f234,50", 1234.5), ("1\u2009234", 1234), ("1\u2019299.50", 1299.5),
        ("3'50 €", None),
        # A dash stands for the decimals.
        ("1'299.\u2014", 1299), ("EUR 1.299,-", 1299), ("1.299,\u2013 €", 1299), ("5.-", 5),
        ("1 299:-", 1299), ("1.299:- kr", 1299), ("Rp1.299", 1299), ("S/ 1,299", 1299),
        ("₹1,299/-", 1299), ("250.000đ", 250000),
        # Other digits, and other signs for the same.
        ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665\u0660", 1234.5),
        ("\uff11\uff0c\uff12\uff19\uff19円", 1299), ("4人分", 4), (".75", 0.75), ("$.75", 0.75),
        ("1½ kg", 1.5), ("½", 0.5), ("1⅓", None),
        ('57 5/8 "', 57.625), ("1-1/2 in", 1.5), ("5 8/8", None), ("1/2", None), ("3 1/3", None),
        ("2000px", 2000), ("120 Hz", 120), ("5000mAh", 5000), ("1080p", None),
        # Signs.
        ("\u22125", -5), ("-£5.50", -5.5), ("£-5", -5), ("\u20135 °C", -5), ("(5.00)", None),
        # A currency without a language: what three decimals are not usual for, and who groups so.
        ("£3,350", 3350), ("£3.350", None), ("3.350 €", 3350), ("3,350 €", None),
        ("$1,299", 1299), ("$1.299", None), ("kr 1.299", 1299), ("R$ 1.299", 1299),
        ("KWD 12.750", 12.75), ("12.750 د.ك", 12.75), ("KWD 12,750", None),
        # Nothing is known.
        ("1.250 kg", None), ("1,234 reviews", None),
        # No numbers, no single numbers, and no numbers as they stand.
        ("01.02.2024", None), ("192.168.1.1", None), ("1.2.3", None), ("1,2,3", None),
        ("+49 30 123456", None), ("030 123 456", None), ("+1 555 123", None), ("5th", None),
        ("10\u201320", None), ("£10-20", None), ("from 3.350 €", None), ("ca. 5 kg", None),
        ("1,5 Mio. €", None), ("1.5 million", None), ("3万円", None),
        ("was £30", None), ("20 % off £30", None), ("5\u00d710³", None), ("12.5½", None),
    ],
)  # fmt: skip
def test_a_text_has_a_number_without_further_knowledge(text: str, number: float | None) -> None:
    assert numbers.parse(text) == number


@pytest.mark.parametrize(
    ("text", "evidence", "number"),
    [
        ("1.250 kg", Evidence("en"), 1.25),
        ("1.250 kg", Evidence("de"), 1250),
        ("1,250 kg", Evidence("en-US"), 1250),
        ("1,250 kg", Evidence("fr_FR"), 1.25),
        ("1.250 kg", Evidence("de-CH"), 1.25),
        ("1.250 kg", Evidence("es"), None),  # Spain and Mexico differ
        ("1.250 kg", Evidence("es-MX"), 1.25),
        ("1.250 kg", Evidence("en-DE"), None),
        ("1.250 kg", Evidence("en-KW"), 1.25),
        ("£3.350", Evidence("en-GB"), 3.35),
        ("£3.350", Evidence("de"), 3350),
        ("£3,350", Evidence("de"), None),
        ("3.350 €", Evidence("de"), 3350),
        ("3,350 €", Evidence("de"), 3.35),
        ("3.350 €", Evidence("en"), None),
        ("€1,234", Evidence("en"), 1234),
        ("$1,299", Evidence("fr-CA"), None),
        ("$1.299", Evidence("es-CL"), 1299),
        ("$1.299", Evidence("en", "CLP"), None),
        ("KWD 12.750", Evidence("en-KW"), 12.75),
        ("KWD 1,250", Evidence("en"), 1250),
        ("12,750 DT", Evidence("fr-TN", "TND"), 12.75),
        ("12.750 DT", Evidence("fr-TN", "TND"), None),
        ("¥1,234", Evidence("ja"), 1234),
        ("CHF 1.299", Evidence("de"), 1299),
        # What a number is can decide.
        ("1.234", Evidence(kind="count"), 1234),
        ("(128)", Evidence(kind="count"), 128),
        ("4.857", Evidence("de", kind="bounded"), 4.857),
        ("25 %", Evidence(), 25),
        ("25 %", Evidence(kind="price"), None),
        ("1.2M", Evidence(kind="price"), None),
        ("$3B", Evidence(kind="price"), None),
        ("1.2 M", Evidence(kind="count"), None),
        ("99¢", Evidence("en", kind="price"), None),
        ("99 ct", Evidence("de", kind="price"), None),
        # A sign of one letter counts where the currency is known.
        ("R1 299,00", Evidence("en-ZA", "ZAR", "price"), 1299),
        ("Q1,299.00", Evidence("es-GT", "GTQ", "price"), 1299),
        ("R1299", Evidence("en-ZA", kind="price"), None),
        ("R16", Evidence("en"), None),
        # The scale of a rating is no second number.
        ("4,5/5", Evidence("de", kind="bounded"), 4.5),
        ("4.5 out of 5.0 stars", Evidence(kind="bounded"), 4.5),
        ("8 von 10", Evidence("de", kind="bounded"), 8),
        ("Rated 87 / 100", Evidence(kind="bounded"), 87),
        ("9 out of 5", Evidence(kind="bounded"), None),
        ("4.5 of 5 (120)", Evidence(kind="bounded"), None),
        ("4/5", Evidence(), None),
    ],
)
def test_language_currency_and_kind_decide_together(
    text: str, evidence: Evidence, number: float | None
) -> None:
    assert numbers.parse(text, None, evidence) == number


@pytest.mark.parametrize(
    ("text", "language", "currency", "number"),
    [
        ("3.350", None, None, 3.35),
        ("3.350", "en-GB", "GBP", 3.35),
        ("3.350", "de", "EUR", None),  # shops write what they show
        ("3.350", None, "EUR", None),
        ("3350.00", "de", "EUR", 3350),
        ("3350.0000", "de", "EUR", 3350),
        ("12.750", "ar", "KWD", 12.75),
        ("3,350", None, "USD", 3350),
        ("1.299,00", "en", "EUR", 1299),
        ("1e3", "de", None, 1000),
        ("-.5", "de", None, -0.5),
    ],
)
def test_a_place_for_machines_has_a_decimal_point_unless_the_language_denies_it(
    text: str, language: str | None, currency: str | None, number: float | None
) -> None:
    assert numbers.parse(text, None, Evidence(language, currency, "price", True)) == number


def test_a_unit_is_converted_only_from_a_unit_of_the_same_quantity() -> None:
    english = Evidence("en")
    assert numbers.parse("1.250 kg", "g", english) == 1250
    assert numbers.parse("1.250", "g", english, given_unit="kg") == 1250
    assert numbers.parse("1.250 kg net", "g", english, given_unit="kg") == 1250
    assert numbers.parse("1.250 lb", "g", english, given_unit="kg") is None
    assert numbers.parse("1.250", "g", english) is None
    assert numbers.parse("5 m²", "m", english) is None
    assert numbers.parse("5 m", "kg", english) is None
    assert numbers.parse("357.588 km2", "km²", Evidence("de")) == 357588
    assert numbers.parse("2 m^3", "l", english) == 2000
    assert numbers.parse("2 m²", "m³", english) is None


def test_only_separators_of_two_meanings_make_two_values() -> None:
    assert numbers.has_two_values("£3.350", NOTHING)
    assert not numbers.has_two_values("£3.350", Evidence("en"))
    assert not numbers.has_two_values("10-20", NOTHING)
    assert not numbers.has_two_values("1.2M", NOTHING)


def test_the_separators_of_currencies_are_those_of_their_countries() -> None:
    from babel import Locale, UnknownLocaleError
    from babel.languages import get_official_languages
    from babel.numbers import get_territory_currencies

    found: dict[str, set[str]] = defaultdict(set)
    for territory in map(str, Locale("en").territories):
        for language in get_official_languages(territory) if len(territory) == 2 else ():
            try:
                locale = Locale(str(language), territory)
            except UnknownLocaleError:
                continue
            for code in get_territory_currencies(territory):
                found[str(code)].add(str(locale.number_symbols["latn"]["decimal"]))
    both = {code for code, separators in found.items() if len(separators) > 1}
    for code, separators in found.items():
        separator = currencies.decimal_separator(code)
        assert separator is None or separator in separators, code
    assert {code for code in both if currencies.decimal_separator(code)} <= {"EUR", "USD", "PYG"}
