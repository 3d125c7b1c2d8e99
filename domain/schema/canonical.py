"""A schema of any draft in one form, which everything else works with.

The canonical form is draft 2020-12 without identifiers. Each reference is `#`, or `#/$defs/` and a
name. Only what is referred to is in `$defs`. Keywords that the schema's own draft does not know are
left out, since they have no effect.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import lookup_recursive_ref

from domain.schema.dialects import LATEST, Draft, draft_of

_SUBSCHEMA = (
    "not", "if", "propertyNames", "contains", "additionalProperties", "unevaluatedItems",
    "unevaluatedProperties",
)  # fmt: skip
_SUBSCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SUBSCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas")
_PLAIN = (
    "type", "enum", "const", "format", "title", "description", "required", "dependentRequired",
    "minProperties", "maxProperties", "minItems", "maxItems", "uniqueItems", "minContains",
    "maxContains", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern",
)  # fmt: skip
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_ADDRESS = "https://client.invalid/schema"
"""Base of relative identifiers in a schema that has no identifier itself."""

_LIMITS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


class DanglingReferenceError(ValueError):
    """A reference leads to no schema within the client's schema."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


def canonical(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema`, which must be valid by its draft, in the canonical form.

    A canonical schema is returned as an equal one. Raises `DanglingReferenceError`.
    """
    return _Canonicaliser(schema).build()


class _Canonicaliser:
    """Builds the canonical form of one schema, with its definitions."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._draft: Draft = draft_of(root) or LATEST
        self._pending: deque[tuple[str, Any, Any]] = deque()
        """Definitions that are still to be built. Chains of references can be long."""
        self._names: dict[tuple[Any, ...], str] = {}

    def build(self) -> dict[str, Any]:
        resource = self._draft.specification.create_resource(self._root)
        address = resource.id() or _ADDRESS
        registry: Registry[Any] = Registry().with_resource(address, resource)
        resolver = registry.resolver(base_uri=address)
        self._names[self._key(self._root, resolver)] = "#"
        built: dict[str, Any] = self._build(self._root, resolver)
        definitions = {}
        while self._pending:
            name, target, resolver = self._pending.popleft()
            definitions[name] = self._build(target, resolver)
        if definitions:
            built["$defs"] = definitions
        return built

    def _build(self, node: Any, resolver: Any) -> Any:
        if not isinstance(node, dict):
            return node
        resolver = resolver.in_subresource(self._draft.specification.create_resource(node))
        references = [
            self._target(keyword, node[keyword], resolver)
            for keyword in _REFERENCES
            if isinstance(node.get(keyword), str) and self._draft.knows(keyword)
        ]
        if references and self._draft.has_lone_references:
            texts = {name: node[name] for name in ("title", "description") if name in node}
            return {**texts, "$ref": references[0]}
        node = {keyword: part for keyword, part in node.items() if self._draft.knows(keyword)}
        built = self._keywords(node, resolver)
        if len(references) == 1:
            built["$ref"] = references[0]
        elif references:
            also = [{"$ref": reference} for reference in references]
            built["allOf"] = [*built.get("allOf", ()), *also]
        return built

    def _keywords(self, node: dict[str, Any], resolver: Any) -> dict[str, Any]:
        built = {keyword: node[keyword] for keyword in _PLAIN if keyword in node}
        for keyword in (*_SUBSCHEMA, *(("then", "else") if "if" in node else ())):
            if keyword in node:
                built[keyword] = self._build(node[keyword], resolver)
        for keyword in _SUBSCHEMA_LISTS:
            if keyword in node:
                built[keyword] = [self._build(part, resolver) for part in node[keyword]]
        for keyword in _SUBSCHEMA_MAPS:
            if keyword in node:
                built[keyword] = {
                    name: self._build(part, resolver) for name, part in node[keyword].items()
                }
        self._add_items(built, node, resolver)
        self._add_dependencies(built, node, resolver)
        for limit, exclusive in _LIMITS:  # draft 4
            if built.get(exclusive) is True and limit in built:
                built[exclusive] = built.pop(limit)
            elif isinstance(built.get(exclusive), bool):
                del built[exclusive]
        return built

    def _add_items(self, built: dict[str, Any], node: dict[str, Any], resolver: Any) -> None:
        """Add `items`. Before draft 2020-12 a list is for the first items only."""
        items = node.get("items")
        if isinstance(items, list):
            if items:
                built["prefixItems"] = [self._build(part, resolver) for part in items]
            items = node.get("additionalItems")
        if items is not None:
            built["items"] = self._build(items, resolver)

    def _add_dependencies(self, built: dict[str, Any], node: dict[str, Any], resolver: Any) -> None:
        """Add `dependencies` as the two keywords that it was split into."""
        for name, part in node.get("dependencies", {}).items():
            if isinstance(part, list):
                known = built.get("dependentRequired", {})
                names = [*known.get(name, ()), *part]
                built["dependentRequired"] = {**known, name: names}
            else:
                dependent = built.setdefault("dependentSchemas", {})
                part = self._build(part, resolver)
                dependent[name] = {"allOf": [dependent[name], part]} if name in dependent else part

    def _target(self, keyword: str, reference: str, resolver: Any) -> str:
        """Return the canonical reference to the schema that `reference` leads to."""
        try:
            if keyword == "$recursiveRef":
                resolved = lookup_recursive_ref(resolver)
            else:
                resolved = resolver.lookup(reference)
        except (Unresolvable, ValueError) as error:
            raise DanglingReferenceError(reference) from error
        target = resolved.contents
        if not isinstance(target, dict | bool):
            raise DanglingReferenceError(reference)
        key = self._key(target, resolved.resolver)
        if key not in self._names:
            name = f"d{len(self._names)}"
            self._names[key] = f"#/$defs/{name}"
            self._pending.append((name, target, resolved.resolver))
        return self._names[key]

    def _key(self, target: Any, resolver: Any) -> tuple[Any, ...]:
        """Return what tells a target from others: also the scope that dynamic references see."""
        scope = reversed([address for address, _ in resolver.dynamic_scope()])
        return (target if isinstance(target, bool) else id(target), *dict.fromkeys(scope))
