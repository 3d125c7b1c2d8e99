"""Ask the model about each part of a page, and divide the parts that turn out to be too long."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from activities.extraction import answers, marks, prompts
from activities.extraction.answers import FoundObject
from activities.extraction.asking import Ask
from activities.extraction.errors import (
    InputTooLongError,
    ModelError,
    OutputTooLongError,
    PageTooLongError,
)
from activities.extraction.model_request import Message
from activities.extraction.object_answer import Conform, ask_for_object
from activities.extraction.page_parts import PagePart, PageSplitter
from activities.extraction.question import Question

Answer = FoundObject | str
"""An object, or a text if the question asks for markdown."""


@dataclass
class _Reading:
    """A part of the page, and what has become of it."""

    part: PagePart
    answer: Answer | None = None
    problem: InputTooLongError | OutputTooLongError | None = None


class PartReader:
    """A reader of the parts of one page, which `splitter` divides."""

    def __init__(
        self, question: Question, url: str, ask: Ask, conform: Conform, splitter: PageSplitter
    ) -> None:
        self._question = question
        self._url = url
        self._ask = ask
        self._conform = conform
        self._splitter = splitter

    async def read(self, parts: list[PagePart]) -> list[Answer]:
        """Return the answers for `parts` in their order, asked for at the same time.

        Parts that are too long are divided, and then their pieces are asked for.

        Raises:
            PageTooLongError: The page takes too many parts.
            ModelError: The model gives no usable answer, or only too long ones.
        """
        readings = [_Reading(part) for part in parts]
        while any(reading.answer is None for reading in readings):
            count = len(readings)
            await _gather_or_cancel(
                self._read(reading, None if count == 1 else (number, count))
                for number, reading in enumerate(readings, 1)
                if reading.answer is None
            )
            readings = self._divide(readings)
        return [reading.answer for reading in readings if reading.answer is not None]

    async def _read(self, reading: _Reading, place: tuple[int, int] | None) -> None:
        """Ask about one part; `place` is its number and the count of all parts."""
        boundary = marks.new_boundary()
        messages = self._messages(reading.part, boundary, place)
        try:
            if self._question.wants_json:
                reading.answer = await ask_for_object(
                    self._ask,
                    self._conform,
                    messages,
                    boundary,
                    self._question.schema,
                    is_only=place is None,
                )
            else:
                reading.answer = answers.markdown(await self._ask(messages), boundary)
        except (InputTooLongError, OutputTooLongError) as error:
            reading.problem = error

    def _divide(self, readings: list[_Reading]) -> list[_Reading]:
        """Return `readings` with pieces instead of the parts that were too long."""
        divided: list[_Reading] = []
        for kind, group in groupby(readings, key=lambda reading: type(reading.problem)):
            run = list(group)
            if kind is InputTooLongError:
                # Consecutive parts are divided anew together, so that a wrong estimate of the
                # first ones takes no more parts than the right one.
                ratio = max(_ratio(reading) for reading in run)
                parts = self._splitter.split_again([reading.part for reading in run], ratio)
                divided += map(_Reading, parts)
            elif kind is OutputTooLongError:
                divided += [_Reading(half) for reading in run for half in self._halves(reading)]
            else:
                divided += run
        if len(divided) > self._splitter.max_parts:
            problems = (each.problem for each in readings if each.problem is not None)
            raise _page_error(next(problems), self._splitter)
        return divided

    def _halves(self, reading: _Reading) -> list[PagePart]:
        halves = self._splitter.halves(reading.part)
        by_thinking = (
            isinstance(reading.problem, OutputTooLongError) and reading.problem.by_thinking
        )
        if by_thinking or len(halves) < 2:
            raise _answer_too_long(by_thinking=by_thinking)
        return halves

    def _messages(
        self, part: PagePart, boundary: str, place: tuple[int, int] | None
    ) -> list[Message]:
        sections = {"address": self._url, "page": part.text}
        if part.declared:
            sections["declared"] = part.declared
        return [
            {"role": "system", "content": self._question.instructions},
            {"role": "user", "content": prompts.page_message(boundary, sections, place)},
        ]


def _ratio(reading: _Reading) -> float:
    return reading.problem.ratio if isinstance(reading.problem, InputTooLongError) else 1.0


def _page_error(
    problem: InputTooLongError | OutputTooLongError, splitter: PageSplitter
) -> PageTooLongError | ModelError:
    if isinstance(problem, OutputTooLongError):
        return _answer_too_long(by_thinking=problem.by_thinking)
    return splitter.too_long()


def _answer_too_long(*, by_thinking: bool) -> ModelError:
    if by_thinking:
        return ModelError(
            "LLM_LENGTH",
            "The model used up the limit of its answer with thinking.",
            advice="Raise SPIDRA_LLM_MAX_OUTPUT_TOKENS, or use a model that thinks less.",
        )
    return ModelError("LLM_LENGTH", "The model's answer is longer than the limit.")


async def _gather_or_cancel(calls: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all `calls` at the same time; if a call fails, cancel the others and raise its error."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
