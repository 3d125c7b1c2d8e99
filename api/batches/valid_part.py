"""What is right of a body that is wrong elsewhere, so that one answer names every mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.http.validation import wrong_places
from domain.options import MAX_URLS, BatchScrapeRequest

_ANY_URL = "https://example.com/"
"""Stands for the URLs where none can be read."""


@dataclass(frozen=True)
class ValidPart:
    """The fields of a body that are right by themselves."""

    scrape: BatchScrapeRequest
    """The request without its wrong fields. Its `urls` mean nothing if they are wrong."""
    urls: Sequence[str | None]
    """The URLs in their order; None for each that is no text."""
    wrong: frozenset[str]
    """The names of the wrong fields, as clients know them."""


def whole(scrape: BatchScrapeRequest) -> ValidPart:
    """Return a request without mistakes of form as such a part."""
    return ValidPart(scrape, scrape.urls, frozenset())


def valid_part(body: Mapping[str, Any]) -> ValidPart:
    """Return what is right of the body of a submit that has mistakes of form."""
    places = wrong_places(BatchScrapeRequest, body)
    wrong = frozenset(str(place[0]) for place in places if place)
    fields = {name: value for name, value in body.items() if name not in wrong}
    given = body.get("urls")
    urls = given[:MAX_URLS] if isinstance(given, list) else []
    return ValidPart(
        scrape=BatchScrapeRequest.model_validate({"urls": [_ANY_URL], **fields}, by_name=False),
        urls=[None if ("urls", n) in places else url for n, url in enumerate(urls)],
        wrong=wrong,
    )
