"""Sample challenges that say little or nothing, of unknown makes and of makes without words."""

from __future__ import annotations

from tests.support.walls.sample import Sample, page

_REDDIT = (
    "<!doctype html><html><head><title>Please wait for verification</title></head><body><form action="
    '"/r/lamps/" method="get"><input type="hidden" name="solution"><input type="hidden" name='
    '"js_challenge" value="1"><input type="hidden" name="token" value="abcdef"></form></body></html>'
)

_ACW = (
    "<html><script>var arg1='0A1B2C3D4E5F60718293A4B5C6D7E8F901234567';function setCookie(n,v){"
    "document.cookie=n+'='+v}function reload(x){setCookie('acw_sc__v2',x);document.location.reload()}"
    "</script></html>"
)

_EDGEONE = (
    "<!DOCTYPE html><html><head></head><body><script>(function(){var a={x:11,y:22};function s(n,v){"
    "document['cookie']=n+'='+v+'; path=/'}s('__tst_status',33+'#');s('EO_Bot_Ssid',44);"
    "location.reload()})()</script></body></html>"
)

_JIASULE = (
    "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_')+('c')+('=')+(1)+('|');"
    "location.href=location.pathname+location.search</script>"
)

_RUISHU = (
    '<html><head><meta content="{qqq" r="m"><script type="text/javascript" r="m">$_ts=window["$_ts"];'
    'if(!$_ts)$_ts={};$_ts.nsd=1;$_ts.cd="qEAZ";</script><script src="/a1b2c3d4/e5f6.js" r="m"></script>'
    "</head><body></body></html>"
)

_GUARD = '<script src="/_guard/auto.js"></script>'

_QRATOR = '<!doctype html><html><head><script src="/__qrator/qauth_utm_v2_b.js"></script></head><body></body></html>'

# Walls of unknown makes: the cookie and the reload in different ways.
_COOKIE_RELOAD = (
    "<html><head><script>document.cookie = 'check=5f3a9b2c; path=/'; window.location.reload();</script>"
    "</head><body></body></html>"
)

_COOKIE_REPLACE = page(
    "",
    "<script>var n=0;for(var i=0;i<9e5;i++)n=(n*31+i)%65521;document.cookie='vid='+n+';path=/';"
    "setTimeout(function(){location.replace(location.href)},900)</script><noscript>Σενάρια;</noscript>",
    lang="el",
)

_COOKIE_LITERAL = (
    "<html><body><script>document.cookie='k9='+(0x1f*7)+';path=/';location.href='/lamps/7?k=1'</script>"
    "</body></html>"
)

_COOKIE_TEXT = page(
    "Hetkinen",
    "<p>Sivu avautuu kohta, odota hetki.</p><script>setTimeout(() => { document.cookie = `pass=${btoa("
    "navigator.userAgent)}`; location.reload() }, 3000)</script>",
    lang="fi",
)

_FORM = page(
    "",
    """<form id="f" method="post"><input type="hidden" name="a" value="7f3c"><input type="hidden"
    name="b"></form><script>document.forms[0].b.value = 7 * 6; document.forms[0].submit()</script>""",
)

_FORM_NAMED = page(
    "Espere",
    """<p>Ya falta poco.</p><form id="cf" method="post" action="/__gate/verify"><input type="hidden"
    name="challenge_id" value="77"><input type="hidden" name="answer"></form>
    <script src="/__gate/run.js"></script>""",
    lang="es",
)

_WORK = page(
    "Bir saniye",
    """<div class="box"><p id=s>Sayfa hazırlanıyor</p></div><script>const target = '0'.repeat(4);
    async function run(seed) { for (let nonce = 0; ; nonce++) { const bytes = new TextEncoder().encode(
    seed + nonce); const hash = await crypto.subtle.digest('SHA-256', bytes); if (hex(hash).startsWith(
    target)) return fetch('/.gate', { method: 'POST', body: nonce }).then(() => location.reload()) } }
    run('a7f')</script>""",
    lang="tr",
)

_WORKER = (
    "<!doctype html><meta charset=utf-8><title>…</title><body data-difficulty=16><script>const w = new "
    "Worker('/pow.js'); w.onmessage = e => { document.cookie = 'pow=' + e.data; location.reload() }; "
    "w.postMessage({ difficulty: 16, challenge: 'q8Zk' })</script>"
)

_REFRESH = page(
    "",
    "<p>…</p>",
    '<meta http-equiv="refresh" content="1; url=/lamps/7?__vt=9f8e7d6c5b4a39281706">',
)

_SCRIPT_ONLY = '<html><head><script src="/js-challenge.js?v=3"></script></head><body></body></html>'

SILENT = (
    Sample("challenge of Reddit", _REDDIT, 200, kind="challenge"),
    Sample("challenge of Alibaba", _ACW, 200, kind="challenge"),
    Sample("challenge of EdgeOne", _EDGEONE, 567, kind="challenge"),
    Sample("challenge of EdgeOne", _EDGEONE, 200, kind="challenge"),
    Sample("challenge of Jiasule", _JIASULE, 521, kind="challenge"),
    Sample("challenge of Ruishu", _RUISHU, 412, kind="challenge"),
    Sample("challenge of Ruishu", _RUISHU, 202, kind="challenge"),
    Sample("challenge of Cdnfly", _GUARD, 200, kind="challenge"),
    Sample("challenge of Qrator", _QRATOR, 401, kind="challenge"),
    *(
        Sample("challenge of an unknown make", html, status, kind="challenge")
        for html in (
            _COOKIE_RELOAD,
            _COOKIE_REPLACE,
            _COOKIE_LITERAL,
            _COOKIE_TEXT,
            _FORM,
            _FORM_NAMED,
            _WORK,
            _WORKER,
            _REFRESH,
            _SCRIPT_ONLY,
        )
        for status in (200, 503)
    ),
)
"""Challenges that are known by what their scripts and forms do."""
