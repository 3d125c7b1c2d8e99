"""Prompts of which a server has silently read only a part, as Ollama does.

Such a server counts fewer tokens than the text can have. So does a server that counts wrong, and
one that does not count what it had kept of an earlier prompt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from activities.content.tokens import count_kinds
from activities.extraction.errors import InputTooLongError
from activities.extraction.token_counter import TokenCounter, is_plausible

logger = logging.getLogger(__name__)

_ROUND = 1024
"""Contexts are multiples of this. Prompts have such a number of tokens by chance only."""

_ROUND_CUT = 256
"""The same for a prompt that is shorter than it can be. It may be off by one."""

_SHORTER = 0.75
"""A prompt of a round number of tokens that is so much shorter than thought may have been cut."""

_MIN_CUT = 1000
"""Tokens. No server has a smaller context, and no prompt of a page is much shorter."""

_UNCOUNTED = 0.75
"""A prompt of so much less than one that was answered is not cut: its cached part is not counted.

Old versions of Ollama count only what they had to read.
"""

_SAME_COUNT = 0.02
"""Part by which the tokens of two prompts that were cut may differ. Both fill the context."""

_OTHER_SIZE = 0.1
"""Part by which the sizes of two prompts differ that tell a cut from a wrong count."""


class CutPrompts:
    """What a server's counts tell about prompts that were cut.

    `lower_context` is called with the tokens of the context once they are known.
    """

    def __init__(self, tokens: TokenCounter, lower_context: Callable[[int], None]) -> None:
        self.server_counts = True
        """Whether the server's counts can be believed."""
        self._tokens = tokens
        self._lower_context = lower_context
        self._suspected_context: int | None = None
        self._latest: tuple[int, int] | None = None
        """Tokens and bytes of the latest prompt that the server seems to have cut."""

    def check(self, text: str, tokens: int, served: int) -> None:
        """Raise `InputTooLongError` if the server has left out a part of the prompt `text`.

        The server has counted `tokens` of it, and `served` of the longest prompt before.
        """
        if tokens < _MIN_CUT or not self.server_counts:
            return
        sizes = count_kinds(text)
        if not is_plausible(sizes, tokens) and tokens < sizes.total():
            if tokens < served * _UNCOUNTED:
                return
            self._weigh(tokens, sizes.total())
            if self.server_counts:
                raise InputTooLongError
        elif tokens % _ROUND == 0 and tokens < self._tokens.count(text) * _SHORTER:
            if tokens == self._suspected_context:
                self._lower_context(tokens)
            self._suspected_context = tokens
            raise InputTooLongError

    def _weigh(self, tokens: int, size: int) -> None:
        """Find out whether prompts are cut, or the server counts wrong.

        Prompts that are cut have the same number of tokens, however long they are.
        """
        before, self._latest = self._latest, (tokens, size)
        is_other = before is not None and not _are_near(size, before[1], _OTHER_SIZE)
        if (tokens + 1) % _ROUND_CUT <= 2:
            self._lower_context(tokens)
        elif before is None or not is_other:
            return
        elif _are_near(tokens, before[0], _SAME_COUNT):
            self._lower_context(max(tokens, before[0]))
        elif _are_near(tokens * before[1], before[0] * size, _OTHER_SIZE):
            self.server_counts = False
            logger.warning("the model's server reports too few tokens, so they are estimated")


def _are_near(one: int, other: int, part: float) -> bool:
    return abs(one - other) <= part * max(one, other)
