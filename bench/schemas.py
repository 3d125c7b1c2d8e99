"""Valid instances of public collections against the rules of results: each must come back as it is.

    make bench-schemas SUITE=JSON-Schema-Test-Suite STORE=schemastore

Takes checkouts of github.com/json-schema-org/JSON-Schema-Test-Suite and of
github.com/SchemaStore/schemastore. The suite's schemas are put into a property `value`.

The documented rules for null are allowed for: members without a value may be missing or null.
Properties that a schema does not name are counted apart, since a warning tells of them. Ends with
1 if an instance changes in silence, if it is refused, or if the strict dialect cannot express it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema.validators import Draft202012Validator, validator_for

from activities.conversion.tasks import conform
from domain.schema.dialects import draft_of
from domain.schema.strict import strict_schema
from domain.schema.validation import check_schema
from tests.support.strict_dialect import can_say

_DRAFTS = {
    "draft4": "http://json-schema.org/draft-04/schema#",
    "draft6": "http://json-schema.org/draft-06/schema#",
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}


@dataclass(frozen=True)
class Case:
    place: str
    schema: dict[str, Any]
    instance: dict[str, Any]
    is_valid: bool
    is_real: bool


def suite_cases(folder: Path) -> Iterator[Case]:
    for draft, address in _DRAFTS.items():
        for path in sorted((folder / "tests" / draft).glob("*.json")):
            if path.stem == "vocabulary":  # schemas of own dialects, which are not supported
                continue
            for group in json.loads(path.read_text()):
                schema = group["schema"]
                name = "id" if draft == "draft4" else "$id"
                has_base = isinstance(schema, dict) and name not in schema
                if has_base and ("$ref" not in schema or draft.startswith("draft20")):
                    # With an address of its own, references still begin at the inner schema.
                    schema = {name: "urn:inner", **schema}
                outer = {"$schema": address, "type": "object", "properties": {"value": schema}}
                for test in group["tests"]:
                    place = f"{draft}/{path.stem}: {group['description']}: {test['description']}"
                    yield Case(place, outer, {"value": test["data"]}, test["valid"], False)


def store_cases(folder: Path) -> Iterator[Case]:
    for schema_path in sorted((folder / "src/schemas/json").glob("*.json")):
        schema = _read(schema_path)
        if schema is None:
            continue
        schema.setdefault("type", "object")
        for path in sorted((folder / "src/test" / schema_path.stem).glob("*.json")):
            instance = _read(path)
            if instance is not None:
                is_valid = _is_valid_by_its_draft(schema, instance)
                yield Case(f"{path.parent.name}/{path.name}", schema, instance, is_valid, True)


def _is_valid_by_its_draft(schema: dict[str, Any], instance: dict[str, Any]) -> bool:
    """Return what `jsonschema` says. Some instances use keywords that their draft does not know."""
    validator = validator_for(schema, default=Draft202012Validator)(schema)
    try:
        return bool(validator.is_valid(instance))
    except Exception:  # noqa: BLE001  # it cannot read the pattern, or fetches no other schemas
        return True


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def fate(case: Case) -> str:
    """Return what becomes of an instance."""
    if check_schema(case.schema):
        return "schema refused"
    # Many schemas of the suite have no types, and mean all of them.
    strict = strict_schema(case.schema) if case.is_real else None
    conformed = conform(case.instance, case.schema)
    if not case.is_valid:
        return "invalid, told" if conformed.violation else "invalid, mended"
    if conformed.violation is not None:
        return "REFUSED"
    if strict is not None and not can_say(strict, conformed.result):
        return "BEYOND THE STRICT DIALECT"
    if _with_values(conformed.result) == _with_values(case.instance):
        return "unchanged"
    return "unnamed properties left out" if conformed.unnamed else "CHANGED IN SILENCE"


def _with_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_values(part) for name, part in value.items() if not _is_nothing(part)}
    if isinstance(value, list):
        return [_with_values(part) for part in value]
    return value, isinstance(value, bool)


def _is_nothing(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("", "null", "n/a")
    if isinstance(value, dict | list):
        return all(map(_is_nothing, value.values() if isinstance(value, dict) else value))
    return value is None


def measure(name: str, cases: Iterator[Case]) -> int:
    """Print what becomes of all cases, and return how many go wrong."""
    fates: Counter[str] = Counter()
    for case in cases:
        end = fate(case)
        fates[end] += 1
        if end.isupper():
            draft = draft_of(case.schema)
            print(f"  {end.lower()} ({draft.name if draft else 'unknown'}): {case.place}")
    print(f"{name}: " + ", ".join(f"{count} {end.lower()}" for end, count in fates.most_common()))
    return sum(count for end, count in fates.items() if end.isupper())


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--suite", type=Path)
    parser.add_argument("--store", type=Path)
    arguments = parser.parse_args()
    wrong = 0
    if arguments.suite:
        wrong += measure("JSON-Schema-Test-Suite", suite_cases(arguments.suite))
    if arguments.store:
        wrong += measure("SchemaStore", store_cases(arguments.store))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
