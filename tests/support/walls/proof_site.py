"""A site behind CAPTCHAs that a browser solves by calculating, as soon as they are started."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from tests.support.servers import LocalServer
from tests.support.site.pages import document

CONTENT = "What is behind the proof"

_WIDGETS = Path(__file__).parent / "widgets" / "proofs.js"

_WALLS = {
    "altcha": "<form method=post><altcha-widget></altcha-widget><button>Go on</button></form>",
    "idle": "<form method=post><altcha-widget idle></altcha-widget><button>Go on</button></form>",
    "cap": """<form method=post><cap-widget data-cap-api-endpoint=/cap></cap-widget>
        <input type=hidden name=proof></form><script>
        document.querySelector('cap-widget').addEventListener('solve', (event) => {
          document.forms[0].proof.value = event.detail.token
          document.forms[0].submit()
        })</script>""",
}


class ProofSite(LocalServer):
    """`/{kind}` shows its content to those who have sent an answer."""

    def application(self) -> web.Application:
        """Return the site's application."""
        app = web.Application()
        app.router.add_get("/proofs.js", _script)
        app.router.add_get("/{kind}", _page)
        app.router.add_post("/{kind}", _check)
        return app


async def _script(_: web.Request) -> web.Response:
    return web.Response(text=_WIDGETS.read_text(), content_type="text/javascript")


async def _page(request: web.Request) -> web.Response:
    if request.cookies.get("proof") == "done":
        return web.Response(text=document(f"<h1>{CONTENT}</h1>"), content_type="text/html")
    wall = f"{_WALLS[request.match_info['kind']]}<script src=/proofs.js></script>"
    return web.Response(text=document(wall), content_type="text/html")


async def _check(request: web.Request) -> web.Response:
    answers = await request.post()
    response = web.HTTPSeeOther(request.path)
    if "done" in answers.values():
        response.set_cookie("proof", "done")
    raise response
