"""How a proxy exit fails: one kind for each cause, with a sentence that shows no secrets."""

from __future__ import annotations

from enum import StrEnum


class ExitFailure(StrEnum):
    """Why there is no connection through an exit."""

    AWAY = "away"
    """The exit cannot be reached."""
    UNTRUSTED = "untrusted"
    """The TLS certificate of the exit is not valid."""
    CREDENTIAL = "credential"
    """The exit wants another user name and password."""
    GARBAGE = "garbage"
    """What the exit sends is not the protocol of a proxy."""
    FORBIDDEN = "forbidden"
    """The exit refuses to connect to the target, by its rules."""
    HANGING = "hanging"
    """The exit does not answer."""
    CLOSED = "closed"
    """The exit ends the connection instead of an answer."""
    BUSY = "busy"
    """The exit has as many connections as it allows, for now."""
    TARGET = "target"
    """The exit says that it cannot reach the target."""
    SILENT = "silent"
    """The exit connects to the target, and passes nothing of the answer on."""

    @property
    def is_certain(self) -> bool:
        """Whether the exit is the cause, and no target can be."""
        return self in _CERTAIN

    @property
    def is_about_target(self) -> bool:
        """Whether the exit works, and tells why it does not connect to the target."""
        return self in (ExitFailure.TARGET, ExitFailure.FORBIDDEN)


_CERTAIN = frozenset(
    {ExitFailure.AWAY, ExitFailure.UNTRUSTED, ExitFailure.CREDENTIAL, ExitFailure.GARBAGE}
)

_SENTENCES = {
    ExitFailure.AWAY: "The proxy exit cannot be reached",
    ExitFailure.UNTRUSTED: "The TLS certificate of the proxy exit is not valid",
    ExitFailure.CREDENTIAL: "The proxy exit asks for another user name and password",
    ExitFailure.GARBAGE: "The proxy exit did not answer as a proxy does",
    ExitFailure.FORBIDDEN: "The proxy exit does not allow connections to port {port} of {host}",
    ExitFailure.HANGING: "The proxy exit did not answer in time, when it was asked for {host}",
    ExitFailure.CLOSED: "The proxy exit closed the connection, when it was asked for {host}",
    ExitFailure.BUSY: "The proxy exit takes no more connections for now",
    ExitFailure.TARGET: "The proxy exit found no connection to {host}",
    ExitFailure.SILENT: "The proxy exit connected to {host}, and passed nothing on",
}


class ExitError(OSError):
    """The upstream proxy cannot be reached, or does not connect to the target.

    `detail` says more about the failure, such as `HTTP status 403`. It holds no secrets, and no
    name of the exit or the target. `status` is the HTTP status of the proxy's answer.
    """

    def __init__(
        self, failure: ExitFailure, detail: str = "", *, status: int | None = None
    ) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.status = status
        self.detail = detail

    def sentence(self, host: str, port: int) -> str:
        """Return what happened when the exit was asked for `host` and `port`."""
        what = _SENTENCES[self.failure].format(host=host, port=port)
        return f"{what} ({self.detail})." if self.detail else f"{what}."
