"""References within a schema, and the JSON Pointers that they are made of."""

from __future__ import annotations

from typing import Any

_MAX_REFERENCES = 20
"""References that lead to each other, and levels of `allOf` within `allOf`."""


def resolve(schema: Any, root: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return `schema` with its `$ref` and its `allOf` replaced by what they stand for.

    References lead to places within `root`. Returns `{}` for `true`, and for a reference that
    leads to no schema.
    """
    for _ in range(_MAX_REFERENCES):
        if not isinstance(schema, dict):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        beside = {name: part for name, part in schema.items() if name != "$ref"}
        schema = {**_target(reference, root), **beside}
    else:
        return {}
    for part in schema.get("allOf", ()):
        merged = resolve(part, root, depth + 1) if depth < _MAX_REFERENCES else {}
        schema = {
            **merged,
            **schema,
            "properties": {**merged.get("properties", {}), **schema.get("properties", {})},
            "required": [*schema.get("required", ()), *merged.get("required", ())],
        }
    return dict(schema)


def _target(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    """Return the schema at `reference`, a JSON Pointer (RFC 6901) after a `#`, or `{}`."""
    target: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        if not part:
            continue
        if isinstance(target, list) and part.isdecimal() and int(part) < len(target):
            target = target[int(part)]
        elif isinstance(target, dict):
            target = target.get(part)
        else:
            return {}
    return target if isinstance(target, dict) else {}


def escape(name: str) -> str:
    """Return a property's name as a part of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def value_at(document: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer (RFC 6901), or None if there is none."""
    value = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(key)] if key.isdecimal() and int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
