"""What can be seen of a page that tells a wall from content, gathered from its HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from activities.content import dom
from activities.walls.signatures import CONSENT_MANAGERS

_MAX_HTML = 2**20
"""Characters of HTML; walls have far fewer, whatever they load."""

_MAX_ELEMENTS = 20_000

_MAX_PART = 200_000
"""Characters of code or of names that are looked at; what gives a wall away comes early."""

_SILENT = frozenset(("script", "style", "noscript", "template", "head", "textarea", "svg"))
"""Elements whose text is not on the page."""

_RAW = frozenset(("script", "style", "noscript", "template", "textarea", "title", "svg"))

_TAG_NAME = re.compile(r"[a-zA-Z]+")

_ATTRIBUTES = ("id", "class", "name", "action", "href", "src", "data-size")

_DATA_SCRIPTS = re.compile(r"json|text/(?!javascript)", re.IGNORECASE)
"""Types of scripts that are data, such as an article's text for the script that shows it."""

_FILLED_IN = frozenset(("text", "email", "password", "tel", "url", "number", "date", "search"))

_ANSWERS = re.compile(r"(?:g-recaptcha|h-captcha|cf-turnstile)-response|captcha", re.IGNORECASE)
"""Names of the fields that take the answer of a CAPTCHA."""

_CONSENT = re.compile(f"{CONSENT_MANAGERS}|cookie|consent|gdpr", re.IGNORECASE)
"""In classes and ids of what asks for consent."""

_IMAGE_NAMES = re.compile(r"captcha|robot ?check|security[ _-]?(?:code|image)", re.IGNORECASE)

_ARTICLE_TYPES = re.compile(r"article|product|book|profile|video|music", re.IGNORECASE)


@dataclass(frozen=True)
class SeenPage:
    """A page, or a frame of one, as it arrived."""

    html: str
    """As scripts have left it, if a browser loaded it."""
    url: str
    status: int | None = None
    """None for what is within a page and has no answer of its own."""
    headers: Mapping[str, str] | None = None
    """Of the answer, names in lower case."""


@dataclass(frozen=True)
class Facts:
    """What a page shows and what it is made of."""

    url: str
    status: int | None
    headers: str
    """A line `name: value` each, names in lower case."""
    title: str
    headings: str
    text: str
    """What a reader sees, blanks collapsed."""
    text_besides_consent: int
    """Characters of it outside of what asks for consent."""
    without_scripts: str
    """What is shown only where there are no scripts or no frames."""
    scripts: str
    """Code of inline scripts and the URLs of all; none that is data."""
    markup: str
    """Values of attributes that name things and lead somewhere, a line each."""
    links: int
    fields: int
    """What a person fills in, the answer of a CAPTCHA aside."""
    answers: int
    """Fields for what is to be read off an image."""
    captcha_images: int
    declares_content: bool
    """Whether it says itself that it is an article or the like."""


def has_much_text(html: str, enough: int) -> bool:
    """Whether `html` has at least `enough` characters of text that is shown: a quick count, which
    ends as soon as that is clear."""
    position, count = 0, 0
    while (start := html.find("<", position)) >= 0:
        count += len(html[position:start].strip())
        if count >= enough:
            return True
        name = _TAG_NAME.match(html, start + 1)
        end = -1
        if html.startswith("<!--", start):
            end = html.find("-->", start)
        elif name and name[0].lower() in _RAW:
            end = _end_of(name[0], html, start)
        else:
            end = html.find(">", start)
        if end < 0:
            return False
        position = end + 1
    return count + len(html[position:].strip()) >= enough


def _end_of(name: str, html: str, start: int) -> int:
    """Where the element `name` that begins at `start` is closed; -1 if it is not."""
    for written in {name, name.lower(), name.upper()}:
        if (end := html.find(f"</{written}", start)) >= 0:
            return html.find(">", end)
    return -1


def gather(seen: SeenPage) -> Facts | None:
    """The facts about a page; None if it is too large for a wall."""
    if len(seen.html) > _MAX_HTML:
        return None
    root = dom.parse(seen.html)
    scripts: list[str] = []
    markup: list[str] = []
    without_scripts: list[str] = []
    headings: list[str] = []
    title = ""
    links = fields = answers = images = 0
    declares = False
    for number, element in enumerate(root.iter()):
        if number > _MAX_ELEMENTS:
            return None
        tag = element.tag
        if not isinstance(tag, str):
            continue
        if tag == "script":
            if not _DATA_SCRIPTS.search(element.get("type") or ""):
                scripts.extend((element.get("src") or "", element.text or ""))
            declares = declares or "ld+json" in (element.get("type") or "")
            continue
        if tag in ("noscript", "iframe"):
            without_scripts.append(element.text_content())
        if tag == "title":
            title = title or (element.text or "")
        elif tag in ("h1", "h2"):
            headings.append(element.text_content())
        elif tag == "a":
            links += element.get("href") is not None
        elif tag == "article" or (tag == "meta" and _says_article(element)):
            declares = True
        elif tag == "img":
            images += _is_captcha_image(element)
        elif tag in ("input", "textarea", "select"):
            if _is_answer(element):
                answers += element.get("type") not in ("hidden", "submit", "button", "checkbox")
            else:
                fields += _is_filled_in(element)
        if tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            markup.append(element.get("content") or "")
        markup.extend(value for name in _ATTRIBUTES if (value := element.get(name)))
    return Facts(
        url=seen.url,
        status=seen.status,
        headers="\n".join(f"{name}: {value}" for name, value in (seen.headers or {}).items()),
        title=_collapsed(title)[:_MAX_PART],
        headings=_collapsed(" ".join(headings))[:_MAX_PART],
        text=_collapsed(" ".join(_shown_text(root))),
        text_besides_consent=len(_collapsed(" ".join(_shown_text(root, besides=_CONSENT)))),
        without_scripts=_collapsed(" ".join(without_scripts))[:_MAX_PART],
        scripts="\n".join(scripts)[:_MAX_PART],
        markup="\n".join(markup)[:_MAX_PART],
        links=links,
        fields=fields,
        answers=answers,
        captcha_images=images,
        declares_content=declares,
    )


def _shown_text(element: HtmlElement, *, besides: re.Pattern[str] | None = None) -> list[str]:
    """All texts but those of elements whose class or id has `besides` in it."""
    texts: list[str] = []
    waiting = [(element, False)]
    while waiting:
        node, is_tail = waiting.pop()
        if is_tail:
            texts.append(node.tail or "")
            continue
        waiting.append((node, True))
        if not isinstance(node.tag, str) or node.tag in _SILENT:
            continue
        # The text within a frame is for browsers that have none.
        if node.tag == "iframe":
            continue
        if (
            besides
            and node.tag not in ("html", "body")
            and besides.search(f"{node.get('class') or ''} {node.get('id') or ''}")
        ):
            continue
        texts.append(node.text or "")
        if node.tag == "input" and node.get("type") in ("submit", "button"):
            texts.append(node.get("value") or "")
        waiting.extend((child, False) for child in reversed(node))
    return texts


def _says_article(meta: HtmlElement) -> bool:
    name = meta.get("property") or meta.get("name") or ""
    content = meta.get("content") or ""
    return name.startswith("article:") or (
        name == "og:type" and _ARTICLE_TYPES.search(content) is not None
    )


def _is_captcha_image(image: HtmlElement) -> bool:
    said = " ".join(image.get(name) or "" for name in ("src", "id", "class", "alt", "name"))
    return _IMAGE_NAMES.search(said) is not None and image.get("width") not in ("0", "1")


def _is_answer(field: HtmlElement) -> bool:
    said = " ".join(field.get(name) or "" for name in ("name", "id", "class", "placeholder"))
    return _ANSWERS.search(said) is not None


def _is_filled_in(field: HtmlElement) -> bool:
    if "display:none" in (field.get("style") or "").replace(" ", ""):
        return False
    if field.tag == "input":
        return (field.get("type") or "text").lower() in _FILLED_IN
    return True


def _collapsed(text: str) -> str:
    return " ".join(text.split())
