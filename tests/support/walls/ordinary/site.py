"""A small site in a language: what its pages have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.walls.ordinary.guards import Guard
from tests.support.walls.ordinary.words import Words

_RIGHT_TO_LEFT = frozenset(("ar", "fa", "he"))


@dataclass(frozen=True)
class Site:
    """A site in a language, guarded by a product, with a CAPTCHA in its forms."""

    language: str
    words: Words
    guard: Guard
    captcha: str
    """Markup of the CAPTCHA."""

    def bare(self, title: str, body: str, head: str = "") -> str:
        """Return a page without the site's menu, as errors and notices often are."""
        direction = "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"
        return f"""<!DOCTYPE html><html lang="{self.language}" dir="{direction}"><head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{title}</title>{head}{self.guard.head}</head>
            <body>{body}{self.guard.body}</body></html>"""

    def full(self, title: str, body: str, head: str = "") -> str:
        """Return a page with the site's menu and foot."""
        menu = "".join(
            f'<li><a href="/{number}">{word}</a></li>'
            for number, word in enumerate(self.words["menu"])
        )
        return self.bare(
            f"{title} | Lux",
            f"""<header><a href="/"><img src="/logo.svg" alt="Lux"></a><nav><ul>{menu}</ul></nav>
            </header><main>{body}</main><footer>© 2026 Lux</footer>""",
            f'<link rel="stylesheet" href="/site.css">{head}',
        )


Layout = tuple[int, Callable[[Site], str]]
"""The HTTP status of a kind of page, and what makes its HTML."""
