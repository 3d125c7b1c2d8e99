"""The contract's rule for values that a page does not have, and the validation under that rule.

A required property is always present. It is `null` if the page has no value, even if the schema
does not allow `null`. An optional property without a value is left out.
"""

from __future__ import annotations

import json
from typing import Any

from jsonschema.exceptions import ValidationError, best_match

from domain.schema.canonical import canonical
from domain.schema.patterns import PatternTimeoutError
from domain.schema.validators import relaxed_validator

_MAX_SHOWN_VALUE = 200
"""Characters of a keyword's value. Longer values are not repeated in a sentence."""


def violation(result: Any, schema: dict[str, Any]) -> str | None:
    """Return how `result` breaks `schema` under the rule for null, or None if it does not.

    The sentence names the place and the keyword. It holds none of the page's text.
    """
    try:
        error = best_match(relaxed_validator(canonical(schema)).iter_errors(result))
    except RecursionError:
        return "result is nested too deep for the schema, which refers to itself."
    except PatternTimeoutError as slow:
        return f"result takes too long to be compared with the pattern {_shown(slow.pattern)}."
    return None if error is None else _sentence(error)


def _sentence(error: ValidationError) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path)
    wanted = json.dumps(error.validator_value, ensure_ascii=False, default=str)
    keyword = repr(error.validator)
    if len(wanted) <= _MAX_SHOWN_VALUE:
        keyword = f"{keyword}: {wanted}"
    return f"result{place} does not fulfil {keyword}."


def _shown(pattern: str) -> str:
    return repr(pattern[:_MAX_SHOWN_VALUE])
