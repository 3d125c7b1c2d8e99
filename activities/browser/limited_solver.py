"""A CAPTCHA solver within the limits of one item."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from activities.walls.detection import WallDetection
from activities.walls.providers import CaptchaTask
from activities.walls.signatures import CAPTCHA_NAMES, CaptchaKind
from activities.walls.solver import (
    AccountError,
    Answer,
    Solver,
    SolverError,
    UnsupportedKindError,
)
from domain.failures import ScrapeError

logger = logging.getLogger(__name__)

_TRIES = 2
"""Answers to try for one CAPTCHA."""

_LEAST_TIME = 5.0
"""Seconds before the deadline at which no further CAPTCHA is started."""


class LimitedSolver:
    """A solver that one item may ask `max_captchas` times, until `deadline`.

    `deadline` is a time of the event loop; None for no limit.
    """

    def __init__(self, solver: Solver, *, deadline: float | None, max_captchas: int) -> None:
        self._solver = solver
        self._deadline = deadline
        self._max_captchas = max_captchas
        self._asked = 0
        self._failures: Counter[CaptchaKind] = Counter()

    async def solve(self, task: CaptchaTask, detection: WallDetection) -> Answer | None:
        """Return the service's answer to `task`, which stands on the wall of `detection`.

        Return None if the service has no answer but may be asked again. Raises `ScrapeError` if it
        may not.
        """
        kind = task.kind
        self._check_limits(kind, detection)
        self._asked += 1
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._solver.solve(task)
        except UnsupportedKindError:
            what = (
                f"The page is behind {CAPTCHA_NAMES[kind]}, which the solving service cannot solve."
            )
            raise _failure("CAPTCHA_REQUIRED", what, detection) from None
        except AccountError as error:
            logger.error("the CAPTCHA solver refuses to work: %s", error)
            what = f"The page is behind {CAPTCHA_NAMES[kind]}, and the solver refuses: {error}."
            raise _failure("CAPTCHA_ACCOUNT", what, detection) from None
        except TimeoutError:
            why = "it was not solved in the item's time"
            raise captcha_failed(kind, why, detection) from None
        except SolverError as error:
            self._failures[kind] += 1
            if self._failures[kind] >= _TRIES or self._asked >= self._max_captchas:
                raise captcha_failed(kind, str(error), detection) from None
            return None

    async def report_wrong(self, answer: Answer) -> None:
        """Count `answer` as a failure, and report it to the service."""
        self._failures[answer.kind] += 1
        await self._solver.report_wrong(answer)

    def forget_failures(self, kind: CaptchaKind) -> None:
        """Forget the failures of `kind`: a CAPTCHA of that kind has been passed."""
        del self._failures[kind]

    def _check_limits(self, kind: CaptchaKind, detection: WallDetection) -> None:
        """Raise `ScrapeError` if the service may not be asked about a CAPTCHA of `kind`."""
        tried = self._failures[kind]
        if tried >= _TRIES:
            raise captcha_failed(kind, f"{tried} answers did not lead past it", detection)
        if self._asked >= self._max_captchas:
            why = f"the item may ask for {self._max_captchas} answers only"
            raise captcha_failed(kind, why, detection)
        now = asyncio.get_running_loop().time()
        if self._deadline is not None and self._deadline - now < _LEAST_TIME:
            raise captcha_failed(kind, "there was no time left to solve it", detection)


def captcha_failed(kind: CaptchaKind, why: str, detection: WallDetection) -> ScrapeError:
    """Return the failure of an item that does not get past a CAPTCHA; `why` is a clause."""
    what = f"The page is behind {CAPTCHA_NAMES[kind]}, and {why}."
    return _failure("CAPTCHA_FAILED", what, detection)


def _failure(code: str, what: str, detection: WallDetection) -> ScrapeError:
    return ScrapeError(code, what, http_status=detection.status, final_url=detection.url)
