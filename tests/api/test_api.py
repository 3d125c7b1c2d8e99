"""The API as a client sees it: keys, the error envelope, validation."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import aiohttp
import pytest
import yarl

from stack.stack import Stack
from tests.conftest import SECOND_KEY
from tests.support.client import ApiClient, Json
from tests.support.site import Site

SUBMIT = "/api/batch/scrape"


async def error_of(response: aiohttp.ClientResponse, status: int, code: str) -> Json:
    """The body of an error, after a look at its envelope."""
    body: Json = json.loads(await response.text())
    assert (response.status, body["code"]) == (status, code), body
    assert body["status"] == "error"
    assert body["message"] == body["error"]
    assert response.headers["X-Request-Id"]
    return body


async def raw_exchange(url: str, request: bytes) -> tuple[int, Json]:
    """Status and body of the answer to `request`, which is sent as it is."""
    address = yarl.URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(request)
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length
        body: Json = json.loads(await reader.readexactly(int(length[1])))
    writer.close()
    assert b"\r\nX-Request-Id: " in head
    return int(head.split()[1]), body


async def rejected(api: ApiClient, body: object, code: str = "VALIDATION_FAILED") -> list[str]:
    """The sentences about a body that is refused."""
    async with api.session.post(SUBMIT, json=body) as response:
        error = await error_of(response, 422, code)
    errors: list[str] = error["errors"]
    assert errors
    return errors


async def test_a_key_is_needed_and_must_be_known(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session:
        async with session.post(SUBMIT, json={}) as response:
            await error_of(response, 401, "MISSING_API_KEY")
        async with session.post(SUBMIT, json={}, headers={"x-api-key": "wrong"}) as response:
            await error_of(response, 403, "INVALID_API_KEY")
        bearer = {"Authorization": f"Bearer {stack.api_key}"}
        async with session.post(SUBMIT, json={}, headers=bearer) as response:
            await error_of(response, 422, "VALIDATION_FAILED")


@pytest.mark.parametrize("header", [b"x-api-key: %b", b"Authorization: Bearer %b"])
@pytest.mark.parametrize("key", [b"\xff\xfe", b"\xed\xa0\x80", "schlüssel".encode()])
async def test_a_key_may_be_any_bytes(stack: Stack, header: bytes, key: bytes) -> None:
    status, body = await raw_exchange(
        stack.api_url, b"GET /api/account HTTP/1.1\r\nHost: x\r\n" + header % key + b"\r\n\r\n"
    )
    assert (status, body["code"]) == (403, "INVALID_API_KEY")


async def test_a_batch_is_there_for_its_own_account_only(
    stack: Stack, api: ApiClient, site: Site
) -> None:
    batch_id = await api.submit([site.url("/plain")])
    async with (
        ApiClient(stack.api_url, SECOND_KEY) as other,
        other.session.get(f"{SUBMIT}/{batch_id}") as response,
    ):
        await error_of(response, 404, "NOT_FOUND")
    assert (await api.finished(batch_id))["status"] == "completed"


@pytest.mark.parametrize(
    "batch_id", ["6a0e8b4e-0b5a-4b57-9d0c-3a8a3f6e0d11", "nonsense", "%00", "a" * 3000]
)
async def test_an_unknown_batch_is_not_found(api: ApiClient, batch_id: str) -> None:
    async with api.session.get(f"{SUBMIT}/{batch_id}") as response:
        await error_of(response, 404, "NOT_FOUND")


async def test_unknown_paths_and_methods_come_in_the_envelope(api: ApiClient) -> None:
    async with api.session.get("/nowhere") as response:
        await error_of(response, 404, "NOT_FOUND")
    async with api.session.put(SUBMIT) as response:
        await error_of(response, 405, "METHOD_NOT_ALLOWED")
        assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "request_line_and_headers",
    [
        b"GET /api/batch/scrape/" + b"a" * 9000 + b" HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000,
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Null: \x00",
        b"POST /api/batch/scrape HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
        b"nonsense",
    ],
)
async def test_what_is_not_a_request_is_refused_in_the_envelope(
    stack: Stack, request_line_and_headers: bytes
) -> None:
    status, body = await raw_exchange(stack.api_url, request_line_and_headers + b"\r\n\r\n")
    assert (status, body["status"], body["code"]) == (400, "error", "BAD_REQUEST")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"urls": NaN}',
        b'{"urls": 1e999}',
        b'{"urls": ["http://127.0.0.1/"], "urls": []}',
        b'\xff{"urls": []}',
        '{"urls": []}'.encode("utf-16"),
        b'{"prompt": "\\ud800"}',
        b'{"a":' * 150 + b"1" + b"}" * 150,
        b"[" * 100_000,
    ],
)
async def test_what_is_not_a_json_object_is_refused(api: ApiClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with api.session.post(SUBMIT, data=body, headers=headers) as response:
        await error_of(response, 400, "INVALID_JSON")


async def test_a_body_that_cannot_be_decoded_is_refused(api: ApiClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with api.session.post(SUBMIT, data=b"no gzip", headers=headers) as response:
        await error_of(response, 400, "INVALID_JSON")


async def test_other_media_types_are_refused(api: ApiClient) -> None:
    async with api.session.post(SUBMIT, data={"urls": "x"}) as response:
        await error_of(response, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_over_one_mebibyte_is_refused(api: ApiClient) -> None:
    body = {"urls": ["http://example.com/"], "prompt": "x" * 1024 * 1024}
    async with api.session.post(SUBMIT, json=body) as response:
        await error_of(response, 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "urls: is required."),
        ({"urls": []}, "urls: must have at least one entry."),
        ({"urls": None}, "urls: must be a valid list, not null."),
        ({"urls": "http://e.com"}, 'urls: must be a valid list, not "http://e.com".'),
        ({"urls": [1]}, "urls[0]: must be a valid string, not 1."),
        ({"urls": ["http://e.com"] * 51}, "urls: has 51 entries; at most 50 are allowed."),
        ({"urls": ["http://e.com"], "screenShot": True}, "Did you mean screenshot?"),
        ({"urls": ["http://e.com"], "full_page_screenshot": True}, "fullPageScreenshot?"),
        ({"urls": ["http://e.com"], "screenshot": "true"}, 'must be a valid boolean, not "true".'),
        ({"urls": ["http://e.com"], "output": "xml"}, "output: must be 'json' or 'markdown'"),
        ({"urls": ["http://e.com"], "prompt": "x" * 10_001}, "at most 10000 are allowed"),
        ({"urls": ["http://e.com"], "fullPageScreenshot": True}, "needs screenshot to be true"),
        ({"urls": ["http://e.com"], "proxyCountry": "de"}, "needs useProxy to be true"),
        ({"urls": ["http://e.com"], "proxyCountry": "xx"}, "proxyCountry: must be 'us', 'gb'"),
        ({"urls": ["http://e.com"], "useProxy": True}, "no proxy exit is configured"),
        (
            {"urls": ["http://e.com"], "scrapeMode": "fast", "screenshot": True},
            "screenshot: fast mode has no browser",
        ),
    ],
)
async def test_a_wrong_field_is_named_with_what_is_allowed(
    api: ApiClient, body: Json, expected: str
) -> None:
    assert any(expected in error for error in await rejected(api, body))


async def test_an_error_shows_the_url_but_nothing_of_it_that_may_be_secret(api: ApiClient) -> None:
    urls = ["example.com/a?token=secret", "http://user:secret@e.com/", "ftp://e.com/" + "a" * 500]
    first, second, third = await rejected(api, {"urls": urls})
    assert '("example.com/a")' in first
    assert "secret" not in first + second
    assert "ftp://e.com/aaa" in third
    assert len(third) < 250
    [error] = await rejected(api, {"urls": {"cookies": "secret"}})
    assert error == "urls: must be a valid list, not an object."


async def test_every_problem_is_named_at_once(api: ApiClient) -> None:
    errors = await rejected(api, {"urls": ["nonsense", "http://10.0.0.1/"], "proxyCountry": "de"})
    assert len(errors) == 3


async def test_secrets_are_not_repeated(api: ApiClient) -> None:
    body = {"urls": ["http://e.com"], "cookies": ["session=secret"]}
    async with api.session.post(SUBMIT, json=body) as response:
        assert "secret" not in await response.text()


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "example.com",
        "/path",
        "http://",
        "http:///",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "chrome://version",
        "view-source:http://example.com",
        "data:text/html,x",
        "http://user:password@example.com/",
        "http://user@example.com/",
        "http:\\\\example.com\\",
        "http://example.com\\@10.0.0.1/",
        "http://exa\nmple.com/",
        "http://example.com/\x00",
        "http://[::1/",
        "http://example.com:99999/",
        "http://1.2.3.4.5/",
        "http://" + "a" * 9000 + ".com/",
    ],
)
async def test_a_url_that_a_browser_would_not_open_is_refused(api: ApiClient, url: str) -> None:
    [error] = await rejected(api, {"urls": [url]})
    assert error.startswith("urls[0]: ")


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "127.0.0.2",
        "0x7f.0.0.2",
        "0177.0.0.2",
        "2130706434",
        "127.2",
        "\uff11\uff12\uff17.0.0.2",
        "[::1]",
        "[::]",
        "[::ffff:10.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.2]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::1]",
        "[2002:0a00:0001::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
async def test_an_address_that_is_not_public_is_refused(api: ApiClient, host: str) -> None:
    [error] = await rejected(api, {"urls": [f"http://{host}/"]})
    assert "not a public address" in error


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array"}, 'must be of type "object"'),
        ({}, 'must be of type "object"'),
        ({"type": ["object", "null"]}, 'must be of type "object"'),
        ({"type": "object", "properties": {"a": {"type": "text"}}}, "['properties']['a']['type']"),
        ({"type": "object", "properties": []}, "['properties']"),
        ({"type": "object", "required": "a"}, "['required']"),
        ({"type": "object", "$schema": []}, "$schema"),
        ({"type": "object", "properties": {"a": {"$ref": "http://e.com/s"}}}, "only references"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}, "leads nowhere"),
        ({"type": "object", "$ref": "#"}, "refers to itself without an end"),
        (
            {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/properties/a"}]}}},
            "refers to itself without an end",
        ),
        ({"type": "object", "properties": {"a": {"pattern": "("}}}, "not a regular expression"),
        ({"type": "object", "properties": {"a": {"pattern": "a{99999999999}"}}}, "not a regular"),
        ({"type": "object", "description": "x" * 70_000}, "at most 65536"),
        ({"type": "object", "properties": {"a": {"enum": list(range(1001))}}}, "1001 enum values"),
        ({"type": "object", "properties": {str(i): {} for i in range(5001)}}, "5001 properties"),
    ],
)
async def test_a_malformed_schema_is_refused_before_anything_is_queued(
    api: ApiClient, schema: Json, expected: str
) -> None:
    body = {"urls": ["http://example.com/"], "schema": schema}
    [error] = await rejected(api, body, "INVALID_SCHEMA")
    assert error.startswith("schema")
    assert expected in error


async def test_a_schema_may_have_ten_levels_and_not_eleven(api: ApiClient, site: Site) -> None:
    def nested(levels: int) -> Json:
        schema: Json = {"type": "object"}
        for _ in range(levels - 1):
            schema = {"type": "object", "properties": {"inner": schema}}
        return schema

    await api.submit([site.url("/plain")], schema=nested(10))
    body = {"urls": [site.url("/plain")], "schema": nested(11)}
    assert "deeper than 10 levels" in (await rejected(api, body, "INVALID_SCHEMA"))[0]


async def test_what_of_a_schema_is_not_enforced_is_said(api: ApiClient, site: Site) -> None:
    schema = {
        "type": "object",
        "properties": {"at": {"type": "string", "format": "date"}},
        "minProperties": 1,
    }
    status, body = await api.post(SUBMIT, {"urls": [site.url("/plain")], "schema": schema})
    assert status == 202
    assert body["schema_warnings"] == [
        "schema.minProperties: the model is not forced to follow it; the answer is checked "
        "afterwards.",
        "schema.properties.at.format: the format is told to the model but not checked.",
    ]


async def test_null_counts_as_absent(api: ApiClient, site: Site) -> None:
    absent: dict[str, Any] = dict.fromkeys(["prompt", "output", "schema", "proxyCountry"])
    batch_id = await api.submit([site.url("/plain")], **absent, screenshot=None)
    assert (await api.finished(batch_id))["completedCount"] == 1


async def test_the_answer_to_a_submit_says_where_the_batch_is(api: ApiClient, site: Site) -> None:
    async with api.session.post(
        SUBMIT, json={"urls": [site.url("/plain")]}, headers={"X-Request-Id": "mine-1"}
    ) as response:
        body = await response.json()
        assert response.headers["Location"] == f"{SUBMIT}/{body['batchId']}"
        assert response.headers["X-Request-Id"] == "mine-1"
    async with api.session.get(response.headers["Location"]) as response:
        assert response.status == 200
        assert response.headers["X-Request-Id"]


async def test_liveness_and_readiness(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.api_url) as session:
        async with session.get("/healthz") as response:
            assert response.status == 200
        async with session.get("/readyz") as response:
            parts = await response.json()
            assert response.status == 200, parts
            assert set(parts) == {"status", "database", "bucket", "temporal", "worker"}
