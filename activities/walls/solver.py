"""A client of the services that solve CAPTCHAs with `createTask` and `getTaskResult`."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from activities.walls.providers import PROVIDERS, CaptchaTask, ProviderName, provider_of
from activities.walls.signatures import CaptchaKind

logger = logging.getLogger(__name__)

_REQUEST_TIMEOUT = 15.0
"""Seconds for one request to the service."""

_TRIES = 3
"""How often a task is submitted if the service fails before it has taken the task."""

_PAUSE = 3.0
"""Seconds between two questions whether a task is done."""

_MAX_TOKEN = 64 * 1024
"""Characters of an answer: far more than any token has."""

_ERROR_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")

_ACCOUNT_ERRORS = re.compile(
    r"ZERO_BALANCE|INSUFFICIENT|KEY_DOES_NOT_EXIST|WRONG_USER_KEY|KEY_DENIED|KEY_INVALID|"
    r"INVALID_KEY|_IP_|ACCOUNT_|DOMAIN_NOT_ALLOWED|SERVICE_UNAVAILABLE_FOR"
)
"""Error codes of problems that only the operator can solve."""

_BUSY_ERRORS = re.compile(r"NO_SLOT_AVAILABLE|SERVICE_UNAVAILABLE$|RATE_LIMIT|TOO_MANY|THROTTL")
"""Error codes which say that the service did not take the task, for the moment."""

_SOLUTION_FIELDS = ("gRecaptchaResponse", "token", "text", "captcha_response", "code")
"""Fields of a solution that may hold the answer, in the order in which they are tried."""


class SolverError(Exception):
    """A CAPTCHA was not solved. The message is a clause that says why, without secrets."""


class AccountError(SolverError):
    """The service refuses to work for this account: no balance, or an unknown key."""


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
        self._pause = pause
        self._request_timeout = aiohttp.ClientTimeout(total=request_timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def check(self) -> None:
        """Log the account's balance, or what is wrong with the account."""
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
            SolverError: There is no answer for another reason.
        """
        try:
            async with asyncio.timeout(self.timeout):
                return await self._solve(task)
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
        while response.get("status") != "ready":
            await asyncio.sleep(self._pause)
            try:
                response = await self._call("getTaskResult", {"taskId": task_id})
            except _UnreachableError:
                response = {}
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
    """The service failed. The next request may succeed."""

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
    if isinstance(response, dict) and "errorId" in response:
        if response["errorId"]:
            raise _error(response.get("errorCode"))
        return response
    if status == 200:
        raise SolverError("the service answered with something else than JSON")
    if status in (401, 402, 403):
        raise AccountError(f"the service answered with HTTP status {status}")
    raise _UnreachableError(
        f"the service answered with HTTP status {status}", is_refusal=status >= 500
    )


def _error(code: object) -> SolverError:
    # Only the code is shown: the description often repeats the request, with the key.
    is_code = isinstance(code, str) and _ERROR_CODE.fullmatch(code) is not None
    name = str(code) if is_code else "an error without code"
    if _ACCOUNT_ERRORS.search(name):
        return AccountError(f"the service answered with {name}")
    if _BUSY_ERRORS.search(name):
        return _UnreachableError(f"the service answered with {name}", is_refusal=True)
    return SolverError(f"the service answered with {name}")


def _solution(response: dict[str, Any]) -> str:
    """Return the answer in a `getTaskResult` response, or raise `SolverError`."""
    solution = response.get("solution")
    if isinstance(solution, dict):
        value = next(filter(None, map(solution.get, _SOLUTION_FIELDS)), None)
        if isinstance(value, str) and len(value) <= _MAX_TOKEN:
            return value
    raise SolverError("the service answered without a solution")
