"""Pages that ask for a CAPTCHA before something is done, and pages that send a form by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from activities.walls.facts import SeenPage
from tests.support.walls.ordinary.page import OrdinaryPage
from tests.support.walls.ordinary.widgets import WIDGETS

_SHELVES = "".join(f"<li><a href=/c/{n}>K{n}</a></li>" for n in range(12))
_MENU = f"<header><nav><ul>{_SHELVES}</ul></nav></header>"
_FILE = (
    "<h1>{}</h1><table><tr><th>Size<td>4.2 MB<tr><th>Date<td>3 May 2026</table>",
    "<h1>{}</h1><p>Taille : 12,4 Mo. Envoyé par Paul.</p>",
    "<h1>{}</h1><p>上传：2026-05-03</p>",
    "<h1>手册</h1><p>大小：4.2M，上传：2026-05-03</p>",
    "<h1>{}</h1><dl><dt>Размер<dd>большой<dt>Загружен<dd>3 мая</dl>",
)
_NAMED = {
    "newsletter/abmelden/8a7": "<h1>Vom Newsletter abmelden</h1><p>Kein Roboter? Bestätigen Sie es.</p>",
    "unsubscribe/8a7b": "<h1>Unsubscribe</h1><p>Stop the weekly letter to ann@example.org?</p>",
    "projets/jardin-des-roses": "<h1>Votez pour le jardin des roses</h1><p>312 voix</p>",
    "foto-des-monats/12": "<h1>Foto des Monats: Nebel am See</h1><p>124 Stimmen</p>",
    "mairie-contact": "<h1>Mairie de Roux</h1><p>12 place du Marché, 59000 Roux</p>",
    "proposte/orti-di-citt%C3%A0": "<h1>Gli orti di città</h1><p>Ha 88 voti.</p>",
}
"""Pages whose address names what they are about, by their address."""

_SENT = {
    "a guard of ASP.NET": (
        "<form method=post><input type=hidden name=__RequestVerificationToken value=C>"
        "<input type=hidden name=returnUrl value=/></form>"
    ),
    "a guard of Django": (
        "<form method=post><input type=hidden name=csrfmiddlewaretoken value=x></form>"
    ),
    "a letter that logs in": (
        "<p>Signing you in…</p><form method=post><input type=hidden name=csrf value=1>"
        "<input type=hidden name=token value=2></form>"
    ),
    "an address that is confirmed": (
        "<p>Verifying your e-mail address…</p><form method=post action=/verify-email>"
        "<input type=hidden name=token value=ab></form>"
    ),
    "a password to be set": (
        "<form method=post action=/reset-password/verify><input type=hidden name=key value=ab></form>"
    ),
}
"""Forms that a script sends by itself."""

_IN_TEMPLATES = {
    "a telephone number behind a CAPTCHA": (
        "<main><h1>Kontakt</h1><p>Damit wir wissen, dass Sie kein Roboter sind, lösen Sie bitte die "
        f"Aufgabe. Dann sehen Sie die Nummer.</p><form method=post>{WIDGETS['reCAPTCHA']}</form></main>"
    ),
    "an essay": (
        "<main><h1>Are robots human?</h1><p>A short essay.</p></main>"
        "<div class=g-recaptcha data-size=invisible></div>"
    ),
    "a login": (
        "<main><h1>Prouvez que vous êtes humain</h1><form method=post><input name=login>"
        "<input type=password name=p><div class=h-captcha></div></form></main>"
    ),
    "members": (
        "<main><h1>Members only</h1></main><footer><form><input name=email>"
        "<div class=cf-turnstile></div></form></footer>"
    ),
    "a browser": "<main><h1>Check your browser version</h1><p>You use version 140.</p></main>",
}
"""Pages with the menu of their site."""


def _page(title: str, body: str) -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body>{body}</body></html>"
    )


def _seen(html: str, path: str = "d/8a7b") -> OrdinaryPage:
    seen = SeenPage(html, f"https://lamps.example/{path}", 200, {})
    return OrdinaryPage(seen, any_status=False)


def pages() -> Iterator[tuple[str, OrdinaryPage]]:
    """Yield the pages with their names."""
    for kind, widget in WIDGETS.items():
        form = f"<form method=post>{widget}<button>OK</button></form>"
        for number, body in enumerate(_FILE):
            yield f"file {number} with {kind}", _seen(_page("F", body.format("plan.dwg") + form))
        for path, body in _NAMED.items():
            yield f"{path} with {kind}", _seen(_page("N", body + form), path)
    sends = "<script>document.forms[0].submit()</script>"
    for name, form in _SENT.items():
        yield name, _seen(_page("…", form + sends))
    for name, body in _IN_TEMPLATES.items():
        yield name, _seen(_page("K", _MENU + body))
    yield "a browser check", _seen(_page("Browser check", "<h1>Check your browser</h1><p>140</p>"))
