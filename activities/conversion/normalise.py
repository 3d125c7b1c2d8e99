"""The contract's rules for structured results, applied to a model's answer.

A value that the schema allows stays as it is, except for two rules: that for null, and that for
properties which the schema does not name. They are left out, unless the schema is broken without
them.

Required properties are present, and `null` where there is no value. Optional properties without a
value are left out. An enum gets its closest member or `null`. Numbers are numbers, however the
model wrote them. No rule invents a value. What is wrong beyond these rules stays wrong, and the
validator reports it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from activities.conversion import coerce
from domain.schema.applied import Applied, Applier, Names, names_of
from domain.schema.canonical import canonical
from domain.schema.patterns import PatternTimeoutError, matches
from domain.schema.references import escape
from domain.schema.validators import relaxed_validator, strict_validator

_MAX_STEPS = 400_000
"""Values that are looked at or validated. Each alternative of a schema does so once more."""

_MAX_DEPTH = 60
"""Levels of values inside of values."""


class TooComplexError(Exception):
    """Schema and answer together need too many steps."""


@dataclass
class Normalised:
    """An answer that follows the rules."""

    result: dict[str, Any]
    left_out: list[str] = field(default_factory=list)
    """JSON Pointers of lists from which values outside of their enum were left out."""
    uncertain: list[str] = field(default_factory=list)
    """JSON Pointers of numbers that are left out, because they do not have only one meaning."""
    unnamed: list[str] = field(default_factory=list)
    """JSON Pointers of objects from which properties that no schema names were left out."""


def normalise(
    answer: dict[str, Any], schema: dict[str, Any], language: str | None = None
) -> Normalised:
    """Return `answer` by the rules of `schema`, an object's. Raises `TooComplexError`.

    `language` is that of the page. Numbers that the model wrote as texts are read by it.
    """
    root = canonical(schema)
    normaliser = _Normaliser(root, language)
    try:
        result = normaliser.value(answer, [root], "", 0)
    except (RecursionError, PatternTimeoutError):
        raise TooComplexError from None
    if not isinstance(result, dict):
        return Normalised(answer)
    notes = normaliser.notes
    return Normalised(result, notes.left_out, notes.uncertain, notes.unnamed)


def without_nulls(value: Any) -> Any:
    """Return `value` without members that are `null`: the rule for results without a schema."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value if part is not None]
    return value


def is_empty(value: Any) -> bool:
    """Return whether `value` holds no value, at any depth."""
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    if isinstance(value, list):
        return all(map(is_empty, value))
    return value is None or (isinstance(value, str) and not value.strip())


@dataclass
class _Notes:
    """The places of what was left out: see `Normalised`."""

    left_out: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)

    def copy(self) -> _Notes:
        return _Notes([*self.left_out], [*self.uncertain], [*self.unnamed])


class _Normaliser:
    """The rules of one canonical schema, and the steps that are left for one answer."""

    def __init__(self, root: dict[str, Any], language: str | None) -> None:
        self._language = language
        self._root = root
        self._strict = strict_validator(root)
        self._relaxed = relaxed_validator(root)
        self._applier = Applier(
            root, holds=self._holds, closest=self._closest, settled=self._settled
        )
        self._names: dict[tuple[int, ...], Names] = {}
        self._steps = _MAX_STEPS
        self.notes = _Notes()

    def value(
        self,
        value: Any,
        schemas: list[Any],
        pointer: str,
        depth: int,
        *,
        is_valid: bool = False,
        is_named: bool = False,
    ) -> Any:
        """Return `value` by the rules of all `schemas`.

        `is_valid` says that the value is known to fulfil them. `is_named` says that the value is
        that of a property with a name of its own, where a text such as `N/A` means no value.
        """
        self._count_step(depth)
        if value is None:
            return None
        is_valid = is_valid or all(self._holds(value, schema) for schema in schemas)
        found = self._applier.applied(value, schemas)
        if is_named and isinstance(value, str) and not _lists_values(found):
            value = coerce.to_type(value, ["string"])
        names = self._names_of(schemas)
        notes = self.notes.copy()
        result = self._by(found, value, pointer, depth, names=names, is_valid=is_valid)
        if isinstance(value, dict) and isinstance(result, dict):
            result = self._with_needed_nulls(result, value, found, schemas)
        is_changed = is_valid and isinstance(value, dict | list) and result != value
        if is_changed and not self._fits_all(result, schemas):
            self.notes = notes
            return value
        return result

    def _with_needed_nulls(
        self,
        result: dict[str, Any],
        value: dict[str, Any],
        found: Applied,
        schemas: list[Any],
    ) -> dict[str, Any]:
        """Return `result`, with the valid nulls of `value` if it breaks `schemas` without them."""
        nulls: dict[str, None] = {}
        for name in (name for name, member in value.items() if member is None):
            rules = _rules_for(name, found.parts)
            is_known = rules or found.is_open
            if name not in result and is_known and all(self._holds(None, rule) for rule in rules):
                nulls[name] = None
        if not nulls:
            return result
        with_nulls = {**nulls, **result}
        is_needed = not self._fits_all(result, schemas) and self._fits_all(with_nulls, schemas)
        return with_nulls if is_needed else result

    def _by(
        self,
        found: Applied,
        value: Any,
        pointer: str,
        depth: int,
        *,
        names: Names | None,
        is_valid: bool,
    ) -> Any:
        """Return `value` by the rules of the schemas that apply to it."""
        if not is_valid or isinstance(value, float):
            value = self._coerced(value, found.parts, pointer)
        if isinstance(value, str):
            return self._formatted(value, found.parts)
        if isinstance(value, dict):
            return self._object(value, found, names, pointer, depth, is_valid=is_valid)
        if isinstance(value, list):
            return self._array(value, found.parts, pointer, depth, is_valid=is_valid)
        return value

    def _object(
        self,
        value: dict[str, Any],
        found: Applied,
        names: Names | None,
        pointer: str,
        depth: int,
        *,
        is_valid: bool,
    ) -> dict[str, Any]:
        """Return an object. `names` are the properties that are known without a schema."""
        required = _required(value, found.parts)
        named = dict.fromkeys(name for part in found.parts for name in part.get("properties", ()))
        result: dict[str, Any] = {}
        for name in dict.fromkeys((*named, *value)):
            if name not in value:
                if name in required:
                    result[name] = None
                continue
            rules = _rules_for(name, found.parts)
            is_known = rules or found.is_open or (names is not None and names.have(name))
            if not is_known or (name not in named and self._is_forbidden(name, found.parts)):
                if pointer not in self.notes.unnamed:
                    self.notes.unnamed.append(pointer)
                continue
            inner = self.value(
                value[name],
                rules,
                f"{pointer}/{escape(name)}",
                depth + 1,
                is_valid=is_valid,
                is_named=name in named,
            )
            is_nothing = inner is None or (
                name in named and isinstance(inner, dict) and is_empty(inner)
            )
            if name in required or not is_nothing:
                result[name] = inner
        for name in required:
            result.setdefault(name, None)
        return result

    def _is_forbidden(self, name: str, parts: list[dict[str, Any]]) -> bool:
        """Return whether no property may have this name."""
        rules = [part["propertyNames"] for part in parts if "propertyNames" in part]
        return not all(self._holds(name, rule) for rule in rules)

    def _array(
        self,
        value: list[Any],
        parts: list[dict[str, Any]],
        pointer: str,
        depth: int,
        *,
        is_valid: bool,
    ) -> list[Any]:
        result = []
        for number, part in enumerate(value):
            rules = _rules_at(number, parts)
            place = f"{pointer}/{number}"
            inner = self.value(part, rules, place, depth + 1, is_valid=is_valid)
            is_fixed = any(number < len(schema.get("prefixItems", ())) for schema in parts)
            may_stay = inner is not None or is_valid or is_fixed
            if may_stay or all(self._fits(None, rule) for rule in rules):
                result.append(inner)
            elif part is not None and pointer not in self.notes.left_out:
                self.notes.left_out.append(pointer)
        is_unique = any(part.get("uniqueItems") is True for part in parts)
        return _unique(result) if is_unique and not is_valid else result

    def _coerced(self, value: Any, parts: list[dict[str, Any]], pointer: str) -> Any:
        """Return a single value as a member of the enum or as a value of the type in each part."""
        for part in parts:
            if value is None:
                return None
            if "enum" in part or "const" in part:
                value = coerce.to_member(value, part.get("enum", [part.get("const")]))
                continue
            types = part.get("type", [])
            types = [types] if isinstance(types, str) else types
            evidence = coerce.evidence_of(pointer.rpartition("/")[2], part, self._language)
            if coerce.is_uncertain_number(value, types, evidence):
                self.notes.uncertain.append(pointer)
                return None
            value = coerce.to_type(value, types, evidence)
        return value

    def _formatted(self, text: str, parts: list[dict[str, Any]]) -> str:
        """Return a date in the format that a part names, if it then still fulfils all parts."""
        for part in parts:
            formatted = coerce.to_format(text, part.get("format"), self._language)
            if formatted != text and all(self._fits(formatted, other) for other in parts):
                return formatted
        return text

    def _closest(self, value: Any, branches: list[Any], parts: list[dict[str, Any]]) -> Any:
        """Return the branch that keeps most of `value`, brought into its form, or None."""
        best: tuple[int, Any] = (-1, None)
        for branch in branches:
            if not isinstance(branch, dict):
                continue
            inner = self._applier.applied(value, [branch])
            is_open = inner.is_open and not any("properties" in part for part in parts)
            candidate = self._tried(value, Applied([*parts, *inner.parts], is_open), None)
            if self._fits(candidate, {"anyOf": branches}):
                best = max(best, (_count_values(candidate), branch), key=lambda each: each[0])
        return best[1]

    def _settled(self, value: Any, parts: list[dict[str, Any]]) -> Any:
        """Return `value` by the rules of `parts`, with all of its properties."""
        return self._tried(value, Applied(parts), Names(allows_others=True))

    def _tried(self, value: Any, found: Applied, names: Names | None) -> Any:
        """Return `value` by the rules of `found`, without a note of what was left out."""
        notes = self.notes.copy()
        self._count_step(0)
        result = self._by(found, value, "", 1, names=names, is_valid=False)
        self.notes = notes
        return result

    def _names_of(self, schemas: list[Any]) -> Names:
        key = tuple(map(id, schemas))
        if key not in self._names:
            self._names[key] = names_of(schemas, self._root)
        return self._names[key]

    def _holds(self, value: Any, schema: Any) -> bool:
        """Return whether `value` fulfils `schema` without the rule for null."""
        self._count_step(0)
        return bool(self._strict.evolve(schema=schema).is_valid(value))

    def _fits(self, value: Any, schema: Any) -> bool:
        """Return whether `value` fulfils `schema` under the rule for null."""
        self._count_step(0)
        return bool(self._relaxed.evolve(schema=schema).is_valid(value))

    def _fits_all(self, value: Any, schemas: list[Any]) -> bool:
        return all(self._fits(value, schema) for schema in schemas)

    def _count_step(self, depth: int) -> None:
        self._steps -= 1
        if self._steps < 0 or depth > _MAX_DEPTH:
            raise TooComplexError


def _lists_values(found: Applied) -> bool:
    """Return whether the schemas list the values that they allow."""
    return any("enum" in part or "const" in part for part in found.parts)


def _required(value: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, None]:
    """Return the names of required properties, in the order of the schemas."""
    names = [name for part in parts for name in part.get("required", ())]
    present = {name for name, member in value.items() if member is not None}.union(names)
    for part in parts:
        for name, others in part.get("dependentRequired", {}).items():
            if name in present:
                names += others
    return dict.fromkeys(names)


def _rules_for(name: str, parts: list[dict[str, Any]]) -> list[Any]:
    """Return the schemas for a property; none if no schema says anything about it."""
    rules: list[Any] = []
    others: list[Any] = []
    for part in parts:
        found = []
        if name in part.get("properties", ()):
            found.append(part["properties"][name])
        for pattern, rule in part.get("patternProperties", {}).items():
            if matches(pattern, name):
                found.append(rule)
        if not found and "additionalProperties" in part:
            found.append(part["additionalProperties"])
        rules += found
        others += [part[key] for key in ("unevaluatedProperties",) if key in part]
    return [rule for rule in rules or others if rule is not False]


def _rules_at(number: int, parts: list[dict[str, Any]]) -> list[Any]:
    """Return the schemas for an item of a list."""
    rules: list[Any] = []
    others: list[Any] = []
    for part in parts:
        first = part.get("prefixItems", ())
        if number < len(first):
            rules.append(first[number])
        elif "items" in part:
            rules.append(part["items"])
        others += [part[key] for key in ("unevaluatedItems",) if key in part]
    return rules or others


def _count_values(value: Any) -> int:
    if isinstance(value, dict | list):
        inner: Iterable[Any] = value.values() if isinstance(value, dict) else value
        return sum(map(_count_values, inner))
    return value is not None


def _unique(values: list[Any]) -> list[Any]:
    by_content: dict[str, Any] = {}
    for value in values:
        by_content.setdefault(json.dumps(value, sort_keys=True), value)
    return list(by_content.values())
