"""A test service that solves CAPTCHAs with `createTask`, and fails in all known ways."""

from __future__ import annotations

import asyncio
import base64
import itertools
import secrets
import struct
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from activities.walls.providers import PROVIDERS, ProviderName
from tests.support.servers import LocalServer

KEY = "solver-key-8d1f0c"
"""The key of the account that has a balance."""

POOR_KEY = "poor-solver-key-77"
"""The key of the account without a balance."""

IMAGE_TEXT = "tin7lamp"
"""The text that every image shows."""

IMAGE_SIZE = (120, 40)

Behaviour = Literal[
    "solved",
    "wrong",
    "slow",
    "not-ready",
    "unsolvable",
    "failed",
    "unsupported",
    "http-500",
    "http-429",
    "busy",
    "hanging",
    "garbage",
    "stuck",
]

_NOT_READY = ("CAPTCHA_NOT_READY", "ERROR_TOO_MUCH_REQUESTS", "ERROR_SERVICE_UNAVALIABLE")
"""Errors of CapMonster and CapSolver that come instead of a result, while the task goes on."""


@dataclass
class Task:
    """A task as a client submitted it."""

    id: int
    body: dict[str, Any]
    behaviour: Behaviour
    polls: int = 0


@dataclass
class Service(LocalServer):
    """A solving service that solves every task, except where `behave` says something else."""

    provider: ProviderName = "2captcha"
    tasks: list[Task] = field(default_factory=list)
    reported: list[int] = field(default_factory=list)
    """IDs of the tasks whose answers were reported as wrong."""

    def __post_init__(self) -> None:
        self._ids = itertools.count(7_000_001)
        self._behaviours: defaultdict[str, list[Behaviour]] = defaultdict(list)
        self._tokens: dict[str, str] = {}

    def behave(self, name: str, *behaviours: Behaviour) -> None:
        """Set the behaviours of the next tasks with `name` in their site key, one for each task."""
        self._behaviours[name].extend(behaviours)

    def tasks_of(self, name: str) -> list[Task]:
        """Return the tasks with `name` in their site key, or in the URL of their page."""
        return [task for task in self.tasks if name in str(task.body)]

    def accepts(self, token: str, sitekey: str) -> bool:
        """Return whether `token` was issued for `sitekey`. Each token is valid once."""
        return self._tokens.pop(token, None) == sitekey

    def application(self) -> web.Application:
        """Return the service's application."""
        app = web.Application()
        app.router.add_post("/{method}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        method = request.match_info["method"]
        if body["clientKey"] not in (KEY, POOR_KEY):
            # Real services repeat the key as well.
            return _error("ERROR_KEY_DOES_NOT_EXIST", f"no such key: {body['clientKey']}")
        if method == "getBalance":
            balance = 9.5 if body["clientKey"] == KEY else 0
            return web.json_response({"errorId": 0, "balance": balance})
        if method == "createTask":
            if body["clientKey"] == POOR_KEY:
                return _error("ERROR_ZERO_BALANCE", "top up")
            return await self._create(body["task"])
        if method == "getTaskResult":
            return await self._result(body["taskId"])
        reports = {
            PROVIDERS[self.provider].report_method(kind)
            for kind in ("image", "hcaptcha", "turnstile", "recaptcha_v2")
        }
        if method not in reports:
            raise web.HTTPNotFound
        if method == "feedbackTask":
            assert body["result"]["invalid"] is True
        self.reported.append(body["taskId"])
        return web.json_response({"errorId": 0, "status": "success"})

    async def _create(self, body: dict[str, Any]) -> web.Response:
        if body["type"] not in PROVIDERS[self.provider].types.values():
            return _error("ERROR_TASK_NOT_SUPPORTED", body["type"])
        behaviour: Behaviour = "solved"
        for name, behaviours in self._behaviours.items():
            if behaviours and (name in str(body) or body["type"] == "ImageToTextTask" == name):
                behaviour = behaviours.pop(0)
        task = Task(next(self._ids), body, behaviour)
        self.tasks.append(task)
        if behaviour == "http-500":
            return web.Response(status=500, text="<h1>500</h1>")
        if behaviour == "http-429":
            return web.Response(status=429, text="slow down")
        if behaviour == "unsupported":
            return _error("ERROR_TASK_NOT_SUPPORTED", body["type"])
        if behaviour == "garbage":
            return web.Response(text="<h1>200</h1>", content_type="text/html")
        if behaviour == "busy":
            return _error("ERROR_NO_SLOT_AVAILABLE", "later")
        if behaviour == "hanging":
            await asyncio.Event().wait()
        if body["type"] == "ImageToTextTask" and self.provider == "capsolver":
            answer = {"errorId": 0, "taskId": task.id, "status": "ready", **self._solution(task)}
            return web.json_response(answer)
        return web.json_response({"errorId": 0, "taskId": task.id})

    async def _result(self, task_id: int) -> web.Response:
        task = next(task for task in self.tasks if task.id == task_id)
        task.polls += 1
        if task.behaviour == "unsolvable":
            return _error("ERROR_CAPTCHA_UNSOLVABLE", "too hard")
        if task.behaviour == "failed":
            return web.json_response({"errorId": 0, "status": "failed"})
        if task.behaviour == "not-ready" and task.polls <= len(_NOT_READY):
            return _error(_NOT_READY[task.polls - 1], "later")
        if task.behaviour == "stuck" or (task.behaviour == "slow" and task.polls < 6):
            # The third answer is lost.
            if task.polls == 3:
                return web.Response(status=502)
            return web.json_response({"errorId": 0, "status": "processing"})
        return web.json_response({"errorId": 0, "status": "ready", **self._solution(task)})

    def _solution(self, task: Task) -> dict[str, Any]:
        if task.body["type"] == "ImageToTextTask":
            size = struct.unpack(">II", base64.b64decode(task.body["body"])[16:24])
            # A screenshot of the image may be a pixel larger.
            is_whole = all(0 <= a - b <= 2 for a, b in zip(size, IMAGE_SIZE, strict=True))
            is_right = is_whole and task.behaviour != "wrong"
            return {"solution": {"text": IMAGE_TEXT if is_right else "illegible"}}
        token = secrets.token_urlsafe(200)
        if task.behaviour != "wrong":
            self._tokens[token] = task.body["websiteKey"]
        is_turnstile = "Turnstile" in task.body["type"]
        return {"solution": {"token" if is_turnstile else "gRecaptchaResponse": token}}


def _error(code: str, description: str) -> web.Response:
    answer = {"errorId": 1, "errorCode": code, "errorDescription": description}
    return web.json_response(answer)
