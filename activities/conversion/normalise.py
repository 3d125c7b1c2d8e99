"""The contract's rules for structured results, enforced on whatever a model answered.

Required properties are there, `null` where there is no value; optional ones without a value are
left out. Enums get the closest member or `null`; numbers are numbers, however they were written.
Nothing here makes up a value, and what is wrong beyond that stays wrong, for the validator to say.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from jsonschema.validators import Draft202012Validator, validator_for

from activities.declared import values as read
from domain.schema.patterns import compiled, with_safe_patterns
from domain.schema.references import resolve
from domain.schema.rules import with_null_rule

_MAX_STEPS = 200_000
"""Values that are looked at, those of each alternative of a schema included."""

_MAX_DEPTH = 60

_MAGNITUDE = re.compile(
    r"\d\s*(?:k|m|mm|b|bn|mn|mio|mrd|tsd|million|billion|thousand|lakh|crore)\b", re.IGNORECASE
)
"""Beside a number: what is meant is another one."""

_NO_VALUE = frozenset(("", "null", "n/a"))
"""What models write into a text for want of a value."""

_NEGATION = re.compile(r"\b(?:not?|non|never|without|kein\w*|nicht|ohne|sans|pas)\b", re.IGNORECASE)
_NEGATIVE_PREFIX = re.compile(r"^(?:un|in|im|ir|il|dis|non|not|no|anti|ex)")
_ALIKE = 0.88
"""Ratio of `difflib` from which on a word is taken for a misspelt other one."""

_RESOLVED = frozenset(("anyOf", "oneOf", "allOf"))
"""Keywords that are put in place step by step; what `allOf` has is in the schema already."""


class TooComplexError(Exception):
    """Schema and answer together take more steps than anybody waits for."""


@dataclass
class Normalised:
    """An answer, by the rules."""

    result: dict[str, Any]
    left_out: list[str] = field(default_factory=list)
    """JSON Pointers of lists from which values were left out that their enum does not have."""


def normalise(answer: dict[str, Any], schema: dict[str, Any]) -> Normalised:
    """`answer` by the rules of `schema`, whose root is an object. Raises `TooComplexError`."""
    normaliser = _Normaliser(schema)
    try:
        result = normaliser.value(answer, schema, "", 0)
    except RecursionError:
        raise TooComplexError from None
    return Normalised(result if isinstance(result, dict) else answer, normaliser.left_out)


def without_nulls(value: Any) -> Any:
    """`value` without members that are `null`: the rule for what has no schema."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value if part is not None]
    return value


def is_empty(value: Any) -> bool:
    """Whether there is no value in `value`, at whatever depth."""
    if isinstance(value, dict):
        return all(map(is_empty, value.values()))
    if isinstance(value, list):
        return all(map(is_empty, value))
    return value is None or (isinstance(value, str) and not value.strip())


class _Normaliser:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        dialect = with_safe_patterns(validator_for(root, default=Draft202012Validator))
        self._validator = dialect(with_null_rule(root))
        self._steps = _MAX_STEPS
        self.left_out: list[str] = []

    def value(self, value: Any, schema: Any, pointer: str, depth: int) -> Any:
        """`value` as `schema` wants it, or, if there is no way to that, as it is."""
        self._steps -= 1
        if self._steps < 0 or depth > _MAX_DEPTH:
            raise TooComplexError
        schema = resolve(schema, self._root)
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if alternatives:
            return self._best_of(value, schema, alternatives, pointer, depth)
        if value is None:
            return None
        if "enum" in schema or "const" in schema:
            return _member(value, schema["enum"] if "enum" in schema else [schema["const"]])
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else list(types)
        value = _converted(value, types)
        if isinstance(value, dict):
            return self._object(value, schema, pointer, depth)
        if isinstance(value, list):
            return self._array(value, schema, pointer, depth)
        return value

    def _best_of(
        self, value: Any, schema: dict[str, Any], alternatives: list[Any], pointer: str, depth: int
    ) -> Any:
        """By the alternative that fits the value as it is, or else by the one that keeps most."""
        base = {name: part for name, part in schema.items() if name not in _RESOLVED}
        candidates: list[tuple[bool, int, Any]] = []
        noted = len(self.left_out)
        for branch in alternatives:
            if not isinstance(branch, dict):
                continue
            found = self.value(value, {**base, "allOf": [branch]}, pointer, depth + 1)
            if self._fits(found, schema):
                candidates.append((self._fits(value, branch), _size(found), found))
        del self.left_out[noted:]
        if not candidates:
            return value
        return max(candidates, key=lambda candidate: candidate[:2])[2]

    def _object(
        self, value: dict[str, Any], schema: dict[str, Any], pointer: str, depth: int
    ) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        result: dict[str, Any] = {}
        for name, part in properties.items():
            found = None
            if name in value:
                found = self.value(value[name], part, f"{pointer}/{_escaped(name)}", depth + 1)
            is_nothing = found is None or (isinstance(found, dict) and is_empty(found))
            if name in required or not is_nothing:
                result[name] = found
        for name, part in value.items():
            if name not in properties and (rule := _rule_for(name, schema)) is not None:
                found = self.value(part, rule, f"{pointer}/{_escaped(name)}", depth + 1)
                if found is not None:
                    result[name] = found
        for name in required:
            result.setdefault(name, None)
        return result

    def _array(
        self, value: list[Any], schema: dict[str, Any], pointer: str, depth: int
    ) -> list[Any]:
        items = schema.get("items", {})
        first = schema.get("prefixItems", items if isinstance(items, list) else [])
        others = schema.get("additionalItems", {}) if isinstance(items, list) else items
        result = []
        takes_null: bool | None = None
        for number, part in enumerate(value):
            if number < len(first):
                result.append(self.value(part, first[number], f"{pointer}/{number}", depth + 1))
                continue
            found = self.value(part, others, f"{pointer}/{number}", depth + 1)
            if found is None:
                if takes_null is None:
                    takes_null = self._fits(None, others)
                if not takes_null:
                    if part is not None and pointer not in self.left_out:
                        self.left_out.append(pointer)
                    continue
            result.append(found)
        return _unique(result) if schema.get("uniqueItems") is True else result

    def _fits(self, value: Any, schema: Any) -> bool:
        self._steps -= 1
        return bool(self._validator.evolve(schema=with_null_rule(schema)).is_valid(value))


def _rule_for(name: str, schema: dict[str, Any]) -> Any:
    """The schema for a property that is not named; None if it was not asked for."""
    for pattern, part in schema.get("patternProperties", {}).items():
        matcher = compiled(pattern)
        if matcher is not None and matcher.search(name.encode(errors="replace").decode()):
            return part
    others = schema.get("additionalProperties")
    if others is True:
        return {}
    if isinstance(others, dict):
        return others
    is_open = not schema.get("properties") and others is None
    return {} if is_open and not schema.get("patternProperties") else None


def _converted(value: Any, types: list[str]) -> Any:
    """`value` as one of `types`, if it is one of them written differently."""
    if not types or _is_of(value, types):
        if isinstance(value, str) and value.strip().lower() in _NO_VALUE:
            return None
        # 3.0 is an integer, but reads as one only without its point.
        is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
        return int(value) if is_whole and "number" not in types and "integer" in types else value
    if isinstance(value, str) and value.strip().lower() in _NO_VALUE:
        return None
    for kind in types:
        match kind:
            case "number" | "integer" if isinstance(value, str):
                number = None if _MAGNITUDE.search(value) else read.number(value)
                if number is not None and (kind == "number" or isinstance(number, int)):
                    return number
            case "boolean" if isinstance(value, str):
                if (truth := _BOOLEANS.get(value.strip().lower())) is not None:
                    return truth
            case "string" if isinstance(value, bool):
                return "true" if value else "false"
            case "string" if isinstance(value, int | float):
                return read.text(value)
            case "array" if not isinstance(value, list):
                return [value]
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
        return _converted(value[0], types)
    return value


_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def _is_of(value: Any, types: list[str]) -> bool:
    match value:
        case bool():
            return "boolean" in types
        case int():
            return "integer" in types or "number" in types
        case float():
            return "number" in types or ("integer" in types and value.is_integer())
        case str():
            return "string" in types
        case list():
            return "array" in types
        case dict():
            return "object" in types
    return "null" in types


def _member(value: Any, members: list[Any]) -> Any:
    """The member that `value` is or comes closest to; None if none does."""
    if (
        isinstance(value, list)
        and len(value) == 1
        and not any(isinstance(m, list) for m in members)
    ):
        value = value[0]
    if isinstance(value, (dict, list)):
        return value if value in members else None
    lowered = [m for m in members if isinstance(m, str) and m.casefold() == _lowered(value)]
    for member in members:
        if member == value and isinstance(member, bool) == isinstance(value, bool):
            return member
    if lowered:
        return lowered[0]
    names = [_plain(member) for member in members if isinstance(member, str)]
    if len(set(names)) < len(names):
        return None  # they differ by signs only, as C and C++
    if (member := read.enum_member(value, members)) is not None:
        return member
    texts = {_plain(member): member for member in members if isinstance(member, str)}
    numbers = [m for m in members if isinstance(m, int | float) and not isinstance(m, bool)]
    if isinstance(value, str) and numbers:
        number = read.number(value)
        if number is not None and not _MAGNITUDE.search(value) and number in numbers:
            return next(member for member in numbers if member == number)
    if isinstance(value, str) and any(isinstance(member, bool) for member in members):
        truth = _BOOLEANS.get(value.strip().lower())
        if any(member is truth for member in members):
            return truth
    plain = _plain(read.text(value) or "")
    if not plain or _NEGATION.search(plain):
        return texts.get(plain)
    words = set(plain.split())
    within = [name for name in texts if name and set(name.split()) <= words]
    if len(within) == 1:
        return texts[within[0]]
    alike = difflib.get_close_matches(plain, texts, n=2, cutoff=_ALIKE)
    alike = [name for name in alike if _is_negated(name) == _is_negated(plain)]
    return texts[alike[0]] if alike else None


def _lowered(value: Any) -> str | None:
    return value.strip().casefold() if isinstance(value, str) else None


def _is_negated(name: str) -> bool:
    return bool(_NEGATION.search(name) or _NEGATIVE_PREFIX.match(name))


def _plain(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"\w+", spaced.replace("_", " ").casefold()))


def _size(value: Any) -> int:
    """How many values there are in `value`."""
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, list):
        return sum(map(_size, value))
    return value is not None


def _unique(values: list[Any]) -> list[Any]:
    seen = set()
    result = []
    for value in values:
        key = json.dumps(value, sort_keys=True)
        if key not in seen:
            seen.add(key)
            result.append(value)
    return result


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
