"""Logins without a password on the page: a name comes first, or another site knows the visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from activities.content.form_fields import (
    FILLED_IN,
    is_away,
    is_in_content,
    names_of,
    type_of,
)
from activities.content.login_words import says_login, says_newsletter, says_next

_ACCOUNTS = re.compile(
    r"google|apple|facebook|github|gitlab|microsoft|linkedin|okta|keycloak|openid|oauth|saml|"
    r"(?<![a-z])sso(?![a-z])",
    re.IGNORECASE,
)
"""Names of what logs a visitor in without a password of the site. All languages have them."""

_USER_NAMES = re.compile(
    r"username|user_?id|userid|login|identifier|e-?mail|account|benutzer|utilisateur|usuario",
    re.IGNORECASE,
)
"""Words in the names of fields that name a visitor."""

_ONLY_LOGINS = re.compile(
    r"(?:^|\s)(?:username|webauthn|identifier|loginfmt|user_?login|user_?name|user_?id)(?:\s|$)",
    re.IGNORECASE,
)
"""Names of fields that a form for anything else seldom has."""

_MAX_FIELDS = 20
"""Fields that are looked at. A page with more asks for more than a name."""

_MAX_LINKS = 20
"""Links to accounts that are looked at. Login pages offer fewer."""

_AUTHENTICATES = re.compile(
    r"auth(?!or(?!i))|saml|(?<![a-z])sso(?![a-z])|log-?in|sign-?in|openid", re.IGNORECASE
)
"""Parts of addresses and names of links that log a visitor in. Links to authors do not."""


def has_login_title(root: HtmlElement) -> bool:
    """Return whether the title or a heading of the page asks for a login."""
    return any(map(says_login, _titles(root)))


def first_steps(
    root: HtmlElement, small_forms: set[HtmlElement], *, is_at_login: bool, is_certain: bool
) -> list[HtmlElement]:
    """Return the forms and links that may be the first step of a login.

    `is_at_login` tells whether the address of the page is that of a login, and `is_certain` whether
    the site has led the visitor there.
    """
    has_title = has_login_title(root)
    if not (has_title or is_at_login) or any(map(says_newsletter, _titles(root))):
        return []
    fields = (field for field in root.iter("input") if type_of(field) in FILLED_IN)
    forms = [_form_of(field, small_forms) for field in islice(fields, _MAX_FIELDS)]
    steps = [
        form
        for form in forms
        if _asks_for_name(form)
        and (is_certain or _is_step(form, has_title=has_title, is_at_login=is_at_login))
    ]
    if is_certain or has_title:
        links = root.iter("a", "button")
        accounts = (link for link in links if _leads_to_account(link) and _logs_in(link))
        steps += islice(accounts, _MAX_LINKS)
    return steps


def _titles(root: HtmlElement) -> Iterator[str]:
    """Yield the title of the page, and its headings."""
    for element in root.iter("title", "h1", "h2", "legend"):
        yield " ".join(element.text_content().split())


def _form_of(field: HtmlElement, small_forms: set[HtmlElement]) -> HtmlElement:
    """Return the form around `field`, or the smallest element that also has a button."""
    for ancestor in field.iterancestors():
        if (
            ancestor in small_forms
            or ancestor.tag == "body"
            or next(_buttons(ancestor), None) is not None
        ):
            return ancestor
    return field


def _asks_for_name(form: HtmlElement) -> bool:
    """Return whether `form` asks for a user name alone: its password is asked for afterwards."""
    fields = [field for field in form.iter("input") if not is_away(field)]
    asked = [field for field in fields if type_of(field) in (*FILLED_IN, "password", "search")]
    if len(asked) != 1 or any(True for _ in form.iter("textarea", "select")):
        return False
    return _USER_NAMES.search(names_of(asked[0])) is not None


def _is_step(form: HtmlElement, *, has_title: bool, is_at_login: bool) -> bool:
    """Return whether enough of `form` and its page says that it begins a login."""
    fields = list(form.iter("input"))
    if says_newsletter(form.text_content()) or not any(map(is_in_content, fields)):
        return False
    has_password = any(type_of(field) == "password" for field in fields)
    if has_password or any(_ONLY_LOGINS.search(names_of(field)) for field in fields):
        return True
    words = [_words(button) for button in _buttons(form)]
    return has_title and (is_at_login or any(says_login(word) or says_next(word) for word in words))


def _buttons(element: HtmlElement) -> Iterator[HtmlElement]:
    yield from element.iter("button")
    for button in element.iter("input"):
        if type_of(button) in ("submit", "button"):
            yield button
    yield from element.xpath(".//*[@role='button']")


def _words(button: HtmlElement) -> str:
    """Return what `button` says."""
    said = button.text_content() or button.get("value") or button.get("aria-label") or ""
    return " ".join(said.split())


def _leads_to_account(element: HtmlElement) -> bool:
    """Return whether a link or button logs the visitor in by an account of another site."""
    attributes = " ".join(element.get(name) or "" for name in ("href", "class", "id", "name"))
    return _ACCOUNTS.search(f"{attributes} {element.text_content()}") is not None


def _logs_in(link: HtmlElement) -> bool:
    """Return whether a link that names another site says that it logs the visitor in."""
    words = _words(link)
    attributes = " ".join(link.get(name) or "" for name in ("href", "class", "id", "name"))
    return says_login(words) or says_next(words) or bool(_AUTHENTICATES.search(attributes))
