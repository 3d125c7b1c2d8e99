"""The log of what a model's server refuses, once for each reason."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from activities.extraction.errors import (
    FormatRejectedError,
    ModelError,
    ParameterRejectedError,
)
from activities.extraction.refusals import ServerRefusal
from activities.extraction.server_words import quotable

logger = logging.getLogger(__name__)

_MAX_REASONS = 200
"""Reasons to remember. After so many, some are logged again."""

_COMPARED_CHARACTERS = 80
"""Beginning of a sentence that tells reasons apart. Sentences end with what differs each time."""

_DIGITS = re.compile(r"\d+")


class RefusalLog:
    """Logs the reasons of a server for refusing requests. `key` is never logged."""

    def __init__(self, key: str | None) -> None:
        self._key = key
        self._seen: set[tuple[int, str | None, str]] = set()

    def record(self, refusal: ServerRefusal, error: Exception, sent: Mapping[str, Any]) -> None:
        """Log `refusal` of the request `sent`, which has become `error`, if its reason is new."""
        if isinstance(error, ModelError) and error.code == "LLM_RATE_LIMITED":
            return
        answer = ""
        if refusal.status not in (401, 403):  # these quote the key
            message = refusal.message.replace(self._key, "[key]") if self._key else refusal.message
            answer = quotable(message, sent)
        reason = (refusal.status, refusal.code, _DIGITS.sub("", answer)[:_COMPARED_CHARACTERS])
        if reason in self._seen:
            return
        if len(self._seen) >= _MAX_REASONS:
            self._seen.clear()
        self._seen.add(reason)
        # The worker adapts itself to these two, which each model without a feature causes.
        is_usual = isinstance(error, FormatRejectedError | ParameterRejectedError)
        logger.log(
            logging.INFO if is_usual else logging.WARNING,
            "the model's server refuses a request",
            extra={"status": refusal.status, "code": refusal.code, "answer": answer},
        )
