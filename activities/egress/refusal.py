"""Why the gateway did not connect to a host."""

from __future__ import annotations

from dataclasses import dataclass

REFUSAL_HEADER = "x-spidra-refusal"
"""Header of the gateway's own answers. Its value is the name that `EgressSession.refuse` gave."""


@dataclass(frozen=True)
class EgressRefusal:
    """Why a request got no further than the gateway."""

    code: str
    """One of `domain.failures.FAILURE_KINDS`."""
    what: str
    """What happened, in one sentence."""
    status: int
    """HTTP status with which the gateway answers its client."""


class EgressRefusedError(Exception):
    """There is no connection to the target."""

    def __init__(self, refusal: EgressRefusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
