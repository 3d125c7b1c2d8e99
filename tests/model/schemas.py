"""Twenty schemas of different kinds, as clients write them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _properties(**properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


BOUNDED: dict[str, Schema] = {
    "boolean": _properties(in_stock={"type": "boolean"}),
    "enum": _properties(material={"enum": ["tin", "brass", "glass"]}),
    "enum of mixed types": _properties(size={"enum": ["small", 2, None, True]}),
    "const": _properties(kind={"const": "product"}, sold={"type": "boolean"}),
    "null unions": _properties(
        rating={"type": ["integer", "null"]},
        used={"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    ),
    "union of types": _properties(
        price={"anyOf": [{"type": "integer"}, {"type": "boolean"}, {"enum": ["on request"]}]}
    ),
    "optional": {
        "type": "object",
        "properties": {"hours": {"type": "integer"}, "handmade": {"type": "boolean"}},
    },
    "nested": _properties(shop=_properties(open=_properties(today={"type": "boolean"}))),
    "reference": {
        "$defs": {"flag": {"type": "boolean"}, "pair": _properties(a={"$ref": "#/$defs/flag"})},
        **_properties(both={"$ref": "#/$defs/pair"}, other={"$ref": "#/$defs/flag"}),
    },
    "all of": {
        "allOf": [_properties(gift={"type": "boolean"}), _properties(sale={"type": "boolean"})],
        "type": "object",
    },
    "closed": {**_properties(new={"type": "boolean"}), "additionalProperties": False},
}
"""Schemas whose values are short, and to which every value of the right type is valid."""

OPEN: dict[str, Schema] = {
    "strings": _properties(name={"type": "string"}, maker={"type": "string"}),
    "lengths": _properties(code={"type": "string", "minLength": 2, "maxLength": 12}),
    "pattern": _properties(sku={"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"}),
    "formats": _properties(
        made_on={"type": "string", "format": "date"}, site={"type": "string", "format": "uri"}
    ),
    "limits of numbers": _properties(
        price={"type": "number", "exclusiveMinimum": 0, "maximum": 100, "multipleOf": 0.5}
    ),
    "list": _properties(tags={"type": "array", "items": {"enum": ["tin", "new"]}, "maxItems": 2}),
    "recursion": {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "is_leaf": {"type": "boolean"},
                    "below": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 1},
                },
                "required": ["is_leaf"],
            }
        },
        **_properties(tree={"$ref": "#/$defs/node"}),
    },
    "condition": {
        **_properties(sold={"type": "boolean"}),
        "if": {"properties": {"sold": {"const": True}}},
        "then": {"required": ["buyer"], "properties": {"buyer": {"type": "string"}}},
    },
    "map": _properties(counts={"type": "object", "additionalProperties": {"type": "integer"}}),
}
"""Schemas that a model can break, or whose values have no end."""
