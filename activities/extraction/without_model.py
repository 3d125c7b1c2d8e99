"""Structured results where no language model is configured: from what the page declares about
itself, or not at all."""

from __future__ import annotations

from typing import Any

from activities.capture import PageCapture
from activities.conversion.pool import ConversionPool
from domain.failures import ScrapeError
from domain.options import BatchOptions

_MAX_NAMES = 10


async def extract(
    converter: ConversionPool, page: PageCapture, options: BatchOptions, warnings: list[str]
) -> dict[str, Any]:
    """The structured result for `page`; `warnings` gets what its reader has to know.

    Raises `ScrapeError`: with `LLM_NOT_CONFIGURED` if it takes a model to find what was asked for.
    """
    found = await converter.extract_declared(page.html, page.final_url, options.json_schema)
    if found.missing:
        raise needs_model(f"The page does not declare {_listed(found.missing)}")
    if found.result is None:
        raise needs_model("The page declares nothing of what was asked for")
    if found.violation is not None:
        raise needs_model(f"What the page declares does not fit the schema: {found.violation}"[:-1])
    warnings.append(
        "There is no language model: the result holds only what the page declares about "
        "itself in JSON-LD, microdata, RDFa, meta elements, tables and definition lists."
        + (" The prompt was not considered." if options.prompt else "")
    )
    if found.disagreements:
        warnings.append(
            f"The page declares {_listed(found.disagreements)} in several ways; the most trusted "
            "source was taken."
        )
    return found.result


def needs_model(why: str) -> ScrapeError:
    """The failure of what takes a model; `why` is a sentence without its full stop."""
    return ScrapeError(
        "LLM_NOT_CONFIGURED",
        f"{why}, and there is no language model to ask.",
    )


def _listed(pointers: list[str]) -> str:
    names = [pointer.removeprefix("/")[:60] for pointer in pointers[:_MAX_NAMES]]
    more = len(pointers) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
