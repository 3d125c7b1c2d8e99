"""Sample CAPTCHAs within the template of their site, and refusals whose scripts do the rest."""

from __future__ import annotations

from tests.support.walls.sample import Sample

_SHELVES = "".join(f"<li><a href=/c/{n}>K{n}</a></li>" for n in range(12))
_HEADER = (
    "<header><a href=/><img src=/logo.svg alt=K></a><form role=search action=/s><input name=q></form>"
    f"<nav><ul>{_SHELVES}</ul></nav></header>"
)
_FOOTER = f"<footer><ul>{_SHELVES}</ul></footer>"
_DIVS = (
    f'<div id=header><ul class="menu">{_SHELVES}</ul></div>{{}}<div class=footer>{_SHELVES}</div>'
)


def _page(lang: str, title: str, body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang={lang}><head><meta charset=utf-8><title>{title}</title>"
        f"{head}</head><body>{body}</body></html>"
    )


def _in_template(lang: str, heading: str, body: str) -> str:
    own = "<meta name=description content=K><meta property=og:type content=website>"
    return _page(lang, "K", f"{_HEADER}<main><h1>{heading}</h1>{body}</main>{_FOOTER}", own)


_V2 = "<form method=post><div class=g-recaptcha data-sitekey=6L></div><button>OK</button></form>"
_HCAPTCHA = "<form method=post><div class=h-captcha data-sitekey=1></div></form>"
_TURNSTILE = "<form method=post><div class=cf-turnstile data-sitekey=0x4></div></form>"
_IMAGE = (
    "<form method=post action=/captcha><img src=/captcha/img><input name=captcha_word>"
    "<button>OK</button></form>"
)
_PHRASE = (
    "<form method=post id=captcha><img src='data:image/jpeg;base64,AA' alt=captcha>"
    "<input type=text name=phrase>{}<button>Tovább</button></form>"
)
_UNKNOWN = "challenge of an unknown make"

IN_TEMPLATES: tuple[Sample, ...] = (
    Sample(
        "reCAPTCHA v2",
        _in_template("pl", "Potwierdź, że nie jesteś robotem", _V2),
        200,
        kind="captcha",
    ),
    Sample("hCaptcha", _in_template("el", "Μια στιγμή", _HCAPTCHA), 403, kind="captcha"),
    Sample(
        "Turnstile",
        _in_template("da", "Bekræft at du er et menneske", _TURNSTILE),
        403,
        kind="captcha",
    ),
    Sample(
        "image CAPTCHA",
        _in_template("ru", "Подтвердите, что вы не робот", _IMAGE),
        200,
        kind="captcha",
    ),
    Sample("image CAPTCHA", _in_template("ro", "Prea multe cereri", _IMAGE), 429, kind="captcha"),
    Sample(
        "GeeTest",
        _in_template(
            "zh",
            "请完成安全验证",
            "<div id=c></div><script>initGeetest4({captchaId: 'a'})</script>",
        ),
        403,
    ),
    Sample(
        "ALTCHA",
        _page(
            "de",
            "Abfrage",
            _DIVS.format(
                "<h2>Sind Sie ein Mensch?</h2><altcha-widget challengeurl=/a></altcha-widget>"
            ),
        ),
        200,
        kind="challenge",
    ),
    Sample("image CAPTCHA", _page("lt", "Akimirka", _PHRASE.format("")), 200, kind="captcha"),
    Sample(
        "CAPTCHA of CrowdSec",
        _page(
            "hu",
            "Egy pillanat",
            _PHRASE.format("<input type=hidden name=crowdsec_captcha value=1>"),
        ),
        200,
        kind="captcha",
    ),
    Sample(
        _UNKNOWN,
        _page(
            "ka",
            "ერთი წამი",
            "<div class=antibot-box><button id=go>გაგრძელება</button></div><script>"
            "document.getElementById('go').onclick = function () {"
            "document.cookie = 'ab=1;path=/'; location.reload() }</script>",
        ),
        403,
        kind="challenge",
    ),
    Sample(
        _UNKNOWN,
        _page(
            "sr",
            "Тренутак",
            "<p>Тренутак…</p><script>fetch('/.gate/solve', {method: 'POST', body: solve('1a2b')})"
            ".then(() => location.reload())</script>",
        ),
        403,
        kind="challenge",
    ),
    Sample(
        _UNKNOWN,
        _page(
            "sq",
            "Një çast",
            "<p>Një çast</p><script type=module>import {solve} from '/challenge/pow.js';"
            "await fetch('/challenge/verify', {method: 'POST', body: await solve('a1')});"
            "location.reload()</script>",
        ),
        429,
        kind="challenge",
    ),
    Sample(
        _UNKNOWN,
        _page(
            "ta",
            "ஒரு நிமிடம்",
            "<p>ஒரு நிமிடம்</p><div class=cf-turnstile data-size=invisible data-callback=ok></div>"
            "<script>function ok(t) { document.cookie = 'gate=' + t; location.reload() }</script>",
        ),
        200,
        kind="challenge",
    ),
    Sample(
        _UNKNOWN,
        _page(
            "zh",
            "",
            "<script>document['coo' + 'kie'] = 'js_pass=' + 1 + ';path=/';"
            "location.replace(location.href)</script>",
        ),
        200,
        kind="challenge",
    ),
    Sample(
        "device check of Akamai",
        _page(
            "en",
            "&nbsp;",
            "",
            "<script src='/aB3/xYz?v=0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9&t=73619284'></script>",
        ),
        200,
        kind="challenge",
    ),
    Sample(
        "device check of Akamai",
        _page("en", "&nbsp;", "", "<script src='/.well-known/sbsd?v=6b6b-1a2b&t=12345'></script>"),
        200,
        kind="challenge",
    ),
    Sample(
        "challenge of Akamai",
        _page(
            "en",
            "&nbsp;",
            "<script>var x = new XMLHttpRequest(); x.open('POST',"
            "'/_sec/verify?provider=interstitial', false);"
            "x.send(JSON.stringify({'bm-verify': 'AAQ'})); location.reload()</script>",
        ),
        200,
        kind="challenge",
    ),
    Sample(
        "challenge of Ruishu",
        _page(
            "zh",
            "",
            "",
            "<script src=/4Qb/c.js r=m></script><script r=m>var a = $_ts.aebi</script>",
        ),
        412,
        kind="challenge",
    ),
    Sample(
        "challenge of Cloudflare",
        _page(
            "th",
            "shop.example",
            "<h2>กำลังดำเนินการ</h2><script>window._cf_chl_opt = {cvId: '3', cType: 'interactive',"
            "cRay: '9a1'}; a.src = '/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1'</script>",
        ),
        200,
        kind="challenge",
    ),
)
"""The first of them have the menus and the search field of their site."""
