"""Exits through which a page did not come, while exit or site may be the cause.

Another exit that asks the same site is the witness.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from activities.egress.exit_errors import ExitFailure
from activities.egress.item_exit import ItemExit

_SLOWER = 2.0
"""How many times longer than the witness an exit has to be without an answer, to be the cause."""

_FAILURES = {
    "NAVIGATION_TIMEOUT": ExitFailure.HANGING,
    "TLS_ERROR": ExitFailure.GARBAGE,
    "CONNECTION_FAILED": ExitFailure.CLOSED,
}
"""How an exit has failed if some bytes came through it, by the failure of the item."""


@dataclass(frozen=True)
class Finding:
    """An exit that is to blame."""

    exit: ItemExit
    failure: ExitFailure
    is_certain: bool


class Suspects:
    """The suspected exits of one item. `is_well` returns whether other items use an exit well."""

    def __init__(self, is_well: Callable[[ItemExit], bool]) -> None:
        self._is_well = is_well
        self._waited: dict[ItemExit, float] = {}
        """Seconds that each exit had; infinite if time was not what it lacked."""
        self._failures: dict[ItemExit, ExitFailure] = {}

    def add(self, exit_: ItemExit, code: str) -> None:
        """Suspect `exit_`, through which the item has failed with `code`."""
        self._waited[exit_] = exit_.waited if code == "NAVIGATION_TIMEOUT" else math.inf
        self._failures[exit_] = ExitFailure.SILENT if exit_.is_silent else _FAILURES[code]

    def blamed_by(self, witness: ItemExit) -> list[Finding]:
        """Return the suspects that are to blame, since the site has answered through `witness`.

        A slow site is no fault of the exits that were given less time than the site needs. An exit
        that others use well may be unwelcome at this site only.
        """
        least = _SLOWER * (witness.answered_after or 0.0)
        return [
            Finding(
                exit_,
                failure,
                is_certain=failure is ExitFailure.SILENT
                and not self._is_well(exit_)
                and not exit_.proxy.has_sessions,
            )
            for exit_, failure in self._failures.items()
            if self._waited[exit_] >= least and exit_.proxy != witness.proxy
        ]

    def blamed_by_nobody(self) -> list[Finding]:
        """Return the suspects that may be to blame, if the site has answered through no exit.

        The site is the cause if one of them serves other items.
        """
        silent = [e for e, failure in self._failures.items() if failure is ExitFailure.SILENT]
        if any(self._is_well(exit_) for exit_ in silent):
            return []
        return [Finding(exit_, ExitFailure.SILENT, is_certain=False) for exit_ in silent]
