"""The packages import each other as the rules say, and the document shows it."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.drawn_docs import DRAWN, part_of
from tests.support.import_rules import import_rules
from tests.support.package_map import floors, read_imports, upward_imports

RULES = import_rules()


def test_each_package_has_a_floor() -> None:
    placed = [name for floor in floors(RULES) for name in floor]
    assert len(placed) == len(set(placed))
    assert set(read_imports(RULES)) <= set(placed), "add them to [tool.importlinter]"


def test_no_import_runs_upwards() -> None:
    assert upward_imports(read_imports(RULES), RULES) == []


def test_there_is_no_cycle() -> None:
    TopologicalSorter(read_imports(RULES)).prepare()


@pytest.mark.parametrize("page", DRAWN, ids=lambda page: page.name)
def test_pages_show_what_follows_from_the_code(page: Path) -> None:
    assert part_of(page) == DRAWN[page](), "run `make map`"


def test_the_map_notices_upward_imports_and_cycles(tmp_path: Path) -> None:
    rules = {
        "root_packages": ["shop", "till"],
        "contracts": [
            {"type": "layers", "layers": ["shop", "till"]},
            {"type": "layers", "containers": ["shop"], "layers": ["door", "shelf | window"]},
        ],
    }
    for name, source in {
        "till.py": "def open():\n    from shop.shelf import goods\n",
        "shop/__init__.py": "",
        "shop/door.py": "import shop.window.glass\nimport till\n",
        "shop/shelf.py": "import os\n",
        "shop/window/__init__.py": "from shop import shelf\n",
        "shop/window/glass.py": "import shop.window\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    imports = read_imports(rules, tmp_path)
    assert imports == {
        "till": {"shop.shelf"},
        "shop.door": {"shop.window", "till"},
        "shop.shelf": set(),
        "shop.window": {"shop.shelf"},
    }
    assert upward_imports(imports, rules) == [
        "shop.window -> shop.shelf",
        "till -> shop.shelf",
    ]
    with pytest.raises(CycleError):
        TopologicalSorter(imports | {"shop.shelf": {"shop.door"}}).prepare()
