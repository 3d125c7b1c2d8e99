"""What runs in the converter's processes. It imports little, since each of them starts anew."""

from __future__ import annotations

import resource
from dataclasses import dataclass, field
from typing import Any

from activities.processes import die_with_parent


def prepare(memory: int) -> None:
    """Ends this process when its parent dies, and limits its address space to `memory` bytes."""
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def convert(html: str, base_url: str, main_only: bool) -> str:
    """The page, or its main content only, as markdown."""
    # Not at the top: the parent imports this module as well, and never converts anything.
    from activities import main_content, markdown

    if main_only:
        return main_content.main_content(html, base_url)
    return markdown.full_page(html, base_url)


@dataclass(frozen=True)
class Extraction:
    """What a page declares, in the form that was asked for."""

    result: dict[str, Any] | None
    """None if nothing of what was asked for is declared."""
    missing: list[str] = field(default_factory=list)
    """JSON Pointers of required properties that are not declared."""
    disagreements: list[str] = field(default_factory=list)
    """JSON Pointers of numbers and booleans of which the page declares others elsewhere."""
    violation: str | None = None
    """How the result breaks the schema: a sentence without the page's text."""


def extract_declared(html: str, url: str, schema: dict[str, Any] | None) -> Extraction:
    """What the page at `url` declares: by `schema`, or without one all of it."""
    from activities import dom, schema_rules
    from activities.declared import mapping
    from activities.declared.read import read_declared

    declared = read_declared(dom.parse(html), url)
    if schema is None or not schema_rules.resolve(schema, schema).get("properties"):
        evidence = None if declared.is_empty else declared.to_evidence()
        filled = mapping.Filled(evidence or {})
    else:
        filled = mapping.fill(schema, declared)
    is_empty = all(value is None for value in filled.result.values())
    return Extraction(
        result=None if is_empty else filled.result,
        missing=filled.missing,
        disagreements=[
            pointer
            for pointer, origin in filled.provenance.items()
            if origin.disagreeing and isinstance(filled.value_at(pointer), (int, float))
        ],
        violation=None if schema is None else schema_rules.violation(filled.result, schema),
    )
