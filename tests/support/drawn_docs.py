"""`python -m tests.support.drawn_docs`: write into the docs what follows from the code.

Each such part of a page stands between two marks. A test compares the parts with the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from domain.failures import FAILURE_KINDS
from domain.options import BatchScrapeRequest
from domain.warnings import WARNING_KINDS
from tests.support.import_rules import import_rules
from tests.support.package_map import draw, read_imports
from tests.support.paths import ROOT

_PART = re.compile(
    r"(?<=<!-- begin of what `make map` writes -->\n).*(?=\n<!-- end -->)", re.DOTALL
)

_FEW_VALUES = 3
"""Values of a field that are listed. Of more, such as countries, the description says enough."""


def draw_map() -> str:
    """Return the map of the packages."""
    rules = import_rules()
    return draw(read_imports(rules), rules)


def draw_error_codes() -> str:
    """Return the table of the error codes of items."""
    rows = [
        f"| `{code}` | {'yes' if kind.retryable else 'no'} | {kind.advice} |"
        for code, kind in FAILURE_KINDS.items()
    ]
    return "\n".join(["| code | worth a retry | what to do |", "|---|---|---|", *rows])


def draw_warnings() -> str:
    """Return the table of the warnings of items."""
    rows = [f"| `{code}` | {meaning} |" for code, meaning in WARNING_KINDS.items()]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


def draw_options() -> str:
    """Return the table of the request's fields."""
    schema = BatchScrapeRequest.model_json_schema()["properties"]
    rows = [
        f"| `{name}` | {_type_of(field)} | {field['description']} |"
        for name, field in schema.items()
    ]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])


def _type_of(field: dict[str, Any]) -> str:
    """Return the type of a field in words; that an optional field may be null is left out."""
    [kind] = [part for part in field.get("anyOf", [field]) if part.get("type") != "null"]
    if "enum" in kind:
        few = len(kind["enum"]) <= _FEW_VALUES
        return " or ".join(f"`{value}`" for value in kind["enum"]) if few else "string"
    return {"array": "list of strings", "boolean": "bool"}.get(kind["type"], str(kind["type"]))


DRAWN: Mapping[Path, Callable[[], str]] = {
    ROOT / "docs" / "architecture.md": draw_map,
    ROOT / "docs" / "error-codes.md": draw_error_codes,
    ROOT / "docs" / "warnings.md": draw_warnings,
    ROOT / "README.md": draw_options,
}
"""The pages, and what draws the part of each."""


def part_of(page: Path) -> str:
    """Return the part of the page that stands between the marks."""
    found = _PART.search(page.read_text())
    assert found, f"{page} has no marks"
    return found[0]


def main() -> None:
    """Write each part anew."""
    for page, draw_part in DRAWN.items():
        page.write_text(page.read_text().replace(part_of(page), draw_part()))


if __name__ == "__main__":
    main()
