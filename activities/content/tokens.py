"""How many tokens a text is for a model: an estimate by the kinds of its characters.

Tokenizers differ by model, and most have to be downloaded. What they have in common is that the
kind of a character tells about what it costs: a letter of English is a fifth of a token, and a
digit is a whole one. A script that the makers of a tokenizer did not think of costs a token a byte.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

Kind = int
"""A kind of characters that tokenizers treat alike."""

_LETTERS, _DIGITS, _SIGNS, _LATIN, _EAST_ASIAN, _ASTRAL = range(6)
"""Kinds that are no single script: three of ASCII, and then three of other characters."""

_BLOCKS = 16
"""The first kind that is a block of 128 code points."""

_LATIN_RANGES = ((0x80, 0x2FF), (0x1E00, 0x1EFF), (0x2000, 0x2BFF))
"""Letters with accents, and signs such as dashes and arrows."""

_EAST_ASIAN_RANGES = (
    (0x1100, 0x11FF), (0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
)  # fmt: skip
"""Han, kana and hangul, with their punctuation."""

_FIRST_OF_THREE_BYTES = 0x800
"""From here on, a character is three bytes of UTF-8."""


@dataclass(frozen=True)
class TokenRate:
    """Tokens per byte of UTF-8 for one kind of characters."""

    likely: float
    """What small models take, which is rather too much than too little for large ones."""
    least: float
    """What no tokenizer falls below."""


# Measured with the tokenizers of SmolLM2, Llama 2, Llama 3, Qwen 3, Gemma 3, DeepSeek V3 and GPT-4o
# on 60 web pages in English, and on one text (the Universal Declaration of Human Rights) in 44
# languages. `likely` is near the most that they take, and `least` is below the least.
_RATES = {
    _LETTERS: TokenRate(0.22, 0.15),
    _DIGITS: TokenRate(1.1, 0.3),
    _SIGNS: TokenRate(0.8, 0.3),
    _LATIN: TokenRate(0.6, 0.15),
    _EAST_ASIAN: TokenRate(0.55, 0.17),
    _ASTRAL: TokenRate(0.75, 0.2),
}
_ASCII_MARKS = {
    code: "0" if chr(code).isdigit() else "a" if chr(code).isalpha() or chr(code).isspace() else "!"
    for code in range(0x80)
}
"""Marks for letters and blanks, digits, and signs."""

_ALPHABETS = TokenRate(0.5, 0.12)
"""Greek, Cyrillic, Armenian, Hebrew and Arabic."""
_OTHERS = TokenRate(0.67, 0.08)
"""The scripts of India and of South East Asia, and others of three bytes."""


def count_kinds(text: str) -> Counter[Kind]:
    """Return the bytes of `text` in UTF-8 by the kinds of its characters."""
    if text.isascii():
        # Ten times as fast as what follows, and most blocks of most pages are ASCII.
        marks = text.translate(_ASCII_MARKS)
        digits, signs = marks.count("0"), marks.count("!")
        sizes = {_LETTERS: len(text) - digits - signs, _DIGITS: digits, _SIGNS: signs}
        return Counter({kind: size for kind, size in sizes.items() if size})
    found: Counter[Kind] = Counter()
    for character, times in Counter(text).items():
        kind, size = _kind_and_size(character)
        found[kind] += size * times
    return found


def start_rate(kind: Kind) -> TokenRate:
    """Return the tokens per byte for `kind`, as long as nothing is known about the model."""
    if kind < _BLOCKS:
        return _RATES[kind]
    return _ALPHABETS if (kind - _BLOCKS) << 7 < _FIRST_OF_THREE_BYTES else _OTHERS


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` is for a model, rather too many than too few."""
    return int(sum(size * start_rate(kind).likely for kind, size in count_kinds(text).items())) + 1


@lru_cache(maxsize=10_000)
def _kind_and_size(character: str) -> tuple[Kind, int]:
    code = ord(character)
    if code < 0x80:
        if character.isdigit():
            return _DIGITS, 1
        return (_LETTERS if character.isalpha() or character.isspace() else _SIGNS), 1
    size = 2 if code < _FIRST_OF_THREE_BYTES else 3 if code < 0x10000 else 4
    if code >= 0x10000:
        return _ASTRAL, size
    if _is_in(code, _LATIN_RANGES):
        return _LATIN, size
    if _is_in(code, _EAST_ASIAN_RANGES):
        return _EAST_ASIAN, size
    # Most scripts of India have a block each. They differ by much: a model may know Hindi only.
    return _BLOCKS + (code >> 7), size


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
