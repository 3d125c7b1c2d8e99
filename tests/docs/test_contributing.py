"""The worked example of CONTRIBUTING.md: its declaration alone makes an option."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

import pytest
from pydantic import ValidationError

import domain.options
from domain.options import BatchOptions, StoredOptions, read_sealed, seal_text
from tests.support.paths import ROOT


def with_example() -> Any:
    """Return the options with the field that the example declares."""
    [block] = re.findall(
        r"^   ```python\n(.*?)^   ```", (ROOT / "CONTRIBUTING.md").read_text(), re.S | re.M
    )
    declaration = textwrap.indent(textwrap.dedent(block), "    ")
    scope = dict(vars(domain.options))
    exec(f"class Options(BatchOptions):\n{declaration}", scope)  # noqa: S102 -- our own page
    return scope["Options"]


def test_the_example_is_an_option_of_the_request() -> None:
    options = with_example()
    asked = options.model_validate({"headers": {"x-token": "hidden"}}, by_name=False)
    assert asked.headers == {"x-token": "hidden"}
    assert options.model_validate({}, by_name=False).headers == {}
    with pytest.raises(ValidationError):
        options.model_validate({"headers": {str(n): "" for n in range(21)}}, by_name=False)
    assert "headers" in options.model_json_schema()["properties"]
    assert isinstance(asked, BatchOptions)


def test_the_example_is_a_secret() -> None:
    asked = with_example()(headers={"x-token": "hidden"}, cookies="a=1")
    assert "hidden" not in repr(asked)
    stored = asked.to_stored()
    assert b"hidden" not in stored
    assert json.loads(stored)["secrets"] == ["cookies", "headers"]
    assert "headers" in type(asked).secret_names()
    sealed = read_sealed(seal_text(asked.secrets))
    assert StoredOptions.from_stored(stored).with_secrets(sealed).cookies == "a=1"
    assert sealed["headers"] == {"x-token": "hidden"}
