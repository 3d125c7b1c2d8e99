"""The field `schema` of a submit: which JSON Schemas are accepted, and which warnings they get."""

from __future__ import annotations

import pytest

from tests.support.client import BATCHES, ApiClient, Json
from tests.support.errors import submit_errors
from tests.support.site import Site

NO_MODEL = (
    "schema: this server has no language model (SPIDRA_LLM_MODEL); the result is filled from what "
    "the page declares about itself."
)


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
    [error] = await submit_errors(api, body, "INVALID_SCHEMA")
    assert error.startswith("schema")
    assert expected in error


async def test_a_schema_may_have_ten_levels_but_not_eleven(api: ApiClient, site: Site) -> None:
    def nested(levels: int) -> Json:
        schema: Json = {"type": "object"}
        for _ in range(levels - 1):
            schema = {"type": "object", "properties": {"inner": schema}}
        return schema

    await api.submit([site.url("/plain")], schema=nested(10))
    body = {"urls": [site.url("/plain")], "schema": nested(11)}
    assert "deeper than 10 levels" in (await submit_errors(api, body, "INVALID_SCHEMA"))[0]


async def test_warnings_name_the_unenforced_parts_of_a_schema(api: ApiClient, site: Site) -> None:
    schema = {
        "type": "object",
        "properties": {"at": {"type": "string", "format": "date"}},
        "minProperties": 1,
    }
    status, body = await api.post(BATCHES, {"urls": [site.url("/plain")], "schema": schema})
    assert status == 202
    assert body["schema_warnings"] == [
        "schema.minProperties: the model is not forced to follow it; the answer is checked "
        "afterwards.",
        "schema.properties.at.format: the format is told to the model but not checked.",
        NO_MODEL,
    ]


async def test_a_server_without_a_model_says_so_of_each_schema(api: ApiClient, site: Site) -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    _, body = await api.post(BATCHES, {"urls": [site.url("/plain")], "schema": schema})
    assert body["schema_warnings"] == [NO_MODEL]
    status, body = await api.post(BATCHES, {"urls": [site.url("/plain")], "output": "json"})
    assert (status, "schema_warnings" in body) == (202, False)
