"""The connection to a model: one per worker, by the `openai` client."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from activities.extraction import errors
from activities.extraction.breaker import Breaker
from activities.extraction.errors import (
    FormatRejectedError,
    LeftAloneError,
    ModelError,
    OutputTooLongError,
    ParameterRejectedError,
)
from activities.extraction.response_formats import Level, Levels, response_format
from domain.items import ModelUse, Usage

logger = logging.getLogger(__name__)

Message = dict[str, str]

_OPENAI = "https://api.openai.com/v1"
_CONNECT_TIMEOUT = 5.0
_TRIES = 3
_FIRST_PAUSE = 0.5
"""Seconds before a failed request is sent again; then twice that, both varied at random."""

_PATIENCE = 15.0
"""Seconds that a request waits here for a server that asks for a pause; for longer ones the item
is put off, and its slot is free for another."""

_MAX_CHANGES = 8
"""Changes to one request that a server may ask for, by what it refuses."""


@dataclass(frozen=True)
class Asked:
    """A question to the model."""

    messages: list[Message]
    max_tokens: int
    """Of the answer."""
    wants_json: bool = True
    schema: dict[str, Any] | None = None
    """In the strict dialect; None if the answer's form cannot be put in it."""


class ModelClient:
    """The model `model` at `base_url`, or at OpenAI's own address. Call `close` after use.

    At most `concurrency` requests are under way at once; `timeout` is seconds for one answer.
    """

    def __init__(
        self,
        model: str,
        *,
        key: str | None,
        base_url: str | None,
        concurrency: int,
        timeout: float,
        first_pause: float = _FIRST_PAUSE,
    ) -> None:
        self.model = model
        self._timeout = timeout
        self._first_pause = first_pause
        self._places = asyncio.Semaphore(concurrency)
        self._breaker = Breaker()
        self._levels = Levels()
        self._not_before = 0.0
        # Which of the two names a model wants for the same thing, and whether it takes this.
        self._limit_name = "max_tokens"
        self._takes_temperature = True
        self._client = openai.AsyncOpenAI(
            # Servers of one's own often have no keys; the client wants one all the same.
            api_key=key or "none",
            base_url=base_url or _OPENAI,
            max_retries=0,
            timeout=openai.Timeout(timeout, connect=_CONNECT_TIMEOUT),
        )

    async def close(self) -> None:
        """Ends all connections."""
        await self._client.close()

    async def ask(self, asked: Asked, usage: Usage) -> str:
        """The answer's text. What it took is added to `usage`.

        Raises `ModelError`, `InputTooLongError`, `OutputTooLongError`.
        """
        pause = self._first_pause
        for attempt in range(1, _TRIES + 1):
            await self._hold_back()
            try:
                async with self._places:
                    return await self._adapted(asked, usage)
            except ModelError as error:
                if error.code == "LLM_RATE_LIMITED":
                    # It is meant for all that go to that server.
                    wait = error.retry_after if error.retry_after is not None else pause
                    self._not_before = max(self._not_before, time.monotonic() + wait)
                is_hopeless = not error.is_transient or error.code == "LLM_TIMEOUT"
                if (
                    is_hopeless
                    or isinstance(error, LeftAloneError)
                    or attempt == _TRIES
                    or (error.retry_after or 0) > _PATIENCE
                ):
                    raise
                # Varied, so that those who failed together do not come back together.
                wait = max(error.retry_after or 0, pause * random.uniform(0.5, 1))  # noqa: S311
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError("unreachable")

    async def _hold_back(self) -> None:
        while (left := self._not_before - time.monotonic()) > 0:
            if left > _PATIENCE:
                raise ModelError(
                    "LLM_RATE_LIMITED",
                    "The model's server takes no more requests for now.",
                    retry_after=left,
                )
            await asyncio.sleep(left)

    async def _adapted(self, asked: Asked, usage: Usage) -> str:
        """One request in the form that the server turns out to take."""
        for _ in range(_MAX_CHANGES):
            level = self._levels.level(asked.schema) if asked.wants_json else "prompt"
            try:
                return await self._call(asked, level, usage)
            except FormatRejectedError as error:
                logger.info("the model's server refuses a format", extra={"level": level})
                self._levels.refuse(level, asked.schema, is_schema=error.is_schema)
            except ParameterRejectedError as error:
                logger.info("the model refuses a parameter", extra={"parameter": error.name})
                if error.name == "temperature":
                    self._takes_temperature = False
                else:
                    self._limit_name = (
                        "max_completion_tokens" if error.name == "max_tokens" else "max_tokens"
                    )
        raise ModelError("LLM_REJECTED", "The model's server refuses every form of the request.")

    async def _call(self, asked: Asked, level: Level, usage: Usage) -> str:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [_encodable(message) for message in asked.messages],
            self._limit_name: asked.max_tokens,
        }
        if self._takes_temperature:
            body["temperature"] = 0
        if (form := response_format(level, asked.schema)) is not None:
            body["response_format"] = form
        with self._breaker.call():
            began = time.monotonic()
            try:
                # The client's own timeouts begin anew with each byte.
                async with asyncio.timeout(self._timeout):
                    answer = await self._client.chat.completions.create(**body)
            except TimeoutError:
                raise errors.timed_out() from None
            except (openai.OpenAIError, ValueError) as error:
                raise errors.from_openai(error, body) from None
            finally:
                used = usage.model or ModelUse(name=self.model)
                used.level = level
                used.calls += 1
                used.seconds = round(used.seconds + time.monotonic() - began, 3)
                usage.model = used
            return _text(answer, usage)


def _encodable(message: Message) -> Message:
    """`message` without lone surrogates, which JSON has a form for and UTF-8 has not."""
    return {**message, "content": message["content"].encode(errors="replace").decode()}


def _text(answer: ChatCompletion, usage: Usage) -> str:
    # A server may answer with anything, and the client does not look.
    if not isinstance(answer, ChatCompletion) or not answer.choices:
        raise ModelError("LLM_REJECTED", "The model's server answered with no chat completion.")
    if answer.usage is not None:
        usage.tokens += max(answer.usage.total_tokens or 0, 0)
    choice = answer.choices[0]
    if choice.message is None:
        raise ModelError("LLM_REJECTED", "The model's server answered with no chat completion.")
    if choice.message.refusal:
        raise ModelError("LLM_REFUSED", "The model refuses to answer for this page.")
    if choice.finish_reason == "content_filter":
        raise errors.filtered()
    if choice.finish_reason == "length":
        raise OutputTooLongError
    return choice.message.content or ""
