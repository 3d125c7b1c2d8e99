"""The page `/docs`: it shows the document and uses no other server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from playwright.async_api import Page, async_playwright

from activities.browser.executable import find_browser
from stack.stack import Stack
from tests.api.openapi.documented import operations


@asynccontextmanager
async def opened_page(stack: Stack) -> AsyncIterator[tuple[Page, list[str]]]:
    """Yield the page in a browser, and a list of its errors and its foreign requests."""
    complaints: list[str] = []

    def check(url: str) -> None:
        if not url.startswith((f"{stack.api_url}/", "data:")):
            complaints.append(f"asks for {url}")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(None))
        page = await browser.new_page()
        page.on("request", lambda request: check(request.url))
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{stack.api_url}/docs")
        yield page, complaints
        await browser.close()


async def test_the_page_shows_every_operation_and_uses_no_other_server(stack: Stack) -> None:
    async with opened_page(stack) as (page, complaints):
        for _, _, operation in operations():
            block = page.locator(f"#operations-{operation['tags'][0]}-{operation['operationId']}")
            await block.locator(".opblock-summary-control").click()
            await block.locator(".responses-inner").wait_for()
            assert operation["summary"] in await block.inner_text()
    assert complaints == []


async def test_a_request_can_be_tried_out_on_the_page(stack: Stack) -> None:
    async with opened_page(stack) as (page, complaints):
        await page.locator("button.authorize").first.click()
        await page.locator("#api_key_value").fill(stack.api_key)
        await page.locator(".auth-btn-wrapper button.authorize").first.click()
        await page.locator(".btn-done").first.click()
        block = page.locator("#operations-Account-getAccount")
        await block.locator(".opblock-summary-control").click()
        await block.locator(".try-out__btn").click()
        await block.locator("button.execute").click()
        answer = block.locator(".live-responses-table .response-col_description")
        await answer.get_by_text("self-hosted").wait_for()
    assert complaints == []


async def test_the_page_allows_no_content_from_other_servers(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session, session.get("/docs") as response:
        policy = response.headers["Content-Security-Policy"]
    sources = {source for directive in policy.split("; ") for source in directive.split()[1:]}
    assert sources == {"'none'", "'self'", "data:"}
