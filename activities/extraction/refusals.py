"""What the responses of a model's server mean, as errors of `errors`.

No error sentence repeats a sentence of the server, because servers quote keys, prompts and pages.
It names the server's own code, which is a single word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import openai

from activities.content.tokens import estimate_tokens
from activities.extraction import errors
from activities.extraction.errors import (
    FormatRejectedError,
    LengthRefusedError,
    ModelError,
    OutputTooLongError,
    ParameterRejectedError,
)
from activities.extraction.length_refusals import LengthRefusal, read_length_refusal
from activities.extraction.server_words import code_of, message_of, without_request
from domain.retry_after import parse_retry_after

_LONGEST_RETRY_AFTER = 3600.0

_MAX_SAID = 20_000
"""Characters of a server's sentence that are searched. No server says more of its own."""

LIMIT_NAMES = ("max_completion_tokens", "max_tokens")
"""The parameter that limits the answer, by its newer and its older name."""

# The patterns below match the error texts of OpenAI, Azure, vLLM with each of its back ends,
# llama.cpp, Ollama, LiteLLM, SGLang and others.
_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|billing|credit balance|insufficient balance"
    r"|insufficient credits",
    re.IGNORECASE,
)
_FILTER = re.compile(
    r"content_filter|content management policy|responsibleai|content_policy", re.IGNORECASE
)
_UNSUPPORTED = re.compile(
    r"unsupported[ _](?:parameter|value|argument)|is not supported with this model|does not support"
    r"|extra inputs are not permitted|unexpected keyword argument|unrecognized (?:request argument"
    r"|key|field|parameter)|unknown (?:field|parameter|argument|name)",
    re.IGNORECASE,
)
_SCHEMA_OR_FORMAT = re.compile(
    r"response_format|json_schema|json_object|json schema|grammar|xgrammar|structured output"
    r"|guided_json|guided decoding",
    re.IGNORECASE,
)
_THIS_SCHEMA = re.compile(
    r"invalid schema|schema contains features|invalid_json_schema|grammar|json schema error"
    r"|json schema conversion|transform json schema|unimplemented keys|unsupported json schema"
    r"|additionalProperties",
    re.IGNORECASE,
)
"""Refusals of one schema. A server that supports no schemas at all does not match."""

_ANSWER_WAS_CUT = re.compile(
    r"(?:output|max_tokens|token) limit was reached|with higher max_", re.IGNORECASE
)
"""OpenAI refuses, as a bad request, what used up the limit of the answer before it began."""

_NO_SUCH_MODEL = re.compile(
    r"model_?not_?(?:found|available|exist)|DeploymentNotFound"
    r"|\b(?:models?|deployment)\b[^.]{0,120}(?:\bnot (?:found|exist|loaded|available|served)"
    r"|n['o]?t exist|unknown\b|is unavailable)"
    r"|(?:unknown|invalid|no such|unrecognized|unable to access|could not find|failed to load)"
    r" (?:the )?model\b"
    r"|no models? (?:is |are )?(?:loaded|found|available)|not a valid model"
    r"|no (?:healthy )?deployments? (?:available )?for",
    re.IGNORECASE,
)
_REQUEST_TOO_LARGE = re.compile(r"request (?:is )?too large", re.IGNORECASE)
"""A rate limit that the request exceeds by itself. Waiting does not help."""


@dataclass(frozen=True)
class ServerRefusal:
    """A response that is no completion."""

    status: int
    message: str
    """The server's sentence."""
    code: str | None
    """The server's own word for the error."""
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_response(cls, error: openai.APIStatusError) -> ServerRefusal:
        """Return the refusal of a response with an HTTP status of 400 or above."""
        try:
            body: object = error.response.json()
        except ValueError:
            body = error.response.text
        return cls.from_body(error.status_code, body, error.response.headers)

    @classmethod
    def from_body(
        cls, status: int, body: object, headers: Mapping[str, str] | None = None
    ) -> ServerRefusal:
        """Return the refusal that `body` is."""
        message = message_of(body)
        return cls(status, message, code_of(body, message), body, headers or {})

    @property
    def named(self) -> str:
        """The status, with the server's code if it has one."""
        return f"HTTP status {self.status}" + (f" ({self.code})" if self.code else "")


def from_openai(error: Exception) -> ModelError:
    """Return our error for `error` of the `openai` client, which no response caused."""
    if isinstance(error, openai.APITimeoutError):
        return errors.timed_out()
    if isinstance(error, openai.APIConnectionError):
        return ModelError("LLM_UNREACHABLE", "The model's server could not be reached.")
    return errors.no_completion()


def from_refusal(refusal: ServerRefusal, sent: Mapping[str, Any]) -> Exception:
    """Return our error for `refusal` of the request `sent`."""
    status = refusal.status
    body = without_request(refusal.body, sent)
    refusal = replace(refusal, body=body, message=message_of(body)[:_MAX_SAID])
    text = f"{refusal.code} {refusal.message} {refusal.body}"[: 2 * _MAX_SAID]
    if status == 402 or (status in (400, 403, 429) and _QUOTA.search(text)):
        return ModelError("LLM_QUOTA", "The account at the model's provider has no credit left.")
    if status == 429 and not _REQUEST_TOO_LARGE.search(text):
        return errors.rate_limited(_retry_after(refusal.headers))
    if status in (401, 403):
        return ModelError("LLM_AUTH", f"The model's server answered with {refusal.named}.")
    if status in (408, 504):
        return errors.timed_out()
    # Some servers answer with 500 if they cannot compile a schema to a grammar.
    if status in (400, 422, 500) and "response_format" in sent and _SCHEMA_OR_FORMAT.search(text):
        return FormatRejectedError(only_schema=bool(_THIS_SCHEMA.search(text)))
    if not _FILTER.search(text) and (name := _refused_parameter(text, sent)):
        return ParameterRejectedError(name)
    if _ANSWER_WAS_CUT.search(refusal.message):
        return OutputTooLongError(by_thinking=True)
    length = _length_refusal(refusal, sent)
    # Servers behind others answer with 500. Gateways with 502 and above do not know the reason.
    if length is not None and (status <= 500 or length.context or length.prompt):
        return LengthRefusedError(length)
    if status >= 500 or status in (409, 425, 429):
        return ModelError(
            "LLM_OVERLOADED",
            f"The model's server answered with {refusal.named}.",
            retry_after=_retry_after(refusal.headers),
        )
    if _FILTER.search(text):
        return errors.filtered()
    return _rejected(refusal)


def _refused_parameter(text: str, sent: Mapping[str, Any]) -> str | None:
    """Return the parameter that the model does not accept at all."""
    if not _UNSUPPORTED.search(text):
        return None
    for name in (*LIMIT_NAMES, "temperature"):
        if name in sent and re.search(rf"\b{name}\b", text):
            return name
    return None


def _length_refusal(refusal: ServerRefusal, sent: Mapping[str, Any]) -> LengthRefusal | None:
    limit = next((sent[name] for name in LIMIT_NAMES if name in sent), 0)
    contents = "".join(message["content"] for message in sent.get("messages", ()))
    found = read_length_refusal(
        f"{refusal.code or ''} {refusal.message}",
        refusal.body,
        limit=limit,
        estimate=estimate_tokens(contents),
    )
    if found is None and refusal.status == 413:
        return LengthRefusal("context")
    return found


def _rejected(refusal: ServerRefusal) -> ModelError:
    """Return the error of a request that no other form of it would mend."""
    if _NO_SUCH_MODEL.search(f"{refusal.code} {refusal.message}"):
        return ModelError(
            "LLM_REJECTED",
            f"The model's server has no such model: {refusal.named}.",
            advice="Check SPIDRA_LLM_MODEL.",
        )
    if refusal.status in (404, 405):
        return ModelError(
            "LLM_REJECTED",
            f"The model's server has no chat completions at this address: {refusal.named}.",
            advice="Check OPENAI_BASE_URL: for most servers it ends with /v1.",
        )
    return ModelError("LLM_REJECTED", f"The model's server answered with {refusal.named}.")


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
