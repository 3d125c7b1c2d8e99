"""What `tests/support/schemathesis.toml` has Schemathesis do before each request."""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

_URL = os.environ["TEST_SITE_URL"]


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """Points submits that are valid by the document at a page that may be scraped, since most
    hosts that Schemathesis thinks of are rightly refused."""
    is_submit = case.operation.label == "POST /api/batch/scrape"
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_submit and is_valid and isinstance(case.body, dict):
        case.body["urls"] = [_URL]
