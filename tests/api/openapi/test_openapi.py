"""The OpenAPI document and its page: they say what the server does, and the server does it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from playwright.async_api import Page, async_playwright
from sqlalchemy import update

from activities.browser.pool import find_browser
from api.app import create_app
from api.openapi.document import openapi_document
from settings import Settings
from stack.stack import Stack
from storage.database import Database
from storage.rate_limits import count_request
from storage.tables import accounts, rate_windows
from tests.conftest import POOR_CREDITS, POOR_KEY, SECOND_KEY
from tests.support.accounts import new_key
from tests.support.client import ApiClient, Json
from tests.support.paths import ROOT
from tests.support.replicas import another_api
from tests.support.site import Site, closed_port

SUBMIT = "/api/batch/scrape"
UNKNOWN_ID = "6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11"
METHODS = ("get", "post", "delete")
WITH_KEY = ("submitBatch", "listBatches", "getBatch", "cancelBatch", "retryBatch", "getAccount")
RATE_LIMIT = 10_000
MAX_UNFINISHED = 6

DOCUMENT = openapi_document()


def operations() -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of all that is documented."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def problems(value: object, schema: Json) -> list[str]:
    """What of `value` is not as documented; fields that are not documented count as well."""
    schemas = {
        name: {"additionalProperties": False, **component}
        for name, component in DOCUMENT["components"]["schemas"].items()
    }
    root = {**schema, "components": {"schemas": schemas}}
    validator = Draft202012Validator(root, format_checker=FormatChecker(["date-time", "uuid"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_it_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_it_has_exactly_the_routes_of_the_application() -> None:
    routes = {
        (route.method.lower(), route.resource.canonical)
        for route in create_app(Settings()).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    about_itself = {(method, path) for method, path in routes if re.match("/docs|/openapi", path)}
    documented = {(method, path) for method, path, _ in operations()}
    assert routes - about_itself == documented


def test_its_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert DOCUMENT["info"]["version"] == project["version"]


def test_its_examples_are_valid_and_each_body_has_one() -> None:
    for _, _, operation in operations():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        responses = [r for status, r in operation["responses"].items() if status != "304"]
        for body in (*bodies, *responses):
            content = body["content"]["application/json"]
            assert content["examples"]
            for name, example in content["examples"].items():
                wrong = problems(example["value"], content["schema"])
                assert not wrong, (operation["operationId"], name)


async def test_it_is_served_to_everybody(stack: Stack) -> None:
    async with (
        aiohttp.ClientSession(stack.api_url) as session,
        session.get("/openapi.json") as response,
    ):
        assert response.status == 200
        assert response.content_type == "application/json"
        assert await response.json() == DOCUMENT


class Tour:
    """Requests, each of whose answers has to be as documented."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self.seen: set[tuple[str, str]] = set()
        """Operation, and status or the code of the error."""
        self.last_tag = ""
        """The `ETag` of the latest answer."""

    async def ask(
        self,
        operation_id: str,
        batch_id: str = "",
        *,
        expect: str = "200",
        key: str | None = None,
        body: Json | bytes | AsyncIterator[bytes] | None = None,
        content_type: str = "application/json",
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> Json:
        """The answer to an operation, after a look at it. `key` is the tour's own unless
        given."""
        method, path, operation = next(
            found for found in operations() if found[2]["operationId"] == operation_id
        )
        sent = {"x-api-key": self._key if key is None else key, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = content_type
        async with (
            aiohttp.ClientSession(self._url) as session,
            session.request(
                method,
                path.format(batchId=batch_id) + query,
                headers=sent,
                data=json.dumps(body).encode() if isinstance(body, dict) else body,
            ) as response,
        ):
            answer: Json = {} if response.status == 304 else await response.json()
            outcome = str(answer.get("code", response.status))
            assert outcome == expect, answer
            assert str(response.status) in operation["responses"], answer
            documented = operation["responses"][str(response.status)]
            if response.status != 304:
                schema = documented["content"][response.content_type]["schema"]
                assert problems(answer, schema) == []
            check_headers(response, documented["headers"])
            self.last_tag = response.headers.get("ETag", "")
        self.seen.add((operation_id, outcome))
        return answer

    async def submit(self, *urls: str, **options: object) -> str:
        """Submits a batch and returns its id."""
        body = {"urls": urls, **options}
        answer = await self.ask("submitBatch", body=body, expect="202")
        return str(answer["batchId"])


def check_headers(response: aiohttp.ClientResponse, documented: Json) -> None:
    """The documented headers are there, and as documented."""
    for name, reference in documented.items():
        header = DOCUMENT["components"]["headers"][reference["$ref"].rpartition("/")[2]]
        if not header.get("required") and name not in response.headers:
            continue
        value = response.headers[name]
        is_integer = header["schema"]["type"] == "integer"
        assert problems(int(value) if is_integer else value, header["schema"]) == [], name


def documented_outcomes() -> set[tuple[str, str]]:
    """What `Tour.seen` holds once everything that is documented was seen."""
    outcomes = set()
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            narrowed = schema.get("allOf")
            codes = narrowed[1]["properties"]["code"]["enum"] if narrowed else [status]
            outcomes |= {(operation["operationId"], code) for code in codes}
    return outcomes


@pytest_asyncio.fixture
async def limited_api(own_stack: Stack, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an API with limits that can be reached, on the parts of `own_stack`."""
    limits = {
        "SPIDRA_RATE_LIMIT": str(RATE_LIMIT),
        "SPIDRA_MAX_UNFINISHED_BATCHES": str(MAX_UNFINISHED),
        "SPIDRA_PROXIES": f'{{"de": "socks5://127.0.0.1:{closed_port()}"}}',
        "SPIDRA_PROXY_LIMIT_MB": "1",
    }
    async with another_api(own_stack, tmp_path, **limits) as (url, _):
        yield url


@pytest.mark.timeout(900)
async def test_every_answer_is_as_documented(
    own_stack: Stack, limited_api: str, site: Site
) -> None:
    key = new_key(own_stack)
    tour = Tour(limited_api, key)
    async with ApiClient(limited_api, key) as api:
        mixed = await tour.submit(site.url("/plain"), site.url("/status/404"), screenshot=True)
        warned = await tour.submit(
            site.url("/plain"),
            schema={"type": "object", "properties": {"at": {"type": "string", "format": "date"}}},
        )
        gated = await tour.submit(*[site.url(f"/gated/tour?{number}") for number in range(20)])
        await api.finished(mixed)
        await api.finished(warned)
        await api.wait_for(gated, lambda batch: batch["status"] == "running")
        for batch_id in (gated, warned, mixed):
            await tour.ask("getBatch", batch_id)
        known = {"If-None-Match": tour.last_tag}
        await tour.ask("getBatch", mixed, headers=known, expect="304")
        await tour.ask("listBatches", query="?page=1&limit=2")
        await check_refusals(tour, mixed)
        await check_keys(tour, site)
        await check_limits(tour, limited_api, own_stack, site)
        await tour.ask("retryBatch", gated, expect="NOT_TERMINAL")
        await tour.ask("cancelBatch", gated)
        await tour.ask("cancelBatch", gated, expect="ALREADY_TERMINAL")
        await tour.ask("retryBatch", gated, expect="ALREADY_TERMINAL")
        await tour.ask("getBatch", gated)
        site.open_gate("tour")
        await tour.ask("retryBatch", mixed, expect="202")
        await api.finished(mixed)
        plain = await tour.submit(site.url("/plain"))
        await api.finished(plain)
        await tour.ask("retryBatch", plain, expect="NO_FAILED_ITEMS")
        await check_reach(tour, api, own_stack, site)
        await check_credit_limit(tour, limited_api, site)
        for operation in ("getAccount", "getHealth", "getReadiness"):
            await tour.ask(operation)
        await check_outages(tour, own_stack, site, plain)
    unseen = documented_outcomes() - tour.seen
    # No test can make the code wrong, or take a file of SQLite away.
    assert {(operation, code) for operation, code in unseen if code != "INTERNAL_ERROR"} == {
        ("listBatches", "SERVICE_BUSY"),
        ("retryBatch", "SERVICE_BUSY"),
        ("getAccount", "SERVICE_BUSY"),
    }


async def check_refusals(tour: Tour, batch_id: str) -> None:
    """What a client does wrong."""
    for operation in WITH_KEY:
        await tour.ask(operation, batch_id, key="", expect="MISSING_API_KEY")
        await tour.ask(operation, batch_id, key="wrong", expect="INVALID_API_KEY")
        html = {"Accept": "text/html, application/json;q=0"}
        await tour.ask(operation, batch_id, headers=html, expect="NOT_ACCEPTABLE")
    await tour.ask("listBatches", query="?limit=51", expect="VALIDATION_FAILED")
    for operation in ("getBatch", "cancelBatch", "retryBatch"):
        await tour.ask(operation, UNKNOWN_ID, expect="NOT_FOUND")
    for operation in ("submitBatch", "retryBatch"):
        for body, code in (
            (b"[", "INVALID_JSON"),
            (b" " * 2**20 + b"{}", "PAYLOAD_TOO_LARGE"),
            ({"nonsense": 1}, "VALIDATION_FAILED"),
        ):
            await tour.ask(operation, batch_id, body=body, expect=code)
        await tour.ask(
            operation,
            batch_id,
            body=b"text",
            content_type="text/plain",
            expect="UNSUPPORTED_MEDIA_TYPE",
        )
    await asyncio.gather(
        *(
            tour.ask(operation, batch_id, body=half_a_body(), expect="REQUEST_TIMEOUT")
            for operation in ("submitBatch", "retryBatch")
        )
    )
    malformed: Json = {"urls": ["http://example.com/"], "schema": {}}
    await tour.ask("submitBatch", body=malformed, expect="INVALID_SCHEMA")


async def half_a_body() -> AsyncIterator[bytes]:
    """The beginning of a body whose end never comes."""
    yield b"{"
    await asyncio.Event().wait()


async def check_keys(tour: Tour, site: Site) -> None:
    """The same request twice, and another under its key."""
    key = {"Idempotency-Key": "tour"}
    body = {"urls": [site.url("/plain")]}
    first, again = [
        await tour.ask("submitBatch", headers=key, body=body, expect="202") for _ in range(2)
    ]
    assert first == again
    other: Json = {"urls": [site.url("/js")]}
    await tour.ask("submitBatch", headers=key, body=other, expect="IDEMPOTENCY_CONFLICT")


async def check_limits(tour: Tour, url: str, stack: Stack, site: Site) -> None:
    """An account with as many unfinished batches as it may have; and later one that has made all
    its requests."""
    async with ApiClient(url, SECOND_KEY) as second:
        failed = await second.submit([site.url("/status/404")])
        await second.finished(failed)
    body: Json = {"urls": [site.url("/gated/limits")]}
    for _ in range(MAX_UNFINISHED):
        await tour.ask("submitBatch", key=SECOND_KEY, body=body, expect="202")
    await tour.ask("submitBatch", key=SECOND_KEY, body=body, expect="TOO_MANY_PENDING_JOBS")
    await tour.ask("retryBatch", failed, key=SECOND_KEY, expect="TOO_MANY_PENDING_JOBS")
    site.open_gate("limits")
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    with database.transaction() as connection:
        count_request(connection, "second", RATE_LIMIT)
        connection.execute(
            update(rate_windows)
            .where(rate_windows.c.account_id == "second")
            .values(requests=RATE_LIMIT)
        )
    database.close()
    for operation in WITH_KEY:
        await tour.ask(operation, failed, key=SECOND_KEY, expect="RATE_LIMITED")


async def check_reach(tour: Tour, api: ApiClient, stack: Stack, site: Site) -> None:
    """Cookies that are gone, and an account without proxy traffic."""
    known = await tour.submit(site.url("/status/404"), cookies="a=1")
    away = await tour.submit(site.url("/plain"), useProxy=True)
    for batch_id in (known, away):
        await api.finished(batch_id)
    await tour.ask("retryBatch", known, expect="COOKIES_REQUIRED")
    database = Database(f"sqlite:///{stack.data_dir}/spidra.db")
    with database.transaction() as connection:
        connection.execute(update(accounts).values(proxy_bytes_used=1_000_000))
    body = {"urls": [site.url("/plain")], "useProxy": True}
    await tour.ask("submitBatch", body=body, expect="PROXY_LIMIT_REACHED")
    await tour.ask("retryBatch", away, expect="PROXY_LIMIT_REACHED")
    with database.transaction() as connection:
        connection.execute(update(accounts).values(proxy_bytes_used=0))
    database.close()


async def check_credit_limit(tour: Tour, url: str, site: Site) -> None:
    """An account that has nothing left."""
    async with ApiClient(url, POOR_KEY) as poor:
        failed = await poor.submit([site.url("/status/404")])
        await poor.finished(failed)
        body = {"urls": [site.url("/gated/poor")] * (POOR_CREDITS // 2)}
        await tour.ask("submitBatch", key=POOR_KEY, body=body, expect="202")
        await tour.ask("submitBatch", key=POOR_KEY, body=body, expect="CREDIT_LIMIT_REACHED")
        await tour.ask("retryBatch", failed, key=POOR_KEY, expect="CREDIT_LIMIT_REACHED")
        site.open_gate("poor")


async def check_outages(tour: Tour, stack: Stack, site: Site, batch_id: str) -> None:
    """Parts that are away, one after the other."""
    body = {"urls": [site.url("/plain")]}
    running = await tour.submit(site.url("/gated/outage"))
    await stack.stop("worker-1")
    await tour.ask("cancelBatch", running, expect="SERVICE_BUSY")
    await stack.stop("s3")
    await tour.ask("submitBatch", body=body, expect="SERVICE_BUSY")
    await tour.ask("getBatch", batch_id, expect="SERVICE_BUSY")
    await tour.ask("getReadiness", expect="503")
    await stack.start("s3")
    site.open_gate("outage")
    await stack.stop("temporal")
    await tour.ask("submitBatch", body=body, expect="QUEUE_UNAVAILABLE")
    for operation in ("getBatch", "cancelBatch", "retryBatch"):
        await tour.ask(operation, batch_id, expect="QUEUE_UNAVAILABLE")


@asynccontextmanager
async def opened_page(stack: Stack) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page in a browser, and what it complains about or asks of other servers."""
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


async def test_the_page_shows_every_operation_and_stays_at_home(stack: Stack) -> None:
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


async def test_the_page_allows_nothing_from_elsewhere(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session, session.get("/docs") as response:
        policy = response.headers["Content-Security-Policy"]
    sources = {source for directive in policy.split("; ") for source in directive.split()[1:]}
    assert sources == {"'none'", "'self'", "data:"}


@pytest.mark.timeout(900)
async def test_schemathesis_finds_nothing(own_stack: Stack, site: Site) -> None:
    """Generated requests, valid ones and others, alone and following the document's links."""
    environment = {
        **os.environ,
        "TEST_API_KEY": new_key(own_stack),
        "TEST_SITE_URL": site.url("/plain?schemathesis"),
    }
    hits = site.hits("/plain")
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "schemathesis.cli"],
        *["--config-file", str(ROOT / "tests" / "support" / "schemathesis.toml")],
        *["run", f"{own_stack.api_url}/openapi.json"],
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 600)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode()
    assert site.hits("/plain") > hits, "valid requests get through"
