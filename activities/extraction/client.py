"""The connection to a model: one per worker, through the `openai` client."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from typing import Any

import openai

from activities.extraction import errors
from activities.extraction.circuit_breaker import CircuitBreaker
from activities.extraction.completions import read_completion, refusal_in
from activities.extraction.errors import (
    CircuitOpenError,
    FormatRejectedError,
    LengthRefusedError,
    ModelError,
    ParameterRejectedError,
)
from activities.extraction.model_limits import ModelLimits
from activities.extraction.model_request import ModelRequest
from activities.extraction.rate_limit import MAX_WAIT, RateLimit
from activities.extraction.refusal_log import RefusalLog
from activities.extraction.refusals import ServerRefusal, from_openai, from_refusal
from activities.extraction.request_builder import RequestBuilder
from activities.extraction.response_bodies import completion_in
from activities.extraction.response_formats import ResponseFormat
from domain.items import ModelUse, Usage

_OPENAI = "https://api.openai.com/v1"
_CONNECT_TIMEOUT = 5.0
_TRIES = 3
_FIRST_PAUSE = 0.5
"""Seconds before the second try. The pause doubles with each try, and varies at random."""

_MAX_ADAPTATIONS = 12
"""Times that one request is adapted to refusals of the server.

Two formats, the temperature and the name of the token limit can be refused, and its value several
times: at most eight changes. The rest is for settings that other requests change meanwhile.
"""


class ModelClient:
    """A client for the model `model` at `base_url`, or at OpenAI. Call `close` after use.

    Sends at most `concurrency` requests at once. `timeout` is the limit for one answer in seconds.
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
        self.limits = ModelLimits()
        self._log = RefusalLog(key)
        self._timeout = timeout
        self._first_pause = first_pause
        self._slots = asyncio.Semaphore(concurrency)
        self._circuit_breaker = CircuitBreaker()
        self._rate_limit = RateLimit()
        self._builder = RequestBuilder(model)
        self._client = openai.AsyncOpenAI(
            # Self-hosted servers often need no key, but the client requires one.
            api_key=key or "none",
            base_url=base_url or _OPENAI,
            max_retries=0,
            timeout=openai.Timeout(timeout, connect=_CONNECT_TIMEOUT),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def complete(self, request: ModelRequest, usage: Usage) -> str:
        """Return the text of the model's answer, and add its cost to `usage`.

        Outages and rate limits are retried here, as long as the pause is short.

        Raises:
            ModelError: The model gives no usable answer.
            InputTooLongError: The request is too long for the model.
            OutputTooLongError: The answer is longer than `request.max_tokens`.
        """
        pause = self._first_pause
        for attempt in range(1, _TRIES + 1):
            await self._rate_limit.wait()
            try:
                async with self._slots:
                    return await self._complete_adapted(request, usage)
            except ModelError as error:
                if error.code == "LLM_RATE_LIMITED":
                    # The limit concerns all requests to this server.
                    self._rate_limit.extend(
                        error.retry_after if error.retry_after is not None else pause
                    )
                if attempt == _TRIES or not _is_worth_retrying(error):
                    raise
                # Requests that failed together must not come back at the same moment.
                wait = max(error.retry_after or 0, pause * random.uniform(0.5, 1))  # noqa: S311
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError("unreachable")

    async def _complete_adapted(self, request: ModelRequest, usage: Usage) -> str:
        """Send `request`, and send it again without what the server refuses."""
        limit = self.limits.answer_limit(request)
        for _ in range(_MAX_ADAPTATIONS):
            response_format = self._builder.response_format(request)
            sent = replace(request, max_tokens=limit)
            try:
                return await self._send(sent, response_format, usage)
            except FormatRejectedError as error:
                self._builder.record_rejected_format(error, request, response_format)
            except ParameterRejectedError as error:
                self._builder.record_rejected_parameter(error)
            except LengthRefusedError as error:
                limit = self.limits.adapt(error.refusal, request, limit)
        raise ModelError("LLM_REJECTED", "The model's server refuses every form of the request.")

    async def _send(
        self, request: ModelRequest, response_format: ResponseFormat, usage: Usage
    ) -> str:
        body = self._builder.body(request, response_format)
        with self._circuit_breaker.call():
            began = time.monotonic()
            try:
                # The client's own timeout starts again with each byte.
                async with asyncio.timeout(self._timeout):
                    # The client's own reading of a response trusts the types of all fields.
                    raw = self._client.chat.completions.with_raw_response
                    completion = completion_in((await raw.create(**body)).text)
            except TimeoutError:
                raise errors.timed_out() from None
            except openai.APIStatusError as error:
                raise self._refused(ServerRefusal.from_response(error), body) from None
            except (openai.OpenAIError, ValueError) as error:
                raise from_openai(error) from None
            finally:
                used = usage.model or ModelUse(name=self.model)
                used.level = self._builder.enforced_format(request, response_format)
                used.calls += 1
                used.seconds = round(used.seconds + time.monotonic() - began, 3)
                usage.model = used
            if (refusal := refusal_in(completion)) is not None:
                raise self._refused(refusal, body)
            text = read_completion(completion, request, self.limits, usage)
            used.level = self._builder.record_answer(request, response_format, text)
            return text

    def _refused(self, refusal: ServerRefusal, body: dict[str, Any]) -> Exception:
        """Return the error for `refusal` of the request `body`, after logging it."""
        error = from_refusal(refusal, body)
        self._log.record(refusal, error, body)
        return error


def _is_worth_retrying(error: ModelError) -> bool:
    """Return whether the same request may succeed after a pause that the worker can wait for."""
    return (
        error.is_transient
        and error.code != "LLM_TIMEOUT"  # the next try would take as long
        and not isinstance(error, CircuitOpenError)
        and (error.retry_after or 0) <= MAX_WAIT
    )
