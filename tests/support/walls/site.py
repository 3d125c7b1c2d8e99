"""A site behind CAPTCHAs. It shows its content to visitors whose answers the service has issued.

`/{flavour}/{name}` is a page. `flavour` says how its wall is built; `name` is part of its site
key. A cookie identifies the visitor. The wall is shown until the visitor has passed it.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from aiohttp import web

from tests.support.servers import LocalServer
from tests.support.site.pages import Handler, document, solid_png
from tests.support.walls.samples import SAMPLES
from tests.support.walls.service import IMAGE_SIZE, IMAGE_TEXT, Service

CONTENT = "What is behind the wall"

_WIDGETS = Path(__file__).parent / "widgets"

_SCRIPTS = {
    "/recaptcha/api.js": "recaptcha.js",
    "/recaptcha/enterprise.js": "recaptcha.js",
    "/hcaptcha/1/api.js": "hcaptcha.js",
    "/turnstile/v0/api.js": "turnstile.js",
}

_FETCH = """
async function solved(token) {
  const answer = await fetch('$verify', { method: 'POST', body: new URLSearchParams({ token }) })
  if (answer.ok) location.reload()
  else document.getElementById('said').textContent = 'That was not right.'
}"""

_BUTTON = "<button>Go on</button>"

# `$key` and `$verify` are replaced with the page's site key and the address for answers.
_WALLS = {
    "v2-form": """<script src=/recaptcha/api.js async defer></script>
        <form method=post action=$verify><div class=g-recaptcha data-sitekey=$key></div>
        <button>Go on</button></form>""",
    "v2-callback": f"""<script>{_FETCH}</script><script src=/recaptcha/api.js async defer></script>
        <div class=g-recaptcha data-sitekey=$key data-callback=solved></div>""",
    "v2-explicit": f"""<div id=box></div><script>{_FETCH}
        window.shown = () => grecaptcha.render('box', {{ sitekey: '$key', callback: solved }})
        </script>
        <script src="/recaptcha/api.js?onload=shown&render=explicit" async defer></script>""",
    "v2-invisible": """<script>const send = () => document.forms[0].submit()</script>
        <script src=/recaptcha/api.js async defer></script><form method=post action=$verify>
        <button class=g-recaptcha data-sitekey=$key data-size=invisible data-callback=send>Go on
        </button></form>""",
    "v2-enterprise": f"""<script>{_FETCH}</script>
        <script src=/recaptcha/enterprise.js async defer></script>
        <script src=https://www.recaptcha.net/recaptcha/enterprise.js async></script>
        <div class=g-recaptcha data-sitekey=$key data-s=data-of-$key data-callback=solved></div>""",
    "v3": f"""<script src="/recaptcha/api.js?render=$key"></script><script>{_FETCH}
        grecaptcha.ready(() => grecaptcha.execute('$key', {{ action: 'visit' }}).then(solved))
        </script>""",
    "v3-enterprise": f"""<script src="/recaptcha/enterprise.js?render=$key"></script>
        <script>{_FETCH}
        const api = grecaptcha.enterprise
        api.ready(() => api.execute('$key', {{ action: 'visit' }}).then(solved))</script>""",
    "hcaptcha-form": """<script src=/hcaptcha/1/api.js async defer></script>
        <form method=post action=$verify><div class=h-captcha data-sitekey=$key></div>
        <button>Go on</button></form>""",
    "hcaptcha-explicit": """<div id=box></div><script>(() => {
        const replace = async (token) => {
          const answer = await fetch('$verify', { method: 'POST',
            body: new URLSearchParams({ 'h-captcha-response': token }) })
          if (answer.ok) document.body.innerHTML = await answer.text()
        }
        window.shown = () => hcaptcha.render('box', { sitekey: '$key', callback: replace })
        })()</script>
        <script src="/hcaptcha/1/api.js?onload=shown&render=explicit" async defer></script>""",
    "hcaptcha-execute": """<div id=box></div><script>(() => {
        window.shown = async () => {
          const id = hcaptcha.render('box', { sitekey: '$key', size: 'invisible' })
          const options = { async: true, rqdata: 'data-of-$key' }
          const { response } = await hcaptcha.execute(id, options)
          await fetch('$verify', { method: 'POST', body: new URLSearchParams({ token: response }) })
          location.reload()
        }
        })()</script>
        <script src="/hcaptcha/1/api.js?onload=shown&render=explicit" async defer></script>""",
    "turnstile-form": """<script>
        const unlock = () => { document.querySelector('button').disabled = false }</script>
        <script src=/turnstile/v0/api.js async defer></script>
        <form method=post action=$verify><div class=cf-turnstile data-sitekey=$key
        data-action=visit data-cdata=data-of-$key data-callback=unlock></div>
        <button disabled>Go on</button></form>""",
    "turnstile-explicit": f"""<div id=box></div><script>(() => {{ {_FETCH}
        window.shown = () => turnstile.render('#box', {{ sitekey: '$key', callback: solved }})
        }})()</script>
        <script src="/turnstile/v0/api.js?onload=shown&render=explicit" async defer></script>""",
    "image": """<form method=post action=$verify><img src="/captcha.png?$key" alt="captcha"
        width=120 height=40><input name=captcha autocomplete=off> <button>Go on</button></form>""",
}

_ORDINARY = {
    "contact": f"""<h1>Write to us</h1><form method=post><input name=name><input name=mail
        type=email><textarea name=text></textarea><div class=g-recaptcha data-sitekey=$key></div>
        {_BUTTON}</form><script src=/recaptcha/api.js async defer></script>""",
    "scored": f"""<h1>On lamps</h1><p>{"Lamps are made of tin. " * 12}</p>
        <script src="/recaptcha/api.js?render=$key"></script>
        <script>grecaptcha.ready(() => grecaptcha.execute('$key', {{ action: 'read' }}))
        </script>""",
    "article": f"""<h1>On lamps</h1><p>{"Lamps are made of tin. " * 20}</p>
        <div class=g-recaptcha data-sitekey=$key></div>
        <script src=/recaptcha/api.js async defer></script>""",
}


class WalledSite(LocalServer):
    """A site that accepts the answers of `service`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._passed: set[str] = set()

    def url(self, path: str) -> str:
        """Return the absolute URL of `path`."""
        return f"{self.origin}{path}"

    def application(self) -> web.Application:
        """Return the site's application."""
        app = web.Application()
        for path, file in _SCRIPTS.items():
            app.router.add_get(path, _script(file))
        for path in (
            "/recaptcha/{kind}/anchor",
            "/hcaptcha/static/hcaptcha.html",
            "/turnstile/if/{rest:.*}",
        ):
            app.router.add_get(path, _box)
        app.router.add_get("/captcha.png", _image)
        app.router.add_get("/sample/{number}", _sample)
        app.router.add_get("/refused/{status}", _refused)
        app.router.add_get("/ordinary/{page}/{name}", _ordinary)
        app.router.add_get("/challenge/{passes}", self._challenge)
        app.router.add_get("/framed/{flavour}/{name}", self._framed)
        app.router.add_post("/verify/{flavour}/{name}", self._verify)
        app.router.add_get("/{flavour}/{name}", self._page)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        flavour, name = request.match_info["flavour"], request.match_info["name"]
        visitor = _visitor(request)
        if visitor in self._passed:
            return _html(f"<h1>{CONTENT}</h1><p>{name}</p>")
        body = (
            "<h1>One moment</h1><p>Please verify you are human.</p>"
            f"<p id=said></p>{_wall(flavour, name, visitor)}"
        )
        # Real walls often have the status 200, so that only the widget gives them away.
        status = 200 if flavour.endswith("form") else 403
        return _known(visitor, _html(body, status))

    async def _framed(self, request: web.Request) -> web.Response:
        """Answer with a page that has a wall in a frame of another origin, and nothing else."""
        flavour, name = request.match_info["flavour"], request.match_info["name"]
        visitor = request.query.get("visitor") or _visitor(request)
        if visitor in self._passed:
            if "visitor" in request.query:
                return _html("<script>parent.postMessage('passed', '*')</script>")
            return _html(f"<h1>{CONTENT}</h1><p>{name}</p>")
        if "visitor" in request.query:
            return _html(f"<p id=said></p>{_wall(flavour, name, visitor)}")
        source = f"http://localhost:{self._port}{request.path}?visitor={visitor}"
        body = f"""<script>addEventListener('message', () => location.reload())</script>
            <iframe width=400 height=400 src="{source}"></iframe>"""
        return _known(visitor, _html(body, 403))

    async def _verify(self, request: web.Request) -> web.Response:
        flavour, name = request.match_info["flavour"], request.match_info["name"]
        visitor = request.query["visitor"]
        answers = await request.post()
        given = [str(value) for value in answers.values() if value]
        if flavour == "image":
            is_right = given == [IMAGE_TEXT]
        else:
            is_right = any(self._service.accepts(token, _key(name)) for token in given)
        if is_right:
            self._passed.add(visitor)
        if "form" in flavour or flavour in ("v2-invisible", "image"):
            raise web.HTTPSeeOther(f"/{flavour}/{name}")
        if is_right:
            return web.Response(text=f"<h1>{CONTENT}</h1><p>{name}</p>", content_type="text/html")
        return web.Response(status=400, text="wrong")

    async def _challenge(self, request: web.Request) -> web.Response:
        """Answer with a page that checks the browser for a while, then shows the content or not."""
        if "checked" in request.cookies:
            return _html(f"<h1>{CONTENT}</h1>")
        script = (
            "setTimeout(() => { document.cookie = 'checked=1; path=/'; location.reload() }, 1500)"
        )
        if request.match_info["passes"] == "never":
            script = ""
        body = f"<h1>Checking your browser</h1><p>It takes a moment.</p><script>{script}</script>"
        return _html(body, 503)


def _wall(flavour: str, name: str, visitor: str) -> str:
    verify = f"/verify/{flavour}/{name}?visitor={visitor}"
    return (
        _WALLS[flavour]
        .replace("$key", _key(name))
        .replace("action=$verify", f'action="{verify}"')
        .replace("$verify", verify)
    )


def _key(name: str) -> str:
    return f"0x6Le-{name}"


def _visitor(request: web.Request) -> str:
    return request.cookies.get("visitor") or secrets.token_hex(8)


def _known(visitor: str, response: web.Response) -> web.Response:
    response.set_cookie("visitor", visitor)
    return response


def _html(body: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=document(body), content_type="text/html")


def _script(file: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        text = (_WIDGETS / file).read_text()
        return web.Response(text=text, content_type="text/javascript")

    return handler


async def _box(request: web.Request) -> web.Response:
    return _html("<input type=checkbox> I am a person")


async def _image(request: web.Request) -> web.Response:
    return web.Response(body=solid_png(*IMAGE_SIZE, (200, 30, 30)), content_type="image/png")


async def _sample(request: web.Request) -> web.Response:
    sample = SAMPLES[int(request.match_info["number"])]
    return web.Response(
        status=sample.status, text=sample.html, headers=sample.headers, content_type="text/html"
    )


async def _refused(request: web.Request) -> web.Response:
    status = int(request.match_info["status"])
    return _html("<h1>Forbidden</h1><p>This page is for members.</p>", status)


async def _ordinary(request: web.Request) -> web.Response:
    page = _ORDINARY[request.match_info["page"]]
    return _html(page.replace("$key", _key(request.match_info["name"])))
