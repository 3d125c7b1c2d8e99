"""The facts about a page that tell a wall from content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
class HiddenForm:
    """A form without a field or a button that can be seen: only a script can send it."""

    action: str
    names: tuple[str, ...]
    """Names of its fields."""
    text: int
    """Characters of text inside of it. Some applications put the whole page into a form."""


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
    length: int
    """Number of characters of the text. A Chinese, Japanese or Korean one counts as two and a half:
    it says as much as so many letters."""
    text_besides_consent: int
    """Number of characters, so counted, of the text outside of elements that ask for consent."""
    text_of_articles: int
    """Characters, so counted, in `article` elements without forms, scripts and widgets."""
    without_scripts: str
    """The text of `noscript` and `iframe` elements, shown where scripts or frames are off."""
    scripts: str
    """The code of inline scripts and the URLs of all scripts, except of scripts that hold data."""
    code: tuple[str, ...]
    """The code of each inline script that holds no data."""
    sources: tuple[str, ...]
    """The URLs of the scripts."""
    markup: str
    """Values of attributes that name elements or hold addresses, one in each line.

    Without the addresses of links: a page may link to the maker of a wall. Also the names of custom
    elements, and of attributes that widgets are set up with.
    """
    hrefs: str
    """The addresses of the links, one in each line."""
    refresh: str
    """What `meta` elements say about a refresh."""
    links: int
    """Number of links. Those to one other host count as one: walls name their maker twice."""
    own_links: int
    """Number of links to other pages of the site, besides its first page, and to telephones."""
    fields: int
    """Number of fields that a person fills in, without the answer of a CAPTCHA."""
    answers: int
    """Number of fields for the text that a CAPTCHA's image shows."""
    rows: int
    """Number of rows of tables and terms of lists that name something and say what it is."""
    buttons: int
    """Number of buttons, and of links that do what buttons do."""
    hidden_forms: tuple[HiddenForm, ...]
    captcha_images: int
    pictures: int
    """Number of images, videos and canvases, without the tiny ones that count visitors."""
    frames: tuple[str, ...]
    """The URLs of the frames that can be seen."""
    has_mount: bool
    """Whether the page has an empty element that the scripts of an application fill."""
    is_set_to_work: bool
    """Whether the page holds the settings of a proof of work: a difficulty, and what to work on."""
    forbids_index: bool
    """Whether the page asks search engines not to list it."""
    describes_itself: bool
    """Whether the page has what a site gives its own pages for search engines and for statistics.

    That is a description, a canonical address, feeds, a manifest, or the script of an analyst.
    """
    declares_content: bool
    """Whether the page declares itself an article, a product or the like."""
