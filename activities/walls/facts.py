"""The facts about a page that tell a wall from content, collected from its HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from activities.content import dom
from activities.walls.signatures import CONSENT_MANAGERS

_MAX_HTML = 2**20
"""Characters of HTML. Walls have far fewer, whatever scripts they load."""

_MAX_ELEMENTS = 20_000
"""Elements of a page. Walls have far fewer."""

_MAX_FACT = 200_000
"""Characters of code or names that are searched. What gives a wall away comes early."""

_TEXTLESS = frozenset(("script", "style", "noscript", "template", "head", "textarea", "svg"))
"""Elements whose text a reader does not see on the page."""

_RAW_TEXT = frozenset(("script", "style", "noscript", "template", "textarea", "title", "svg"))
"""Elements that the quick count skips as a whole: a `<` inside of them need not begin a tag."""

_TAG_NAME = re.compile(r"[a-zA-Z]+")

_ATTRIBUTES = ("id", "class", "name", "action", "href", "src", "data-size")
"""Attributes whose values name an element or hold an address."""

_DATA_SCRIPTS = re.compile(r"json|text/(?!javascript)", re.IGNORECASE)
"""Types of scripts that hold data, such as an article's text for the script that shows it."""

_FILLED_IN = frozenset(("text", "email", "password", "tel", "url", "number", "date", "search"))
"""Types of `input` elements that a person fills in."""

_ANSWERS = re.compile(r"(?:g-recaptcha|h-captcha|cf-turnstile)-response|captcha", re.IGNORECASE)
"""Names of the fields that take the answer of a CAPTCHA."""

_CONSENT = re.compile(f"{CONSENT_MANAGERS}|cookie|consent|gdpr", re.IGNORECASE)
"""Words in the classes and ids of elements that ask for consent."""

_IMAGE_NAMES = re.compile(r"captcha|robot ?check|security[ _-]?(?:code|image)", re.IGNORECASE)
"""Words in the attributes of an image that is a CAPTCHA."""

_ARTICLE_TYPES = re.compile(r"article|product|book|profile|video|music", re.IGNORECASE)
"""Values of `og:type` with which a page declares that it has content."""


@dataclass(frozen=True)
class SeenPage:
    """A page, or a frame of a page, as a fetcher received it."""

    html: str
    """The HTML. If a browser loaded the page, scripts have run already."""
    url: str
    status: int | None = None
    """HTTP status of the response. None for a frame whose response was not observed."""
    headers: Mapping[str, str] | None = None
    """Headers of the response, names in lower case."""


@dataclass(frozen=True)
class PageFacts:
    """What a page shows, and what it is made of."""

    url: str
    status: int | None
    headers: str
    """One line `name: value` for each header, names in lower case."""
    title: str
    headings: str
    text: str
    """The text that a reader sees, each run of blanks as one space."""
    text_besides_consent: int
    """Number of characters of the text outside of elements that ask for consent."""
    without_scripts: str
    """The text of `noscript` and `iframe` elements, shown where scripts or frames are off."""
    scripts: str
    """The code of inline scripts and the URLs of all scripts, except of scripts that hold data."""
    markup: str
    """Values of attributes that name elements or hold addresses, one in each line."""
    links: int
    fields: int
    """Number of fields that a person fills in, without the answer of a CAPTCHA."""
    answers: int
    """Number of fields for the text that a CAPTCHA's image shows."""
    captcha_images: int
    declares_content: bool
    """Whether the page declares itself an article, a product or the like."""


def has_much_text(html: str, enough: int) -> bool:
    """Return whether `html` shows at least `enough` characters of text.

    This is a quick count without a parser. It ends as soon as the answer is clear.
    """
    position, count = 0, 0
    while (start := html.find("<", position)) >= 0:
        count += len(html[position:start].strip())
        if count >= enough:
            return True
        end = _end_of_markup(html, start)
        if end < 0:
            return False
        position = end + 1
    return count + len(html[position:].strip()) >= enough


def _end_of_markup(html: str, start: int) -> int:
    """Return the index of the `>` that ends the tag, comment or raw text at `start`, or -1."""
    if html.startswith("<!--", start):
        return html.find("-->", start)
    name = _TAG_NAME.match(html, start + 1)
    if name and name[0].lower() in _RAW_TEXT:
        return _end_of_element(name[0], html, start)
    return html.find(">", start)


def _end_of_element(name: str, html: str, start: int) -> int:
    """Return the index of the `>` that closes the element `name` at `start`, or -1."""
    for written in {name, name.lower(), name.upper()}:
        if (end := html.find(f"</{written}", start)) >= 0:
            return html.find(">", end)
    return -1


def gather_facts(seen: SeenPage) -> PageFacts | None:
    """Return the facts about a page, or None if the page is too large for a wall."""
    if len(seen.html) > _MAX_HTML:
        return None
    root = dom.parse(seen.html)
    collector = _Collector()
    for number, element in enumerate(root.iter()):
        if number > _MAX_ELEMENTS:
            return None
        collector.add(element)
    return collector.facts(seen, root)


class _Collector:
    """What the elements of one page add up to. Each kind of element has its own method."""

    def __init__(self) -> None:
        self._title = ""
        self._headings: list[str] = []
        self._without_scripts: list[str] = []
        self._scripts: list[str] = []
        self._markup: list[str] = []
        self._links = 0
        self._fields = 0
        self._answers = 0
        self._captcha_images = 0
        self._declares_content = False

    def add(self, element: HtmlElement) -> None:
        """Add one element, without the elements inside of it."""
        add_tag = _METHODS.get(element.tag)
        if add_tag is not None:
            add_tag(self, element)
        if isinstance(element.tag, str) and element.tag != "script":
            self._markup.extend(value for name in _ATTRIBUTES if (value := element.get(name)))

    def add_script(self, script: HtmlElement) -> None:
        """Add the code and the address of a script."""
        kind = script.get("type") or ""
        if not _DATA_SCRIPTS.search(kind):
            self._scripts.extend((script.get("src") or "", script.text or ""))
        if "ld+json" in kind:
            self._declares_content = True

    def add_fallback(self, element: HtmlElement) -> None:
        """Add the text of a `noscript` or an `iframe`."""
        self._without_scripts.append(element.text_content())

    def add_title(self, title: HtmlElement) -> None:
        """Set the page's title. The first one counts."""
        self._title = self._title or (title.text or "")

    def add_heading(self, heading: HtmlElement) -> None:
        """Add the text of a heading."""
        self._headings.append(heading.text_content())

    def add_link(self, link: HtmlElement) -> None:
        """Count a link that leads somewhere."""
        self._links += link.get("href") is not None

    def add_article(self, _: HtmlElement) -> None:
        """Note that the page has an `article`."""
        self._declares_content = True

    def add_meta(self, meta: HtmlElement) -> None:
        """Note whether the page declares content, and where it redirects to."""
        if _is_article_type(meta):
            self._declares_content = True
        if (meta.get("http-equiv") or "").lower() == "refresh":
            self._markup.append(meta.get("content") or "")

    def add_image(self, image: HtmlElement) -> None:
        """Count an image that is a CAPTCHA."""
        self._captcha_images += _is_captcha_image(image)

    def add_field(self, field: HtmlElement) -> None:
        """Count a field of a form."""
        if not _is_answer(field):
            self._fields += _is_filled_in(field)
        elif field.get("type") not in ("hidden", "submit", "button", "checkbox"):
            self._answers += 1

    def facts(self, seen: SeenPage, root: HtmlElement) -> PageFacts:
        """Return the facts about the page whose elements were added."""
        headers = (seen.headers or {}).items()
        return PageFacts(
            url=seen.url,
            status=seen.status,
            headers="\n".join(f"{name}: {value}" for name, value in headers),
            title=_collapsed(self._title)[:_MAX_FACT],
            headings=_collapsed(" ".join(self._headings))[:_MAX_FACT],
            text=_collapsed(" ".join(_shown_texts(root))),
            text_besides_consent=len(_collapsed(" ".join(_shown_texts(root, besides=_CONSENT)))),
            without_scripts=_collapsed(" ".join(self._without_scripts))[:_MAX_FACT],
            scripts="\n".join(self._scripts)[:_MAX_FACT],
            markup="\n".join(self._markup)[:_MAX_FACT],
            links=self._links,
            fields=self._fields,
            answers=self._answers,
            captcha_images=self._captcha_images,
            declares_content=self._declares_content,
        )


_METHODS: dict[object, Callable[[_Collector, HtmlElement], None]] = {
    "script": _Collector.add_script,
    "noscript": _Collector.add_fallback,
    "iframe": _Collector.add_fallback,
    "title": _Collector.add_title,
    "h1": _Collector.add_heading,
    "h2": _Collector.add_heading,
    "a": _Collector.add_link,
    "article": _Collector.add_article,
    "meta": _Collector.add_meta,
    "img": _Collector.add_image,
    "input": _Collector.add_field,
    "textarea": _Collector.add_field,
    "select": _Collector.add_field,
}
"""The collector's method for each tag."""


def _shown_texts(root: HtmlElement, *, besides: re.Pattern[str] | None = None) -> list[str]:
    """Return the texts that a reader sees, without elements whose class or id matches `besides`."""
    texts: list[str] = []
    waiting = [(root, False)]
    while waiting:
        node, is_tail = waiting.pop()
        if is_tail:
            texts.append(node.tail or "")
            continue
        waiting.append((node, True))
        # The text inside an `iframe` is for browsers that have no frames.
        if not isinstance(node.tag, str) or node.tag in _TEXTLESS or node.tag == "iframe":
            continue
        if besides is not None and _is_named(node, besides):
            continue
        texts.append(node.text or "")
        if node.tag == "input" and node.get("type") in ("submit", "button"):
            texts.append(node.get("value") or "")
        waiting.extend((child, False) for child in reversed(node))
    return texts


def _is_named(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    if element.tag in ("html", "body"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return pattern.search(names) is not None


def _is_article_type(meta: HtmlElement) -> bool:
    name = meta.get("property") or meta.get("name") or ""
    content = meta.get("content") or ""
    return name.startswith("article:") or (
        name == "og:type" and _ARTICLE_TYPES.search(content) is not None
    )


def _is_captcha_image(image: HtmlElement) -> bool:
    names = " ".join(image.get(name) or "" for name in ("src", "id", "class", "alt", "name"))
    return _IMAGE_NAMES.search(names) is not None and image.get("width") not in ("0", "1")


def _is_answer(field: HtmlElement) -> bool:
    names = " ".join(field.get(name) or "" for name in ("name", "id", "class", "placeholder"))
    return _ANSWERS.search(names) is not None


def _is_filled_in(field: HtmlElement) -> bool:
    if "display:none" in (field.get("style") or "").replace(" ", ""):
        return False
    if field.tag == "input":
        return (field.get("type") or "text").lower() in _FILLED_IN
    return True


def _collapsed(text: str) -> str:
    return " ".join(text.split())
