"""Sample pages of walls that sites run themselves: Anubis, BunkerWeb and others, in our words."""

from __future__ import annotations

from tests.support.walls.sample import Sample, page

_ANUBIS_FOLDER = "/.within.website/x/cmd/anubis/static"


def _anubis(
    lang: str, title: str, status: str, made_by: str, body: str = "", head: str = ""
) -> str:
    return page(
        title,
        f"""<main><h1 id="title" class="centered-div">{title}</h1><div class="centered-div">
        <img id="image" src="{_ANUBIS_FOLDER}/img/pensive.webp?cacheBuster=v1.24.0">
        <p id="status">{status}</p>{body}<details><summary>?</summary><p><a
        href="https://github.com/TecharoHQ/anubis">Anubis</a> <a href="https://en.wikipedia.org/">
        Hashcash</a> <a href="https://jshelter.org/">JShelter</a></p></details></div>
        <footer><p>{made_by} <a href="https://techaro.lol">Techaro</a></p></footer></main>""",
        f"""<link rel="stylesheet" href="/.within.website/x/xess/xess.min.css">
        <script id="anubis_version" type="application/json">"v1.24.0"</script>
        <script id="anubis_challenge" type="application/json">{{"rules":{{"difficulty":4}}}}</script>
        <script id="anubis_base_prefix" type="application/json">""</script>{head}""",
        lang,
    )


_MAIN = f'<script async type="module" src="{_ANUBIS_FOLDER}/js/main.mjs"></script>'
_REFRESH = '<meta http-equiv="refresh" content="2; url=/.within.website/x/cmd/anubis/api/pass-challenge?id=1">'

_ANUBIS = (
    _anubis("de", "Ihr Browser wird angesehen!", "Einen Augenblick ...", "Davor steht", _MAIN),
    _anubis("ja", "お客様の端末を見ています", "少々お待ちください", "提供", _MAIN),
    _anubis("cs", "Díváme se na vás", "Strpení", "Chrání", head=_REFRESH),
    # An Anubis of another name and picture, with its title and its paths under a prefix.
    page(
        "Uno sguardo al visitatore",
        """<main><h1 id="title">Uno sguardo al visitatore</h1><p id="status">Un attimo</p>
        <div id="app"></div></main><script id="preact_info" type="application/json">{"difficulty":2}
        </script><script type="module"
        src="/wiki/.within.website/x/cmd/anubis/static/js/preact.mjs"></script>""",
        """<script id="anubis_public_url" type="application/json">""</script>""",
        "it",
    ),
)


def _bunkerweb(lang: str, title: str, heading: str, widget: str) -> str:
    """Return an antibot page of BunkerWeb: all that it shows is within an `article`."""
    return page(
        title,
        f"""<article><div class="content"><h3>{heading}</h3><p id="challenge-error" role="alert"></p>
        {widget}</div></article><footer><a class="bunker-svg" target="_blank"
        href="https://www.bunkerweb.io/?utm_campaign=self&utm_source=bwantibot"><svg><path
        class="bunker-cls-2"/></svg></a><p class="subtitle">BunkerWeb <a
        href="https://www.bunkerweb.io/?utm_campaign=self&utm_source=bwantibot">BunkerWeb</a></p>
        </footer>""",
        f"""<meta name="description" content="{heading}"><meta property="og:title" content="{title}">
        <meta property="og:description" content="{heading}">""",
        lang,
    )


_SEND = """<form method="POST" action="/challenge" id="form" hidden><input type="hidden" name="token"
    id="token"><input type="hidden" name="next" value="/lamps/7"></form>"""
_KINDS = {
    "javascript": (
        "robot check of BunkerWeb",
        "challenge",
        """<form method="POST" action="/challenge" id="form"><input type="hidden" name="challenge"
        id="challenge"></form><script>async function digestMessage(message) { const hash = await
        crypto.subtle.digest('SHA-256', new TextEncoder().encode(message)); return hash }
        (async () => { let nonce = 0; while (!(await digestMessage('x' + nonce)).startsWith('0000'))
        nonce++; document.getElementById('challenge').value = nonce;
        document.getElementById('form').submit() })()</script>""",
    ),
    "captcha": (
        "image CAPTCHA on the robot check of BunkerWeb",
        "captcha",
        """<form method="POST" action="/challenge"><img src="data:image/jpeg;base64,/9j/4AAQ"
        alt="Captcha"><input type="text" name="captcha" required><input type="hidden" name="next"
        value="/"><button type="submit">OK</button></form>""",
    ),
    "recaptcha": (
        "reCAPTCHA v2 on the robot check of BunkerWeb",
        "captcha",
        f"""{_SEND}<div class="g-recaptcha" data-sitekey="6LeAAA" data-callback="send"></div>
        <script src="https://www.google.com/recaptcha/api.js" async defer></script>""",
    ),
    "hcaptcha": (
        "hCaptcha on the robot check of BunkerWeb",
        "captcha",
        f"""{_SEND}<div class="h-captcha" data-sitekey="10000000-ffff" data-callback="send"></div>
        <script src="https://js.hcaptcha.com/1/api.js" async defer></script>""",
    ),
    "turnstile": (
        "Turnstile on the robot check of BunkerWeb",
        "captcha",
        f"""{_SEND}<div class="cf-turnstile" data-sitekey="0x4AAAAAAA" data-callback="send"></div>
        <script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async></script>""",
    ),
    "mcaptcha": (
        "mCaptcha on the robot check of BunkerWeb",
        "challenge",
        """<form method="POST" action="/challenge" id="form"><label
        data-mcaptcha_url="https://m.example/widget/?sitekey=a" for="mcaptcha__token"
        id="mcaptcha__token-label">Token <a href="https://mcaptcha.org/docs/">?</a><input type="text"
        name="mcaptcha__token" id="mcaptcha__token"></label><div id="mcaptcha__widget-container"></div>
        <button id="mcaptcha-verify" type="submit">OK</button></form><p><a
        href="https://mcaptcha.org/privacy-policy">1</a> <a href="https://mcaptcha.org/security">2</a>
        <a href="https://mcaptcha.org/">3</a></p><script
        src="https://unpkg.com/@mcaptcha/vanilla-glue@0.1.0-rc2/dist/index.js"></script>""",
    ),
    "cap": (
        "Cap on the robot check of BunkerWeb",
        "challenge",
        f"""{_SEND}<cap-widget id="cap" data-cap-api-endpoint="https://c.example/a/"></cap-widget>
        <script src="https://c.example/assets/widget.js"></script>""",
    ),
}
_BUNKERWEB_WORDS = (
    ("en", "Bot Detection", "Show us that a person is here before the website opens"),
    ("fr", "Détection de robots", "Montrez que vous êtes une personne avant d'ouvrir le site"),
)

_GO_AWAY = page(
    "Patientez",
    """<main><h2 id="status">Un instant</h2><noscript>Rechargez la page.</noscript></main>""",
    """<link rel="stylesheet" href="/.well-known/.git.gammaspectra.live/git/go-away/cmd/go-away/assets/x.css">
    <meta http-equiv="refresh" content="1; url=/lamps/7?__goaway_challenge=meta-refresh&__goaway_id=3f">""",
    "fr",
)

_BASEDFLARE = page(
    "Pausa",
    """<h3 class="pt"><img src="/.basedflare/pow-icon" width="64" height="64" alt=" ">Un momento</h3>
    <span id="msg">Se trabaja en ello.</span><noscript><form method="post"><textarea
    name="pow_response"></textarea><input type="submit"></form></noscript><canvas></canvas>""",
    '<script src="/.basedflare/js/a2.min.js"></script><script src="/.basedflare/js/ch.min.js"></script>',
    "es",
)

_POWXY = page(
    "Proof-of-work challenge",
    """<main><h1>Proof-of-work challenge</h1><form method="POST"><input type="hidden" name="powxy">
    <button>Send</button></form><p>In front of this site is <a href="https://x.example">Powxy</a>.</p>
    </main>""",
    '<script src="/.powxy/static/main.js"></script>',
)

_CROWDSEC = page(
    "CrowdSec Captcha",
    """<h1>CrowdSec Captcha</h1><form action="" method="POST" id="captcha-form"><div id="captcha"
    class="cf-turnstile" data-sitekey="0x4AAAAAAA" data-callback="captchaCallback"></div></form>
    <p>This check is made with <a href="https://crowdsec.net/">CrowdSec</a></p>""",
)

_CROWDSEC_BAN = page("CrowdSec Ban", "<h1>Zutritt verwehrt</h1><p>CrowdSec</p>", lang="de")

_TESTCOOKIE = (
    '<html><body><script type="text/javascript" src="/aes.js"></script><script>function toNumbers(d)'
    "{var e=[];d.replace(/(..)/g,function(d){e.push(parseInt(d,16))});return e}var a=toNumbers('f655'),"
    "b=toNumbers('98344c'),c=toNumbers('86db');document.cookie='__test='+toHex(slowAES.decrypt(c,2,a,b))"
    "+'; path=/';location.href='https://shop.example/lamps/7?i=1';</script><noscript>Scripts?</noscript>"
    "</body></html>"
)

SHIELDS = (
    *(Sample("challenge of Anubis", html, 200, kind="challenge") for html in _ANUBIS),
    *(
        Sample(name, _bunkerweb(*words, widget), 200, kind=kind)
        for name, kind, widget in _KINDS.values()
        for words in _BUNKERWEB_WORDS
    ),
    Sample("challenge of go-away", _GO_AWAY, 418, kind="challenge"),
    Sample("challenge of BasedFlare", _BASEDFLARE, kind="challenge"),
    Sample("challenge of Powxy", _POWXY, 200, kind="challenge"),
    Sample("Turnstile on the CAPTCHA of CrowdSec", _CROWDSEC, 200, kind="captcha"),
    Sample("block page of CrowdSec", _CROWDSEC_BAN),
    Sample("cookie test of nginx", _TESTCOOKIE, 200, kind="challenge"),
)
"""Walls that a site runs itself, each in the words of a language of its own."""
