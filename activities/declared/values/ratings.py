"""Ratings in texts, with the scale behind them."""

from __future__ import annotations

import re

_SCALE = re.compile(
    r"(?<=\d)\s*(?:/|(?:(?:out\s+)?of|von|auf|sur|de|di|su|van|uit|av|af|z|ze|из|od|din|dari)"
    r"(?![^\W\d_]))\s*(\d{1,3})(?:[.,]0+)?(?![\d.,]*\d)",
    re.IGNORECASE,
)
"""The scale in `4,5/5`, `4.5 out of 5.0 stars` and `8 von 10`."""


def without_scale(text: str) -> str:
    """Return a rating without its scale. A rating above its scale is none: it stays as it is."""
    scale = _SCALE.search(text)
    if scale is None:
        return text
    whole = re.search(r"(\d+)(?:[.,]\d+)?$", text[: scale.start()])
    if whole is None or int(whole[1]) > int(scale[1]):
        return text
    return text[: scale.start()] + text[scale.end() :]
