"""Schemas of many kinds: each gives a result that fits the schema, or an error that says why."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from activities.conversion import normalise
from activities.extraction.extractor import Extractor
from domain.failures import ScrapeError
from tests.model.schemas import BOUNDED, OPEN
from tests.support.extraction import PAGE, extract

CLEAR = {"EXTRACTION_INVALID", "LLM_LENGTH", "LLM_INVALID_JSON"}
"""Codes of errors that are the model's. The server has done as it was asked."""


def is_valid(result: Any, schema: dict[str, Any]) -> bool:
    """Return whether `result` fits `schema`, but that required properties may be null."""
    validator = Draft202012Validator(without_required(schema))
    return bool(validator.is_valid(normalise.without_nulls(result)))


def without_required(schema: Any) -> Any:
    if isinstance(schema, list):
        return [without_required(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: without_required(part) for name, part in schema.items() if name != "required"}


async def outcome(extractor: Extractor, schema: dict[str, Any]) -> tuple[str | None, Any]:
    """Return the code of the error if there is one, and the result."""
    try:
        result, _, _ = await extract(extractor, PAGE, schema=schema)
    except ScrapeError as error:
        return error.failure.code, None
    return None, result


def test_there_are_twenty() -> None:
    assert len({**BOUNDED, **OPEN}) == 20


@pytest.mark.parametrize("name", BOUNDED)
async def test_every_answer_to_a_bounded_schema_is_valid(extractor: Extractor, name: str) -> None:
    schema = BOUNDED[name]
    result, usage, _ = await extract(extractor, PAGE, schema=schema)
    assert is_valid(result, schema), result
    assert usage.model is not None
    assert usage.model.level == "json_schema", "the server compiles our dialect"


@pytest.mark.parametrize("name", OPEN)
async def test_other_schemas_give_a_valid_result_or_a_clear_error(
    extractor: Extractor, name: str
) -> None:
    schema = OPEN[name]
    code, result = await outcome(extractor, schema)
    assert code in CLEAR or is_valid(result, schema), (code, result)
