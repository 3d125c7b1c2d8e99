"""Pages without the site's menu: errors, questions and steps on the way."""

from __future__ import annotations

from tests.support.walls.ordinary.site import Layout, Site


def _missing(site: Site) -> str:
    title, text = site.words["missing"]
    return site.bare(
        f"404 - {title}",
        f'<div class="error"><h1>404</h1><h2>{title}</h2><p>{text}</p><a href="/">Lux</a></div>',
    )


def _forbidden(site: Site) -> str:
    title, text = site.words["forbidden"]
    return site.bare(title, f"<h1>403 {title}</h1><p>{text}</p><hr><address>lux.example</address>")


def _hurry(site: Site) -> str:
    title, text = site.words["hurry"]
    return site.bare(f"429 {title}", f"<center><h1>{title}</h1></center><p>{text}</p>")


def _mending(site: Site) -> str:
    title, text = site.words["mending"]
    return site.bare(
        title,
        f'<img src="/logo.svg" alt="Lux"><h1>{title}</h1><p>{text}</p>',
        '<meta http-equiv="refresh" content="60">',
    )


def _verify(site: Site) -> str:
    title, text, button = site.words["verify"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><p>{text}</p><form method="post"><input name="code" inputmode="numeric"
        maxlength="6" autocomplete="one-time-code"><button>{button}</button></form>""",
    )


def _mailed(site: Site) -> str:
    title, text = site.words["mailed"]
    return site.bare(title, f'<div class="card"><h1>{title}</h1><p>{text}</p></div>')


def _download(site: Site) -> str:
    title, text = site.words["download"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><p>{text} <a href="/files/lamps.zip">lamps.zip</a> (12 MB)</p><script>
        var left = 5; setInterval(function () {{ if (--left === 0) location.href =
        '/files/lamps.zip'; }}, 1000);</script>""",
        '<meta http-equiv="refresh" content="5; url=/files/lamps.zip">',
    )


def _age(site: Site) -> str:
    title, yes, no = site.words["age"]
    return site.bare(
        title,
        f"""<div id="age-gate"><h1>{title}</h1><button id="yes">{yes}</button>
        <a href="https://example.org/">{no}</a></div><script>
        document.getElementById('yes').onclick = function () {{
        document.cookie = 'adult=1; path=/; max-age=86400'; location.reload(); }};</script>""",
    )


def _scripts(site: Site) -> str:
    title, text = site.words["scripts"]
    return site.bare(
        "Lux",
        f"""<noscript><strong>{title}</strong> {text}</noscript><div id="root"></div>
        <script type="module" src="/assets/index-8a1b2c3d.js"></script>""",
        '<meta name="theme-color" content="#ffffff"><link rel="manifest" href="/manifest.json">',
    )


def _thanks(site: Site) -> str:
    title, text = site.words["thanks"]
    return site.bare(title, f'<h1>{title}</h1><p>{text}</p><a href="/">Lux</a>')


def _leaving(site: Site) -> str:
    title, text = site.words["leaving"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><p>{text}</p><form id="pay" method="post"
        action="https://acs.bank.example/3ds/challenge"><input type="hidden" name="PaReq"
        value="eNpVUttygjAQ"><input type="hidden" name="MD" value="8a1b2c3d"><input type="hidden"
        name="TermUrl" value="https://lux.example/paid"><noscript><button>OK</button></noscript></form>
        <script>document.getElementById('pay').submit()</script>""",
    )


def _login(site: Site) -> str:
    title, mail, password, robot = site.words["login"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><form method="post" action="/login"><label>{mail}<input type="email"
        name="user"></label><label>{password}<input type="password" name="password"></label>
        <label>{robot}</label>{site.captcha}<button>{title}</button></form>""",
    )


def _luggage(site: Site) -> str:
    title, text = site.words["luggage"]
    return site.bare(title, f'<h1>{title}</h1><p>{text}</p><a href="/flights">LUX 204</a>')


def _vacuum(site: Site) -> str:
    title, text = site.words["vacuum"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><img src="/robot.jpg" alt="{title}"><p>{text}</p><p class="price">249 €</p>
        <button data-product="77">+ {site.words["menu"][-1]}</button>""",
        '<meta property="og:type" content="product">',
    )


def _people(site: Site) -> str:
    title, text = site.words["people"]
    return site.bare(
        title, f'<h1>{title}</h1><p>{text}</p><a href="tel:+49301234567">+49 30 1234567</a>'
    )


def _offline(site: Site) -> str:
    title, text = site.words["offline"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><p>{text}</p><button onclick="location.reload()">↻</button><script>
        addEventListener('online', () => location.reload())</script>""",
    )


def _browser(site: Site) -> str:
    title, text = site.words["browser"]
    return site.bare(
        title,
        f"""<h1>{title}</h1><p>{text}</p><ul><li><a href="https://www.mozilla.org/firefox/">Firefox</a>
        <li><a href="https://www.google.com/chrome/">Chrome</a></ul>""",
    )


def _tested(site: Site) -> str:
    title, text = site.words["tested"]
    return site.bare(
        f"Lux - {title}",
        f"""<img src="/lamp.jpg" alt="Lux"><h1>{title}</h1><p>{text}</p><a href="/lamps">Lux</a>
        <a href="tel:+49301234567">+49 30 1234567</a>""",
    )


def _address(site: Site) -> str:
    title, story = site.words["story"]
    more = " ".join(site.words[kind][1] for kind in ("mending", "luggage", "thanks", "empty"))
    return site.bare(
        title,
        f"""<h1>{title}</h1><p>{story}</p><p>{more}</p>{site.captcha}
        <button>{site.words["menu"][4]}</button>""",
    )


def _recorded(site: Site) -> str:
    title, text = site.words["recorded"]
    return site.bare(f"403 {title}", f"<h1>{title}</h1><p>{text}</p><p>IP: 198.51.100.7</p>")


def _often(site: Site) -> str:
    title, text = site.words["often"]
    return site.bare(title, f"<h1>429</h1><h2>{title}</h2><p>{text}</p>")


def _failure(site: Site) -> str:
    title, text = site.words["failure"]
    return site.bare(
        title,
        f"<h1>{title}</h1><p>{text}</p><script>setTimeout(() => location.reload(), 30000)</script>",
    )


def _reviewed(site: Site) -> str:
    title, _ = site.words["forbidden"]
    checked, text = site.words["tested"]
    return site.bare(title, f"<h1>{title}</h1><p>{checked}.</p><p>{text}</p>")


NOTICES: dict[str, Layout] = {
    "not found": (404, _missing),
    "forbidden": (403, _forbidden),
    "too many requests": (429, _hurry),
    "maintenance": (503, _mending),
    "code by telephone": (200, _verify),
    "confirm by mail": (200, _mailed),
    "download": (200, _download),
    "age": (200, _age),
    "empty app": (200, _scripts),
    "thanks": (200, _thanks),
    "to the bank": (200, _leaving),
    "login": (200, _login),
    "airport": (200, _luggage),
    "robot vacuum": (200, _vacuum),
    "people, not robots": (200, _people),
    "offline": (503, _offline),
    "outdated browser": (200, _browser),
    "tested by people": (200, _tested),
    "address behind a CAPTCHA": (200, _address),
    "only for a network": (403, _recorded),
    "too often": (429, _often),
    "failure": (503, _failure),
    "reviewed by people": (403, _reviewed),
}
"""The status and the page of each kind."""
