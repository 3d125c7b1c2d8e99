"""The OpenAPI document: valid, complete, and served to clients."""

from __future__ import annotations

import re

import aiohttp
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import create_app
from settings import Settings
from spidra_batch import __version__
from stack.stack import Stack
from tests.api.openapi.documented import DOCUMENT, deviations, operations


def test_the_document_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_document_has_exactly_the_routes_of_the_application() -> None:
    routes = {
        (route.method.lower(), route.resource.canonical)
        for route in create_app(Settings()).router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    own_routes = {(method, path) for method, path in routes if re.match("/$|/docs|/openapi", path)}
    documented = {(method, path) for method, path, _ in operations()}
    assert routes - own_routes == documented


def test_the_version_is_that_of_the_project() -> None:
    assert DOCUMENT["info"]["version"] == __version__


def test_each_body_has_examples_and_all_are_valid() -> None:
    for _, _, operation in operations():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        responses = [r for status, r in operation["responses"].items() if status != "304"]
        for body in (*bodies, *responses):
            content = body["content"]["application/json"]
            assert content["examples"]
            for name, example in content["examples"].items():
                wrong = deviations(example["value"], content["schema"])
                assert not wrong, (operation["operationId"], name)


async def test_the_document_is_served_without_a_key(stack: Stack) -> None:
    async with (
        aiohttp.ClientSession(stack.api_url) as session,
        session.get("/openapi.json") as response,
    ):
        assert response.status == 200
        assert response.content_type == "application/json"
        assert await response.json() == DOCUMENT
