"""MathML as TeX, for formulas that do not carry their TeX source.

The elements are those of MathML Core, and `mfenced`.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml.html import HtmlElement

_MAX_DEPTH = 60
"""Levels of nesting within a formula. What is deeper is written as text."""

_FUNCTIONS = frozenset(
    ("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
     "log", "ln", "lg", "exp", "lim", "max", "min", "sup", "inf", "det", "dim", "gcd", "ker", "arg")
)  # fmt: skip
"""Names that TeX has commands for."""

_ACCENTS = {
    "^": "hat", "\u02c6": "hat", "~": "tilde", "\u02dc": "tilde", "\xaf": "bar", ".": "dot",
    "\u203e": "overline", "\u2192": "vec", "\u20d7": "vec", "\u02d9": "dot", "\xa8": "ddot",
}  # fmt: skip
"""Accents by their sign."""

_LIMITS = frozenset(
    ("lim", "max", "min", "sup", "inf", *map(chr, range(0x220F, 0x2212)),
     *map(chr, range(0x222B, 0x2234)), *map(chr, range(0x22C0, 0x22C4)),
     *map(chr, range(0x2A00, 0x2A07)))
)  # fmt: skip
"""Operators whose limits stand below and above them: sums, products, integrals and the like."""

_COMPARISONS = {"<": r"\lt", ">": r"\gt"}
"""Signs that could make a tag of what is between them."""

_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b")

_TEX = str.maketrans({sign: f"\\{sign}" for sign in "{}$%#&_"} | {"\\": r"\backslash "})


def to_tex(math: HtmlElement) -> str:
    """Return a formula as TeX. It is empty if the formula shows nothing."""
    return " ".join(_row(math, 0).split())


def _convert(element: HtmlElement, depth: int) -> str:
    tag = str(element.tag).rpartition(":")[2]
    if depth > _MAX_DEPTH:
        return _text(element)
    if tag in _TOKENS:
        return _TOKENS[tag](element)
    if tag in _ELEMENTS:
        return _ELEMENTS[tag](element, depth + 1)
    return _row(element, depth + 1)


def _children(element: HtmlElement) -> list[HtmlElement]:
    return [child for child in element if isinstance(child.tag, str)]


def _row(element: HtmlElement, depth: int) -> str:
    own = _escaped(element.text or "").strip()
    parts = [own, *(_convert(child, depth) for child in _children(element))]
    return _join(parts)


def _join(parts: list[str]) -> str:
    """Return the parts side by side. A space keeps a command apart from a letter behind it."""
    joined = ""
    for part in parts:
        if part and joined and part[0].isalpha() and _ends_with_command(joined):
            joined += " "
        joined += part
    return joined


def _ends_with_command(tex: str) -> bool:
    return "\\" in tex and tex.rpartition("\\")[2].isalpha()


def _escaped(text: str) -> str:
    return text.translate(_INVISIBLE).translate(_TEX)


def _text(element: HtmlElement) -> str:
    return _escaped(" ".join(element.text_content().split()))


def _identifier(element: HtmlElement) -> str:
    text = _text(element)
    if text in _FUNCTIONS:
        return f"\\{text}"
    return f"\\mathrm{{{text}}}" if len(text) > 1 and text.isalpha() else text


def _operator(element: HtmlElement) -> str:
    text = _text(element)
    return _COMPARISONS.get(text, text)


def _words(element: HtmlElement) -> str:
    text = _escaped(element.text_content())
    return f"\\text{{{text}}}" if text.strip() else " "


def _group(element: HtmlElement, depth: int) -> str:
    """Return what an index or a power refers to, in braces if it is more than one sign."""
    tex = _convert(element, depth)
    is_one = len(tex) == 1 or element.tag in ("mi", "mn", "mo") or not tex
    return tex if is_one else f"{{{tex}}}"


def _command(name: str) -> Callable[[HtmlElement, int], str]:
    """Return a converter to a command with one argument for each child."""

    def convert(element: HtmlElement, depth: int) -> str:
        arguments = (_convert(child, depth) for child in _children(element))
        return name + "".join(f"{{{argument}}}" for argument in arguments)

    return convert


def _root_of(element: HtmlElement, depth: int) -> str:
    return f"\\sqrt{{{_row(element, depth)}}}"


def _root(element: HtmlElement, depth: int) -> str:
    radicand, *index = (_convert(child, depth) for child in _children(element) or [element])
    return f"\\sqrt[{''.join(index)}]{{{radicand}}}"


def _scripts(*marks: str) -> Callable[[HtmlElement, int], str]:
    """Return a converter to a base with an index, a power or both."""

    def convert(element: HtmlElement, depth: int) -> str:
        base, *scripts = _children(element) or [element]
        if not scripts:
            return _row(element, depth)
        tex = _group(base, depth)
        for mark, script in zip(marks, scripts, strict=False):
            if inner := _convert(script, depth):
                tex += f"{mark}{{{inner}}}"
        return tex

    return convert


def _below_and_above(*places: str) -> Callable[[HtmlElement, int], str]:
    """Return a converter to a base with something below it, above it, or both."""

    def convert(element: HtmlElement, depth: int) -> str:
        base, *others = _children(element) or [element]
        if not others:
            return _row(element, depth)
        if base.text_content().strip() in _LIMITS:
            marks = ("_" if place == "underset" else "^" for place in places)
            return _scripts(*marks)(element, depth)
        tex = _convert(base, depth)
        for place, other in zip(places, others, strict=False):
            sign = other.text_content().strip()
            if place == "overset" and sign in _ACCENTS:
                tex = f"\\{_ACCENTS[sign]}{{{tex}}}"
            else:
                tex = f"\\{place}{{{_convert(other, depth)}}}{{{tex}}}"
        return tex

    return convert


def _prescripts(element: HtmlElement, depth: int) -> str:
    base, *others = _children(element) or [element]
    tex = "" if base is element else _group(base, depth)
    before = ""
    is_before = False
    pair: list[str] = []
    for other in others:
        if other.tag == "mprescripts":
            is_before = True
            continue
        pair.append("" if other.tag == "none" else _convert(other, depth))
        if len(pair) == 2:
            scripts = "".join(f"{m}{{{s}}}" for m, s in zip("_^", pair, strict=True) if s)
            before, tex = (before + scripts, tex) if is_before else (before, tex + scripts)
            pair = []
    return f"{{}}{before}{tex}" if before else tex


def _fenced(element: HtmlElement, depth: int) -> str:
    separator = (element.get("separators") or ",").strip()[:1] or " "
    inner = separator.join(_convert(child, depth) for child in _children(element))
    return f"{_escaped(element.get('open', '('))}{inner}{_escaped(element.get('close', ')'))}"


def _table(element: HtmlElement, depth: int) -> str:
    rows = (" & ".join(_row(cell, depth) for cell in _children(row)) for row in _children(element))
    return "\\begin{matrix} " + r" \\ ".join(rows) + r" \end{matrix}"


def _nothing(*_: object) -> str:
    return ""


_TOKENS: dict[str, Callable[[HtmlElement], str]] = {
    "mi": _identifier,
    "mn": _text,
    "mo": _operator,
    "ms": _words,
    "mtext": _words,
    "mspace": lambda _: " ",
    "annotation": _nothing,
    "annotation-xml": _nothing,
}

_ELEMENTS: dict[str, Callable[[HtmlElement, int], str]] = {
    "mfrac": _command(r"\frac"),
    "msqrt": _root_of,
    "mroot": _root,
    "msub": _scripts("_"),
    "msup": _scripts("^"),
    "msubsup": _scripts("_", "^"),
    "munder": _below_and_above("underset"),
    "mover": _below_and_above("overset"),
    "munderover": _below_and_above("underset", "overset"),
    "mmultiscripts": _prescripts,
    "mfenced": _fenced,
    "mtable": _table,
    "mphantom": _nothing,
}
