"""Request bodies in the form that one model accepts, learnt from its refusals."""

from __future__ import annotations

import logging
from typing import Any

from activities.extraction.errors import FormatRejectedError, ParameterRejectedError
from activities.extraction.model_request import Message, ModelRequest
from activities.extraction.response_formats import (
    ResponseFormat,
    ResponseFormats,
    response_format_parameter,
)

logger = logging.getLogger(__name__)


class RequestBuilder:
    """Builds requests for `model`, and remembers which formats and parameters it refuses."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._formats = ResponseFormats()
        # New models of OpenAI accept only `max_completion_tokens`. Other servers may not know it.
        self._limit_name = "max_tokens"
        self._accepts_temperature = True

    def response_format(self, request: ModelRequest) -> ResponseFormat:
        """Return the strictest format that the model may accept for `request`."""
        return self._formats.strictest_for(request.schema) if request.wants_json else "prompt"

    def body(self, request: ModelRequest, response_format: ResponseFormat) -> dict[str, Any]:
        """Return the parameters of the HTTP request."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [_encodable(message) for message in request.messages],
            self._limit_name: request.max_tokens,
        }
        if self._accepts_temperature:
            body["temperature"] = 0
        parameter = response_format_parameter(response_format, request.schema)
        if parameter is not None:
            body["response_format"] = parameter
        return body

    def enforced_format(
        self, request: ModelRequest, response_format: ResponseFormat
    ) -> ResponseFormat:
        """Return what the server enforces of `response_format`, as far as known."""
        return self._formats.enforced(response_format, request.schema)

    def record_answer(
        self, request: ModelRequest, response_format: ResponseFormat, text: str
    ) -> ResponseFormat:
        """Learn from an answer what the server enforces, and return what it enforced."""
        known = self._formats.enforced(response_format, request.schema)
        enforced = self._formats.record_answer(response_format, request.schema, text)
        if enforced != known:
            extra = {"response_format": response_format}
            logger.info("the model's server accepts a format but does not enforce it", extra=extra)
        return enforced

    def record_rejected_format(
        self, error: FormatRejectedError, request: ModelRequest, response_format: ResponseFormat
    ) -> None:
        """Remember that the server refused `response_format` for `request`."""
        extra = {"response_format": response_format}
        logger.info("the model's server refuses a format", extra=extra)
        self._formats.record_refusal(response_format, request.schema, only_schema=error.only_schema)

    def record_rejected_parameter(self, error: ParameterRejectedError) -> None:
        """Remember to leave out the temperature, or to use the other name of the token limit."""
        logger.info("the model refuses a parameter", extra={"parameter": error.name})
        if error.name == "temperature":
            self._accepts_temperature = False
        elif error.name == "max_tokens":
            self._limit_name = "max_completion_tokens"
        else:
            self._limit_name = "max_tokens"


def _encodable(message: Message) -> Message:
    """Return `message` without lone surrogates, which UTF-8 cannot encode."""
    return {**message, "content": message["content"].encode(errors="replace").decode()}
