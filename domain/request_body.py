"""The base of the JSON objects that clients send, and the rules that their fields may have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


@dataclass(frozen=True)
class Rule:
    """What the type of a field cannot say. A field carries it in its `Annotated` metadata."""

    needs: str | None = None
    """Name of another field that must be true as well."""
    not_in_fast: str | None = None
    """Why the fast mode cannot do it, as the end of a sentence. None if the fast mode can."""
    check: Callable[[Any], str | None] | None = None
    """Returns what is wrong with a value, as the end of a sentence that does not show the value."""
    is_secret: bool = False
    """Whether the value is sealed, never stored in the clear, and never repeated in an error."""


def _document_null(schema: dict[str, Any]) -> None:
    """Add `null` to the JSON Schema of optional fields, since `RequestBody` takes it as absent."""
    for name, field in schema["properties"].items():
        if name in schema.get("required", ()) or {"type": "null"} in field.get("anyOf", ()):
            continue
        kept = {key: field.pop(key) for key in ("title", "description", "default") if key in field}
        schema["properties"][name] = {**kept, "anyOf": [field, {"type": "null"}]}


class RequestBody(BaseModel):
    """A JSON object that has no fields but the declared ones.

    Field names are in camelCase for clients. `null` counts as absent, except for required fields.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        json_schema_extra=_document_null,
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        optional = {
            key
            for name, field in cls.model_fields.items()
            if not field.is_required()
            for key in (name, field.alias)
        }
        return {
            name: value for name, value in body.items() if value is not None or name not in optional
        }

    @classmethod
    def rules(cls) -> Iterator[tuple[str, Rule]]:
        """Yield the name of each field that has a rule, and the rule."""
        for name, field in cls.model_fields.items():
            for part in field.metadata:
                if isinstance(part, Rule):
                    yield name, part

    @classmethod
    def alias_of(cls, name: str) -> str:
        """Return the name that clients know the field `name` by."""
        return cls.model_fields[name].alias or name

    @classmethod
    def secret_names(cls) -> list[str]:
        """Return the names of the fields whose values are secrets."""
        return [name for name, rule in cls.rules() if rule.is_secret]

    @property
    def secrets(self) -> dict[str, Any]:
        """The secrets that the client gave, by the name of the field."""
        given = {name: getattr(self, name) for name in self.secret_names()}
        return {name: value for name, value in given.items() if value}

    @property
    def is_fast(self) -> bool:
        """Whether the request asks for the fast mode. A body without modes does not."""
        return False

    def problems(self, *, unknown: Collection[str] = ()) -> list[str]:
        """Return which rules the values break: a sentence each, in the order of the fields.

        Of the fields `unknown`, by the names that clients use, the values are not known. No rule is
        broken that depends on one of them.
        """
        found = []
        for name, rule in self.rules():
            value, alias = getattr(self, name), self.alias_of(name)
            if not value:
                continue
            needs = None if rule.needs is None else self.alias_of(rule.needs)
            if needs is not None and needs not in unknown and not getattr(self, rule.needs or ""):
                found.append(f"{alias}: needs {needs} to be true as well.")
            if rule.not_in_fast is not None and self.is_fast:
                found.append(f"{alias}: {rule.not_in_fast}.")
            if rule.check is not None and (problem := rule.check(value)) is not None:
                found.append(f"{alias}: {problem}.")
        return found
