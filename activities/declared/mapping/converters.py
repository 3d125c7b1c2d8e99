"""How a declared value becomes the value of a property."""

from __future__ import annotations

from typing import Any

from activities.declared.entities import Declared, Entity, ShownText, Value
from activities.declared.mapping.entity_text import describe
from activities.declared.mapping.lookup import Scope
from activities.declared.mapping.number_evidence import declared_currencies, kind_of
from activities.declared.mapping.property_names import hints_of
from activities.declared.mapping.things import values_at
from activities.declared.values import currencies, dates, enums, numbers, texts, units
from activities.declared.values.separators import Evidence

_AMOUNT_PATHS = ("value", "price", "ratingValue", "value.value")
"""Paths to the number that stands for a thing."""

_ADDRESS_PATHS = ("url", "contentUrl", "@id")
"""Paths to the URL that stands for a thing."""


class Converter:
    """A converter of declared values to the type, format and unit of one property.

    `scope` is what the values are declared of, and `path` is where in it they stand.
    """

    def __init__(
        self,
        name: str,
        schema: dict[str, Any],
        declared: Declared,
        scope: Scope | None = None,
        path: str = "",
    ) -> None:
        self.hints = hints_of(name, schema)
        self.is_uncertain = False
        """Whether a value was left out, because it may not be what the schema asks for."""
        self._schema = schema
        self._declared = declared
        self._kind = kind_of(path, self.hints)
        self._currencies = declared_currencies(scope) if scope else []

    def is_in_currency(self, scope: Scope) -> bool:
        """Return whether a price is declared in the currency that the property's name asks for."""
        return self.hints.currency is None or self.hints.currency in declared_currencies(scope)

    def convert(self, value: Value) -> Any:
        """Return the value in the form of the property, or None if there is no safe conversion."""
        if isinstance(value, Entity):
            return self._of_entity(value)
        if "const" in self._schema:
            return enums.member(value, [self._schema["const"]])
        if "enum" in self._schema:
            return self._enum_member(value)
        match self._schema["type"]:
            case "boolean":
                answer = enums.boolean(value)
                return not answer if answer is not None and self.hints.is_negative else answer
            case "number" | "integer":
                return self._typed_number(value)
            case "string":
                return self._string(value)
        return None

    def _enum_member(self, value: Value) -> Any:
        members = list(self._schema["enum"])
        if any(isinstance(member, bool) for member in members):
            answer = enums.boolean(value)
            return answer if answer in members else None
        return enums.member(value, members)

    def convert_with_unit(self, text: str, unit: str) -> float | int | None:
        """Return the number of a text in the form of the property. `unit` is the text's unit."""
        return self._typed_number(text, unit)

    def _typed_number(self, value: Value, given_unit: str | None = None) -> float | int | None:
        number = self._number(value, given_unit)
        if number is None:
            self.is_uncertain |= numbers.has_digits(value)
        if self._schema["type"] == "integer" and number is not None:
            is_whole = float(number).is_integer()
            self.is_uncertain |= not is_whole
            return int(number) if is_whole else None
        return number

    def _number(self, value: Value, given_unit: str | None) -> float | int | None:
        # A price per hour is no duration.
        is_timed = given_unit and self._kind != "price"
        timed = f"{value} {given_unit}" if is_timed else value
        duration = dates.seconds(timed) if isinstance(timed, str) else None
        if duration is not None:
            if self.hints.duration_unit is None:
                return None
            scaled = duration / dates.DURATION_UNITS[self.hints.duration_unit]
            return int(scaled) if scaled.is_integer() else scaled
        if self.hints.needs_unit:
            return None  # a number, but of an unknown unit of time
        if isinstance(value, ShownText) and value.is_joined:
            return None
        evidence = self._evidence_of(value)
        return numbers.parse(value, self.hints.unit, evidence, given_unit=given_unit)

    def _evidence_of(self, value: Value) -> Evidence:
        currency = self.hints.currency
        if self._kind == "price" and len(self._currencies) == 1:
            currency = self._currencies[0]
        is_shown = isinstance(value, ShownText)
        return Evidence(self._language_of(value), currency, self._kind, not is_shown)

    def _language_of(self, value: Value) -> str | None:
        own = value.language if isinstance(value, ShownText) else None
        return own or self._declared.reading_language

    def _string(self, value: Value) -> str | None:
        """Return the value as a string, by the schema's format or else by the property's name."""
        match self.hints.form:
            case "date":
                return self._moment(value)[:10] or None
            case "time":
                return self._moment(value)[11:] or None
            case "date-time" | "datetime":
                return self._moment(value) or None
            case "duration":
                return dates.iso_duration(value)
            case "email":
                return texts.email(value)
        if self.hints.is_address:
            return texts.absolute_url(value, self._declared.base_url)
        if self.hints.is_currency:
            return currencies.code_of(value)
        match self.hints.words[-1:]:
            case ["phone" | "telephone" | "tel"]:
                return texts.telephone(value)
            case ["email"]:
                return texts.email(value)
        return texts.plain(value)

    def _moment(self, value: Value) -> str:
        """Return a date, or an empty text if there is none with only one meaning."""
        moment = dates.parse(value, self._language_of(value))
        if moment is None:
            self.is_uncertain |= numbers.has_digits(value)
        return moment or ""

    def _of_entity(self, entity: Entity) -> Any:
        """Return the plain value that stands for a thing: its amount, its URL or its name."""
        kind = self._schema["type"]
        if kind in ("number", "integer"):
            return self._amount_of(entity)
        if kind != "string":
            return None
        if self.hints.is_address:
            return self._address_of(entity)
        text = describe(entity)
        return self.convert(text) if text else None

    def _amount_of(self, entity: Entity) -> Any:
        names = [
            units.unit_name(value)
            for name in ("unitText", "unitCode")
            for value in entity.properties.get(name, ())
        ]
        for path in _AMOUNT_PATHS:
            for value in values_at(entity, path):
                if not isinstance(value, Entity):
                    self._note_place(path, entity)
                    return self._typed_number(value, names[0] if names else None)
        return None

    def _note_place(self, path: str, entity: Entity) -> None:
        """Note where inside of a thing its amount stands."""
        inner = declared_currencies(Scope((entity,)))
        self._currencies = inner or self._currencies
        kind = "price" if "currency" in entity.properties else kind_of(path, self.hints)
        self._kind = self._kind if kind == "amount" else kind

    def _address_of(self, entity: Entity) -> Any:
        for path in _ADDRESS_PATHS:
            for value in values_at(entity, path) or ([entity.id or ""] if path == "@id" else []):
                if isinstance(value, str) and (address := self.convert(value)) is not None:
                    return address
        return None
