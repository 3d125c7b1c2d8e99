"""How a browser tells the gateway to which item its requests belong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from activities.egress.session import USERNAME, EgressSession


async def authenticate(session: CDPSession, egress: EgressSession) -> None:
    """Has the next document of the tab answer the gateway's challenge with the session's password.

    From then on the browser sends it by itself, with every request of the tab's context. Letting
    Playwright answer would hold up each of those requests, for as long as the context lives.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def send(*commands: tuple[str, dict[str, Any]]) -> None:
        with suppress(PlaywrightError):  # the tab is gone, or the request is
            for method, parameters in commands:
                await session.send(method, parameters)

    def run(*commands: tuple[str, dict[str, Any]]) -> None:
        task = asyncio.create_task(send(*commands))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def on_paused(event: dict[str, Any]) -> None:
        run(("Fetch.continueRequest", {"requestId": event["requestId"]}))

    def on_challenge(event: dict[str, Any]) -> None:
        answer = {"response": "CancelAuth"}
        # A site may ask for a password too, and must not learn this one.
        if event["authChallenge"].get("source") == "Proxy":
            answer = {
                "response": "ProvideCredentials",
                "username": USERNAME,
                "password": egress.password,
            }
        run(
            (
                "Fetch.continueWithAuth",
                {"requestId": event["requestId"], "authChallengeResponse": answer},
            ),
            ("Fetch.disable", {}),
        )

    session.on("Fetch.requestPaused", on_paused)
    session.on("Fetch.authRequired", on_challenge)
    await session.send(
        "Fetch.enable",
        {
            "handleAuthRequests": True,
            "patterns": [{"urlPattern": "*", "resourceType": "Document"}],
        },
    )
