"""A client of the services that solve CAPTCHAs with `createTask` and `getTaskResult`."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from activities.walls.providers import PROVIDERS, CaptchaTask, ProviderName, provider_of
from activities.walls.signatures import CAPTCHA_NAMES, CaptchaKind

logger = logging.getLogger(__name__)

_REQUEST_TIMEOUT = 15.0
"""Seconds for one request to the service."""

_TRIES = 3
"""How often a task is submitted if the service fails before it has taken the task."""

_PAUSE = 3.0
"""Seconds between two questions whether a task is done."""

_TYPE_REST = 3600.0
"""Seconds for which no task of a type is submitted after the service has refused the type."""

_MAX_TOKEN = 64 * 1024
"""Characters of an answer: far more than any token has."""

_ERROR_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")

_ACCOUNT_STATUSES = frozenset((401, 402, 403))
"""HTTP statuses which say that the key or the balance is not good enough."""

_ACCOUNT_ERRORS = re.compile(
    r"ZERO_BALANCE|INSUFFICIENT|SETTLEMENT_FAILED|WRONG_USER_KEY|INVALID_KEY|ACCESS_DENIED|"
    r"(?<![A-Z])KEY_(?:DOES_NOT_EXIST|DENIED|INVALID|TEMP_BLOCKED|BLOCKED|BANNED|EXPIRED)|"
    r"(?<![A-Z])(?:IP|ACCOUNT|PACKAGE)_|SERVICE_UNAVAILABLE_FOR"
)
"""Error codes of problems that only the operator can solve."""

_BUSY_ERRORS = re.compile(
    r"NO_SLOT|SERVICE_UNAVA[A-Z]+$|RATE_LIMIT|TOO_MANY|TOO_MUCH|THROTTL|OVERLOAD|THREAD_"
)
"""Error codes which say that the service does not answer the request, for the moment.

CapSolver writes `ERROR_SERVICE_UNAVALIABLE`, CapMonster `ERROR_TOO_MUCH_REQUESTS`.
"""

_PENDING_ERRORS = re.compile(r"NOT_READY")
"""Error codes which say that a task is still being worked on: CapMonster's `CAPTCHA_NOT_READY`."""

_UNSUPPORTED_ERRORS = re.compile(r"TASK_NOT_SUPPORTED|NO_SUCH_METHOD|TASK_TYPE")
"""Error codes which say that the service does not solve this kind of CAPTCHA."""

_UNSOLVED = frozenset(("failed", "error", "unsolvable", "expired", "canceled", "cancelled"))
"""Statuses of a task that will not be solved. Some services give them without an error code."""

_SOLUTION_FIELDS = ("gRecaptchaResponse", "token", "text", "captcha_response", "code")
"""Fields of a solution that may hold the answer, in the order in which they are tried."""


class SolverError(Exception):
    """A CAPTCHA was not solved. The message is a clause that says why, without secrets."""


class AccountError(SolverError):
    """The service refuses to work for this account: no balance, or an unknown key."""


class UnsupportedKindError(SolverError):
    """The service does not solve this kind of CAPTCHA."""


@dataclass(frozen=True)
class Answer:
    """A service's answer to a CAPTCHA. It may be wrong."""

    value: str
    """A token, or the text of an image."""
    kind: CaptchaKind
    task_id: int | str


class Solver:
    """A client of the solving service at `url`. Call `close` after use.

    Without `provider`, the URL's host tells which provider it is.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        provider: ProviderName | None = None,
        timeout: float,
        pause: float = _PAUSE,
        request_timeout: float = _REQUEST_TIMEOUT,
    ) -> None:
        self.timeout = timeout
        """Seconds for one CAPTCHA."""
        self._url = url.rstrip("/")
        self._key = key
        self._provider = PROVIDERS[provider or provider_of(url)]
        self._refused: dict[str, tuple[float, str]] = {}
        """Types of tasks that the service refuses: until when each rests, and what was said."""
        self._pause = pause
        self._request_timeout = aiohttp.ClientTimeout(total=request_timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def check(self) -> None:
        """Log what the service does not solve, and the balance or the problem of the account."""
        solves = self._provider.solves
        if unsolved := [name for kind, name in CAPTCHA_NAMES.items() if not solves(kind)]:
            logger.warning("the CAPTCHA service does not solve %s", " and ".join(unsolved))
        try:
            response = await self._call("getBalance", {})
        except SolverError as error:
            logger.warning("the CAPTCHA solver cannot be used: %s", error)
            return
        balance = response.get("balance")
        if isinstance(balance, int | float) and balance <= 0:
            logger.warning("the CAPTCHA solver has no balance left")
        else:
            logger.info("CAPTCHA solver ready", extra={"balance": balance})

    async def solve(self, task: CaptchaTask) -> Answer:
        """Return the answer to a CAPTCHA.

        Raises:
            AccountError: The service refuses to work for this account.
            UnsupportedKindError: The service does not solve such CAPTCHAs.
            SolverError: There is no answer for another reason.
        """
        if not self._provider.solves(task.kind):
            raise UnsupportedKindError("the service does not solve it")
        now = asyncio.get_running_loop().time()
        task_type = self._provider.task_type(task)
        until, refusal = self._refused.get(task_type, (now, ""))
        if now < until:
            raise UnsupportedKindError(refusal)
        try:
            async with asyncio.timeout(self.timeout):
                return await self._solve(task)
        except UnsupportedKindError as error:
            self._refused[task_type] = (now + _TYPE_REST, str(error))
            raise
        except TimeoutError:
            raise SolverError(f"it was not solved within {self.timeout:g} seconds") from None

    async def report_wrong(self, answer: Answer) -> None:
        """Tell the service that the site did not accept `answer`, if the service has a way."""
        method = self._provider.report_method(answer.kind)
        if method is None:
            return
        body: dict[str, Any] = {"taskId": answer.task_id}
        if method == "feedbackTask":
            body["result"] = {"invalid": True, "message": "not accepted by the site"}
        try:
            await self._call(method, body)
        except SolverError as error:
            logger.info("a wrong answer was not reported: %s", error)

    async def _solve(self, task: CaptchaTask) -> Answer:
        response = await self._create_task(task)
        task_id = response.get("taskId")
        if not isinstance(task_id, int | str):
            raise SolverError("the service answered without a task")
        # Some services read an image at once, and send the solution with the first response.
        while (status := str(response.get("status")).lower()) != "ready":
            if status in _UNSOLVED:
                raise SolverError(f"the service gave up: the task's status is {status}")
            await asyncio.sleep(self._pause)
            try:
                response = await self._call("getTaskResult", {"taskId": task_id})
            except _UnreachableError:
                response = {}  # the task goes on, and is paid for
        return Answer(_solution(response), task.kind, task_id)

    async def _create_task(self, task: CaptchaTask) -> dict[str, Any]:
        body = {"task": self._provider.task_body(task)}
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._call("createTask", body)
            except _UnreachableError as error:
                # If the service may have taken the task, a second task would be paid for as well.
                if attempt == _TRIES or not error.is_refusal:
                    raise
            await asyncio.sleep(self._pause)
        raise AssertionError("unreachable")

    async def _call(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the service's response to one request, or raise `SolverError`."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._request_timeout)
        try:
            async with self._session.post(
                f"{self._url}/{method}",
                json={"clientKey": self._key, **body},
                allow_redirects=False,
            ) as response:
                return _read_response(response.status, await response.read())
        except aiohttp.ClientConnectorError:
            raise _UnreachableError("the service is out of reach", is_refusal=True) from None
        except (aiohttp.ClientError, TimeoutError):
            raise _UnreachableError("the service did not answer", is_refusal=False) from None


class _UnreachableError(SolverError):
    """The service failed, or has no result yet. The next request may succeed."""

    def __init__(self, what: str, *, is_refusal: bool) -> None:
        super().__init__(what)
        self.is_refusal = is_refusal
        """Whether the service has almost certainly not taken the task."""


def _read_response(status: int, content: bytes) -> dict[str, Any]:
    """Return the JSON object in a response, or raise `SolverError` if the response is an error."""
    try:
        response = json.loads(content)
    except ValueError:
        response = None
    # Some services send their errors as JSON with an HTTP status other than 200.
    if isinstance(response, dict):
        code = response.get("errorCode")
        if response.get("errorId") or code:
            raise _error(code, status)
        if "errorId" in response or status == HTTPStatus.OK:
            return response
    if status == HTTPStatus.OK:
        # The service may have taken the task.
        what = "the service answered with something else than JSON"
        raise _UnreachableError(what, is_refusal=False)
    raise _status_error(status)


def _error(code: object, status: int) -> SolverError:
    # Only the code is shown: the description often repeats the request, with the key.
    if not isinstance(code, str) or not _ERROR_CODE.fullmatch(code):
        if status >= HTTPStatus.BAD_REQUEST:
            return _status_error(status)
        return SolverError("the service answered with an error without code")
    what = f"the service answered with {code}"
    if _ACCOUNT_ERRORS.search(code):
        return AccountError(what)
    if _UNSUPPORTED_ERRORS.search(code):
        return UnsupportedKindError(what)
    if _BUSY_ERRORS.search(code) or _PENDING_ERRORS.search(code):
        return _UnreachableError(what, is_refusal=True)
    return SolverError(what)


def _status_error(status: int) -> SolverError:
    what = f"the service answered with HTTP status {status}"
    if status in _ACCOUNT_STATUSES:
        return AccountError(what)
    is_refusal = (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    )
    return _UnreachableError(what, is_refusal=is_refusal)


def _solution(response: dict[str, Any]) -> str:
    """Return the answer in a `getTaskResult` response, or raise `SolverError`."""
    solution = response.get("solution")
    if isinstance(solution, dict):
        value = next(filter(None, map(solution.get, _SOLUTION_FIELDS)), None)
        if isinstance(value, str) and len(value) <= _MAX_TOKEN:
            return value
    raise SolverError("the service answered without a solution")
