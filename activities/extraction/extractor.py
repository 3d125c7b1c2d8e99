"""From a page that was read to what was asked for, by way of a model that is not believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from activities.content.blocks import estimate_tokens, split
from activities.conversion import normalise
from activities.conversion.tasks import ConformedAnswer, ModelPage
from activities.extraction import answers, merge, prompts
from activities.extraction.client import Asked, Message, ModelClient
from activities.extraction.errors import InputTooLongError, ModelError, OutputTooLongError
from domain.failures import ScrapeError
from domain.items import Usage
from domain.options import BatchOptions
from domain.schema.strict import strict_schema

_MARGIN = 300
"""Tokens for what a server puts around messages."""

_LEAST_PART = 500
"""Tokens; parts are not made smaller, or a page would be read in thousands."""

_FEW_LETTERS = 60
"""A page with fewer letters and digits is hardly what somebody wanted to be read."""

_LOOKED_AT = 10_000
"""Characters in which these have to be."""

_SHORTAGES = ("'minItems'", "'minProperties'", "'contains'")
"""Keywords that a single part of a page may well not fulfil."""

Conform = Callable[[dict[str, Any], dict[str, Any]], Awaitable[ConformedAnswer]]
"""Brings an answer into the form of a schema, as `activities.conversion.tasks.conform`."""


@dataclass(frozen=True)
class _Part:
    text: str
    budget: int
    """Tokens of which it was made."""


class Extractor:
    """What `client` makes of pages.

    A request is at most `context_tokens` long together with its answer, for which
    `max_output_tokens` are set aside; a page is read in at most `max_parts`.
    """

    def __init__(
        self,
        client: ModelClient,
        conform: Conform,
        *,
        context_tokens: int,
        max_output_tokens: int,
        max_parts: int,
    ) -> None:
        self._client = client
        self._conform = conform
        self._context_tokens = context_tokens
        self._max_output_tokens = max_output_tokens
        self._max_parts = max_parts

    async def extract(
        self, page: ModelPage, options: BatchOptions, usage: Usage, warnings: list[str]
    ) -> dict[str, Any] | str:
        """The result for `page`: an object, or markdown if that was asked for. `usage` gets what
        it took, `warnings` what its reader has to know.

        Raises `ModelError`, or `ScrapeError` with `EXTRACTION_INVALID` or `PAGE_TOO_LONG`.
        """
        letters = sum(map(str.isalnum, f"{page.main}{page.rest}"[:_LOOKED_AT]))
        if not letters and page.evidence is None:
            warnings.append("The page has no text, so there was nothing to ask the model about.")
            return await self._nothing(options)
        if letters < _FEW_LETTERS:
            warnings.append(f"The page has almost no text: {letters} letters.")
        return await _Extraction(self, page, options, usage, warnings).run()

    async def _nothing(self, options: BatchOptions) -> dict[str, Any] | str:
        """The result for a page without anything in it, about which a model could only invent."""
        if options.output_format == "markdown":
            return ""
        if options.json_schema is None:
            return {}
        conformed = await self._conform({}, options.json_schema)
        if conformed.violation is not None:
            raise ScrapeError(
                "EXTRACTION_INVALID",
                f"An empty page does not fit the schema: {conformed.violation}",
            )
        return conformed.result


class _Extraction:
    """One page."""

    def __init__(
        self,
        extractor: Extractor,
        page: ModelPage,
        options: BatchOptions,
        usage: Usage,
        warnings: list[str],
    ) -> None:
        self._client = extractor._client
        self._conform = extractor._conform
        self._max_output_tokens = extractor._max_output_tokens
        self._max_parts = extractor._max_parts
        self._page = page
        self._prompt = options.prompt
        self._schema = options.json_schema
        self._strict = None if self._schema is None else strict_schema(self._schema)
        self._wants_json = options.output_format != "markdown"
        self._usage = usage
        self._warnings = warnings
        self._parts_left = self._max_parts
        self._evidence = (
            "" if page.evidence is None else json.dumps(page.evidence, ensure_ascii=False)
        )
        self._budget = (
            extractor._context_tokens
            - extractor._max_output_tokens
            - _MARGIN
            - estimate_tokens(self._instructions("0" * 32))
            # Servers put it into the prompt as well.
            - estimate_tokens(json.dumps(self._strict, ensure_ascii=False))
        )

    async def run(self) -> dict[str, Any] | str:
        if self._budget < _LEAST_PART:
            raise ScrapeError(
                "PAGE_TOO_LONG", "Prompt and schema leave no room for a page in a request."
            )
        self._fit_evidence()
        texts = self._plan()
        self._parts_left -= len(texts)
        answers_ = await _all(
            self._read(_Part(text, self._budget), (number, len(texts)))
            for number, text in enumerate(texts, 1)
        )
        found = [answer for several in answers_ for answer in several]
        if not self._wants_json:
            return await self._joined([str(answer) for answer in found])
        return await self._finished([answer for answer in found if isinstance(answer, dict)])

    # What is sent

    def _fit_evidence(self) -> None:
        """Leaves out of what the page declares what does not fit beside its text, and says so."""
        evidence = dict(self._page.evidence or {})
        limit = self._budget // 3
        cut = []
        for name in ("tables", "details"):  # which are in the text as well
            if estimate_tokens(self._evidence) > limit:
                evidence.pop(name, None)
                self._evidence = json.dumps(evidence, ensure_ascii=False)
        while estimate_tokens(self._evidence) > limit and evidence:
            largest = max(evidence, key=lambda name: len(json.dumps(evidence[name])))
            cut.append(largest)
            if isinstance(evidence[largest], list) and len(evidence[largest]) > 1:
                evidence[largest] = evidence[largest][: len(evidence[largest]) // 2]
            else:
                del evidence[largest]
            self._evidence = json.dumps(evidence, ensure_ascii=False)
        if cut:
            self._warnings.append(
                "The page declares more about itself than the model could be given; its text was "
                "read in full."
            )

    def _plan(self) -> list[str]:
        """The page's text in parts, the main content first."""
        main, rest = self._page.main, self._page.rest
        first = self._budget - (estimate_tokens(self._evidence) if self._evidence else 0)
        whole = "\n\n".join(filter(None, (main, rest)))
        if estimate_tokens(whole) <= first:
            return [whole]
        if estimate_tokens(main) > first * self._max_parts:
            raise self._too_long()
        # All of one size, though only the first has the evidence beside it.
        parts = [*split(main, first), *split(rest, first)]
        if len(parts) <= self._max_parts:
            return parts
        only_main = split(main, first)
        if rest and only_main and len(only_main) <= self._max_parts:
            self._warnings.append(
                "The page is too long to be read in full: only its main content was read."
            )
            return only_main
        raise self._too_long()

    def _too_long(self) -> ScrapeError:
        return ScrapeError(
            "PAGE_TOO_LONG", f"The page takes more than {self._max_parts} requests to be read."
        )

    def _instructions(self, fence: str, part: tuple[int, int] | None = None) -> str:
        return prompts.instructions(
            fence,
            prompt=self._prompt,
            wants_json=self._wants_json,
            schema=self._schema,
            part=part,
        )

    def _messages(self, part: _Part, place: tuple[int, int]) -> list[Message]:
        sections = {"address": self._page.url, "page": part.text}
        if self._evidence and place[0] == 1:
            sections["declared"] = self._evidence
        fence = prompts.new_fence()
        several = place if place[1] > 1 else None
        return [
            {"role": "system", "content": self._instructions(fence, several)},
            {"role": "user", "content": prompts.page_message(fence, sections)},
        ]

    # What is answered

    async def _read(self, part: _Part, place: tuple[int, int]) -> list[dict[str, Any] | str]:
        """The answers for `part`: one, or several if it turns out to be too long."""
        messages = self._messages(part, place)
        try:
            if self._wants_json:
                return [await self._object(messages, is_only=place[1] == 1)]
            return [answers.without_thoughts(await self._ask(messages))]
        except InputTooLongError:
            return await self._halved(
                part, place, ModelError("LLM_REJECTED", "The request is too long for the model.")
            )
        except OutputTooLongError:
            return await self._halved(
                part,
                place,
                ModelError("LLM_LENGTH", "The model's answer is longer than it may be."),
            )

    async def _halved(
        self, part: _Part, place: tuple[int, int], reason: ModelError
    ) -> list[dict[str, Any] | str]:
        smaller = max(min(part.budget, estimate_tokens(part.text)) // 2 + 1, _LEAST_PART)
        texts = split(part.text, smaller)
        if len(texts) < 2:
            raise reason
        self._parts_left -= len(texts) - 1
        if self._parts_left < 0:
            raise reason
        number = place[0]
        several = await _all(
            # Numbers above the first are all that matter: the evidence goes with the first.
            self._read(_Part(text, smaller), (number + index, max(place[1], 1) + len(texts) - 1))
            for index, text in enumerate(texts)
        )
        return [answer for found in several for answer in found]

    async def _object(self, messages: list[Message], *, is_only: bool) -> dict[str, Any]:
        """The object that the model answers; it is told once what is wrong with it."""
        text = await self._ask(messages)
        answer = answers.parse(text)
        wrong = "It is not a JSON object." if answer is None else None
        if answer is not None and self._schema is not None:
            wrong = (await self._conform(answer, self._schema)).violation
            if wrong is not None and not is_only and any(name in wrong for name in _SHORTAGES):
                wrong = None  # the other parts may have the rest
        if answer is not None and wrong is None:
            return answer
        assert wrong is not None  # noqa: S101 -- without an answer something is
        second = answers.parse(await self._ask(prompts.again(messages, text, wrong)))
        if second is not None:
            return second
        if answer is None or is_only:
            code = "LLM_INVALID_JSON" if answer is None else "EXTRACTION_INVALID"
            raise ModelError(code, f"The model's answer cannot be used: {_lowered(wrong)}")
        return answer

    async def _ask(self, messages: list[Message]) -> str:
        asked = Asked(messages, self._max_output_tokens, self._wants_json, self._strict)
        return await self._client.ask(asked, self._usage)

    async def _finished(self, found: list[dict[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any]
        if self._schema is None:
            result = normalise.without_nulls(merge.merge(found))
        else:
            # Each by itself first: lists of one form, null where a part has nothing.
            parts = [await self._conform(answer, self._schema) for answer in found]
            conformed = parts[0]
            if len(parts) > 1:
                merged = merge.merge([part.result for part in parts])
                conformed = await self._conform(merged, self._schema)
            if conformed.violation is not None:
                raise ScrapeError(
                    "EXTRACTION_INVALID",
                    f"The model's answer does not fit the schema: {conformed.violation}",
                )
            if left_out := {pointer for part in parts for pointer in part.left_out}:
                self._warnings.append(
                    "Values that the enum does not have were left out of "
                    f"{', '.join(sorted(left_out)[:5])}."
                )
            result = conformed.result
        if normalise.is_empty(result):
            self._warnings.append("The model found nothing of what was asked for on the page.")
        return result

    async def _joined(self, found: list[str]) -> str:
        """One answer in markdown."""
        texts = [text for text in found if text]
        if not texts:
            self._warnings.append("The model's answer is empty.")
        if len(texts) < 2:
            return "".join(texts)
        fence = prompts.new_fence()
        sections = {f"answer {number}": text for number, text in enumerate(texts, 1)}
        try:
            return answers.without_thoughts(
                await self._ask(
                    [
                        {"role": "system", "content": prompts.joining(fence, self._prompt)},
                        {"role": "user", "content": prompts.page_message(fence, sections)},
                    ]
                )
            )
        except (InputTooLongError, OutputTooLongError):
            self._warnings.append(
                "The page was read in parts, and their answers follow each other: together they "
                "are too long for the model."
            )
            return "\n\n".join(texts)


async def _all(calls: Any) -> list[list[dict[str, Any] | str]]:
    """The results of all calls; if one fails, the others are ended, and that is raised."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
