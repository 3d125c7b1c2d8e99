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
    "kept": """<form method=post><altcha-widget></altcha-widget><button>Go on</button></form>
        <script>document.forms[0].addEventListener('submit', (event) => {
          event.preventDefault()
          fetch('', { method: 'POST', body: new FormData(document.forms[0]) })
        })</script>""",
    "cap": """<form method=post><cap-widget data-cap-api-endpoint=/cap></cap-widget>
        <input type=hidden name=proof></form><script>
        document.querySelector('cap-widget').addEventListener('solve', (event) => {
          document.forms[0].proof.value = event.detail.token
          document.forms[0].submit()
        })</script>""",
}


class ProofSite(LocalServer):
    """`/{kind}` shows its content to a browser that has sent an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str] = []
        """The paths of the walls that got an answer."""

    def application(self) -> web.Application:
        """Return the site's application."""
        app = web.Application()
        app.router.add_get("/proofs.js", _script)
        app.router.add_get("/{kind}", _page)
        app.router.add_post("/{kind}", self._check)
        return app

    async def _check(self, request: web.Request) -> web.Response:
        self.answers.append(request.path)
        answers = await request.post()
        response = web.HTTPSeeOther(request.path)
        if "done" in answers.values():
            response.set_cookie("proof", "done")
        raise response


async def _script(_: web.Request) -> web.Response:
    return web.Response(text=_WIDGETS.read_text(), content_type="text/javascript")


async def _page(request: web.Request) -> web.Response:
    if request.cookies.get("proof") == "done":
        return web.Response(text=document(f"<h1>{CONTENT}</h1>"), content_type="text/html")
    wall = f"{_WALLS[request.match_info['kind']]}<script src=/proofs.js></script>"
    return web.Response(text=document(wall), content_type="text/html")
