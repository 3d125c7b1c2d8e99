"""Languages of blocks of code, as the common highlighters name them."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_PREFIXED = re.compile(
    r"(?:mw-highlight-lang|language|lang|highlight-source|highlight|source|code|hl|syntax|src)[-:](.+)",
    re.IGNORECASE,
)
"""A class with the language behind a prefix.

HTML 4.5.15, MediaWiki, GitHub, Sphinx, Jupyter, Crayon, Emacs.
"""

_HIGHLIGHTERS = frozenset(
    ("hljs", "sourcecode", "prettyprint", "highlight", "chroma", "codehilite", "syntaxhl", "src",
     "highlighter", "syntaxhighlighter", "mw-geshi", "geshi", "code-block", "codeblock")
)  # fmt: skip
"""Classes beside which the language stands as a class of its own."""

_BRUSH = re.compile(r"brush:\s*([a-z][\w+#.-]*)", re.IGNORECASE)
"""The language as SyntaxHighlighter reads it."""

_ATTRIBUTES = (
    "data-lang",
    "data-language",
    "data-code-language",
    "data-enlighter-language",
    "data-canonical-lang",
    "data-syntax",
)

_NOT_LANGUAGES = frozenset(
    ("none", "plain", "plaintext", "text", "txt", "nohighlight", "no", "undefined", "default",
     "auto", "generic", "raw", "block", "wrapper", "wrap", "numbers", "number", "line", "lines",
     "toolbar", "linenums", "linenos", "box", "copy", "copyable", "source", "hljs", "highlight",
     "highlighted", "highlighter", "code", "inline", "container", "content", "notranslate",
     "prettyprint", "prettyprinted", "sourcecode", "table", "body", "header", "title", "snippet",
     "example", "area", "view", "tab", "tabs", "group", "editor", "syntax", "chroma", "pre",
     "language", "lang", "theme", "dark", "light", "override", "output", "frame", "panel",
     "section", "item", "button", "fence", "background", "rouge", "nowrap", "print", "js-syntax")
)  # fmt: skip
"""Words in the same place of a class that are no languages."""

_LANGUAGES = frozenset(
    ("bash", "sh", "shell", "zsh", "console", "powershell", "python", "ruby", "perl", "php", "java",
     "kotlin", "scala", "groovy", "javascript", "js", "typescript", "ts", "jsx", "tsx", "json",
     "yaml", "toml", "xml", "html", "css", "scss", "sql", "c", "cpp", "c++", "csharp", "go", "rust",
     "swift", "haskell", "lua", "r", "diff", "dockerfile", "makefile", "latex", "ini", "graphql")
)  # fmt: skip
"""Languages that a block names without saying that it is a language."""

_SAME = {"ipython3": "python", "ipython2": "python", "ipython": "python", "python3": "python"}
"""Names of languages that only notebooks have."""

_MAX_WRAPPERS = 3
"""Elements around a block of code that may name its language, tables of line numbers aside."""

_TABLE_PARTS = frozenset(("td", "tr", "tbody", "table"))

_MANY_BLOCKS = frozenset(("body", "html", "main", "article", "section"))
"""Elements that may hold several blocks, so their class says nothing about one of them."""


def language_of(pre: HtmlElement) -> str | None:
    """Return the language that a block of code, or an element around it, declares."""
    for place in _places(pre):
        for name in _ATTRIBUTES:
            if language := _as_language(place.get(name)):
                return language
        for name in ("class", "data-syntaxhighlighter-params", "data-params"):
            if language := _in_class(place.get(name, "")):
                return language
        if place.tag in ("pre", "code"):
            for name in place.get("class", "").lower().split():
                if name in _LANGUAGES:
                    return str(name)
    # GitHub's converter writes it there, where HTML expects a language of people.
    return _as_language(pre.get("lang")) if pre.get("lang", "").lower() in _LANGUAGES else None


def _in_class(value: str) -> str | None:
    if found := _BRUSH.search(value):
        return _as_language(found[1])
    names = value.split()
    for name in names:
        if (prefixed := _PREFIXED.fullmatch(name)) and (language := _as_language(prefixed[1])):
            return language
    for i, name in enumerate(names):
        if name.lower() in _HIGHLIGHTERS:
            for beside in (*names[i + 1 : i + 2], *names[:i][-1:]):
                if not _PREFIXED.fullmatch(beside) and (language := _as_language(beside)):
                    return language
    return None


def _as_language(name: str | None) -> str | None:
    """Return the name of a language in small letters. None if it is not one."""
    name = (name or "").strip().lower().removeprefix("source-")
    if not re.fullmatch(r"[a-z][\w+#.-]*", name) or name.split("-")[0] in _NOT_LANGUAGES:
        return None
    return _SAME.get(name, name)


def _places(pre: HtmlElement) -> list[HtmlElement]:
    """Return the elements that may name the language: inside of the block, itself, and around."""
    places = [*pre.iter("code"), pre]
    around = pre.getparent()
    wrappers = 0
    while around is not None and wrappers < _MAX_WRAPPERS and around.tag not in _MANY_BLOCKS:
        places.append(around)
        wrappers += around.tag not in _TABLE_PARTS
        around = around.getparent()
    return places
