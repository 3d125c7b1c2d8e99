"""The body of a submit: which fields and URLs are accepted, and what the errors say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import BATCHES, ApiClient, Json
from tests.support.errors import submit_errors
from tests.support.site import Site


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
        ({"urls": ["http://e.com"], "prompt": "The price"}, "prompt: this server has no language"),
        (
            {"urls": ["http://e.com"], "prompt": "The price", "schema": {"type": "object"}},
            "SPIDRA_LLM_MODEL",
        ),
        (
            {"urls": ["http://e.com"], "prompt": "The price", "output": "json"},
            "SPIDRA_LLM_MODEL",
        ),
        (
            {"urls": ["http://e.com"], "prompt": "The price", "scrapeMode": "fast"},
            "SPIDRA_LLM_MODEL",
        ),
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
async def test_an_error_names_the_field_and_what_is_allowed(
    api: ApiClient, body: Json, expected: str
) -> None:
    assert any(expected in error for error in await submit_errors(api, body))


async def test_all_problems_are_reported_together(api: ApiClient) -> None:
    errors = await submit_errors(
        api, {"urls": ["nonsense", "http://10.0.0.1/"], "proxyCountry": "de"}
    )
    assert len(errors) == 3


async def test_a_mistake_of_form_hides_no_other_mistake(api: ApiClient) -> None:
    errors = await submit_errors(
        api,
        {
            "urls": ["ftp://e.com/", 1, "http://10.0.0.1/", "http://e.com/"],
            "screenshot": "yes",
            "fullPageScreenshot": True,
            "proxyCountry": "de",
            "schema": {"type": "object", "properties": {"a": {"type": "thing"}}},
            "screenShot": True,
        },
    )
    said = "\n".join(errors)
    for part in (
        "urls[0]: has the scheme ftp:",
        "urls[1]: must be a valid string",
        "urls[2]: the host leads to 10.0.0.1",
        'screenshot: must be a valid boolean, not "yes"',
        "screenShot: is not a known field",
        "proxyCountry: needs useProxy",
        "schema",
    ):
        assert part in said
    assert len(errors) == 7, "whether fullPageScreenshot has its screenshot is not known"


async def test_null_counts_as_absent(api: ApiClient, site: Site) -> None:
    absent: dict[str, Any] = dict.fromkeys(["prompt", "output", "schema", "proxyCountry"])
    batch_id = await api.submit([site.url("/plain")], **absent, screenshot=None)
    assert (await api.finished(batch_id))["completedCount"] == 1


async def test_an_error_does_not_repeat_secrets(api: ApiClient) -> None:
    body = {"urls": ["http://e.com"], "cookies": ["session=secret"]}
    async with api.session.post(BATCHES, json=body) as response:
        assert "secret" not in await response.text()


async def test_an_error_shows_a_url_without_its_secret_parts(api: ApiClient) -> None:
    urls = ["example.com/a?token=secret", "http://user:secret@e.com/", "ftp://e.com/" + "a" * 500]
    first, second, third = await submit_errors(api, {"urls": urls})
    assert '("example.com/a")' in first
    assert "secret" not in first + second
    assert "ftp://e.com/aaa" in third
    assert len(third) < 250
    [error] = await submit_errors(api, {"urls": {"cookies": "secret"}})
    assert error == "urls: must be a valid list, not an object."


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
    [error] = await submit_errors(api, {"urls": [url]})
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
    [error] = await submit_errors(api, {"urls": [f"http://{host}/"]})
    assert "not a public address" in error
