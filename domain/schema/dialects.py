"""The drafts of JSON Schema that clients may write their schemas in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from jsonschema import validators
from jsonschema.protocols import Validator
from referencing import Specification
from referencing import jsonschema as specifications

_ADDRESS = re.compile(r"https?://json-schema\.org/(?:draft/)?(?P<name>[\w-]+)/schema#?\Z")
"""What `$schema` says. Many schemas write `https` where their draft has `http`."""


@dataclass(frozen=True)
class Draft:
    """One draft of JSON Schema."""

    name: str
    number: int
    """2019 and 2020 for the drafts that are named by a date."""
    meta: type[Validator]
    """Validator whose meta-schema describes the schemas of this draft."""
    specification: Specification[Any]
    """Rules for identifiers and anchors."""

    @property
    def has_lone_references(self) -> bool:
        """Whether what stands beside a `$ref` has no effect (before draft 2019-09)."""
        return self.number < 2019

    def knows(self, keyword: str) -> bool:
        """Return whether `keyword` has a meaning in this draft."""
        first, last = _KEYWORDS.get(keyword, (9999, 0))
        return first <= self.number <= last


LATEST = Draft("2020-12", 2020, validators.Draft202012Validator, specifications.DRAFT202012)

_DRAFTS = {
    "draft-04": Draft("draft-04", 4, validators.Draft4Validator, specifications.DRAFT4),
    "draft-06": Draft("draft-06", 6, validators.Draft6Validator, specifications.DRAFT6),
    "draft-07": Draft("draft-07", 7, validators.Draft7Validator, specifications.DRAFT7),
    "2019-09": Draft("2019-09", 2019, validators.Draft201909Validator, specifications.DRAFT201909),
    "2020-12": LATEST,
}

_ALWAYS = (0, 9999)
_KEYWORDS = {
    **dict.fromkeys(
        (
            "$schema", "$ref", "title", "description", "default", "definitions",
            "type", "enum", "allOf", "anyOf", "oneOf", "not", "format",
            "properties", "patternProperties", "additionalProperties", "required",
            "minProperties", "maxProperties", "items", "minItems", "maxItems", "uniqueItems",
            "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
            "minLength", "maxLength", "pattern",
            # Annotations, which are harmless where they are not known yet.
            "$comment", "examples", "readOnly", "writeOnly", "deprecated", "$defs",
            # Left out of the drafts from 2019-09 on, but old schemas without `$schema` use it.
            "dependencies",
        ),
        _ALWAYS,
    ),
    "id": (0, 4),
    "$id": (6, 9999),
    "const": (6, 9999),
    "contains": (6, 9999),
    "propertyNames": (6, 9999),
    "if": (7, 9999),
    "then": (7, 9999),
    "else": (7, 9999),
    "contentEncoding": (7, 9999),
    "contentMediaType": (7, 9999),
    "contentSchema": (2019, 9999),
    "additionalItems": (0, 2019),
    "$recursiveRef": (2019, 2019),
    "$recursiveAnchor": (2019, 2019),
    "$anchor": (2019, 9999),
    "$vocabulary": (2019, 9999),
    "dependentRequired": (2019, 9999),
    "dependentSchemas": (2019, 9999),
    "minContains": (2019, 9999),
    "maxContains": (2019, 9999),
    "unevaluatedItems": (2019, 9999),
    "unevaluatedProperties": (2019, 9999),
    "prefixItems": (2020, 9999),
    "$dynamicRef": (2020, 9999),
    "$dynamicAnchor": (2020, 9999),
}  # fmt: skip
"""The first and the last draft of each keyword."""


def draft_of(schema: dict[str, Any]) -> Draft | None:
    """Return the draft that `$schema` names, 2020-12 without it, or None for an unknown one.

    `http://json-schema.org/schema`, without a version, means the latest draft.
    """
    address = schema.get("$schema")
    if address is None or re.fullmatch(r"https?://json-schema\.org/schema#?", address):
        return LATEST
    match = _ADDRESS.match(address)
    return _DRAFTS.get(match["name"]) if match else None
