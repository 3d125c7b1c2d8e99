"""Ask the model about each part of a page, and halve the parts that turn out to be too long."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from activities.extraction import answers, marks, prompts
from activities.extraction.answers import FoundObject
from activities.extraction.errors import InputTooLongError, ModelError, OutputTooLongError
from activities.extraction.model_request import Message
from activities.extraction.object_answer import Ask, Conform, ask_for_object
from activities.extraction.page_parts import PagePart
from activities.extraction.question import Question

Answer = FoundObject | str
"""An object, or a text if the question asks for markdown."""


class PartReader:
    """A reader of the parts of one page, which has at most `max_parts`."""

    def __init__(
        self, question: Question, url: str, ask: Ask, conform: Conform, *, max_parts: int
    ) -> None:
        self._question = question
        self._url = url
        self._ask = ask
        self._conform = conform
        self._parts_left = max_parts

    async def read(self, parts: list[PagePart]) -> list[Answer]:
        """Return the answers for `parts` in their order, asked for at the same time."""
        self._parts_left -= len(parts)
        return await self._read_all(parts)

    async def _read_all(self, parts: list[PagePart]) -> list[Answer]:
        found = await _gather_or_cancel(self._read_part(part) for part in parts)
        return [answer for several in found for answer in several]

    async def _read_part(self, part: PagePart) -> list[Answer]:
        """Return the answer for `part`, or the answers for its halves if it is too long."""
        boundary = marks.new_boundary()
        messages = self._messages(part, boundary)
        try:
            if self._question.wants_json:
                answer: Answer = await ask_for_object(
                    self._ask,
                    self._conform,
                    messages,
                    boundary,
                    self._question.schema,
                    is_only=part.is_only,
                )
            else:
                answer = answers.markdown(await self._ask(messages), boundary)
        except InputTooLongError:
            reason = ModelError("LLM_REJECTED", "The request is too long for the model.")
        except OutputTooLongError:
            reason = ModelError("LLM_LENGTH", "The model's answer is longer than the limit.")
        else:
            return [answer]
        return await self._read_halves(part, reason)

    async def _read_halves(self, part: PagePart, reason: ModelError) -> list[Answer]:
        """Return the answers for the halves of `part`, or raise `reason` if it has none."""
        halves = part.halves()
        if len(halves) < 2:
            raise reason
        self._parts_left -= len(halves) - 1
        if self._parts_left < 0:
            raise reason
        return await self._read_all(halves)

    def _messages(self, part: PagePart, boundary: str) -> list[Message]:
        sections = {"address": self._url, "page": part.text}
        if part.declared:
            sections["declared"] = part.declared
        place = None if part.is_only else (part.number, part.count)
        return [
            {"role": "system", "content": self._question.instructions},
            {"role": "user", "content": prompts.page_message(boundary, sections, place)},
        ]


async def _gather_or_cancel(
    calls: Iterable[Coroutine[Any, Any, list[Answer]]],
) -> list[list[Answer]]:
    """Return the results of all `calls`; if a call fails, cancel the others and raise its error."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
