"""The map of the packages and their imports.

The imports come from the code. The floors come from pyproject.toml, where import-linter has them:
a package whose parts have floors of their own, such as `activities`, is shown by its parts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT

Imports = Mapping[str, set[str]]
"""What each package imports of the others."""


def read_imports(rules: Mapping[str, Any], root: Path = ROOT) -> dict[str, set[str]]:
    """Return the imports between the packages that the rules name, as the code has them."""
    files = _files(rules["root_packages"], root)
    opened = set(_layers(rules))

    def package_of(name: str) -> str:
        while name and name not in files:
            name = name.rpartition(".")[0]
        first, *rest = name.split(".")
        return f"{first}.{rest[0]}" if rest and first in opened else first

    imports: dict[str, set[str]] = {}
    for module, path in files.items():
        importer = package_of(module)
        imported = {package_of(name) for name in _imported_names(path)}
        imports.setdefault(importer, set()).update(imported - {importer, ""})
    return {package: found for package, found in imports.items() if package not in opened}


def floors(rules: Mapping[str, Any]) -> list[list[str]]:
    """Return the packages floor by floor, from the top, as the rules have them."""
    layers = _layers(rules)
    result: list[list[str]] = []
    for layer in layers[""]:
        rows = [row for name in layer if name in layers for row in layers[name]] or [[]]
        rows[0] = [*(name for name in layer if name not in layers), *rows[0]]
        result += rows
    return result


def upward_imports(imports: Imports, rules: Mapping[str, Any]) -> list[str]:
    """Return each import that does not lead to a lower floor, as `importer -> imported`."""
    number = {name: floor for floor, row in enumerate(floors(rules)) for name in row}
    return [
        f"{importer} -> {imported}"
        for importer, found in sorted(imports.items())
        for imported in sorted(found)
        if number[imported] <= number[importer]
    ]


def draw(imports: Imports, rules: Mapping[str, Any]) -> str:
    """Return the map in Markdown: a diagram of the whole, and a table with a row per package."""
    return "\n".join([*_diagram(imports), "", *_table(imports, rules)])


def _files(packages: list[str], root: Path) -> dict[str, Path]:
    """Return the file of each module, by the module's name."""
    files = {}
    for package in packages:
        single = root / f"{package}.py"
        for path in [single] if single.exists() else (root / package).rglob("*.py"):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            files[name.removesuffix(".__init__")] = path
    return files


def _imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _layers(rules: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    """Return the layers of each package that has some, and those of the whole under ""."""
    layers = {}
    for contract in rules["contracts"]:
        if contract["type"] == "layers":
            [container] = contract.get("containers", [""])
            prefix = f"{container}." if container else ""
            rows = [re.findall(r"\w+", row) for row in contract["layers"]]
            layers[container] = [[prefix + name for name in row] for row in rows]
    return layers


def _diagram(imports: Imports) -> Iterator[str]:
    whole: dict[str, set[str]] = {}
    for importer, found in imports.items():
        first = importer.split(".")[0]
        whole.setdefault(first, set()).update({name.split(".")[0] for name in found} - {first})
    yield "```mermaid"
    yield "flowchart TD"
    for importer, found in sorted(whole.items()):
        indirect = {name for between in found for name in _reached(whole, between)}
        yield from (f"    {importer} --> {name}" for name in sorted(found - indirect))
    yield "```"


def _reached(imports: Imports, start: str) -> set[str]:
    """Return all that `start` imports, by others too."""
    reached: set[str] = set()
    waiting = set(imports[start])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting |= imports[name]
    return reached


def _table(imports: Imports, rules: Mapping[str, Any]) -> Iterator[str]:
    files = _files(rules["root_packages"], ROOT)
    yield "| floor | package | what it is for | imports |"
    yield "|---|---|---|---|"
    rows = [[name for name in row if name in imports] for row in floors(rules)]
    for number, row in zip(range(len(rows), 0, -1), rows, strict=True):
        for name in sorted(row):
            found = ", ".join(f"`{other}`" for other in sorted(imports[name])) or "nothing"
            yield f"| {number} | `{name}` | {_purpose(files[name])} | {found} |"


def _purpose(path: Path) -> str:
    """Return the first sentence of the file's docstring."""
    docstring = " ".join((ast.get_docstring(ast.parse(path.read_text())) or "").split())
    return re.split(r"(?<=\.) ", docstring)[0].replace("|", "\\|")
