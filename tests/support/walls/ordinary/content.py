"""Pages with the site's menu: what a visitor came for."""

from __future__ import annotations

from tests.support.walls.ordinary.site import Layout, Site


def _story(site: Site) -> str:
    title, text = site.words["story"]
    return site.full(
        title, f"<article><h1>{title}</h1><time>2026-11-24</time><p>{text}</p></article>"
    )


def _comments(site: Site) -> str:
    title, text = site.words["story"]
    _, mail, _, _ = site.words["login"]
    return site.full(
        title,
        f"""<h1>{title}</h1><p>{text}</p><form method="post" action="/comments"><label>{mail}
        <input type="email" name="mail"></label><textarea name="text"></textarea>{site.captcha}
        <button>OK</button></form>""",
    )


def _captchas(site: Site) -> str:
    title, text = site.words["captchas"]
    more, end = site.words["story"]
    return site.full(
        title, f"<h1>{title}</h1><p>{text}</p><aside><h2>{more}</h2><p>{end}</p></aside>"
    )


def _empty(site: Site) -> str:
    title, text = site.words["empty"]
    return site.full(
        title, f'<form role="search"><input type="search" name="q"></form><h1>{title}</h1><p>{text}'
    )


def _protected(site: Site) -> str:
    title, text = site.words["protected"]
    return site.full(
        title,
        f"""<h1>{title}</h1><p>{text} <a href="https://policies.google.com/privacy">1</a>
        <a href="https://policies.google.com/terms">2</a></p>""",
    )


def _bank(site: Site) -> str:
    title, text = site.words["bank"]
    return site.full(title, f'<h1>{title}</h1><p>{text}</p><a href="tel:+49116116">116 116</a>')


CONTENT: dict[str, Layout] = {
    "story": (200, _story),
    "comments": (200, _comments),
    "article about CAPTCHAs": (200, _captchas),
    "no results": (200, _empty),
    "privacy": (200, _protected),
    "bank": (200, _bank),
}
"""The status and the page of each kind."""
