"""One JSON object from the model: asked for, checked, and corrected once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from activities.conversion.tasks import ConformedAnswer
from activities.extraction import answers, marks, prompts
from activities.extraction.answers import FoundObject
from activities.extraction.errors import ModelError
from activities.extraction.model_request import Message

Ask = Callable[[list[Message]], Awaitable[str]]
"""Sends messages to the model and returns the text of its answer."""

Conform = Callable[[dict[str, Any], dict[str, Any]], Awaitable[ConformedAnswer]]
"""Brings an answer into the form of a schema, by the language of its page."""

_SHORTAGES = ("'minItems'", "'minProperties'", "'contains'", "'minContains'")
"""Keywords that one part of a page may break, because another part has the missing values."""


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
    text = await ask(messages)
    answer, has_marks = _read(text, boundary)
    violation = None
    if answer is None:
        problem = "It is not a JSON object."
    else:
        violation = await _violation(answer, schema, conform, is_only=is_only)
        if violation is None and not has_marks:
            return answer
        problem = violation or "A value in it is a mark around the page, and no part of the page."
    corrected, _ = _read(await ask(prompts.with_correction(messages, text, problem)), boundary)
    if answer is not None and violation is None:
        # Without its marks, the answer is as good as one that misses these values.
        is_worse = corrected is None or await _violation(
            corrected, schema, conform, is_only=is_only
        )
        return answer if is_worse or corrected is None else corrected
    if corrected is not None:
        return corrected
    if answer is not None and not is_only:
        return answer  # the answers for the other parts may make up for the problem
    code = "LLM_INVALID_JSON" if answer is None else "EXTRACTION_INVALID"
    problem = problem[0].lower() + problem[1:]
    raise ModelError(code, f"The model's answer cannot be used: {problem}")


def _read(text: str, boundary: str) -> tuple[FoundObject | None, bool]:
    """Return the object in `text` without marks, and whether marks stood for values."""
    found = answers.parse_object(text)
    if found is None:
        return None, False
    value, emptied = marks.without_marks(found.value, boundary)
    return FoundObject(value, [*found.lost, *emptied]), bool(emptied)


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
