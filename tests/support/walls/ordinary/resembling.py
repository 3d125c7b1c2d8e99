"""Pages that share a word, a name or a script with a wall, and have little else."""

from __future__ import annotations

from collections.abc import Iterator

from activities.walls.facts import SeenPage
from tests.support.walls.ordinary.page import OrdinaryPage
from tests.support.walls.ordinary.widgets import WIDGETS
from tests.support.walls.samples import URL


def _page(title: str, body: str, head: str = "") -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


# fmt: off
_WORDS = {
    "a talk": _page("You are not a robot", "<h1>You are not a robot</h1><p>A talk about work and rest, by Jane Doe. Tuesday at eight, in the town hall.</p><a href=/tickets>Tickets</a>", "<meta name=description content='A talk about work and rest'>"),
    "a sensor": _page("Human detection radar | Lux", "<h1>Human detection radar</h1><p>Finds people in smoke, at up to 40 metres. 1,290 EUR.</p><a href=/data.pdf>Data sheet</a>"),
    "a reception": _page("Visitor check-in", "<h1>Visitor check-in</h1><p>Please report to the desk on the ground floor, and have your badge ready.</p><a href=/map>How to find us</a>"),
    "a repair": _page("Robot check-up", "<h1>Robot check-up</h1><p>We clean and oil your vacuum robot for 49 EUR. Bring it on any weekday.</p><a href=tel:+4930123>Call</a>"),
    "a video call": _page("Browser check", "<h1>Browser check</h1><p>Your browser can show video calls. Camera: found. Microphone: found.</p><a href=/join>Join the call</a>"),
    "a thesis": _page("Bot detection in social networks", "<h1>Bot detection in social networks</h1><p>Master's thesis of Jane Doe, 2026, 84 pages.</p><a href=/thesis.pdf>PDF</a>"),
    "a zoo": _page("Dogs detected suspicious bag", "<h1>Dogs detected suspicious bag at airport</h1><p>It held eleven tortoises, which are well.</p><a href=/news>More news</a>"),
    "a crossword": _page("Solve the puzzle of the day", "<h1>Solve the puzzle of the day</h1><p>Seven across: it shines, three letters.</p><canvas id=grid></canvas><a href=/yesterday>Yesterday's</a>"),
    "a run": _page("Complete this challenge", "<h1>Complete this challenge and win a lamp</h1><p>Run five kilometres on five days in a row.</p><a href=/rules>Rules</a>"),
    "a voucher": _page("10 % off", "<h1>10 % off</h1><h2>Enter the code below at the till</h2><p>LUX10, until Sunday.</p><a href=/lamps>Lamps</a>"),
    "a renovation": _page("Pardon our interruption", "<h1>Pardon our interruption</h1><p>Our lobby is being painted until Friday. The side door is open from eight to six.</p><a href=/map>Where it is</a>"),
    "an interface": _page("Automated requests from your application", "<h1>Automated requests from your application</h1><p>They need a key, and may come ten times a second.</p><pre>GET /v1/lamps</pre><a href=/keys>Keys</a>"),
    "a court": _page("Proof that you are a person of age", "<h1>Papers for the notary</h1><p>Bring an identity card, to prove that you are a person of full age.</p><a href=/office>The office</a>"),
    "a waiting list": _page("One moment, please", "<h1>One moment, please</h1><p>A nurse calls you within minutes. Your number is 84.</p><a href=tel:+4930123>Emergency</a>"),
    "a review": _page("BitNinja review", "<img src=/bitninja.png alt=BitNinja><h1>BitNinja review</h1><p>BitNinja guards Linux servers. Its price is fair, and its panel is clear. We used it for three months, and had no trouble.</p><a href=https://bitninja.com/>Its site</a> <a href=/reviews>Other reviews</a>"),
    "a list of makers": _page("Firewalls from China", "<h1>Firewalls from China</h1><ul><li><a href=https://www.safedog.cn/>Safedog</a>, since 2009<li><a href=https://www.yunsuo.com.cn/>Yunsuo</a>, since 2012</ul><a href=/lists>Other lists</a>"),
    "a badge in the foot": _page("Tin lantern", "<h1>Tin lantern</h1><p>It stands on three feet, and burns for a night. 42.50 EUR.</p><footer><a href=/imprint>Imprint</a>. Protected by CrowdSec.</footer>"),
    "a consent form": _page("Consent form", "<h1>Consent form</h1><p>Print it, sign it, and bring it along.</p><a href=/consent.pdf>PDF</a>"),
    "a fitness challenge": _page("30 days", "<div class=challenge><h1>30 days</h1><p>Day 1: ten squats. Day 2: twelve.</p></div><script src=/js/challenge.js></script><a href=/all>All</a>"),
    "a lamp": _page("Captcha, the lamp", "<h1>Captcha</h1><p>A lamp of glass by Jane Doe. 310 EUR.</p><img src=/captcha.jpg alt='Captcha, a lamp of glass'><a href=/lamps>Lamps</a>"),
    "a band": _page("The Turnstiles", "<h1>The Turnstiles</h1><ul class=turnstile-dates><li>Berlin, 4 May<li>Lyon, 6 May</ul><a href=/tickets>Tickets</a>"),
    "a gate": _page("Turnstile T3", "<div class=product-turnstile><h1>Turnstile T3</h1><p>Of steel, for 40 people a minute.</p></div><a href=/gates>All gates</a>"),
    "a knowledge base": _page("APPFW_STARTURL in the log", "<h1>APPFW_STARTURL in the log</h1><p>NetScaler writes APPFW_STARTURL if an address is not in its list. Add the address to the list, and write the settings.</p><a href=/kb>All articles</a>"),
    "another knowledge base": _page("Attack ID 20000008", "<h1>Attack ID 20000008 of FortiWeb</h1><p>Attack ID: 20000008 is a signature of version 7. To switch it off, open the policy.</p><a href=/kb>All articles</a>"),
    "a crawler's page": _page("LuxBot", "<h1>LuxBot</h1><p>Our robot reads your pages once a week, and obeys robots.txt. It is not a browser.</p><a href=mailto:bot@lux.example>Write to us</a>"),
    "a club": _page("Robot club", "<h1>Are you a robot builder?</h1><p>We meet on Tuesdays, and solder until late.</p><a href=/club>Come by</a>"),
    "a quiz": _page("Quiz: are you a robot or a romantic?", "<h1>Are you a robot or a romantic?</h1><p>Ten questions about love.</p><a href=/quiz/1>Begin</a>"),
    "a song": _page("I'm Not a Robot (song)", "<h1>I'm Not a Robot</h1><p>Song by Jane Doe, 2019, 3:12.</p><a href=/listen>Listen</a>"),
    "a stop": _page("Please wait", "<h1>Bus 84</h1><p>Please wait behind the line. Next bus in 4 minutes.</p><a href=/lines>Lines</a>"),
    "a company": _page("Anubis Pet Cemetery", "<img src=/anubis.png alt=Anubis><h1>Anubis Pet Cemetery</h1><p>A quiet place, open all day.</p><a href=/visit>Visit</a>"),
}

_GLOSSARY = {
    "FunCaptcha": ("A puzzle with pictures, by {0}.", "https://www.arkoselabs.com/"),
    "GeeTest": ("A slider, by {0} of Wuhan.", "https://www.geetest.com/en"),
    "Procaptcha": ("A CAPTCHA by {0} that keeps no data.", "https://prosopo.io/"),
    "Lemin": ("A jigsaw by {0}.", "https://leminnow.com/"),
    "KeyCAPTCHA": ("A jigsaw by {0}.", "https://www.keycaptcha.com/"),
    "Capy": ("A jigsaw by {0} of Tokyo.", "https://www.capy.me/"),
    "TrustCaptcha": ("A proof of work by {0}.", "https://www.trustcaptcha.com/"),
    "ALTCHA": ("A proof of work. Its {0} is open.", "https://github.com/altcha-org/altcha"),
    "mCaptcha": ("A proof of work. Its {0} is open.", "https://github.com/mCaptcha/mCaptcha"),
    "Friendly Captcha": ("A proof of work by {0} of Bavaria.", "https://friendlycaptcha.com/"),
    "TenDI": ("A slider by {0}.", "https://www.tencentcloud.com/products/captcha"),
    "Anubis": ("Weighs the soul of a browser. Its {0} is open.", "https://github.com/TecharoHQ/anubis"),
}

_SCRIPTS = {
    "landing page, cleaned address": _page("Lux lamps for your garden", "<h1>Lux lamps for your garden</h1><p>From 19 EUR, delivered in two days.</p><a href=https://lux.example/shop>To the shop</a><script>if (location.search) { document.cookie = 'utm=' + encodeURIComponent(location.search) + '; path=/'; location.replace(location.pathname); }</script>", "<meta name=robots content=noindex>"),
    "app, stored session": _page("Lux", "<div id=app>Loading…</div><script>if (!document.cookie.includes('token=') && localStorage.token) { document.cookie = 'token=' + localStorage.token; location.reload(); }</script><script type=module src=/assets/app.8a1b.js></script>"),
    "chess": _page("Chess", "<h1>Chess</h1><canvas id=board></canvas><p id=state>Loading the engine, please wait.</p><script>const engine = new Worker('/stockfish.js'); engine.postMessage({difficulty: 3, cookie: false})</script>"),
    "sudoku": _page("Sudoku", "<h1>Sudoku</h1><table id=grid></table><p>Loading…</p><script>const solver = new Worker('solver.js'); let difficulty = 'hard'; fetch('/sudoku/' + difficulty).then(r => r.json()).then(draw)</script>"),
    "chain of blocks": _page("Blocks", "<h1>Blocks</h1><ol id=blocks></ol><p>Loading the last ten blocks.</p><script>async function check(b) { const d = await crypto.subtle.digest('SHA-256', bytes(b.data + b.nonce)); return hex(d).startsWith('0'.repeat(b.difficulty)); } fetch('/blocks.json').then(r => r.json()).then(all => all.forEach(show))</script>"),
    "faces by hash": _page("Team", "<h1>Team</h1><ul id=team></ul><script src=/md5.js></script><script>fetch('/team.json').then(r => r.json()).then(t => t.forEach(p => team.innerHTML += `<li><img src=//gravatar.com/avatar/${md5(p.mail)}>${p.name}`))</script>"),
    "report being made": _page("Your report", "<h1>Your report is being made</h1><p>Please wait. This page reloads until it is there.</p>", "<meta http-equiv=refresh content='5; url=/lamps/7?job=8a1b2c3d4e5f60718a1b'>"),
    "live score": _page("Lions 3:1 Bears", "<h1>Lions 3:1 Bears</h1><p>Second half, 70th minute.</p><script>document.cookie = 'match=84'; setTimeout(function () { location.reload(); }, 30 * 1000);</script>", "<meta name=robots content=noindex>"),
    "result of a quiz": _page("Your result", "<h1>Your result</h1><p>Seven of ten. Well done.</p><form action=/quiz method=post><input type=hidden name=answer value=7></form>", "<meta name=robots content=noindex>"),
    "flights being searched": _page("Flights to Lyon", "<h1>Flights to Lyon</h1><p>We are asking 200 airlines. One moment, please.</p>", "<meta http-equiv=refresh content='3; url=?searchId=3f2504e0-4f89-11d3-9a0c-0305e82c3301'>"),
    "document of Domino": _page("Minutes", "<form method=post action='/lamps/7?OpenForm&Seq=1' name=_DominoForm><input type=hidden name=__Click value=0><h1>Minutes</h1><p>The town buys forty lamps. Next meeting: 4 May.</p></form><script>function _doClick(v, o) { var form = document._DominoForm; form.__Click.value = v; form.submit(); return false; }</script>"),
    "page of Faces": _page("Lamps", "<form id=j_idt5 method=post action=/lamps/7><input type=hidden name=j_idt5 value=j_idt5><table><tr><td>Tin lantern<td>42.50</table><input type=hidden name=javax.faces.ViewState value=e1s1></form><script>function next() { document.forms['j_idt5'].submit(); }</script>"),
    "page with a session's form": _page("Account 7", "<h1>Account 7</h1><p>Balance: 310.20 EUR on 24 November.</p><form name=keep action=/lamps/7 method=post><input type=hidden name=csrf_hash value=8a1b></form><script>setTimeout(() => document.keep.submit(), 540000)</script>"),
    "screen's width by cookie": _page("Lux", "<h1>Lux</h1><p>Lamps since 1890.</p><script>var m = document.cookie.match(/sw=(\\d+)/); if (!m || m[1] != screen.width) { document.cookie = 'sw=' + screen.width; location.reload(); }</script>"),
    "test of two versions": _page("Lux", "<h1>Lux</h1><p>Lamps since 1890.</p><script>if (!/ab_variant=/.test(document.cookie)) { document.cookie = 'ab_variant=' + (Math.random() < .5 ? 'a' : 'b'); location.reload(); }</script>"),
    "rewritten by a translator": _page("Lux", "<h1>Lux</h1><p>Lampen seit 1890.</p><script>document.cookie = 'googtrans=/en/de'; if (!location.hash) { location.hash = '#de'; location.reload(); }</script>"),
    "error of a chunk": _page("Lux", "<div id=root></div><script>window.addEventListener('error', e => { if (/ChunkLoadError/.test(e.message)) { document.cookie = 'retry=1'; location.reload(); } })</script><script src=/main.js></script>"),
}

_FORMS = {
    "poll": "<h1>Which lamp?</h1><form><label><input type=radio name=l value=1>Tin</label><label><input type=radio name=l value=2>Glass</label>{0}<button>Vote</button></form>",
    "upload": "<h1>Send a picture</h1><form enctype=multipart/form-data><input type=file name=picture>{0}<button>Send</button></form>",
    "appointment": "<h1>Come by</h1><form><input type=datetime-local name=when>{0}<button>Book</button></form>",
    "choice of colours": "<h1>Your lamp</h1><form><input type=color name=shade><input type=range name=height>{0}<button>Order</button></form>",
    "chat": "<h1>Chat</h1><form><div contenteditable=true role=textbox aria-label=Text></div>{0}<button>Send</button></form>",
}
# fmt: on


def pages() -> Iterator[tuple[str, OrdinaryPage]]:
    """Yield the pages with their names."""
    for name, html in (*_WORDS.items(), *_SCRIPTS.items()):
        yield f"resembling: {name}", _of(html)
    yield "resembling: a consent form at its address", _of(_WORDS["a consent form"], "/consent/")
    yield "resembling: a job's status", _of(_SCRIPTS["report being made"], status=202)
    for name, (text, link) in _GLOSSARY.items():
        words = text.format(f"<a href={link}>{name}</a>")
        html = _page(name, f"<h1>{name}</h1><p>{words}</p><a href=/words>Glossary</a>")
        yield f"glossary: {name}", _of(html)
    for name, form in _FORMS.items():
        for captcha in ("reCAPTCHA", "hCaptcha", "Turnstile", "ALTCHA", "GeeTest"):
            yield f"{name} with {captcha}", _of(_page("Lux", form.format(WIDGETS[captcha])))


def _of(html: str, path: str = "", status: int = 200) -> OrdinaryPage:
    return OrdinaryPage(SeenPage(html, f"{URL}{path}", status, {}), any_status=False)
