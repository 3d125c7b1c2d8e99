"""Collect the facts about a page from its HTML."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml.html import HtmlElement

from activities.content import dom
from activities.walls import declarations, elements
from activities.walls.code import imports
from activities.walls.facts import HiddenForm, PageFacts, SeenPage
from activities.walls.fields import (
    answer_of_form,
    is_answer,
    is_editable,
    is_filled_in,
    is_hidden_form,
    names_of,
)
from activities.walls.links import LinkCount
from activities.walls.shown import (
    collapsed,
    length_of,
    text_besides_consent,
    text_of_articles,
    visible_text,
)

_MAX_HTML = 2**20
"""Characters of HTML. Walls have far fewer, whatever scripts they load."""

_MAX_ELEMENTS = 20_000
"""Elements of a page. Walls have far fewer."""

_MAX_FACT = 200_000
"""Characters of code or names that are searched. What gives a wall away comes early."""

_MAX_LIST = 50
"""Scripts of each kind, forms and headings that are looked at. Walls have a few."""

_MAX_TEXT = 10_000
"""Characters of one heading or `noscript`. On a hostile page each of them holds the next one."""

_MAX_CELLS = 20
"""Cells of a row that are looked at."""

_ATTRIBUTES = ("id", "class", "name", "action", "href", "src", "data-size")
"""Attributes whose values name an element or hold an address."""

_ELSEWHERE = {"script": ("src",), "a": ("href",)}
"""Attributes that are facts of their own."""

_SETTINGS = re.compile(
    r"(?:data-)?(?:[\w-]*captcha[\w-]*|cap-api-endpoint|challenge(?:-?url|-?json|-?id)?"
    r"|difficulty|diff|pow|nonce-length)"
)
"""Names of attributes with which a challenge or a widget is set up."""

_WORK_SETTINGS = frozenset(("challenge", "difficulty", "diff", "pow"))
"""Those of a proof of work, of which one element has two."""

_DATA_SCRIPTS = re.compile(r"json|text/(?!javascript)", re.IGNORECASE)
"""Types of scripts that hold data, such as an article's text for the script that shows it."""


def gather_facts(seen: SeenPage, part: HtmlElement | None = None) -> PageFacts | None:
    """Return the facts about a page, or about a part of it. None if it is too large for a wall."""
    if len(seen.html) > _MAX_HTML:
        return None
    root = dom.parse(seen.html) if part is None else part
    collector = _Collector(seen.url)
    for number, element in enumerate(root.iter()):
        if number > _MAX_ELEMENTS:
            return None
        collector.add(element)
    return collector.facts(seen, root)


class _Collector:
    """What the elements of one page add up to. Each kind of element has its own method."""

    def __init__(self, url: str) -> None:
        self._title = ""
        self._headings: list[str] = []
        self._without_scripts: list[str] = []
        self._code: list[str] = []
        self._sources: list[str] = []
        self._markup: list[str] = []
        self._refreshes: list[str] = []
        self._links = LinkCount(url)
        self._hrefs: list[str] = []
        self._forms: list[HiddenForm] = []
        self._fields = 0
        self._answers = 0
        self._answers_of_forms: set[HtmlElement] = set()
        self._rows = 0
        self._buttons = 0
        self._captcha_images = 0
        self._pictures = 0
        self._frames: list[str] = []
        self._has_mount = False
        self._settings: set[str] = set()
        self._is_set_to_work = False
        self._forbids_index = False
        self._describes_itself = False
        self._declares_content = False

    def add(self, element: HtmlElement) -> None:
        """Add one element, without the elements inside of it."""
        tag = element.tag
        add_tag = _METHODS.get(tag)
        if add_tag is not None:
            add_tag(self, element)
        if not isinstance(tag, str):
            return
        if "-" in tag:
            self._markup.append(tag)
        for name, value in element.attrib.items():
            if name in _ATTRIBUTES:
                if name in _ELSEWHERE.get(tag, ()):
                    continue
                self._markup.append(value)
            elif _SETTINGS.fullmatch(name):
                self._markup.append(name)
                self._settings.add(name.removeprefix("data-"))

    def add_script(self, script: HtmlElement) -> None:
        """Add the code and the address of a script."""
        kind = script.get("type") or ""
        if "ld+json" in kind:
            self._declares_content |= declarations.is_content_data(script.text or "")
        if _DATA_SCRIPTS.search(kind):
            self._is_set_to_work |= declarations.is_work(script.text or "")
            return
        source = script.get("src") or ""
        if source:
            self._sources.append(source)
            self._describes_itself |= declarations.is_analyst(source)
        elif script.text:
            self._code.append(script.text)
            self._sources.extend(imports(script.text))

    def add_fallback(self, element: HtmlElement) -> None:
        """Add the text of a `noscript`."""
        _add_text(self._without_scripts, element)

    def add_frame(self, frame: HtmlElement) -> None:
        """Add the text of an `iframe`, and its address if it can be seen."""
        self.add_fallback(frame)
        if elements.is_visible_frame(frame):
            self._frames.append(frame.get("src") or "")

    def add_title(self, title: HtmlElement) -> None:
        """Set the page's title. The first one counts."""
        self._title = self._title or (title.text or "")

    def add_heading(self, heading: HtmlElement) -> None:
        """Add the text of a heading."""
        _add_text(self._headings, heading)

    def add_link(self, link: HtmlElement) -> None:
        """Count a link that leads somewhere, or that does something."""
        self._buttons += self._links.add(link.get("href"))
        self._hrefs.append(link.get("href") or "")

    def add_head_link(self, link: HtmlElement) -> None:
        """Note whether the page describes itself."""
        self._describes_itself |= declarations.is_own_link(link)

    def add_body(self, body: HtmlElement) -> None:
        """Add the code that runs when the page is loaded."""
        if code := body.get("onload"):
            self._code.append(code)

    def add_container(self, element: HtmlElement) -> None:
        """Note whether an element waits for an application, or for a person, to fill it."""
        self._fields += is_editable(element)
        self._has_mount |= elements.is_mount(element)

    def add_meta(self, meta: HtmlElement) -> None:
        """Note what the page declares about itself, and where it redirects to."""
        self._declares_content |= declarations.is_content_meta(meta)
        self._describes_itself |= declarations.is_description(meta)
        self._forbids_index |= declarations.forbids_index(meta)
        if (meta.get("http-equiv") or "").lower() == "refresh":
            self._refreshes.append(meta.get("content") or "")

    def add_image(self, image: HtmlElement) -> None:
        """Count an image, and note whether it is a CAPTCHA."""
        if not elements.is_tiny(image):
            self._pictures += 1
            self._captcha_images += elements.is_captcha(image)

    def add_medium(self, _: HtmlElement) -> None:
        """Count a video, a canvas or the like."""
        self._pictures += 1

    def add_row(self, row: HtmlElement) -> None:
        """Count a row of a table that names something and says what it is."""
        cells = [cell for cell in row[:_MAX_CELLS] if cell.tag in ("td", "th")]
        self._rows += len(cells) > 1 and all(map(elements.says_something, cells[:2]))

    def add_term(self, _: HtmlElement) -> None:
        """Count a term of a list that says what it is."""
        self._rows += 1

    def add_form(self, form: HtmlElement) -> None:
        """Keep a form that only a script can send."""
        if is_hidden_form(form):
            text = length_of(visible_text(form))
            self._forms.append(HiddenForm(form.get("action") or "", names_of(form), text))
        elif (answer := answer_of_form(form)) is not None:
            self._answers_of_forms.add(answer)

    def add_button(self, _: HtmlElement) -> None:
        """Count a button."""
        self._buttons += 1

    def add_field(self, field: HtmlElement) -> None:
        """Count a field of a form."""
        kind = field.get("type")
        self._buttons += kind in ("submit", "button", "image")
        if field in self._answers_of_forms:
            self._answers += 1
        elif not is_answer(field):
            self._fields += is_filled_in(field)
        elif kind not in ("hidden", "submit", "button", "checkbox"):
            self._answers += 1

    def facts(self, seen: SeenPage, root: HtmlElement) -> PageFacts:
        """Return the facts about the page whose elements were added."""
        headers = (seen.headers or {}).items()
        scripts = "\n".join((*self._sources, *self._code))
        markup = "\n".join((*self._markup, *self._refreshes))
        text = visible_text(root)
        return PageFacts(
            url=seen.url,
            status=seen.status,
            headers="\n".join(f"{name}: {value}" for name, value in headers),
            title=collapsed(self._title)[:_MAX_FACT],
            headings=collapsed(" ".join(self._headings))[:_MAX_FACT],
            text=text,
            length=length_of(text),
            text_besides_consent=text_besides_consent(root),
            text_of_articles=text_of_articles(root),
            without_scripts=collapsed(" ".join(self._without_scripts))[:_MAX_FACT],
            scripts=scripts[:_MAX_FACT],
            code=tuple(code[:_MAX_FACT] for code in self._code[:_MAX_LIST]),
            sources=tuple(self._sources[:_MAX_LIST]),
            markup=markup[:_MAX_FACT],
            hrefs="\n".join(self._hrefs[:_MAX_LIST])[:_MAX_FACT],
            refresh=" ".join(self._refreshes)[:_MAX_FACT],
            links=self._links.count,
            own_links=self._links.own,
            fields=self._fields,
            answers=self._answers,
            rows=self._rows,
            buttons=self._buttons,
            hidden_forms=tuple(self._forms[:_MAX_LIST]),
            captcha_images=self._captcha_images,
            pictures=self._pictures,
            frames=tuple(self._frames[:_MAX_LIST]),
            has_mount=self._has_mount,
            is_set_to_work=self._is_set_to_work or len(self._settings & _WORK_SETTINGS) > 1,
            forbids_index=self._forbids_index,
            describes_itself=self._describes_itself,
            declares_content=self._declares_content,
        )


def _add_text(texts: list[str], element: HtmlElement) -> None:
    if len(texts) < _MAX_LIST:
        texts.append(element.text_content()[:_MAX_TEXT])


_METHODS: dict[object, Callable[[_Collector, HtmlElement], None]] = {
    "script": _Collector.add_script,
    "noscript": _Collector.add_fallback,
    "iframe": _Collector.add_frame,
    "title": _Collector.add_title,
    **{f"h{level}": _Collector.add_heading for level in range(1, 7)},
    "a": _Collector.add_link,
    "link": _Collector.add_head_link,
    "body": _Collector.add_body,
    "div": _Collector.add_container,
    "app-root": _Collector.add_container,
    "meta": _Collector.add_meta,
    "img": _Collector.add_image,
    **dict.fromkeys(("video", "audio", "canvas", "object", "embed"), _Collector.add_medium),
    "tr": _Collector.add_row,
    "dt": _Collector.add_term,
    "form": _Collector.add_form,
    "button": _Collector.add_button,
    "input": _Collector.add_field,
    "textarea": _Collector.add_field,
    "select": _Collector.add_field,
}
"""The collector's method for each tag."""
