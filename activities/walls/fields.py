"""The forms of a page, as far as they tell a wall from a page of the site."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_NOT_FILLED_IN = frozenset(("hidden", "submit", "button", "image", "reset", "checkbox"))
"""Types of `input` elements that are no question. A wall may have a box for "I am a person"."""

_ANSWERS = re.compile(
    r"(?:g-recaptcha|h-captcha|cf-turnstile|procaptcha)-response|captcha|altcha"
    r"|pow[_-]?(?:response|answer|solution)",
    re.IGNORECASE,
)
"""Names of the fields that take the answer of a CAPTCHA."""


_CAPTCHA_FORM = re.compile(r"captcha", re.IGNORECASE)
"""A word in the names of forms that ask for nothing but the answer of a CAPTCHA."""


def is_answer(field: HtmlElement) -> bool:
    """Return whether `field` takes the answer of a CAPTCHA."""
    names = " ".join(field.get(name) or "" for name in ("name", "id", "class", "placeholder"))
    return _ANSWERS.search(names) is not None


def answer_of_form(form: HtmlElement) -> HtmlElement | None:
    """Return the only field of a form that is named as that of a CAPTCHA.

    The field itself may have any name.
    """
    names = " ".join(form.get(name) or "" for name in ("id", "class", "name", "action"))
    if not _CAPTCHA_FORM.search(names):
        return None
    asked = [field for field in form.iter("input", "textarea", "select") if is_filled_in(field)]
    if len(asked) != 1 or (asked[0].get("type") or "text").lower() not in ("text", "number"):
        return None
    return asked[0]


def is_filled_in(field: HtmlElement) -> bool:
    """Return whether a person fills `field` in."""
    if "display:none" in (field.get("style") or "").replace(" ", ""):
        return False
    if field.tag == "input":
        return (field.get("type") or "text").lower() not in _NOT_FILLED_IN
    return True


def is_editable(element: HtmlElement) -> bool:
    """Return whether a person may write into `element`, which is no field of a form."""
    editable = (element.get("contenteditable") or "false").lower() != "false"
    return editable or element.get("role") == "textbox"


def is_hidden_form(form: HtmlElement) -> bool:
    """Return whether `form` has something to send, and nothing to click or to fill in."""
    has_something = False
    for element in form.iter("input", "button", "select", "textarea", "img", "iframe"):
        if element.tag != "input" or (element.get("type") or "text").lower() != "hidden":
            return False
        has_something = True
    return has_something


def names_of(form: HtmlElement) -> tuple[str, ...]:
    """Return the names of the fields of `form`."""
    return tuple(name for field in form.iter("input") if (name := field.get("name")))
