"""A client of the services that solve CAPTCHAs by createTask and getTaskResult."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from activities.walls.providers import DIALECTS, DialectName, Puzzle, dialect_of
from activities.walls.signatures import CaptchaKind

logger = logging.getLogger(__name__)

_REQUEST_TIMEOUT = 15.0
"""Seconds for one request to the service."""

_TRIES = 3
"""Times that a task is handed in if the service fails before it has taken it."""

_PAUSE = 3.0
"""Seconds between questions whether a task is done."""

_MAX_TOKEN = 64 * 1024

_ERROR_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")

_ACCOUNT = re.compile(
    r"ZERO_BALANCE|INSUFFICIENT|KEY_DOES_NOT_EXIST|WRONG_USER_KEY|KEY_DENIED|KEY_INVALID|"
    r"INVALID_KEY|_IP_|ACCOUNT_|DOMAIN_NOT_ALLOWED|SERVICE_UNAVAILABLE_FOR"
)
"""Errors that only the operator can mend."""

_BUSY = re.compile(r"NO_SLOT_AVAILABLE|SERVICE_UNAVAILABLE$|RATE_LIMIT|TOO_MANY|THROTTL")
"""Errors that say that the task was not taken now."""

_TOKEN_NAMES = ("gRecaptchaResponse", "token", "text", "captcha_response", "code")


class SolverError(Exception):
    """There is no answer. The message is a clause about why, free of secrets."""


class AccountError(SolverError):
    """The service does not work for this account: no balance, or a key that it does not know."""


@dataclass(frozen=True)
class Answer:
    """What a service says, right or wrong."""

    value: str
    """A token, or what is to be read on the image."""
    kind: CaptchaKind
    task_id: int | str


class Solver:
    """A service at `url`, asked with `key`. Call `close` after use.

    `dialect` is told by the URL's host unless it is given.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        dialect: DialectName | None = None,
        timeout: float,
        pause: float = _PAUSE,
        request_timeout: float = _REQUEST_TIMEOUT,
    ) -> None:
        self.timeout = timeout
        """Seconds for one CAPTCHA."""
        self._url = url.rstrip("/")
        self._key = key
        self._dialect_name = dialect or dialect_of(url)
        self._dialect = DIALECTS[self._dialect_name]
        self._pause = pause
        self._request_timeout = aiohttp.ClientTimeout(total=request_timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Ends all connections."""
        if self._session is not None:
            await self._session.close()

    async def check(self) -> None:
        """Logs what the account at the service has left, or what is wrong with it."""
        try:
            answer = await self._call("getBalance", {})
        except SolverError as error:
            logger.warning("the CAPTCHA solver is of no use now: %s", error)
            return
        balance = answer.get("balance")
        if isinstance(balance, int | float) and balance <= 0:
            logger.warning("the CAPTCHA solver has no balance left")
        else:
            logger.info("CAPTCHA solver ready", extra={"balance": balance})

    async def solve(self, puzzle: Puzzle) -> Answer:
        """The answer to `puzzle`. Raises `SolverError`, and `AccountError`."""
        try:
            async with asyncio.timeout(self.timeout):
                return await self._solve(puzzle)
        except TimeoutError:
            raise SolverError(f"it was not solved within {self.timeout:g} seconds") from None

    async def report_wrong(self, answer: Answer) -> None:
        """Tells the service that the site did not accept `answer`; without effect if the service
        does not want to know."""
        method = self._dialect.report(answer.kind)
        if method is None:
            return
        body: dict[str, Any] = {"taskId": answer.task_id}
        if method == "feedbackTask":
            body["result"] = {"invalid": True, "message": "not accepted by the site"}
        try:
            await self._call(method, body)
        except SolverError as error:
            logger.info("a wrong answer was not reported: %s", error)

    async def _solve(self, puzzle: Puzzle) -> Answer:
        answer = await self._create(puzzle)
        task_id = answer.get("taskId")
        if not isinstance(task_id, int | str):
            raise SolverError("the service answered without a task")
        # Some have read an image before they answer at all.
        while answer.get("status") != "ready":
            await asyncio.sleep(self._pause)
            try:
                answer = await self._call("getTaskResult", {"taskId": task_id})
            except _UnreachableError:
                answer = {}
        solution = answer.get("solution")
        values = [
            value
            for name in _TOKEN_NAMES
            if isinstance(solution, dict) and (value := solution.get(name))
        ]
        if not values or not isinstance(values[0], str) or len(values[0]) > _MAX_TOKEN:
            raise SolverError("the service answered without a solution")
        return Answer(values[0], puzzle.kind, task_id)

    async def _create(self, puzzle: Puzzle) -> dict[str, Any]:
        body = {"task": self._dialect.task(puzzle)}
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._call("createTask", body)
            except _UnreachableError as error:
                # A task that the service may have taken would be paid twice.
                if attempt == _TRIES or not error.is_refusal:
                    raise
            await asyncio.sleep(self._pause)
        raise AssertionError("unreachable")

    async def _call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """The service's answer; raises `SolverError` if that is an error."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._request_timeout)
        try:
            async with self._session.post(
                f"{self._url}/{method}",
                json={"clientKey": self._key, **body},
                allow_redirects=False,
            ) as response:
                status = response.status
                content = await response.read()
        except aiohttp.ClientConnectorError:
            raise _UnreachableError("the service is out of reach", is_refusal=True) from None
        except (aiohttp.ClientError, TimeoutError):
            raise _UnreachableError("the service did not answer", is_refusal=False) from None
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        # Some send errors with a status of their own.
        if not isinstance(answer, dict) or "errorId" not in answer:
            if status == 200:
                raise SolverError("the service answered with something else than JSON")
            if status in (401, 402, 403):
                raise AccountError(f"the service answered with HTTP status {status}")
            raise _UnreachableError(
                f"the service answered with HTTP status {status}", is_refusal=status >= 500
            )
        if answer["errorId"]:
            raise _error(answer.get("errorCode"))
        return answer


class _UnreachableError(SolverError):
    """The service failed, for the moment perhaps."""

    def __init__(self, what: str, *, is_refusal: bool) -> None:
        super().__init__(what)
        self.is_refusal = is_refusal
        """Whether it has hardly taken what it was asked for."""


def _error(code: object) -> SolverError:
    # Descriptions repeat what was sent, the key as well.
    name = (
        code if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else "an error without code"
    )
    if _ACCOUNT.search(name):
        return AccountError(f"the service answered with {name}")
    if _BUSY.search(name):
        return _UnreachableError(f"the service answered with {name}", is_refusal=True)
    return SolverError(f"the service answered with {name}")
