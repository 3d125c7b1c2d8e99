"""The pages of documentation, the blocks of code in them, and how to run one."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])

_SECONDS = 120.0
"""For any of the commands: much, since all tests may share two cores."""

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code in a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command line of a block for the shell."""

    block: Block
    words: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    """What the line sets in the environment of the program, as in `NAME=value program`."""

    def __str__(self) -> str:
        return f"{self.block} {' '.join(self.words[:4])}"


def blocks(language: str) -> list[Block]:
    """Return all blocks of all pages in one language."""
    return [block for page in PAGES for block in _blocks_of(page) if block.language == language]


def commands(*program: str) -> list[Command]:
    """Return all command lines that begin with these words, or all if there are none."""
    found = [command for block in blocks("sh") for command in _commands_of(block)]
    return [command for command in found if command.words[: len(program)] == program]


def languages() -> set[str]:
    """Return the languages of all blocks of all pages."""
    return {block.language for page in PAGES for block in _blocks_of(page)}


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program with no settings but these, from the root of the repository."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SPIDRA_")}
    return subprocess.run(
        words,
        cwd=ROOT,
        env={**env, **variables},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _blocks_of(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for found in _BLOCK.finditer(text)
    ]


def _commands_of(block: Block) -> list[Command]:
    lines = block.text.replace("\\\n", " ").splitlines()
    return [_command(block, words) for line in lines if (words := shlex.split(line, comments=True))]


def _command(block: Block, words: list[str]) -> Command:
    count = next(i for i, word in enumerate(words) if not re.match(r"[A-Z_]+=", word))
    variables = [
        (name, value) for name, _, value in (word.partition("=") for word in words[:count])
    ]
    return Command(block, tuple(words[count:]), tuple(variables))
