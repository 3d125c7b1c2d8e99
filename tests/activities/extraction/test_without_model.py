"""Results without a language model: what the item's reader is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from activities.capture import PageCapture
from activities.conversion import tasks
from activities.conversion.pool import ConversionPool
from activities.extraction import without_model
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.options import BatchOptions


class Converter(ConversionPool):
    """A converter that works in this process."""

    def __init__(self) -> None:
        """Start no process."""

    async def extract_declared(
        self, html: str, url: str, schema: dict[str, Any] | None
    ) -> tasks.DeclaredResult:
        """Return what the page declares."""
        return tasks.extract_declared(html, url, schema)


async def extracted(
    page: str, properties: dict[str, Any], required: list[str]
) -> tuple[dict[str, Any], list[ItemWarning]]:
    """Return the result for a page, with the warnings except the one that no model was asked."""
    capture = PageCapture(page, "text/html", 200, "https://shop.example/lamp", None, ())
    schema = {"type": "object", "properties": properties, "required": required}
    warnings: list[ItemWarning] = []
    options = BatchOptions.model_validate({"schema": schema})
    result = await without_model.extract(Converter(), capture, options, warnings)
    return result, [warning for warning in warnings if warning.code != "NO_MODEL"]


LAMP = (
    "<title>Lamp</title><h1>Lamp</h1><dl><dt>Weight<dd>1.250 kg<dt>Height<dd>30 cm"
    "<dt>Released<dd>03/04/2024</dl>"
)
NUMBER = {"type": "number"}
DATE = {"type": "string", "format": "date"}


async def test_what_is_not_certain_is_null_or_absent_and_named() -> None:
    wanted = {"weight": NUMBER, "height": NUMBER, "released": DATE}
    result, [warning] = await extracted(LAMP, wanted, ["weight", "height"])
    assert result == {"weight": None, "height": 30}
    assert warning.code == "VALUES_UNCERTAIN"
    assert "weight, released" in warning.message


async def test_what_is_certain_gets_no_warning() -> None:
    page = f"<html lang='en-GB'>{LAMP}"
    wanted = {"weight": NUMBER, "released": DATE}
    assert await extracted(page, wanted, ["weight"]) == (
        {"weight": 1.25, "released": "2024-04-03"},
        [],
    )


async def test_an_item_without_any_certain_value_fails_and_says_why() -> None:
    with pytest.raises(ScrapeError) as caught:
        await extracted(LAMP, {"weight": NUMBER}, [])
    assert caught.value.failure.code == "LLM_NOT_CONFIGURED"
    assert "values for weight that are not for certain" in caught.value.failure.message
