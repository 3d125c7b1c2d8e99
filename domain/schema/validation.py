"""Check the JSON Schemas that clients send, and warn about keywords without effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from typing import Any

from jsonschema.exceptions import best_match

from domain.schema.canonical import DanglingReferenceError, canonical
from domain.schema.contradictions import contradictions
from domain.schema.dialects import LATEST, draft_of
from domain.schema.patterns import compiled, is_linear
from domain.schema.reachable import endless
from domain.schema.strict import CHECKED_AFTERWARDS

# Limits of one schema. The last three are the limits of OpenAI's structured outputs:
# https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
MAX_BYTES = 64 * 1024
MAX_LEVELS = 10
MAX_PROPERTIES = 5_000
MAX_ENUM_VALUES = 1_000

_MAX_SHOWN = 100
"""Characters of a client's text that a sentence repeats."""

_MAX_SHOWN_ERROR = 300
"""Characters of an error of jsonschema, which may quote a large part of the schema."""

_SUBSCHEMA = (
    "items",
    "additionalProperties",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
)
"""Keywords whose value is a schema."""

_SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
"""Keywords whose value is a list of schemas."""

_SUBSCHEMA_MAPS = (
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
)  # fmt: skip
"""Keywords whose value is an object of schemas."""

_OLD_DRAFT = re.compile(r"https?://json-schema\.org/draft-0[0-3]/")
"""Drafts whose keywords have another meaning than today's: `required: true`, for example."""

_BESIDE_REFERENCES = frozenset(
    ("$ref", "$defs", "definitions", "title", "description", "$comment", "$schema", "id", "$id")
)
"""Keywords that may stand beside a `$ref` before draft 2019-09, since they limit no value."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")

_MAX_PROBLEMS = 20
"""Problems of one schema that are told at once."""

_MAX_DANGLING = 5
"""References that are told at once. Each of them takes a further pass through the schema."""

_NOT_ENFORCED = {
    "format": "the format is told to the model but not checked",
    "contentEncoding": "it is not checked",
    "contentMediaType": "it is not checked",
    "contentSchema": "it is not checked",
}


def check_schema(schema: dict[str, Any]) -> list[str]:
    """Return a sentence for each problem of `schema`, with its place; empty if it is valid.

    A schema is refused if it is malformed, if it is beyond the limits, if not all of it can be
    applied, or if no result can fulfil it.
    """
    size = len(json.dumps(schema, ensure_ascii=False).encode())
    if size > MAX_BYTES:
        return [f"schema: has {size} bytes; at most {MAX_BYTES} are allowed."]
    if schema.get("type") != "object":
        return ['schema.type: the root must be of type "object".']
    address = schema.get("$schema", "")
    if not isinstance(address, str):
        return ["schema.$schema: must be a string."]
    if _OLD_DRAFT.match(address):
        return ["schema.$schema: drafts before draft-04 are not supported."]
    if too_large := _check_size(schema):
        return too_large
    malformed = _check_form(schema)
    problems = malformed + _check_patterns(schema)
    if not malformed:
        problems += _check_references(schema)
    return problems[:_MAX_PROBLEMS] or _check_meaning(schema)


def schema_warnings(schema: dict[str, Any]) -> list[str]:
    """Return a sentence for each keyword of `schema` that is not enforced or has no effect."""
    draft = draft_of(schema)
    unknown: dict[str, list[str]] = {}
    found = []
    if draft is None:
        draft = LATEST
        found.append(f"schema.$schema: is not known; draft {draft.name} is used.")
    for path, _, part in _walk(schema):
        found += [f"{path}.{keyword}: {reason}." for keyword, reason in _unenforced(part)]
        if draft.has_lone_references and "$ref" in part and part.keys() - _BESIDE_REFERENCES:
            found.append(f"{path}.$ref: what stands beside it has no effect in {draft.name}.")
        for keyword in part:
            if not draft.knows(keyword) and not keyword.startswith("x-"):
                unknown.setdefault(keyword[:_MAX_SHOWN], []).append(path)
    for keyword, paths in unknown.items():
        more = f" The same at {len(paths) - 1} other places." if len(paths) > 1 else ""
        found.append(f"{paths[0]}.{keyword}: has no effect in {draft.name}.{more}")
    _, impossible = _contradictions(schema)
    return found + impossible


def _unenforced(part: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the keywords of `part` that are not enforced, each with its reason."""
    found = [(keyword, _NOT_ENFORCED[keyword]) for keyword in part if keyword in _NOT_ENFORCED]
    reason = "the model is not forced to follow it; the answer is checked afterwards"
    return found + [(keyword, reason) for keyword in part if keyword in CHECKED_AFTERWARDS]


def _check_size(schema: dict[str, Any]) -> list[str]:
    """Check how large `schema` is. It need not be valid yet: large ones take long to validate."""
    properties = enum_values = 0
    for path, level, part in _walk(schema):
        if level > MAX_LEVELS:
            return [f"{path}: is nested deeper than {MAX_LEVELS} levels."]
        properties += _length(part.get("properties"))
        enum_values += _length(part.get("enum"))
    if properties > MAX_PROPERTIES:
        return [f"schema: has {properties} properties; at most {MAX_PROPERTIES} are allowed."]
    if enum_values > MAX_ENUM_VALUES:
        return [f"schema: has {enum_values} enum values; at most {MAX_ENUM_VALUES} are allowed."]
    return []


def _length(value: Any) -> int:
    return len(value) if isinstance(value, dict | list) else 0


def _check_form(schema: dict[str, Any]) -> list[str]:
    """Check `schema` against the schema of its draft."""
    meta = (draft_of(schema) or LATEST).meta
    found = []
    # `meta.check_schema()` compiles patterns, and some of them raise an OverflowError.
    for error in islice(meta(meta.META_SCHEMA).iter_errors(schema), _MAX_PROBLEMS):
        closest = best_match([error])
        # A wrong `type` is neither a name nor a list. The names are what helps.
        closest = next((one for one in closest.context if one.validator == "enum"), closest)
        place = "".join(f"[{part!r}]" for part in closest.absolute_path)
        found.append(f"schema{place}: {closest.message[:_MAX_SHOWN_ERROR]}.")
    return list(dict.fromkeys(found))


def _check_patterns(schema: dict[str, Any]) -> list[str]:
    return [
        f"{path}.pattern: {pattern[:_MAX_SHOWN]!r} is not a regular expression."
        for path, pattern in _patterns(schema)
        if compiled(pattern) is None
    ]


def _patterns(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, _, part in _walk(schema):
        if isinstance(part.get("pattern"), str):
            yield path, part["pattern"]
        named = part.get("patternProperties")
        for pattern in named if isinstance(named, dict) else ():
            yield path, pattern


def _check_references(schema: dict[str, Any]) -> list[str]:
    places: dict[str, str] = {}
    for path, _, part in _walk(schema):
        for keyword in _REFERENCES:
            reference = part.get(keyword, "")
            if not isinstance(reference, str):
                return [f"{path}.{keyword}: must be a string."]
            places[reference] = f"{path}.{keyword}"
    found = []
    for reference in _dangling(schema):
        path = places.get(reference, "schema")
        if not reference.startswith("#"):
            found.append(f"{path}: only references within the schema are allowed (#/$defs/…).")
        else:
            found.append(f"{path}: {reference[:_MAX_SHOWN]!r} leads nowhere.")
    return found


def _dangling(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the references that lead nowhere."""
    rest = deepcopy(schema)
    for _ in range(_MAX_DANGLING):
        try:
            canonical(rest)
        except DanglingReferenceError as error:
            yield error.reference
            for _, _, part in list(_walk(rest)):
                for keyword in _REFERENCES:
                    if part.get(keyword) == error.reference:
                        del part[keyword]
        else:
            return


def _check_meaning(schema: dict[str, Any]) -> list[str]:
    """Check that validation against `schema` ends, and that a result can fulfil it."""
    if (path := endless(canonical(schema))) is not None:
        return [f"schema{path}: refers to itself without an end."]
    refused, _ = _contradictions(schema)
    return refused


def _contradictions(schema: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return why no result can fulfil `schema`, and which parts of it no value can fulfil."""
    if not all(is_linear(pattern) for _, pattern in _patterns(schema)):
        return [], []  # members of enums are matched, which could take long for each of them
    refused, warned = [], []
    for path, reason in contradictions(canonical(schema)):
        if path:
            warned.append(f"schema{path}: no value can fulfil it: {reason}.")
        else:
            refused.append(f"schema: no result can fulfil it: {reason}.")
    return refused, warned


def _walk(schema: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield path, level (1 is the root) and schema, for `schema` and all schemas within."""
    stack: list[tuple[str, int, Any]] = [("schema", 1, schema)]
    while stack:
        path, level, part = stack.pop()
        if not isinstance(part, dict):
            continue
        yield path, level, part
        if level <= MAX_LEVELS:
            stack.extend((f"{path}.{place}", level + 1, inner) for place, inner in _children(part))


def _children(part: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield place and value of each schema directly within `part`."""
    for keyword in _SUBSCHEMA:
        if isinstance(part.get(keyword), dict):
            yield keyword, part[keyword]
    for keyword in _SUBSCHEMA_LISTS:
        if isinstance(part.get(keyword), list):
            for index, entry in enumerate(part[keyword]):
                yield f"{keyword}[{index}]", entry
    for keyword in _SUBSCHEMA_MAPS:
        if isinstance(part.get(keyword), dict):
            for name, entry in part[keyword].items():
                yield f"{keyword}.{name}", entry
