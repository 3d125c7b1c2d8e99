"""The errors of a model and of its server. `refusals` finds them in the server's responses."""

from __future__ import annotations

from activities.extraction.length_refusals import LengthRefusal
from domain.failures import ScrapeError

_OUTAGES = frozenset({"LLM_OVERLOADED", "LLM_TIMEOUT", "LLM_UNREACHABLE"})
"""Codes that mean a broken server, not a refused request."""

_TRANSIENT = _OUTAGES | {"LLM_RATE_LIMITED"}
"""Codes after which the same request may succeed later."""


class ModelError(ScrapeError):
    """The model gave no usable answer, for a reason in `domain.failures.FAILURE_KINDS`."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        retry_after: float | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(code, what, advice=advice)
        self.code = code
        self.what = what
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

    def __init__(self, ratio: float = 1.0) -> None:
        super().__init__()
        self.ratio = ratio
        """By how much this text has more tokens than others of its kind."""


class OutputTooLongError(Exception):
    """The answer was cut off at the limit of its length. Its beginning is `text`."""

    def __init__(self, text: str = "", *, by_thinking: bool = False) -> None:
        super().__init__()
        self.text = text
        self.by_thinking = by_thinking
        """Whether the model was still thinking, so that a shorter page would help little."""


class PageTooLongError(ScrapeError):
    """The page takes more requests than a page may take."""

    def __init__(self, what: str, *, advice: str | None = None) -> None:
        super().__init__("PAGE_TOO_LONG", what, advice=advice)


class LengthRefusedError(Exception):
    """The server refuses the request because of a length, which may be the limit of the answer."""

    def __init__(self, refusal: LengthRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


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


def no_completion() -> ModelError:
    """Return the error of a response that is not a chat completion."""
    return ModelError("LLM_REJECTED", "The model's server answered with no chat completion.")


def timed_out() -> ModelError:
    """Return the error of a model that took too long for one answer."""
    return ModelError("LLM_TIMEOUT", "The model did not answer in time.")


def item_timed_out() -> ModelError:
    """Return the error of an item whose time ended before the model had answered."""
    return ModelError("LLM_TIMEOUT", "The model did not finish within the item's time.")


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
