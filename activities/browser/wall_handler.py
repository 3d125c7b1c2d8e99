"""Get one item past the walls that it meets in a browser."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame

from activities.browser import captchas, proofs
from activities.browser.captchas import Widget
from activities.browser.limited_solver import LimitedSolver, captcha_failed
from activities.browser.navigation import Navigation
from activities.browser.tab import Tab
from activities.walls.detection import WALL_STATUSES, WallDetection
from activities.walls.detector import detect_wall, is_bare
from activities.walls.facts import SeenPage
from activities.walls.signatures import CaptchaKind
from activities.walls.solver import Answer, Solver

CHALLENGE_TIMEOUT = 15.0
MAX_CAPTCHAS = 3

_CHECK_INTERVAL = 1.0
"""Seconds between two looks at a wall, unless its page goes on earlier."""

_REACTION_TIME = 5.0
"""Seconds for a site to react to an answer before the answer counts as refused."""

_CALLBACK_TIMEOUT = 2.5
"""Seconds to wait for a visible effect of a callback or a form. After a callback without effect,
the form is submitted."""

_RELOAD_TIMEOUT = 15.0
_FRAME_TIMEOUT = 2.0
_MAX_FRAMES = 10


@dataclass(frozen=True)
class LoadedDocument:
    """A document in a browser whose scripts have settled."""

    tab: Tab
    navigation: Navigation
    page: SeenPage


@dataclass(frozen=True)
class _PendingAnswer:
    """An answer that was entered in a page and is not accepted or refused yet."""

    answer: Answer
    document: int
    """Number of the document in which it was entered."""
    entered_at: float


class WallHandler:
    """What one item has done about walls, and what it still may do.

    Without a `solver` no CAPTCHA is solved, but its kind is reported. The item may ask for
    `max_captchas` answers until `deadline`, a time of the event loop. All challenges of the item
    that may resolve by themselves have `challenge_timeout` seconds together.
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
        """Number of CAPTCHAs whose answers were accepted."""
        self.has_met_walls = False
        """Whether the item has met a wall."""
        self._solver: LimitedSolver | None = None
        if solver is not None:
            self._solver = LimitedSolver(solver, deadline=deadline, max_captchas=max_captchas)
        self._patience = challenge_timeout
        self._pending: _PendingAnswer | None = None
        self._hooked: set[CaptchaKind] = set()
        """Kinds of CAPTCHAs for which the page was reloaded with hooks."""
        self._cleared_document = 0

    def enter_tab(self) -> None:
        """Forget the documents of an earlier tab: the item starts again in a new tab."""
        self._pending = None
        self._hooked.clear()
        self._cleared_document = 0

    def must_be_read(self, status: int) -> bool:
        """Return whether a page with this HTTP status may be a wall, so that it must be read."""
        return status in WALL_STATUSES

    def has_cleared(self, document: int) -> bool:
        """Return whether a wall was passed within this document; its status is then the wall's."""
        return self._cleared_document == document

    async def clear(self, document: LoadedDocument) -> bool:
        """Return whether the tab shows the page and no wall.

        After False, something was done about a wall: wait for the next document and call this
        again. Raises `ScrapeError` if nothing more can be done.
        """
        detection = await _detect(document)
        if detection is None:
            self._accept_pending(document.navigation.documents)
            return True
        self.has_met_walls = True
        await document.tab.scale_drawing(full_size=True)  # some CAPTCHAs are pictures
        pending = self._pending
        if pending is not None and not await self._is_decided(pending, detection, document):
            return False
        if detection.may_resolve and (detection.captcha is None or self._solver is None):
            if self._patience <= 0:
                raise detection.error()
            start = asyncio.get_running_loop().time()
            if detection.works_alone:
                await proofs.advance(document.tab.page)
            await self._wait(document.navigation, since=start)
            return False
        if detection.captcha is None or self._solver is None:
            raise detection.error()
        await self._solve(detection.captcha, detection, self._solver, document)
        return False

    def _accept_pending(self, document: int) -> None:
        """Count the pending answer, if there is one, as accepted."""
        pending, self._pending = self._pending, None
        if pending is None or self._solver is None:
            return
        self.solved += 1
        self._solver.forget_failures(pending.answer.kind)
        if pending.document == document:
            self._cleared_document = document

    async def _is_decided(
        self, pending: _PendingAnswer, detection: WallDetection, document: LoadedDocument
    ) -> bool:
        """Return whether the page has refused the pending answer, or shows the next wall.

        If that is not clear yet, wait a little and return False.
        """
        navigation = document.navigation
        is_same_document = navigation.documents == pending.document
        reaction_time = 3 * _REACTION_TIME if navigation.active else _REACTION_TIME
        now = asyncio.get_running_loop().time()
        if is_same_document and now < pending.entered_at + reaction_time:
            await _wait_for_change(navigation, _CHECK_INTERVAL)
            return False
        self._pending = None
        if detection.captcha != pending.answer.kind:
            self.solved += 1
            return True
        # Few pages tell their parameters a second time, so the hooks have to be set again.
        self._hooked.discard(pending.answer.kind)
        if self._solver is not None:
            await self._solver.report_wrong(pending.answer)
        return True

    async def _wait(self, navigation: Navigation, *, since: float | None = None) -> None:
        """Wait for the next document.

        The waiting costs patience. It begins at `since`, a time of the event loop, or now.
        """
        clock = asyncio.get_running_loop()
        start = clock.time() if since is None else since
        await _wait_for_change(navigation, min(_CHECK_INTERVAL, self._patience))
        # The next document takes time as well, so each wait costs half an interval at least.
        self._patience -= max(clock.time() - start, _CHECK_INTERVAL / 2)

    async def _solve(
        self,
        kind: CaptchaKind,
        detection: WallDetection,
        solver: LimitedSolver,
        document: LoadedDocument,
    ) -> None:
        """Do the next step towards a solved CAPTCHA."""
        widget = await captchas.find(document.tab.page, kind)
        if widget is not None and widget.needs_hooks and kind not in self._hooked:
            self._hooked.add(kind)
            await _reload_with_hooks(document)
            return
        task = None if widget is None else widget.task
        if widget is None or task is None or not (task.sitekey or task.image):
            if self._patience <= 0:
                why = "its widget does not say what it asks for"
                raise captcha_failed(kind, why, detection)
            await self._wait(document.navigation)
            return
        answer = await solver.solve(task, detection)
        if answer is not None:
            number = document.navigation.documents
            now = asyncio.get_running_loop().time()
            self._pending = _PendingAnswer(answer, number, now)
            await _enter_answer(widget, answer, document.navigation)


async def _detect(document: LoadedDocument) -> WallDetection | None:
    # In a thread: a hostile page can keep the detection busy for a second.
    if detection := await asyncio.to_thread(detect_wall, document.page):
        return detection
    if not is_bare(document.page):
        return None
    for frame in document.tab.page.frames[1 : 1 + _MAX_FRAMES]:
        html = await _html_of(frame)
        if html and (detection := await asyncio.to_thread(detect_wall, SeenPage(html, frame.url))):
            return replace(detection, status=document.page.status, url=document.page.url)
    return None


async def _html_of(frame: Frame) -> str | None:
    """Return the HTML of `frame`; None if the frame is gone or busy."""
    try:
        async with asyncio.timeout(_FRAME_TIMEOUT):
            return await frame.content()
    except (TimeoutError, PlaywrightError):
        return None


async def _wait_for_change(navigation: Navigation, seconds: float) -> None:
    """Wait until the page goes to another document, but not longer than `seconds`."""
    number = navigation.documents
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await navigation.until(lambda: navigation.has_left(number))


async def _reload_with_hooks(document: LoadedDocument) -> None:
    """Load the page again, and record what it tells the scripts of CAPTCHAs."""
    navigation, number = document.navigation, document.navigation.documents
    session = document.tab.session
    with suppress(TimeoutError, PlaywrightError):
        async with asyncio.timeout(_RELOAD_TIMEOUT), captchas.captcha_hooks(session):
            await session.send("Page.reload")
            await navigation.until(lambda: navigation.documents > number and navigation.parsed)


async def _enter_answer(widget: Widget, answer: Answer, navigation: Navigation) -> None:
    """Enter `answer` in the page, and submit its form unless a callback has done enough."""
    number, activity = navigation.documents, navigation.activity

    def goes_on() -> bool:
        return navigation.has_left(number) or navigation.activity != activity

    has_called = await widget.enter_answer(answer.value)
    if has_called:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CALLBACK_TIMEOUT):
                await navigation.until(goes_on)
        # Many callbacks only enable the button of the form.
        if goes_on() or not await widget.is_there():
            return
    await widget.submit()
    with suppress(TimeoutError):
        async with asyncio.timeout(_CALLBACK_TIMEOUT):
            await navigation.until(goes_on)
