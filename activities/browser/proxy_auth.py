"""Tell the gateway which item the requests of a browser tab belong to."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from activities.browser.background import BackgroundTasks
from activities.egress.session import USERNAME, EgressSession


async def authenticate(session: CDPSession, egress: EgressSession) -> None:
    """Answer the gateway's challenge to the next document with the password of `egress`.

    After that the browser itself sends the password with every request of the tab's context.
    Playwright could answer instead. But it would hold up each request for the whole life of the
    context.
    """
    tasks = BackgroundTasks()

    async def send(*commands: tuple[str, dict[str, Any]]) -> None:
        with suppress(PlaywrightError):  # the tab or the request is gone
            for method, parameters in commands:
                await session.send(method, parameters)

    def on_paused(event: dict[str, Any]) -> None:
        tasks.start(send(("Fetch.continueRequest", {"requestId": event["requestId"]})))

    def on_challenge(event: dict[str, Any]) -> None:
        answer = {"response": "CancelAuth"}
        # A site may ask for a password as well, and must not learn this one.
        if event["authChallenge"].get("source") == "Proxy":
            answer = {
                "response": "ProvideCredentials",
                "username": USERNAME,
                "password": egress.password,
            }
        parameters = {"requestId": event["requestId"], "authChallengeResponse": answer}
        tasks.start(send(("Fetch.continueWithAuth", parameters), ("Fetch.disable", {})))

    session.on("Fetch.requestPaused", on_paused)
    session.on("Fetch.authRequired", on_challenge)
    await session.send(
        "Fetch.enable",
        {
            "handleAuthRequests": True,
            "patterns": [{"urlPattern": "*", "resourceType": "Document"}],
        },
    )
