"""A site of Django with accounts, comments and administration, rendered without a database.

Its templates and their translations are those of the packages. The forms get CAPTCHAs, as sites
add them.
"""

from __future__ import annotations

import functools
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
from django import forms
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import to_language
from django.views.csrf import csrf_failure
from django.views.debug import default_urlconf

_APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.admin",
    "django_comments",
    "allauth",
    "allauth.account",
)

_NO_DIALECTS = frozenset(("pt_BR", "sr_Latn", "zh_Hans", "zh_Hant"))
"""Languages with a second part in their name that differ as much as two languages."""

_CONTEXT = (
    "django.template.context_processors.request",
    "django.template.context_processors.i18n",
)

_COMMENTED = SimpleNamespace(_meta="lamps.lamp", _get_pk_val=lambda: 7)
"""What a comment is about: as much of a model as the form needs."""


@functools.cache
def set_up() -> None:
    """Configure Django for this process. Nothing is opened, and no time zone is set."""
    settings.configure(
        ALLOWED_HOSTS=["shop.example"],
        DATABASES={},
        INSTALLED_APPS=_APPS,
        LOGGING_CONFIG=None,
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
        ROOT_URLCONF="tests.support.walls.ordinary.django_urls",
        SECRET_KEY="not secret",
        SITE_ID=1,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": _CONTEXT},
            }
        ],
        USE_I18N=True,
    )
    django.setup()


def languages(package: str) -> list[str]:
    """Return the languages into which a package is translated, each without its dialects."""
    folder = Path(import_module(package).__file__ or "").parent / "locale"
    names = sorted(file.parts[-3] for file in folder.glob("*/LC_MESSAGES/django.mo"))
    return [name for name in names if "_" not in name or name in _NO_DIALECTS]


def render(
    template: str, language: str, context: dict[str, Any], form: str = "", captcha: str = ""
) -> str:
    """Return the page that `template` makes in `language` for a visitor without an account.

    Its form is one of the class `form`, with the markup `captcha` as its last field.
    """
    request = _request()
    with translation.override(to_language(language)):
        if form:
            made = _form(form, captcha)
            context = {"form": made, "verify_form": made, **context}
        return str(render_to_string(template, context, request))


def refuse(language: str, reason: str) -> str:
    """Return the page with which Django refuses a form."""
    with translation.override(to_language(language)):
        return str(csrf_failure(_request(), reason).content, "utf-8")


def welcome(language: str) -> str:
    """Return the page of a site that has no page yet."""
    with translation.override(to_language(language)):
        return str(default_urlconf(_request()).content, "utf-8")


def _request() -> WSGIRequest:
    request = RequestFactory(HTTP_HOST="shop.example").get("/lamps/7")
    request.user = SimpleNamespace(is_authenticated=False, is_active=False, is_staff=False)
    return request


def _form(path: str, captcha: str) -> forms.Form:
    module, _, name = path.rpartition(".")
    made: type[forms.Form] = getattr(import_module(module), name)
    field = forms.CharField(label="", widget=_Captcha(captcha))
    extended = type("Form", (made,), {"captcha": field})
    return extended(_COMMENTED) if name == "CommentForm" else extended()


class _Captcha(forms.Widget):  # type: ignore[misc]  # Django declares no types
    """A widget with given markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._markup = markup

    def render(self, *_: object, **__: object) -> SafeString:
        return mark_safe(self._markup)  # noqa: S308 - the markup is ours
