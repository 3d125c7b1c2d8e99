"""The words of pages in many languages: one file of `texts` each, in our words."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("texts")

Words = dict[str, tuple[str, ...]]
"""The texts of each kind of page. The first is its title."""


def words() -> dict[str, Words]:
    """Return the words of each language, by the language's tag."""
    return {file.stem: _read(file) for file in sorted(_FOLDER.glob("*.txt"))}


def _read(file: Path) -> Words:
    lines = (line.split(": ", 1) for line in file.read_text("utf-8").splitlines())
    return {kind: tuple(texts.split(" | ")) for kind, texts in lines}
