"""The options of a batch: one declaration is the body, what is stored, and what workers read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.items import Progress, ScrapeInput
from domain.options import (
    BatchOptions,
    BatchScrapeRequest,
    RetryRequestBody,
    StoredOptions,
    read_sealed,
    seal_text,
)
from domain.request_body import RequestBody, Rule
from workflows.state import BatchState

BODY: dict[str, Any] = {
    "urls": ["https://example.com/"],
    "prompt": "  The price  ",
    "schema": {"type": "object", "properties": {"price": {"type": "number"}}},
    "extractContentOnly": True,
    "screenshot": True,
    "fullPageScreenshot": True,
    "useProxy": True,
    "proxyCountry": "de",
    "maxProxyMb": 25,
    "maxItemProxyMb": 1.5,
    "cookies": " session=secret ",
    "scrapeMode": "default",
}


BEGUN = {"stage": "waiting", "attempts": 2, "started_at": "2026-11-25T00:00:00Z"}


def request(**changes: Any) -> BatchScrapeRequest:
    return BatchScrapeRequest.model_validate({**BODY, **changes}, by_name=False)


def test_workers_read_what_the_client_asked_for_without_its_secrets() -> None:
    asked = request()
    stored = asked.to_stored()
    assert b"secret" not in stored.replace(b'"secrets"', b"")
    read = StoredOptions.from_stored(stored)
    assert read.secrets_given == ["cookies"]
    assert read.cookies == ""
    whole = read.with_secrets(asked.secrets)
    for name in BatchOptions.model_fields:
        if name != "output":
            assert getattr(whole, name) == getattr(asked, name), name
    assert whole.output_format == asked.output_format == "json"
    assert whole.prompt == "The price"


def test_what_version_0_1_0_has_stored_is_read() -> None:
    stored = (
        b'{"prompt":null,"output":null,"json_schema":null,"extract_content_only":true,'
        b'"screenshot":true,"full_page_screenshot":false,"scrape_mode":"fast","use_proxy":true,'
        b'"proxy_country":null,"has_cookies":true}'
    )
    read = StoredOptions.from_stored(stored)
    assert read.secrets_given == ["cookies"]
    assert (read.extract_content_only, read.screenshot, read.use_proxy) == (True, True, True)
    assert (read.scrape_mode, read.prompt, read.proxy_country) == ("fast", "", None)
    assert not read.needs_extraction
    assert read.output_format == "markdown"


def test_what_a_newer_version_has_stored_is_read() -> None:
    stored = {**json.loads(request().to_stored()), "invented_later": {"a": 1}}
    assert StoredOptions.from_stored(json.dumps(stored).encode()).screenshot


def test_payloads_of_version_0_1_0_are_read_and_it_reads_ours() -> None:
    converter = pydantic_data_converter.payload_converter
    item = ScrapeInput(
        batch_id="b", item_uuid="i", url="u", generation=1, timeout_seconds=1, has_secrets=True
    )
    [payload] = converter.to_payloads([item])
    assert json.loads(payload.data)["has_cookies"] is True
    assert converter.from_payloads([payload], [ScrapeInput]) == [item]
    state = BatchState.model_validate(
        {
            "batch_id": "b",
            "account": "a",
            "created_at": "2026-11-25T00:00:00Z",
            "item_timeout_seconds": 60,
            "credits_per_item": 2,
            "has_cookies": True,
            "items": [{"uuid": "i", "url": "u", "begun": BEGUN}],
        }
    )
    assert state.has_secrets
    assert state.items[0].last_progress == Progress.model_validate(BEGUN)
    [payload] = converter.to_payloads([state])
    assert json.loads(payload.data)["has_cookies"] is True
    assert json.loads(payload.data)["items"][0]["begun"]["attempts"] == 2
    assert converter.from_payloads([payload], [BatchState]) == [state]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, []),
        ({"screenshot": False}, ["fullPageScreenshot: needs screenshot to be true as well."]),
        (
            {"useProxy": False},
            [
                f"{option}: needs useProxy to be true as well."
                for option in ("proxyCountry", "maxProxyMb", "maxItemProxyMb")
            ],
        ),
        (
            {"scrapeMode": "fast", "fullPageScreenshot": False},
            ["screenshot: fast mode has no browser to take one with."],
        ),
        ({"cookies": ";"}, ["cookies: there is none in it."]),
        ({"cookies": "session"}, ["cookies: entry 1 is not of the form name=value."]),
        ({"cookies": " "}, []),
    ],
)
def test_options_that_do_not_go_together_are_named(
    changes: dict[str, Any], problems: list[str]
) -> None:
    assert request(**changes).problems() == problems


@pytest.mark.parametrize("limit", [0, -1, True, "1", float("nan"), 1e9])
@pytest.mark.parametrize("model", [BatchScrapeRequest, RetryRequestBody])
def test_a_limit_of_traffic_is_a_number_of_megabytes(
    model: type[RequestBody], limit: object
) -> None:
    body = {"urls": ["https://example.com/"]} if model is BatchScrapeRequest else {}
    with pytest.raises(ValidationError):
        model.model_validate({**body, "maxProxyMb": limit}, by_name=False)
    assert model.model_validate({**body, "maxProxyMb": 0.5}, by_name=False)


def test_a_retry_takes_the_secrets_and_which_items_to_retry() -> None:
    names = ["only_retryable", "max_proxy_mb", *BatchOptions.secret_names()]
    assert list(RetryRequestBody.model_fields) == names
    retry = RetryRequestBody.model_validate({"cookies": "a=1"}, by_name=False)
    assert retry.secrets == {"cookies": "a=1"}
    assert RetryRequestBody.model_validate({}, by_name=False).secrets == {}
    broken = RetryRequestBody.model_validate({"cookies": "broken"}, by_name=False)
    assert broken.problems() == ["cookies: entry 1 is not of the form name=value."]


@pytest.mark.parametrize(
    "secrets",
    [{"cookies": "a=1; {b}=2"}, {"headers": {"x": "y"}}, {"cookies": "a=1", "headers": {"x": "y"}}],
)
def test_secrets_are_sealed_as_one_text(secrets: dict[str, Any]) -> None:
    assert read_sealed(seal_text(secrets)) == secrets


def test_cookies_alone_are_sealed_as_version_0_1_0_reads_them() -> None:
    assert seal_text({"cookies": "a=1"}) == "a=1"


def test_a_new_secret_is_one_declaration() -> None:
    class More(BatchOptions):
        headers: Annotated[dict[str, str], Rule(is_secret=True)] = Field(
            default_factory=dict, repr=False
        )

    asked = More(headers={"x": "hidden"}, cookies="a=1")
    assert asked.secrets == {"cookies": "a=1", "headers": {"x": "hidden"}}
    stored = asked.to_stored()
    assert b"hidden" not in stored
    assert json.loads(stored)["secrets"] == ["cookies", "headers"]
