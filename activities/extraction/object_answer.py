"""One JSON object from the model: asked for, checked, and corrected once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from activities.conversion.tasks import ConformedAnswer
from activities.extraction import answers, marks, prompts
from activities.extraction.answers import FoundObject
from activities.extraction.asking import Ask, ask_past_repetition
from activities.extraction.errors import ModelError, OutputTooLongError
from activities.extraction.model_request import Message

Conform = Callable[[dict[str, Any], dict[str, Any]], Awaitable[ConformedAnswer]]
"""Brings an answer into the form of a schema, by the language of its page."""

_SHORTAGES = ("'minItems'", "'minProperties'", "'contains'", "'minContains'")
"""Keywords that one part of a page may break, because another part has the missing values."""


@dataclass(frozen=True)
class _Checked:
    """An answer of the model, and what is wrong with it."""

    found: FoundObject | None
    """Without the marks of the request. None if the answer is not a JSON object."""
    problem: str = ""
    """A sentence for the model, without text of the page. Empty if there is no problem."""
    fits: bool = True
    """Whether `found` fits the schema. It may lack values in the place of which marks stood."""


async def ask_for_object(
    ask: Ask,
    conform: Conform,
    messages: list[Message],
    boundary: str,
    schema: dict[str, Any] | None,
    *,
    is_only: bool,
) -> FoundObject:
    """Return the object that the model answers to `messages`, whose marks have the `boundary`.

    An unusable answer is sent back once, with a sentence about its problem. `is_only` says that
    `messages` hold the whole page, and not one of several parts.

    Raises:
        ModelError: The second answer is unusable too.
    """
    text, repeated = await ask_past_repetition(ask, messages, schema)
    first = await _check(text, boundary, schema, conform, is_only=is_only)
    if first.found is not None:
        first = replace(first, found=replace(first.found, repeated=repeated))
    if first.found is not None and not first.problem:
        return first.found
    try:
        again = await ask(prompts.with_correction(messages, text, first.problem))
    except OutputTooLongError:
        if first.found is None or not first.fits:
            raise
        return first.found
    second = await _check(again, boundary, schema, conform, is_only=is_only)
    for answer in (second, first):
        if answer.found is not None and answer.fits:
            return answer.found
    if second.found is not None:
        return second.found
    if first.found is not None and not is_only:
        return first.found  # the answers for the other parts may make up for the problem
    code = "LLM_INVALID_JSON" if first.found is None else "EXTRACTION_INVALID"
    problem = first.problem[0].lower() + first.problem[1:]
    raise ModelError(code, f"The model's answer cannot be used: {problem}")


async def _check(
    text: str, boundary: str, schema: dict[str, Any] | None, conform: Conform, *, is_only: bool
) -> _Checked:
    parsed = answers.parse_object(text)
    if parsed is None:
        return _Checked(None, "It is not a JSON object.", fits=False)
    value, emptied = marks.without_marks(parsed.value, boundary)
    found = FoundObject(value, [*parsed.lost, *emptied])
    violation = await _violation(found, schema, conform, is_only=is_only)
    if violation is not None:
        return _Checked(found, violation, fits=False)
    if emptied:
        return _Checked(found, "A value in it is a mark around the page, and not of the page.")
    return _Checked(found)


async def _violation(
    answer: FoundObject, schema: dict[str, Any] | None, conform: Conform, *, is_only: bool
) -> str | None:
    """Return how `answer` breaks `schema`, or None."""
    if schema is None:
        return None
    violation = (await conform(answer.value, schema)).violation
    if violation is None or is_only:
        return violation
    return None if any(keyword in violation for keyword in _SHORTAGES) else violation
