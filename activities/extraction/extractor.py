"""From a page to the result that the client asked for, through a language model.

The steps, each in a module of its own: `question` (what is asked), `page_parts` (cut the page),
`part_reader` (ask about each part), `object_answer` (check and correct an answer), `results` (one
result from all answers).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any

from activities.conversion.tasks import ConformedAnswer, ModelPage
from activities.extraction import results
from activities.extraction.answers import FoundObject
from activities.extraction.client import ModelClient
from activities.extraction.errors import PageTooLongError
from activities.extraction.model_limits import MARGIN_TOKENS
from activities.extraction.model_request import Message, ModelRequest
from activities.extraction.page_parts import PageSplitter
from activities.extraction.part_reader import Answer, PartReader
from activities.extraction.question import Question
from domain.items import ItemWarning, Usage
from domain.options import BatchOptions
from domain.warnings import item_warning

ConformInLanguage = Callable[
    [dict[str, Any], dict[str, Any], str | None], Awaitable[ConformedAnswer]
]
"""Brings an answer into the form of a schema, like `activities.conversion.tasks.conform`."""

_FEW_LETTERS = 60
"""Letters and digits. A page with fewer is rarely the page that the client meant."""

_COUNTED_CHARACTERS = 10_000
"""Characters in which letters are counted, because counting a whole page takes time."""


class Extractor:
    """The extractor of a worker, which asks `client` about pages.

    A request and its answer together take at most `context_tokens`. The answer takes at most
    `max_output_tokens` of them. A page is read in at most `max_parts` parts.
    """

    def __init__(
        self,
        client: ModelClient,
        conform: ConformInLanguage,
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
        self, page: ModelPage, options: BatchOptions, usage: Usage, warnings: list[ItemWarning]
    ) -> dict[str, Any] | str:
        """Return the result for `page`: an object, or markdown if the client asked for that.

        The cost is added to `usage`. `warnings` gets what the reader of the result must know.

        Raises:
            ModelError: The model gives no usable answer.
            ScrapeError: The result breaks the schema, or the page is too long.
        """

        async def conform(answer: dict[str, Any], schema: dict[str, Any]) -> ConformedAnswer:
            return await self._conform(answer, schema, page.language)

        question = Question.from_options(options)
        letters = sum(map(str.isalnum, f"{page.main}{page.rest}"[:_COUNTED_CHARACTERS]))
        if not letters and page.evidence is None:
            warnings.append(
                item_warning("NO_TEXT", "The page has no text, so the model was not asked.")
            )
            return await results.empty_page_result(question, conform)
        if letters < _FEW_LETTERS:
            warnings.append(
                item_warning("LITTLE_TEXT", f"The page has almost no text: {letters} letters.")
            )

        async def ask(messages: list[Message], only: Collection[str] | None = None) -> str:
            request = ModelRequest(
                messages, self._max_output_tokens, question.wants_json, question.strict_schema
            )
            if only is not None:
                request = request.for_properties(only)
            return await self._client.complete(request, usage)

        splitter = self._splitter(question, warnings)
        reader = PartReader(question, page.url, ask, conform, splitter)
        found = await _read(page, reader, splitter, warnings)
        if question.wants_json:
            objects = [answer for answer in found if isinstance(answer, FoundObject)]
            return await results.object_result(
                objects,
                question.schema,
                conform,
                warnings,
                page=None if question.prompt else page,  # a prompt may ask for other values
            )
        texts = [answer for answer in found if isinstance(answer, str)]
        return await results.markdown_result(texts, question.prompt, ask, warnings)

    def _splitter(self, question: Question, warnings: list[ItemWarning]) -> PageSplitter:
        return PageSplitter(
            lambda: self._room(question),
            self._client.limits.tokens,
            warnings,
            max_parts=self._max_parts,
            no_room=lambda: question.too_long(*self._limits()),
        )

    def _room(self, question: Question) -> int:
        """Return the tokens that a part of a page may take, as far as is known by now."""
        context, answer = self._limits()
        return context - answer - MARGIN_TOKENS - question.tokens

    def _limits(self) -> tuple[int, int]:
        """Return the tokens of the model's context, and those of them for the answer."""
        limits = self._client.limits
        answer = limits.answer_room(self._context_tokens, self._max_output_tokens)
        return limits.context(self._context_tokens), answer


async def _read(
    page: ModelPage, reader: PartReader, splitter: PageSplitter, warnings: list[ItemWarning]
) -> list[Answer]:
    """Return the answers for the parts of `page`, or of its main content if it is too long."""
    try:
        return await reader.read(splitter.split_page(page))
    except PageTooLongError:
        if not page.main or not page.rest:
            raise
    found = await reader.read(splitter.split_page(replace(page, rest="")))
    warnings.append(
        item_warning(
            "MAIN_CONTENT_ONLY",
            "The page is too long to be read in full: only its main content was read.",
        )
    )
    return found
