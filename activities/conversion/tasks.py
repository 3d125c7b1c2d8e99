"""The functions that run in the pool's processes.

Each function imports its libraries itself: the parent process imports this module as well, but
converts nothing.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from processes import die_with_parent

if TYPE_CHECKING:
    from activities.content.main_content import MainContent
    from activities.content.page_traits import PageTraits
    from activities.declared.entities import Declared

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class ModelPage:
    """A page as a model reads it."""

    url: str
    main: str
    """The main content as markdown."""
    rest: str
    """The other blocks of the page as markdown. Empty if only the main content is wanted."""
    evidence: dict[str, Any] | None
    """What the page declares about itself. None if that is nothing."""
    language: str | None = None
    """The language by which the page's numbers are read. None if it is not certain."""
    declared: dict[str, Any] = field(default_factory=dict)
    """The values that the page declares for properties of the schema, by JSON Pointer."""


@dataclass(frozen=True)
class ReadPage:
    """A page as a model reads it, and what its siblings are to know of it."""

    page: ModelPage
    prints: bytes
    """As in `MainContent`. Empty if not only the main content is wanted."""


@dataclass(frozen=True)
class ConformedAnswer:
    """A model's answer in the form of a schema."""

    result: dict[str, Any]
    violation: str | None = None
    """A sentence that says how the result still breaks the schema, without the answer's text."""
    left_out: list[str] = field(default_factory=list)
    """JSON Pointers of lists from which values outside of their enum were left out."""
    uncertain: list[str] = field(default_factory=list)
    """JSON Pointers of numbers that are left out, because they do not have only one meaning."""
    unnamed: list[str] = field(default_factory=list)
    """JSON Pointers of objects from which properties that no schema names were left out."""


@dataclass(frozen=True)
class DeclaredResult:
    """What a page declares, in the form of a schema."""

    result: dict[str, Any] | None
    """None if the page declares nothing that the schema asks for."""
    missing: list[str] = field(default_factory=list)
    """JSON Pointers of required properties that the page does not declare."""
    disagreements: list[str] = field(default_factory=list)
    """JSON Pointers of numbers and booleans for which the page declares different values."""
    uncertain: list[str] = field(default_factory=list)
    """JSON Pointers of values that are left out, because they do not have only one meaning."""
    violation: str | None = None
    """A sentence that says how the result breaks the schema, without the page's text."""


def prepare(memory: int) -> None:
    """Tie this process to its parent's life, and limit its address space to `memory` bytes."""
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `function` returns.

    Raises `RuntimeError` in the place of `StopIteration`, which no future of asyncio can hold.
    """
    try:
        return function(*args, **kwargs)
    except StopIteration as error:
        raise RuntimeError("StopIteration") from error


def convert(html: str, base_url: str) -> str:
    """Return the whole page as markdown."""
    from activities.content import markdown

    return markdown.full_page(html, base_url)


def convert_main_content(html: str, base_url: str, repeated: frozenset[int]) -> MainContent:
    """Return the main content of the page as markdown; `repeated` is what its siblings have."""
    from activities.content import main_content

    return main_content.main_content_beside_siblings(html, base_url, repeated)


def read_traits(html: str, url: str, final_url: str, has_run: bool) -> PageTraits:
    """Return what the page is that was asked for at `url` and is at `final_url`.

    `has_run` if its scripts have run already.
    """
    from activities.content import page_traits
    from activities.onward import goes_on_at_once

    traits = page_traits.read_traits(html, url, final_url, has_run=has_run)
    return replace(traits, leads_on=not has_run and goes_on_at_once(html))


def read_for_model(
    html: str,
    url: str,
    main_only: bool,
    repeated: frozenset[int],
    schema: dict[str, Any] | None = None,
) -> ReadPage:
    """Return the page at `url` as a model reads it, the main content before the rest.

    `repeated` is what its siblings have. `schema` is what a model will be asked for.
    """
    from activities.content import dom, main_content, markdown
    from activities.content.blocks import blocks
    from activities.declared.read import read_declared

    declared = read_declared(dom.parse(html), url)
    evidence = None if declared.is_empty else declared.to_evidence()
    values = {} if schema is None or declared.is_empty else _declared_values(schema, declared)
    prints, rest = b"", ""
    if main_only:
        content = main_content.main_content_beside_siblings(html, url, repeated)
        main, prints = content.markdown, content.prints
    else:
        main = main_content.main_content(html, url)
        known = set(blocks(main))
        others = [block for block in blocks(markdown.full_page(html, url)) if block not in known]
        rest = "\n\n".join(others)
    page = ModelPage(
        url,
        _encodable(main),
        _encodable(rest),
        _encodable_json(evidence),
        declared.reading_language,
        _encodable_json(values),
    )
    return ReadPage(page, prints)


def _declared_values(schema: dict[str, Any], declared: Declared) -> dict[str, Any]:
    """Return the values on which all declarations agree, by JSON Pointer. Lists are whole."""
    from activities.declared.mapping.fill import fill

    filled = fill(schema, declared)
    return {
        pointer: filled.value_at(pointer)
        for pointer, origin in filled.provenance.items()
        if not origin.disagreeing and not any(map(str.isdecimal, pointer.split("/")))
    }


def _encodable(text: str) -> str:
    """Return `text` without lone surrogates, which scripts can write but UTF-8 cannot encode."""
    return text.encode(errors="replace").decode()


def _encodable_json(value: Any) -> Any:
    return json.loads(_encodable(json.dumps(value, ensure_ascii=False)))


def conform(
    answer: dict[str, Any], schema: dict[str, Any], language: str | None = None
) -> ConformedAnswer:
    """Return `answer` in the form of `schema`, and how the answer still breaks it.

    `language` is that of the page (BCP 47). It decides what `1.250` is.
    """
    from activities.conversion import normalise
    from domain.schema import rules

    try:
        normalised = normalise.normalise(answer, schema, language)
    except normalise.TooComplexError:
        return ConformedAnswer(answer, "result takes too long to be compared with the schema.")
    violation = rules.violation(normalised.result, schema)
    return ConformedAnswer(
        normalised.result,
        violation,
        normalised.left_out,
        normalised.uncertain,
        normalised.unnamed,
    )


def extract_declared(html: str, url: str, schema: dict[str, Any] | None) -> DeclaredResult:
    """Return what the page at `url` declares: by `schema`, or everything if there is none."""
    from activities.content import dom
    from activities.declared.mapping.fill import fill
    from activities.declared.mapping.filled import Filled
    from activities.declared.read import read_declared
    from domain.schema import references, rules
    from domain.schema.canonical import canonical

    declared = read_declared(dom.parse(html), url)
    root = {} if schema is None else canonical(schema)
    if schema is None or not references.resolve(root, root).get("properties"):
        filled = Filled({} if declared.is_empty else declared.to_evidence())
    else:
        filled = fill(schema, declared)
    is_empty = all(value is None for value in filled.result.values())
    return DeclaredResult(
        result=None if is_empty else filled.result,
        missing=filled.missing,
        disagreements=[
            pointer
            for pointer, origin in filled.provenance.items()
            if origin.disagreeing and isinstance(filled.value_at(pointer), (int, float))
        ],
        uncertain=filled.uncertain,
        violation=None if schema is None else rules.violation(filled.result, schema),
    )
