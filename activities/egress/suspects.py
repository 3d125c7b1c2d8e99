"""Exits through which a page did not come, while exit or site may be the cause.

Another exit that asks the same site is the witness.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from activities.egress.exit_errors import ExitError, ExitFailure
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
    error: ExitError
    is_certain: bool = False
    is_counted: bool = True
    """Whether the failure brings the exit nearer to a rest."""


class Suspects:
    """The suspected exits of one item. `is_well` returns whether other items use an exit well."""

    def __init__(self, is_well: Callable[[ItemExit], bool]) -> None:
        self._is_well = is_well
        self._waited: dict[ItemExit, float] = {}
        """Seconds that each exit had; infinite if time was not what it lacked."""
        self._errors: dict[ItemExit, ExitError] = {}

    def add(self, exit_: ItemExit, code: str) -> None:
        """Suspect `exit_`, through which the item has failed with `code`."""
        failure = ExitFailure.SILENT if exit_.is_silent else _FAILURES[code]
        self._add(
            exit_, ExitError(failure), exit_.waited if code == "NAVIGATION_TIMEOUT" else math.inf
        )

    def add_refusal(self, exit_: ItemExit, error: ExitError) -> None:
        """Suspect `exit_`, which says why it did not connect to the site."""
        self._add(exit_, error, math.inf)

    def _add(self, exit_: ItemExit, error: ExitError, waited: float) -> None:
        self._waited[exit_], self._errors[exit_] = waited, error

    def blamed_by(self, witness: ItemExit) -> list[Finding]:
        """Return the suspects that are to blame, since the site has answered through `witness`.

        A slow site is no fault of the exits that were given less time than the site needs. An exit
        that others use well may be unwelcome at this site only.
        """
        least = _SLOWER * (witness.answered_after or 0.0)
        return [
            Finding(
                exit_,
                error,
                is_certain=error.failure is ExitFailure.SILENT
                and not self._is_well(exit_)
                and not exit_.proxy.has_sessions,
            )
            for exit_, error in self._errors.items()
            if self._waited[exit_] >= least and exit_.proxy != witness.proxy
        ]

    def blamed_by_nobody(self) -> list[Finding]:
        """Return the suspects that may be to blame, if the site has answered through no exit.

        The site is the cause if one of the silent ones serves other items, or if several say that
        they cannot connect to it.
        """
        silent = {
            exit_: error
            for exit_, error in self._errors.items()
            if error.failure is ExitFailure.SILENT
        }
        if any(self._is_well(exit_) for exit_ in silent):
            silent = {}
        refusing = {e: error for e, error in self._errors.items() if error.failure.is_about_target}
        is_counted = len({exit_.proxy for exit_ in refusing}) == 1
        return [
            *(Finding(exit_, error) for exit_, error in silent.items()),
            *(Finding(exit_, error, is_counted=is_counted) for exit_, error in refusing.items()),
        ]
