r"""Regular expressions of ECMA-262, written for RE2 and for the module `regex`.

The three differ in what `.`, `$`, `\d`, `\w` and `\s` mean, and in how characters are escaped.
What ECMA-262 does not know, such as `\A` or `(?i)`, stays as it is: schemas that were made for
other languages have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    \\u\{(?P<braced>[0-9A-Fa-f]{1,6})\}
    | \\u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})
    | \\u(?P<unit>[0-9A-Fa-f]{4})
    | \\x(?P<byte>[0-9A-Fa-f]{2})
    | \\c(?P<control>[A-Za-z])
    | \\(?P<property>[pP])\{(?P<value>[^}]*)\}
    | \\(?P<reference>k<[^>]+>|[1-9])
    | \\(?P<escaped>.)
    | (?P<look>\(\?<?[=!])
    | (?P<name>\(\?<)
    | (?P<class>\[\^?\]?)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_FLAGS = re.compile(r"(?:\^|\\A)?\(\?([a-z]+)\)")

_LAST = 0x10FFFF
"""The last code point."""

_DIGITS = ((0x30, 0x39),)
_WORD = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_ENDS = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
"""What `.` does not match (ECMA-262, 12.3)."""

_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACES}
r"""What `\d`, `\w` and `\s` match (ECMA-262, 22.2.2.9), as ranges of code points."""

_CONTROLS = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}

_CATEGORIES = {
    "letter": "L", "casedletter": "LC", "uppercaseletter": "Lu", "lowercaseletter": "Ll",
    "titlecaseletter": "Lt", "modifierletter": "Lm", "otherletter": "Lo", "mark": "M",
    "combiningmark": "M", "nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me",
    "number": "N", "decimalnumber": "Nd", "digit": "Nd", "letternumber": "Nl", "othernumber": "No",
    "punctuation": "P", "punct": "P", "connectorpunctuation": "Pc", "dashpunctuation": "Pd",
    "openpunctuation": "Ps", "closepunctuation": "Pe", "initialpunctuation": "Pi",
    "finalpunctuation": "Pf", "otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm",
    "currencysymbol": "Sc", "modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z",
    "spaceseparator": "Zs", "lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C",
    "control": "Cc", "cntrl": "Cc", "format": "Cf", "surrogate": "Cs", "privateuse": "Co",
    "unassigned": "Cn",
}  # fmt: skip
"""Long names of general categories (ECMA-262, 22.2.1), which RE2 does not know."""

_SCRIPTS = ("script", "sc", "scriptextensions", "scx")


def for_re2(pattern: str) -> str:
    """Return `pattern` as RE2 reads it. Lookarounds and references to groups stay as they are."""
    return "".join(_Writer(is_re2=True).parts(pattern))


def for_regex(pattern: str) -> str:
    """Return `pattern` as the module `regex` reads it."""
    return "".join(_Writer(is_re2=False).parts(pattern))


def without_lookarounds(pattern: str) -> str:
    """Return a pattern about as large as `pattern` that RE2 can compile, with another meaning."""
    return "".join(_Writer(is_re2=True, drops_lookarounds=True).parts(pattern))


@dataclass
class _Writer:
    """Writes one pattern, token by token."""

    is_re2: bool
    drops_lookarounds: bool = False
    _in_class: bool = False
    _flags: str = ""
    """The letters at the beginning of a pattern of another language, such as `(?s)`."""

    def parts(self, pattern: str) -> Iterator[str]:
        flags = _FLAGS.match(pattern)
        self._flags = flags[1] if flags else ""
        for token in _TOKEN.finditer(pattern):
            if self._in_class:
                yield self._member(token)
            else:
                yield self._part(token)

    def _has_flag(self, letter: str) -> bool:
        return letter in self._flags

    def _part(self, token: re.Match[str]) -> str:
        """Return a token outside of classes."""
        text = token.group()
        letter = token["escaped"] or ""
        match token.lastgroup:
            case "class":
                if text.endswith("]"):  # `[]` matches nothing, and `[^]` matches everything
                    return self._class(((0, _LAST),), is_negated=text == "[]")
                self._in_class = True
                return text
            case "look":
                return "(?:" if self.drops_lookarounds else text
            case "name":
                return "(?P<"
            case "reference":
                if self.drops_lookarounds:
                    return "(?:)"
                return f"(?P={text[3:-1]})" if text.startswith("\\k") else text
            case "escaped" if letter.lower() in _CLASSES:
                return self._class(_CLASSES[letter.lower()], is_negated=letter.isupper())
            case "escaped" if letter in "zZ":
                return r"\z" if self.is_re2 else r"\Z"
            case "other" if text == ".":
                return text if self._has_flag("s") else self._class(_LINE_ENDS, is_negated=True)
            case "other":
                is_end = text == "$" and not self.is_re2 and not self._has_flag("m")
                return r"\Z" if is_end else text
        return self._character_of(token)

    def _member(self, token: re.Match[str]) -> str:
        """Return a token within a class."""
        text = token.group()
        if text == "]":
            self._in_class = False
            return text
        if token.lastgroup == "escaped":
            letter = token["escaped"]
            if (ranges := _CLASSES.get(letter.lower())) is not None:
                return self._ranges(_others(ranges) if letter.isupper() else ranges)
            if letter == "b":
                return self._character(8)
        if token.lastgroup in ("class", "look", "name", "other"):
            # `[`, `&`, `|` and `~` would begin operations on sets.
            in_class = text.removesuffix("]")
            self._in_class = in_class == text
            escaped = "".join(f"\\{sign}" if sign in "[&|~" else sign for sign in in_class)
            return escaped + text[len(in_class) :]
        return self._character_of(token)

    def _character_of(self, token: re.Match[str]) -> str:
        """Return a token that stands for one character, or for a property of characters."""
        match token.lastgroup:
            case "low":
                pair = bytes.fromhex(token["high"] + token["low"]).decode("utf-16-be")
                return self._character(ord(pair))
            case "braced" | "unit" | "byte":
                return self._character(int(token[token.lastgroup], 16))
            case "control":
                return self._character(ord(token["control"]) % 32)
            case "value" if self.drops_lookarounds:  # RE2 does not know all properties
                return "a"
            case "value":
                return f"\\{token['property']}{{{_property(token['value'])}}}"
            case "escaped":
                letter = token["escaped"]
                if letter in _CONTROLS or not letter.isalnum():
                    return self._character(ord(_CONTROLS.get(letter, letter)))
        return token.group()

    def _class(self, ranges: tuple[tuple[int, int], ...], *, is_negated: bool) -> str:
        return f"[{'^' if is_negated else ''}{self._ranges(ranges)}]"

    def _ranges(self, ranges: tuple[tuple[int, int], ...]) -> str:
        return "".join(f"{self._character(low)}-{self._character(high)}" for low, high in ranges)

    def _character(self, code: int) -> str:
        return f"\\x{{{code:X}}}" if self.is_re2 else f"\\U{code:08X}"


def _others(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return the ranges between `ranges`."""
    starts = [0, *(high + 1 for _, high in ranges)]
    ends = [*(low - 1 for low, _ in ranges), _LAST]
    return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end)


def _property(value: str) -> str:
    r"""Return the value of `\p{…}` by a name that both engines know."""
    key, _, name = value.rpartition("=")
    if _plain(key) in _SCRIPTS:
        return name
    return _CATEGORIES.get(_plain(name), name)


def _plain(name: str) -> str:
    return re.sub(r"[_\s]", "", name).lower()
