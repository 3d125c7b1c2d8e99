"""Recognition of pages whose main thing is a login form, in any language: by structure."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from activities.content.form_fields import (
    FILLED_IN,
    is_away,
    is_content,
    is_in_content,
    names_of,
    type_of,
    upwards,
)
from activities.content.login_steps import first_steps, has_login_title
from activities.content.shown_text import ShownText

_OTHER_LETTERS = 250
"""Letters besides the form of a page that is not known to be a login page by its address. A page
with more has content of its own, and offers a login as well."""

_OTHER_LETTERS_AT_ADDRESS = 1000
"""Letters besides the form of a page whose address says that it is a login page. Many such pages
praise what is behind them."""

_FORM_LETTERS = 250
"""Letters of a form, besides labels. Some sites put the whole page into one form."""

_FORM_CHARACTERS = 1500
"""Characters of an element that stands for a form, with the code and the blanks in it."""

_CONTENT_LETTERS = 30
"""Letters of a `main` or `article` beside which a login form is not the main thing."""

_LINK_WEIGHT = 0.25
"""What a letter of a link counts."""

_LOGIN_ADDRESS = re.compile(
    r"(?<![a-z])(?:log[-_]?in|log[-_]?on|sign[-_]?in|signon|auth|oauth2?|sso|saml|sessions?/new|"
    r"anmelden|anmeldung|einloggen|connexion|iniciar[-_]?sess?[^/]*|acceso|ingresar|accedi|accesso|"
    r"entrar|inloggen|logga-?in|prihlaseni|logowanie|zaloguj|giris)(?![a-z])|"
    r"/identification(?:[/.]|$)",
    re.IGNORECASE,
)
"""Words in the path of a login page. A `session` may also be one of a conference."""

_LOGIN_HOST = re.compile(
    r"(?:log-?in|sign-?in|accounts?|auth|sso|idp|id|identity)\.", re.IGNORECASE
)
"""First names of hosts that log visitors in."""

_MAX_OTHER_FIELDS = 2
"""Fields besides the password: a name, and a tenant or a code. More of them register a visitor."""

_MAX_PASSWORDS = 20
"""Fields for passwords that are looked at. A page with more is no login form."""

_REGISTERS = re.compile(
    r"(?:first|last|full|given|family|display|company)[-_ ]?name|confirm|repeat|birth|street|"
    r"new-?password|vorname|nachname|pr[eé]nom|apellido|cognome",
    re.IGNORECASE,
)
"""Words in the names of fields that only a registration has."""


def is_login_page(root: HtmlElement, texts: list[ShownText], url: str, final_url: str) -> bool:
    """Return whether a login form is the main thing of a page.

    The page was asked for at `url`, and is at `final_url`. `texts` are the texts that it shows.
    """
    fields = (field for field in root.iter("input") if type_of(field) == "password")
    passwords = list(islice(fields, _MAX_PASSWORDS))
    address = urlsplit(final_url)
    is_redirected = urlsplit(url).path.rstrip("/") != address.path.rstrip("/")
    is_at_login = _LOGIN_ADDRESS.search(address.path) is not None
    is_place = is_at_login or _LOGIN_HOST.match(address.hostname or "") is not None
    if not (passwords or is_place or has_login_title(root)):
        return False
    sizes = _form_letters(root, texts)
    small_forms = {form for form, letters in sizes.items() if letters <= _FORM_LETTERS}
    allowed = _OTHER_LETTERS_AT_ADDRESS if is_at_login else _OTHER_LETTERS
    forms = [form for field in passwords if (form := _login_form(field, small_forms)) is not None]
    if not forms:
        is_certain = is_at_login and is_redirected
        forms = first_steps(root, small_forms, is_at_login=is_place, is_certain=is_certain)
    if not forms:
        return False
    others = [(text.element, _weight(text)) for text in texts if _is_other(text, small_forms)]
    return any(_is_main_thing(form, others, allowed) for form in forms)


def _login_form(field: HtmlElement, small_forms: set[HtmlElement]) -> HtmlElement | None:
    """Return the form of the password in `field`; None if it is no login."""
    if not is_in_content(field):
        return None
    form = _form_of(field, small_forms)
    fields = [other for other in form.iter("input") if not is_away(other)]
    if sum(type_of(other) == "password" for other in fields) != 1:
        return None
    others = [other for other in fields if type_of(other) in FILLED_IN]
    if len(others) > _MAX_OTHER_FIELDS or any(_REGISTERS.search(names_of(f)) for f in fields):
        return None
    named = [other.get("name") for other in others]
    # A name and an address: one of them would be enough to log in.
    return None if len(others) == _MAX_OTHER_FIELDS and "name" in named else form


def _form_of(field: HtmlElement, small_forms: set[HtmlElement]) -> HtmlElement:
    """Return the form around `field`, or the smallest element that also has another field.

    Return the field alone if that element has more text than a form.
    """
    for ancestor in field.iterancestors():
        if ancestor in small_forms:
            return ancestor
    around = (
        ancestor
        for ancestor in field.iterancestors()
        if any(type_of(other) in FILLED_IN for other in ancestor.iter("input"))
    )
    form = next(around, field.getparent())
    return form if len(form.text_content()) <= _FORM_CHARACTERS else field


def _is_main_thing(
    form: HtmlElement, others: list[tuple[HtmlElement, float]], allowed: int
) -> bool:
    """Return whether the page's own texts, whose places and weights are `others`, are few.

    They have at most `allowed` letters. A `main` or `article` beside the form is the main thing in
    any case.
    """
    inside = set(form.iter())
    around = set(form.iterancestors())
    others = [(element, weight) for element, weight in others if element not in inside]
    if sum(weight for _, weight in others) > allowed:
        return False
    beside = (weight for element, weight in others if _is_beside(element, around))
    return sum(beside) <= _CONTENT_LETTERS


def _weight(text: ShownText) -> float:
    """Return the letters of `text`. Links count less: login pages have some, portals have many."""
    return text.letters * (_LINK_WEIGHT if _is_within(text.element, ("a",)) else 1)


def _is_beside(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Return whether `element` is in a `main` or `article` that is not one of `around`."""
    within = (each for each in upwards(element) if is_content(each))
    return (content := next(within, None)) is not None and content not in around


def _form_letters(root: HtmlElement, texts: list[ShownText]) -> dict[HtmlElement, int]:
    """Return how many letters each form has, besides those of links, labels and buttons."""
    sizes = dict.fromkeys(root.iter("form"), 0)
    for text in texts:
        if not _is_within(text.element, ("a", "label", "button")):
            for element in upwards(text.element):
                if element in sizes:
                    sizes[element] += text.letters
    return sizes


def _is_other(text: ShownText, small_forms: set[HtmlElement]) -> bool:
    """Return whether `text` is content: neither around it, nor part of a form."""
    if text.is_around or _is_within(text.element, ("label", "button")):
        return False
    return not any(each in small_forms for each in upwards(text.element))


def _is_within(element: HtmlElement, tags: tuple[str, ...]) -> bool:
    return any(each.tag in tags for each in upwards(element))
