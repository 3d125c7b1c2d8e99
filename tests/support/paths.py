"""Paths in this repository that tests need."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "pages"
"""Folder with pages of HTML and their expected results."""
