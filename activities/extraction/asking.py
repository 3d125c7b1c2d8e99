"""One answer of the model, however often it has to be asked for the rest of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Protocol

from activities.extraction import answers
from activities.extraction.errors import OutputTooLongError
from activities.extraction.model_request import Message
from activities.extraction.repetition import before_repetition
from domain.schema.canonical import canonical
from domain.schema.references import escape, resolve

_MAX_FURTHER = 3
"""Further calls for the properties after a repetition. Each call loses one property at most."""


class Ask(Protocol):
    """Sends messages to the model and returns the text of its answer."""

    async def __call__(self, messages: list[Message], only: Collection[str] | None = None) -> str:
        """Return the answer; `only` are the properties that it may have, if not all."""


async def ask_past_repetition(
    ask: Ask, messages: list[Message], schema: dict[str, Any] | None
) -> tuple[str, tuple[str, ...]]:
    """Return the model's answer, and JSON Pointers of the properties in which it repeated itself.

    After a repetition, the model is asked for the properties that it has not come to.

    Raises:
        OutputTooLongError: The answer is too long, and not for a repetition.
    """
    left = _names(schema)
    found: dict[str, Any] = {}
    repeated: list[str] = []
    for _ in range(1 + _MAX_FURTHER):
        try:
            text = await ask(messages, left if repeated else None)
        except OutputTooLongError as error:
            before = before_repetition(error.text)
            if before is None or not (left or before[0]):
                raise
            values, name = before
            left = [other for other in left if other not in values]
            if name is None and left:
                name = left.pop(0)
            repeated.append("" if name is None else f"/{escape(name)}")
        else:
            if not repeated:
                return text, ()
            rest = answers.parse_object(text)
            values, left = {} if rest is None else rest.value, []
        found = {**values, **found}
        if not left:
            break
    return json.dumps(found, ensure_ascii=False), tuple(repeated)


def _names(schema: dict[str, Any] | None) -> list[str]:
    """Return the properties of the answer, in the order in which the model gives them."""
    root = canonical(schema or {})
    return list(resolve(root, root).get("properties", ()))
