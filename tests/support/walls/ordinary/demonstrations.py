"""Documentation and demonstrations of each CAPTCHA, with the CAPTCHA itself."""

from __future__ import annotations

import html
from collections.abc import Iterator

from activities.walls.facts import SeenPage
from tests.support.walls.ordinary.page import OrdinaryPage
from tests.support.walls.ordinary.widgets import WIDGETS
from tests.support.walls.samples import URL

_HEAD = '<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
_MENU = "".join(
    f'<a href="/docs/{page}">{page}</a> '
    for page in ("Start", "Install", "Verify", "Events", "Themes", "Errors", "Prices")
)


def pages() -> Iterator[tuple[str, OrdinaryPage]]:
    """Yield the pages with their names."""
    for name, markup in WIDGETS.items():
        for kind, body in (("documentation", _documentation), ("demonstration", _demonstration)):
            seen = SeenPage(body(name, markup), URL, 200, {})
            yield f"{kind} of {name}", OrdinaryPage(seen, any_status=False)


def _documentation(name: str, markup: str) -> str:
    return f"""{_HEAD.format(title=f"{name}: add it to a form")}<nav>{_MENU}</nav><main>
        <h1>Add {name} to a form</h1><p>It tells robots from people. Copy this into your form:</p>
        <pre><code>{html.escape(markup)}</code></pre><p>It looks like this:</p>{markup}
        <p>Your server then asks whether the answer is right.</p></main></body></html>"""


def _demonstration(name: str, markup: str) -> str:
    return f"""{_HEAD.format(title=f"{name} demo")}<h1>{name} demo</h1><form method="post"
        action="/demo"><label>Name <input name="name" value="Jane"></label>{markup}
        <button>Submit</button></form></body></html>"""
