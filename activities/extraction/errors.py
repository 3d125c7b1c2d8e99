"""The errors of a model and of its server, and their detection from the server's responses.

No error sentence repeats a text of the server, because servers quote keys, prompts and pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import openai

from domain.failures import ScrapeError
from domain.retry_after import parse_retry_after

_OUTAGES = frozenset({"LLM_OVERLOADED", "LLM_TIMEOUT", "LLM_UNREACHABLE"})
"""Codes that mean a broken server, not a refused request."""

_TRANSIENT = _OUTAGES | {"LLM_RATE_LIMITED"}
"""Codes after which the same request may succeed later."""

_LONGEST_RETRY_AFTER = 3600.0

# The patterns below match the error texts of OpenAI, Azure, vLLM with each of its back ends, and
# llama.cpp.
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|billing|credit balance|insufficient balance"
    r"|insufficient credits",
    re.IGNORECASE,
)
_FILTER = re.compile(
    r"content_filter|content management policy|responsibleai|content_policy", re.IGNORECASE
)
_TOO_LONG = re.compile(
    r"context_length_exceeded|maximum context length|context (?:window|size|length)"
    r"|prompt is too long|longer than the maximum model length|exceed_context_size",
    re.IGNORECASE,
)
_UNSUPPORTED = re.compile(
    r"unsupported_(?:parameter|value)|is not supported with this model|does not support"
    r"|extra inputs are not permitted|unrecognized request argument|unknown (?:field|parameter)",
    re.IGNORECASE,
)
_SCHEMA_OR_FORMAT = re.compile(
    r"response_format|json_schema|json_object|json schema|grammar|xgrammar|structured output"
    r"|guided_json|guided decoding",
    re.IGNORECASE,
)
_THIS_SCHEMA = re.compile(
    r"invalid schema|schema contains features|invalid_json_schema|grammar"
    r"|json schema conversion|transform json schema|unimplemented keys|unsupported json schema"
    r"|additionalProperties",
    re.IGNORECASE,
)
"""Refusals of one schema. A server that supports no schemas at all does not match."""


class ModelError(ScrapeError):
    """The model gave no usable answer, for a reason in `domain.failures.FAILURE_KINDS`."""

    def __init__(self, code: str, what: str, *, retry_after: float | None = None) -> None:
        super().__init__(code, what)
        self.code = code
        self.retry_after = retry_after
        """Seconds until the next request, as the server asks for; None if it names no time."""

    @property
    def is_transient(self) -> bool:
        """Whether the same request may succeed later."""
        return self.code in _TRANSIENT

    @property
    def is_outage(self) -> bool:
        """Whether the server is broken, as opposed to a refused request."""
        return self.code in _OUTAGES


class CircuitOpenError(ModelError):
    """The request was not sent, because the server is known to be down."""


class InputTooLongError(Exception):
    """The request does not fit into the model's context, as the server says."""


class OutputTooLongError(Exception):
    """The answer was cut off at the limit of its length."""


class ParameterRejectedError(Exception):
    """The model does not accept the parameter `name` of the request."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class FormatRejectedError(Exception):
    """The server does not accept the `response_format`."""

    def __init__(self, *, only_schema: bool) -> None:
        super().__init__()
        self.only_schema = only_schema
        """Whether the server refuses this one schema, and not the format as such."""


def from_openai(error: Exception, sent: Mapping[str, Any]) -> Exception:
    """Return our error for `error` of the `openai` client, raised for the request `sent`."""
    if isinstance(error, openai.APITimeoutError):
        return timed_out()
    if isinstance(error, openai.APIConnectionError):
        return ModelError("LLM_UNREACHABLE", "The model's server could not be reached.")
    if isinstance(error, openai.APIStatusError):
        return _from_status(error, sent)
    return no_completion()


def no_completion() -> ModelError:
    """Return the error of a response that is not a chat completion."""
    return ModelError("LLM_REJECTED", "The model's server answered with no chat completion.")


def timed_out() -> ModelError:
    """Return the error of a model that took too long for one answer."""
    return ModelError("LLM_TIMEOUT", "The model did not answer in time.")


def item_timed_out() -> ModelError:
    """Return the error of an item whose time ended before the model had answered."""
    return ModelError("LLM_TIMEOUT", "The model did not finish within the item's time.")


def _from_status(error: openai.APIStatusError, sent: Mapping[str, Any]) -> Exception:
    status = error.status_code
    text = f"{error.code} {error.type} {error.param} {error.message} {error.body}"
    retry_after = _retry_after(error.response.headers)
    if status == 429 and not _QUOTA.search(text):
        return rate_limited(retry_after)
    if status == 402 or (status in (400, 403, 429) and _QUOTA.search(text)):
        return ModelError("LLM_QUOTA", "The account at the model's provider has no credit left.")
    if status in (401, 403):
        return ModelError("LLM_AUTH", f"The model's server answered with HTTP status {status}.")
    if status in (408, 504):
        return timed_out()
    # Some servers answer with 500 if they cannot compile a schema to a grammar.
    if status in (400, 422, 500) and "response_format" in sent and _SCHEMA_OR_FORMAT.search(text):
        return FormatRejectedError(only_schema=bool(_THIS_SCHEMA.search(text)))
    if status >= 500 or status in (409, 425):
        return ModelError(
            "LLM_OVERLOADED",
            f"The model's server answered with HTTP status {status}.",
            retry_after=retry_after,
        )
    if _FILTER.search(text):
        return filtered()
    if status == 413 or _TOO_LONG.search(text):
        return InputTooLongError()
    if _UNSUPPORTED.search(text):
        for name in ("max_completion_tokens", "max_tokens", "temperature"):
            if name in sent and (error.param == name or f"'{name}'" in text):
                return ParameterRejectedError(name)
    return ModelError("LLM_REJECTED", f"The model's server answered with HTTP status {status}.")


def rate_limited(retry_after: float | None) -> ModelError:
    """Return the error of a server that accepts no requests for `retry_after` seconds."""
    return ModelError(
        "LLM_RATE_LIMITED",
        "The model's server accepts no more requests for now.",
        retry_after=retry_after,
    )


def filtered() -> ModelError:
    """Return the error of a request or an answer that the provider's content filter stopped."""
    return ModelError("LLM_CONTENT_FILTER", "The provider's content filter stopped this page.")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `headers` ask to wait, one hour at most.

    Some servers send milliseconds in `retry-after-ms`, which is more precise than `Retry-After`.
    """
    seconds: float | None
    if milliseconds := headers.get("retry-after-ms"):
        try:
            seconds = float(milliseconds) / 1000
        except ValueError:
            return None
    else:
        seconds = parse_retry_after(headers.get("retry-after", ""), is_lenient=True)
    return None if seconds is None else min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)
