"""The way of one item past the walls that it meets, in a browser."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame

from activities.browser import captchas
from activities.browser.captchas import Widget
from activities.browser.navigation import Navigation
from activities.browser.tab import Tab
from activities.walls.detector import WALL_STATUSES, WallDetection, detect_wall, is_bare
from activities.walls.facts import SeenPage
from activities.walls.signatures import CAPTCHA_NAMES, CaptchaKind
from activities.walls.solver import AccountError, Answer, Solver, SolverError
from domain.failures import ScrapeError

logger = logging.getLogger(__name__)

CHALLENGE_TIMEOUT = 15.0
MAX_CAPTCHAS = 3

_TRIES = 2
"""Answers that one CAPTCHA is given."""

_LOOK = 1.0
"""Seconds until a wall is looked at again, if its page does not go on before."""

_GRACE = 5.0
"""Seconds in which a site that was given an answer has to do something with it, if it shows no
other document."""

_CALLBACK_PATIENCE = 2.5
"""Seconds after which a form is submitted whose callback has done nothing visible."""

_RELOAD_TIMEOUT = 15.0
_FRAME_TIMEOUT = 2.0
_MAX_FRAMES = 10
_LEAST_TIME = 5.0
"""Seconds below which no CAPTCHA is begun any more."""


@dataclass(frozen=True)
class Shown:
    """A document in a browser that has settled."""

    tab: Tab
    navigation: Navigation
    seen: SeenPage


@dataclass(frozen=True)
class _Given:
    """An answer that a page was given and has not accepted yet."""

    answer: Answer
    document: int
    at: float


class WallHandler:
    """What one item has done, and may still do, about walls.

    Without a `solver` CAPTCHAs are told of and not solved. `max_captchas` limits what the solver is
    asked for; all of it ends at `deadline`, a time of the event loop. `challenge_timeout` are the
    seconds for all challenges of the item that may resolve by themselves.
    """

    def __init__(
        self,
        solver: Solver | None = None,
        *,
        deadline: float | None = None,
        max_captchas: int = MAX_CAPTCHAS,
        challenge_timeout: float = CHALLENGE_TIMEOUT,
    ) -> None:
        self.solved = 0
        """CAPTCHAs whose answers were accepted."""
        self.has_met_walls = False
        """Whether anything was done about one."""
        self._solver = solver
        self._deadline = deadline
        self._max_captchas = max_captchas
        self._patience = challenge_timeout
        self._asked = 0
        self._failed: dict[CaptchaKind, int] = {}
        self._given: _Given | None = None
        self._listened_to: set[CaptchaKind] = set()
        self._passed_document = 0

    def enter(self) -> None:
        """Begins in a new tab: what was given to a page in an earlier one is gone with it."""
        self._given = None
        self._listened_to.clear()
        self._passed_document = 0

    def must_be_read(self, status: int) -> bool:
        """Whether a page with that status may be a wall, and must not be refused unread."""
        return status in WALL_STATUSES

    def has_cleared(self, document: int) -> bool:
        """Whether a wall was passed within that document, so that its status is the wall's."""
        return self._passed_document == document

    async def clear(self, shown: Shown) -> bool:
        """Whether the tab shows what was asked for.

        False: it shows a wall, about which something was done; look again. Raises `ScrapeError` if
        nothing more can be done.
        """
        detection = await self._detect(shown)
        if detection is None:
            self._accept(shown.navigation.documents)
            return True
        self.has_met_walls = True
        await shown.tab.draw(full_size=True)  # some of them are pictures
        if self._given is not None and not await self._is_refused(detection, shown.navigation):
            return False
        if detection.may_resolve and (detection.captcha is None or self._solver is None):
            if self._patience > 0:
                await self._wait(shown.navigation)
                return False
            raise detection.error()
        if detection.captcha is None or self._solver is None:
            raise detection.error()
        await self._solve(detection.captcha, detection, self._solver, shown)
        return False

    async def _detect(self, shown: Shown) -> WallDetection | None:
        # In a thread: a page that is made for it takes a second.
        if detection := await asyncio.to_thread(detect_wall, shown.seen):
            return detection
        if not is_bare(shown.seen):
            return None
        for frame in shown.tab.page.frames[1 : 1 + _MAX_FRAMES]:
            html = await _html(frame)
            if html and (
                detection := await asyncio.to_thread(detect_wall, SeenPage(html, frame.url))
            ):
                return replace(detection, status=shown.seen.status, url=shown.seen.url)
        return None

    def _accept(self, document: int) -> None:
        if self._given is not None:
            self.solved += 1
            self._failed.pop(self._given.answer.kind, None)
            if self._given.document == document:
                self._passed_document = document
            self._given = None

    async def _is_refused(self, detection: WallDetection, navigation: Navigation) -> bool:
        """Whether the answer that was given led nowhere, or to the next wall; waits a little if
        that is not clear yet."""
        given = self._given
        assert given is not None and self._solver is not None  # noqa: S101, PT018 -- by the caller
        now = asyncio.get_running_loop().time()
        is_same = navigation.documents == given.document
        until = given.at + (3 * _GRACE if navigation.active else _GRACE)
        if is_same and now < until:
            await _change(navigation, _LOOK)
            return False
        self._given = None
        if detection.captcha != given.answer.kind:
            self.solved += 1
            return True
        self._count_failure(given.answer.kind)
        # Few pages ask a second time by themselves.
        self._listened_to.discard(given.answer.kind)
        await self._solver.report_wrong(given.answer)
        return True

    def _count_failure(self, kind: CaptchaKind) -> None:
        self._failed[kind] = self._failed.get(kind, 0) + 1

    async def _wait(self, navigation: Navigation) -> None:
        clock = asyncio.get_running_loop()
        start = clock.time()
        await _change(navigation, min(_LOOK, self._patience))
        # What the page does next takes time as well, and counts.
        self._patience -= max(clock.time() - start, _LOOK / 2)

    async def _solve(
        self, kind: CaptchaKind, detection: WallDetection, solver: Solver, shown: Shown
    ) -> None:
        widget = await captchas.find(shown.tab.page, kind)
        if widget is not None and widget.is_hidden and kind not in self._listened_to:
            self._listened_to.add(kind)
            await self._listen(shown)
            return
        puzzle = None if widget is None else widget.puzzle
        if widget is None or puzzle is None or not (puzzle.sitekey or puzzle.image):
            if self._patience <= 0:
                raise _failed(kind, "its widget does not say what it asks for", detection)
            await self._wait(shown.navigation)
            return
        answer = await self._ask(solver, widget, detection)
        if answer is not None:
            await self._give(widget, answer, shown.navigation)

    async def _listen(self, shown: Shown) -> None:
        """Loads the page again, and hears what it tells the CAPTCHA's scripts."""
        navigation, before = shown.navigation, shown.navigation.documents
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_RELOAD_TIMEOUT), captchas.hearing(shown.tab.session):
                await shown.tab.session.send("Page.reload")
                await navigation.until(lambda: navigation.documents > before and navigation.parsed)

    async def _ask(self, solver: Solver, widget: Widget, detection: WallDetection) -> Answer | None:
        """The service's answer; None if it has none, and may be asked again."""
        kind = widget.puzzle.kind
        tried = self._failed.get(kind, 0)
        if tried >= _TRIES:
            raise _failed(kind, f"{tried} answers did not lead past it", detection)
        if self._asked >= self._max_captchas:
            what = f"the item may ask for {self._max_captchas} answers only"
            raise _failed(kind, what, detection)
        clock = asyncio.get_running_loop()
        if self._deadline is not None and self._deadline - clock.time() < _LEAST_TIME:
            raise _failed(kind, "there was no time left to solve it", detection)
        self._asked += 1
        try:
            async with asyncio.timeout_at(self._deadline):
                answer = await solver.solve(widget.puzzle)
        except AccountError as error:
            logger.error("the CAPTCHA solver refuses to work: %s", error)
            what = f"The page is behind {CAPTCHA_NAMES[kind]}, and the solver refuses: {error}."
            raise _located(ScrapeError("CAPTCHA_ACCOUNT", what), detection) from None
        except TimeoutError:
            raise _failed(kind, "it was not solved in the item's time", detection) from None
        except SolverError as error:
            self._count_failure(kind)
            if self._failed[kind] >= _TRIES or self._asked >= self._max_captchas:
                raise _failed(kind, str(error), detection) from None
            return None
        return answer

    async def _give(self, widget: Widget, answer: Answer, navigation: Navigation) -> None:
        document, activity = navigation.documents, navigation.activity
        self._given = _Given(answer, document, asyncio.get_running_loop().time())

        def goes_on() -> bool:
            return (
                navigation.documents != document
                or navigation.pending is not None
                or navigation.activity != activity
            )

        has_called = await widget.give(answer.value)
        if has_called:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CALLBACK_PATIENCE):
                    await navigation.until(goes_on)
            # Many a callback only unlocks the button.
            if goes_on() or not await widget.is_there():
                return
        await widget.submit()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CALLBACK_PATIENCE):
                await navigation.until(goes_on)


async def _change(navigation: Navigation, seconds: float) -> None:
    """Waits until the page goes to another document, but not longer than `seconds`."""
    documents = navigation.documents
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await navigation.until(
                lambda: navigation.documents != documents or navigation.pending is not None
            )


async def _html(frame: Frame) -> str | None:
    try:
        async with asyncio.timeout(_FRAME_TIMEOUT):
            return await frame.content()
    except (TimeoutError, PlaywrightError):
        return None


def _failed(kind: CaptchaKind, why: str, detection: WallDetection) -> ScrapeError:
    what = f"The page is behind {CAPTCHA_NAMES[kind]}, and {why}."
    return _located(ScrapeError("CAPTCHA_FAILED", what), detection)


def _located(error: ScrapeError, detection: WallDetection) -> ScrapeError:
    error.http_status, error.final_url = detection.status, detection.url
    return error
