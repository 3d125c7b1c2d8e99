"""What a model can say in the strict dialect."""

from __future__ import annotations

from typing import Any


def can_say(strict: dict[str, Any], value: Any) -> bool:
    """Return whether a schema in the strict dialect has a form for `value`.

    A property that `value` lacks is null in that form.
    """
    return _can_say(strict, value, strict, 0)


def _can_say(part: dict[str, Any], value: Any, root: dict[str, Any], depth: int) -> bool:
    if "$ref" in part:
        target = root["$defs"][part["$ref"].removeprefix("#/$defs/")]
        return depth < 60 and _can_say(target, value, root, depth + 1)
    if "anyOf" in part:
        return any(_can_say(branch, value, root, depth + 1) for branch in part["anyOf"])
    if "enum" in part and value not in part["enum"]:
        return False
    types = [part["type"]] if isinstance(part["type"], str) else part["type"]
    match value:
        case dict():
            properties = part.get("properties", {})
            members = {**dict.fromkeys(properties), **value}
            return "object" in types and all(
                name in properties and _can_say(properties[name], member, root, depth + 1)
                for name, member in members.items()
            )
        case list():
            return "array" in types and all(
                _can_say(part["items"], item, root, depth + 1) for item in value
            )
        case None:
            return "null" in types
        case bool():
            return "boolean" in types
        case str():
            return "string" in types
    return "number" in types or ("integer" in types and value == int(value))
