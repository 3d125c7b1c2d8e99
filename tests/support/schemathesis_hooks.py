"""What Schemathesis does before each request; see `tests/support/schemathesis.toml`."""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

_URL = os.environ["TEST_SITE_URL"]


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Give each valid submit the URL of a page that may be scraped.

    The server rightly refuses most hosts that Schemathesis makes up.
    """
    is_submit = case.operation.label == "POST /api/batch/scrape"
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_submit and is_valid and isinstance(case.body, dict):
        case.body["urls"] = [_URL]
