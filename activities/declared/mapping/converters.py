"""How a declared value becomes the value of a property."""

from __future__ import annotations

from typing import Any

from activities.declared.entities import Declared, Entity, Value
from activities.declared.mapping.entity_text import describe
from activities.declared.mapping.lookup import Scope
from activities.declared.mapping.property_names import hints_of
from activities.declared.mapping.things import values_at
from activities.declared.values import dates, enums, numbers, texts
from activities.declared.vocabulary import PATHS

_AMOUNT_PATHS = ("value", "price", "ratingValue", "value.value")
"""Paths to the number that stands for a thing."""

_ADDRESS_PATHS = ("url", "contentUrl", "@id")
"""Paths to the URL that stands for a thing."""


class Converter:
    """A converter of declared values to the type, format and unit of one property."""

    def __init__(self, name: str, schema: dict[str, Any], declared: Declared) -> None:
        self.hints = hints_of(name, schema)
        self._schema = schema
        self._declared = declared

    def is_in_currency(self, scope: Scope) -> bool:
        """Return whether a price is declared in the currency that the property's name asks for."""
        if self.hints.currency is None:
            return True
        page = scope.page.page if scope.page else ()
        return any(
            numbers.currency_code(value) == self.hints.currency
            for entity in (*scope.entities, *page)
            for path in PATHS["currency"]
            for value in values_at(entity, path)
        )

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
            case "number":
                return self._number(value)
            case "integer":
                number = self._number(value)
                return int(number) if number is not None and float(number).is_integer() else None
            case "string":
                return self._string(value)
        return None

    def _enum_member(self, value: Value) -> Any:
        members = list(self._schema["enum"])
        if any(isinstance(member, bool) for member in members):
            answer = enums.boolean(value)
            return answer if answer in members else None
        return enums.member(value, members)

    def _number(self, value: Value) -> float | int | None:
        duration = dates.seconds(value) if isinstance(value, str) else None
        if duration is not None:
            if self.hints.duration_unit is None:
                return None
            scaled = duration / dates.DURATION_UNITS[self.hints.duration_unit]
            return int(scaled) if scaled.is_integer() else scaled
        if self.hints.needs_unit:
            return None  # a number, but of an unknown unit of time
        return numbers.parse(value, self.hints.unit)

    def _string(self, value: Value) -> str | None:
        """Return the value as a string, by the schema's format or else by the property's name."""
        language = self._declared.language
        match self.hints.form:
            case "date":
                moment = dates.parse(value, language)
                return moment[:10] if moment else None
            case "time":
                moment = dates.parse(value, language) or ""
                return moment[11:] or None
            case "date-time" | "datetime":
                return dates.parse(value, language)
            case "duration":
                return dates.iso_duration(value)
            case "email":
                return texts.email(value)
        if self.hints.is_address:
            return texts.absolute_url(value, self._declared.base_url)
        if self.hints.is_currency:
            return numbers.currency_code(value)
        match self.hints.words[-1:]:
            case ["phone" | "telephone" | "tel"]:
                return texts.telephone(value)
            case ["email"]:
                return texts.email(value)
        return texts.plain(value)

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
        units = [
            numbers.unit_name(value)
            for name in ("unitText", "unitCode")
            for value in entity.properties.get(name, ())
        ]
        for path in _AMOUNT_PATHS:
            for value in values_at(entity, path):
                if not isinstance(value, Entity):
                    has_unit = bool(units and units[0])
                    return self.convert(f"{texts.plain(value)} {units[0]}" if has_unit else value)
        return None

    def _address_of(self, entity: Entity) -> Any:
        for path in _ADDRESS_PATHS:
            for value in values_at(entity, path) or ([entity.id or ""] if path == "@id" else []):
                if isinstance(value, str) and (address := self.convert(value)) is not None:
                    return address
        return None
