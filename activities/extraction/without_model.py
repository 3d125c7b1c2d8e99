"""Structured results without a language model: from what a page declares about itself."""

from __future__ import annotations

from typing import Any

from activities.capture import PageCapture
from activities.conversion.pool import ConversionPool
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.options import BatchOptions
from domain.warnings import item_warning

_MAX_NAMES = 10
"""Properties that a sentence names."""

_MAX_NAME_LENGTH = 60
"""Characters of a property that a sentence shows."""


async def extract(
    converter: ConversionPool, page: PageCapture, options: BatchOptions, warnings: list[ItemWarning]
) -> dict[str, Any]:
    """Return the structured result for `page`; add to `warnings` what its reader must know.

    Raises `ScrapeError`, with `LLM_NOT_CONFIGURED` if only a model can find the values.
    """
    found = await converter.extract_declared(page.html, page.final_url, options.json_schema)
    if found.missing:
        raise model_required(f"The page does not declare {_listed(found.missing)}")
    if found.result is None:
        if found.uncertain:
            raise model_required(f"{_uncertain(found.uncertain)}, and no other value")
        raise model_required("The page declares none of the requested values")
    if found.violation is not None:
        violation = found.violation.removesuffix(".")
        raise model_required(f"What the page declares does not fit the schema: {violation}")
    message = (
        "There is no language model: the result holds only what the page declares about "
        "itself in JSON-LD, microdata, RDFa, microformats, meta elements, tables and definition "
        "lists."
    )
    warnings.append(item_warning("NO_MODEL", message))
    if found.disagreements:
        warnings.append(
            item_warning(
                "DECLARATIONS_DISAGREE",
                f"The page declares different values for {_listed(found.disagreements)}; the "
                "result has the value of the most trusted source.",
            )
        )
    if found.uncertain:
        message = f"{_uncertain(found.uncertain)}; they are left empty."
        warnings.append(item_warning("VALUES_UNCERTAIN", message))
    return found.result


def _uncertain(pointers: list[str]) -> str:
    return (
        f"The page declares values for {_listed(pointers)} that are not for certain what the "
        "schema asks for (1.250 and 03/04/2024 may have two meanings, a range is no number)"
    )


def model_required(reason: str) -> ScrapeError:
    """Return the failure of an item that needs a model; `reason` has no full stop."""
    return ScrapeError("LLM_NOT_CONFIGURED", f"{reason}, and no language model is configured.")


def _listed(pointers: list[str]) -> str:
    names = [pointer.removeprefix("/")[:_MAX_NAME_LENGTH] for pointer in pointers[:_MAX_NAMES]]
    more = len(pointers) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
