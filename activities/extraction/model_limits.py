"""What is known about the lengths of one model: its context, its answers, and its tokens.

A worker knows only what its settings say. The rest is learnt from the server: from the tokens that
it counts, and from what it refuses.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence

from activities.extraction.cut_prompts import CutPrompts
from activities.extraction.errors import InputTooLongError, ModelError
from activities.extraction.length_refusals import LengthRefusal
from activities.extraction.model_request import Message, ModelRequest
from activities.extraction.token_counter import TokenCounter

logger = logging.getLogger(__name__)

MIN_ANSWER_TOKENS = 256
"""Room for an answer. With less room the page is divided instead."""

MARGIN_TOKENS = 300
"""Tokens for what a server adds around messages, where it has not counted them."""

_COUNTED_MARGIN = 16
"""The same where the server has counted the prompt."""

_ANSWER_SHARE = 4
"""An answer gets one part of so many of a context that is smaller than the settings say."""

_ROUND_FULL = 256
"""Contexts are multiples of this. The sum of prompt and answer may be off by one."""

_MIN_GUESS = 2000
"""Tokens. A smaller context is believed only if the server names it."""

_MIN_CONTEXT = 512
"""Tokens. No model for pages has a smaller context."""

_MORE_THAN_COUNTED = 1.25
"""How much longer a prompt may be than the part of it that the server has counted."""

_FORGET_SECONDS = 600.0
"""How long a limit is believed. Then a request finds out again.

A server may have been started anew with more room, and a guess may have been too low. A refused
request costs next to nothing.
"""


class ModelLimits:
    """The lengths that one model at one endpoint has room for."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.tokens = TokenCounter()
        self._now = now
        self._context: int | None = None
        self._answer: int | None = None
        self._cut_prompts = CutPrompts(self.tokens, self._lower_context)
        self._served = 0
        """Tokens of the longest prompt that was answered."""
        self._learnt_at = now()
        self._logged: set[tuple[str, int]] = set()

    def context(self, configured: int) -> int:
        """Return the tokens that a request and its answer may take together."""
        self._forget_old()
        return min(configured, self._context or configured)

    def answer_room(self, configured_context: int, configured: int) -> int:
        """Return the tokens to keep free for an answer beside a page."""
        self._forget_old()
        room = min(configured, self._answer or configured)
        if self._context is not None and self._context < configured_context:
            room = min(room, self._context // _ANSWER_SHARE)
        return room

    def answer_limit(self, request: ModelRequest) -> int:
        """Return the limit of the answer to `request`."""
        self._forget_old()
        limit = min(request.max_tokens, self._answer or request.max_tokens)
        if self._context is not None:
            left = self._context - self._prompt_tokens(request) - MARGIN_TOKENS
            limit = min(limit, max(left, MIN_ANSWER_TOKENS))
        return limit

    def learn_counted(self, request: ModelRequest, tokens: int, *, cached: int) -> None:
        """Remember that the prompt is `tokens` for the server, `cached` of them from its cache.

        Raises:
            InputTooLongError: The server has read only a part of the prompt.
        """
        if cached == 0:
            self._cut_prompts.check(_text(request.messages), tokens, self._served)
        if not self._cut_prompts.server_counts:
            return
        self._served = max(self._served, tokens)
        self._learn(request, tokens)

    def learn_full_context(self, prompt: int, answer: int, limit: int) -> None:
        """Remember that an answer was cut off after `answer` tokens, before its `limit`.

        Prompt and answer may have filled the context. Or the server has a lower limit for answers.
        """
        whole = prompt + answer
        if 0 < answer < limit and (whole + 1) % _ROUND_FULL <= 2:
            self._lower_context(whole)

    def adapt(self, refusal: LengthRefusal, request: ModelRequest, limit: int) -> int:
        """Return the next limit for the answer to `request`, after a refusal with `limit`.

        Raises:
            InputTooLongError: The prompt is too long with any limit.
            ModelError: The server names no limit, and refuses each that was tried.
        """
        if refusal.prompt is not None:
            self._learn(request, refusal.prompt)
        if refusal.about == "answer" and refusal.context is None:
            return self._lower_refused_answer(refusal.answer, limit)
        estimate = self._prompt_tokens(request)
        prompt = refusal.prompt or estimate
        if refusal.least_prompt is not None:
            prompt = max(prompt, int(refusal.least_prompt * _MORE_THAN_COUNTED))
        if refusal.context is None:
            self._guess_context(prompt + limit)
            # Which of both is too long is not said. The longer one is made shorter.
            left = 0 if prompt > limit else limit // 2
        else:
            if refusal.prompt is not None and refusal.prompt + limit > refusal.context:
                self._served = 0  # the server is not the one that answered longer prompts
            self._lower_context(refusal.context)
            margin = MARGIN_TOKENS if refusal.prompt is None else _COUNTED_MARGIN
            left = min(refusal.context - prompt - margin, limit - _COUNTED_MARGIN)
        if left < MIN_ANSWER_TOKENS or limit <= MIN_ANSWER_TOKENS:
            raise InputTooLongError(prompt / estimate)
        return left

    def _lower_refused_answer(self, allowed: int | None, limit: int) -> int:
        if allowed is None:
            if limit <= MIN_ANSWER_TOKENS:
                raise ModelError(
                    "LLM_REJECTED",
                    "The model's server refuses each limit of the answer.",
                    advice="Change SPIDRA_LLM_MAX_OUTPUT_TOKENS, as the worker's log says.",
                )
            allowed = max(limit // 2, MIN_ANSWER_TOKENS)
        self._lower_answer(allowed)
        return allowed

    def _guess_context(self, refused: int) -> None:
        """Lower the context after a refusal of `refused` tokens that names no number."""
        guess = max(refused * 2 // 3, self._served + MIN_ANSWER_TOKENS, _MIN_GUESS)
        if guess < refused:
            self._lower_context(guess)

    def _lower_context(self, context: int) -> None:
        if context < max(self._served, _MIN_CONTEXT):
            return  # the number means something else
        if self._context is None or context < self._context:
            self._context = context
            self._learnt_at = self._now()
            self._log("the model's context is limited", context)

    def _lower_answer(self, answer: int) -> None:
        if self._answer is None or answer < self._answer:
            self._answer = answer
            self._learnt_at = self._now()
            self._log("the model's answers are limited", answer)

    def _log(self, what: str, tokens: int) -> None:
        """Log a limit, but not each time that it is learnt again."""
        if (what, tokens) not in self._logged:
            self._logged.add((what, tokens))
            logger.warning(what, extra={"tokens": tokens})

    def _forget_old(self) -> None:
        """Forget the limits of a server that may have been started anew since."""
        if self._now() - self._learnt_at > _FORGET_SECONDS:
            self._context = self._answer = None
            self._served = 0
            self._learnt_at = self._now()

    def _prompt_tokens(self, request: ModelRequest) -> int:
        return self.tokens.count(_text(request.messages))

    def _learn(self, request: ModelRequest, tokens: int) -> None:
        """Learn from the page alone: our instructions are easier to read than pages are."""
        instructions = [each for each in request.messages if each["role"] == "system"]
        page = _text([each for each in request.messages if each["role"] != "system"])
        tokens -= self.tokens.count(_text(instructions))
        if tokens > (estimate := self.tokens.count(page)):
            # Some servers add the schema to the prompt, and others do not.
            tokens = max(tokens - self._schema_tokens(request), estimate)
        self.tokens.learn(page, tokens)

    def _schema_tokens(self, request: ModelRequest) -> int:
        if request.schema is None:
            return 0
        return self.tokens.count(json.dumps(request.schema, ensure_ascii=False))


def _text(messages: Sequence[Message]) -> str:
    return "\n".join(message["content"] for message in messages)
