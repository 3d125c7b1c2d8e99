"""What runs in the converter's processes. It imports little, since each of them starts anew."""

from __future__ import annotations

import json
import resource
from dataclasses import dataclass, field
from typing import Any

from processes import die_with_parent


def prepare(memory: int) -> None:
    """Ends this process when its parent dies, and limits its address space to `memory` bytes."""
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def convert(html: str, base_url: str, main_only: bool) -> str:
    """The page, or its main content only, as markdown."""
    # Not at the top: the parent imports this module as well, and never converts anything.
    from activities.content import main_content, markdown

    if main_only:
        return main_content.main_content(html, base_url)
    return markdown.full_page(html, base_url)


@dataclass(frozen=True)
class Reading:
    """A page as a model gets to read it."""

    url: str
    main: str
    """Its main content as markdown."""
    rest: str
    """The other blocks of the page as markdown; empty if only the main content was asked for."""
    evidence: dict[str, Any] | None
    """What the page declares about itself; None if that is nothing."""


def read_for_model(html: str, url: str, main_only: bool) -> Reading:
    """The page at `url`, the main content before all else."""
    from activities.content import dom, main_content, markdown
    from activities.content.blocks import blocks
    from activities.declared.read import read_declared

    declared = read_declared(dom.parse(html), url)
    evidence = None if declared.is_empty else declared.to_evidence()
    main = main_content.main_content(html, url)
    rest = ""
    if not main_only:
        known = set(blocks(main))
        others = [block for block in blocks(markdown.full_page(html, url)) if block not in known]
        rest = "\n\n".join(others)
    return Reading(url, _encodable(main), _encodable(rest), _encodable_json(evidence))


def _encodable(text: str) -> str:
    """`text` without lone surrogates, which scripts can write and nobody can send."""
    return text.encode(errors="replace").decode()


def _encodable_json(value: Any) -> Any:
    return json.loads(_encodable(json.dumps(value, ensure_ascii=False)))


@dataclass(frozen=True)
class Conformed:
    """A model's answer in the form of a schema."""

    result: dict[str, Any]
    violation: str | None = None
    """How the result breaks the schema all the same: a sentence without the answer's text."""
    left_out: list[str] = field(default_factory=list)
    """JSON Pointers of lists from which values were left out that their enum does not have."""


def conform(answer: dict[str, Any], schema: dict[str, Any]) -> Conformed:
    """`answer` by the contract's rules for `schema`, and what is wrong with it beyond them."""
    from activities.conversion import normalise
    from domain.schema import rules

    try:
        normalised = normalise.normalise(answer, schema)
    except normalise.TooComplexError:
        return Conformed(answer, "result takes too long to be compared with the schema.")
    violation = rules.violation(normalised.result, schema)
    return Conformed(normalised.result, violation, normalised.left_out)


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
    from activities.content import dom
    from activities.declared import mapping
    from activities.declared.read import read_declared
    from domain.schema import references, rules

    declared = read_declared(dom.parse(html), url)
    if schema is None or not references.resolve(schema, schema).get("properties"):
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
        violation=None if schema is None else rules.violation(filled.result, schema),
    )
