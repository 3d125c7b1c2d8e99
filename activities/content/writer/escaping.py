"""Escaping: text of a page that a parser of markdown would take for markup.

Only what would become markup here is escaped. So `snake_case`, `5 * 3`, `[1]` and `a < b` stay
readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import category

_SPECIAL = re.compile(
    r"""
      \\(?=[!-/:-@\[-`{-~]|\s*\Z)                            # escapes what follows, breaks a line
    | `++
    | (?<![\s*])\*++ | (?<!\*)\*++(?!\s)                     # not between white space
    | (?<![^\W_])(?<!_)_++(?!\s) | (?<![\s_])_++(?![^\W_])   # not within a word
    | ~++
    | \](?=\()                                               # a link
    | <(?=[a-zA-Z/!?])                                       # a tag
    | &(?=\#[0-9]{1,7};|\#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,31};)
    | !(?=\[\Z)                                              # a link that follows, as a picture
    """,
    re.VERBOSE,
)
"""What may be markup within a line. At both ends is one character of what is around the text."""

_MAYBE_SPECIAL = re.compile(r"[\\`*_~\[\]<&!$]")
"""Characters without which nothing of a text is markup. This search is quick."""

_RUNS = {
    "*": re.compile(r"(?<!\*)\*++(?!\*)"),
    "_": re.compile(r"(?<![^\W_])(?<!_)_++|(?<!_)_++(?![^\W_])"),
    "~": re.compile(r"~++"),
    "`": re.compile(r"`++"),
}
"""Runs of a delimiter that may open or close something."""

_FORMULA = re.compile(r"\$(?=[^\s$])(?:[^$]*[^\s$])?\$(?!\d)")
"""Text that renderers with mathematics take for a formula, by the rule in Pandoc's manual."""

_LINE_START = re.compile(
    r"""
      \#{1,6}(?=[ ]|$)                            # a heading
    | >                                           # a quotation
    | [-+*](?=[ ]|$)                              # a list
    | ([-*_])(?=[ ]*(?:\1[ ]*){2,}$)              # a line across the page
    | ~{3} | `{3}                                 # a block of code
    | \[(?=[^\]]+\]:)                             # the definition of a link
    | (?P<number>[0-9]{1,9})(?=[.)](?:[ ]|$))     # a numbered list
    """,
    re.VERBOSE,
)
"""What may be markup at the beginning of a paragraph."""

_UNDERLINE = re.compile(r"=+[ ]*$|-+[ ]*$|\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?$")
"""A line that would make a heading or a table of the line before it."""

_PLAIN = "#"
"""Punctuation that is no markup within a line."""

_BRACKETS = re.compile(r"[\[\]]")
_ESCAPED_OR_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)


@dataclass(frozen=True)
class Delimiters:
    """What the text of one paragraph needs: which characters could open and close something."""

    escaped: frozenset[str] = frozenset()
    """Delimiters that are escaped where they could open or close something, and `$`."""


NOTHING = Delimiters()


def may_be_markup(text: str) -> bool:
    """Return whether something within a line of text may have to be escaped."""
    return _MAYBE_SPECIAL.search(text) is not None


def delimiters_of(text: str, marks: Iterable[str], *, has_formula: bool = False) -> Delimiters:
    """Return what has to be escaped in `text`, all of the text in one paragraph.

    `marks` are the delimiters that the paragraph's own markup consists of.
    """
    if not _MAYBE_SPECIAL.search(text):
        return NOTHING
    own = set(marks)
    found = {
        mark
        for mark, runs in _RUNS.items()
        if mark in text and (mark in own or _may_pair(runs, text, mark))
    }
    if "$" in text and (has_formula or _FORMULA.search(text)):
        found.add("$")
    return Delimiters(frozenset(found))


def _may_pair(runs: re.Pattern[str], text: str, mark: str) -> bool:
    """Return whether one of the runs could open something that a later one closes.

    A run opens or closes by the characters beside it, by CommonMark 6.2.
    """
    is_open = False
    for run in runs.finditer(text):
        before = text[run.start() - 1] if run.start() else " "
        after = text[run.end()] if run.end() < len(text) else " "
        if is_open and (mark == "`" or _is_flanking(after, before)):
            return True
        is_open = is_open or mark == "`" or _is_flanking(before, after)
    return False


def _is_flanking(outer: str, inner: str) -> bool:
    """Return whether a run between these characters may open or close, seen from the outside.

    NUL stands for markup, of which the characters are not known.
    """
    if inner.isspace():
        return False
    return (
        "\0" in (outer, inner)
        or outer.isspace()
        or is_punctuation(outer)
        or not is_certain_punctuation(inner)
    )


def escape(text: str, needed: Delimiters, before: str = "\n", after: str = "\n") -> str:
    """Return text that shows as `text` between the characters `before` and `after`."""
    if not _MAYBE_SPECIAL.search(text):
        return text
    end = len(text) + 1
    before, after = (_PLAIN if beside in _RUNS else beside for beside in (before, after))

    def replace(found: re.Match[str]) -> str:
        what = found[0]
        if found.start() == 0 or found.start() >= end:
            return what  # belongs to what is around the text
        if what[0] in _RUNS:
            return what if what[0] not in needed.escaped else "\\" + "\\".join(what)
        if what == "!" and found.end() != end:
            return what
        return "\\" + what

    escaped = _SPECIAL.sub(replace, before + text + after)[1:-1]
    return escaped.replace("$", r"\$") if "$" in needed.escaped else escaped


def escape_brackets(markdown: str) -> str:
    """Return escaped text in which all brackets are escaped, as some texts of links need."""
    return _ESCAPED_OR_BRACKET.sub(
        lambda found: found[0] if len(found[0]) == 2 else "\\" + found[0], markdown
    )


def has_loose_brackets(text: str) -> bool:
    """Return whether brackets in the text of a link are not in pairs, or look like a link."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += 1 if found[0] == "[" else -1
        if depth < 0:
            return True
    return depth > 0 or "](" in text


def escape_line(line: str, *, is_first: bool) -> str:
    """Return a line that begins with text, so that its beginning is no markup."""
    found = _LINE_START.match(line)
    if found is not None:
        if found["number"]:
            return f"{found['number']}\\{line[found.end() :]}"
        return "\\" + line
    if not is_first and _UNDERLINE.match(line):
        return "\\" + line
    return line


def is_punctuation(character: str) -> bool:
    """Return whether a delimiter beside `character` may not be beside a letter.

    CommonMark 0.31 counts symbols as punctuation, and earlier versions do not.
    """
    return not character.isalnum() and category(character)[0] in "PS"


def is_certain_punctuation(character: str) -> bool:
    """Return whether all versions of CommonMark count `character` as punctuation."""
    return (character.isascii() or category(character)[0] == "P") and is_punctuation(character)
