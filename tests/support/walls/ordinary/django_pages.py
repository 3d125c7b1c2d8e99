"""Pages of real applications: Django's own, its administration, accounts and comments."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from activities.walls.facts import SeenPage
from tests.support.walls.ordinary import django_site
from tests.support.walls.ordinary.page import OrdinaryPage
from tests.support.walls.ordinary.widgets import WIDGETS
from tests.support.walls.samples import URL

_KINDS_APART = 4
"""Each language has every fourth kind, and the next language begins with the next kind."""


@dataclass(frozen=True)
class _Kind:
    """A kind of page: a template, its form, and what it shows besides."""

    template: str
    form: str = ""
    """Where the form's class is: `allauth.account.forms.LoginForm`. Empty if there is no form."""
    status: int = 200
    state: str = ""
    """What tells this kind from another one with the same template."""
    context: tuple[tuple[str, Any], ...] = ()

    def name(self, language: str, captcha: str) -> str:
        what = self.template.removesuffix(".html")
        return ", ".join(part for part in (f"{language} {what}", self.state, captcha) if part)


_MAIL = (("email", "jane@shop.example"), ("phone", "+49 30 1234567"))
_CONFIRMATION = SimpleNamespace(
    key="Mg:1wXyZ",
    email_address=SimpleNamespace(email="jane@shop.example", user=SimpleNamespace(username="jane")),
)
_SITE = (("site_header", "Lamps & Co"), ("site_title", "Lamps"), ("title", "Lamps & Co"))
_ACCOUNTS = "allauth.account.forms"
_AUTH = "django.contrib.auth.forms"

_ACCOUNT_KINDS = (
    _Kind("account/login.html", f"{_ACCOUNTS}.LoginForm"),
    _Kind("account/signup.html", f"{_ACCOUNTS}.SignupForm"),
    _Kind("account/logout.html"),
    _Kind("account/password_reset.html", f"{_ACCOUNTS}.ResetPasswordForm"),
    _Kind("account/password_reset_done.html"),
    _Kind("account/password_reset_from_key.html", f"{_ACCOUNTS}.ResetPasswordKeyForm"),
    _Kind(
        "account/password_reset_from_key.html",
        state="a link of old",
        context=(("token_fail", True),),
    ),
    _Kind("account/password_reset_from_key_done.html"),
    _Kind("account/account_inactive.html", status=403),
    _Kind("account/signup_closed.html", status=403),
    _Kind("account/verification_sent.html"),
    _Kind("account/verified_email_required.html"),
    _Kind("account/email_confirm.html"),
    _Kind(
        "account/email_confirm.html",
        state="to be confirmed",
        context=(("confirmation", _CONFIRMATION), ("can_confirm", True)),
    ),
    _Kind("account/request_login_code.html", f"{_ACCOUNTS}.RequestLoginCodeForm"),
    _Kind("account/confirm_login_code.html", f"{_ACCOUNTS}.ConfirmLoginCodeForm", context=_MAIL),
    _Kind("account/request_reauthentication_code.html"),
    _Kind(
        "account/confirm_email_verification_code.html",
        f"{_ACCOUNTS}.ConfirmLoginCodeForm",
        context=_MAIL,
    ),
    _Kind("account/email.html"),
    _Kind("mfa/authenticate.html"),
    _Kind("mfa/webauthn/reauthenticate.html"),
    _Kind("mfa/webauthn/signup_form.html"),
    _Kind("mfa/recovery_codes/generate.html"),
    _Kind("mfa/webauthn/authenticator_confirm_delete.html"),
    _Kind("socialaccount/login.html", context=(("provider", SimpleNamespace(name="Lampbook")),)),
    _Kind("socialaccount/login_cancelled.html"),
    _Kind("socialaccount/authentication_error.html", status=401),
    _Kind(
        "socialaccount/login_redirect.html",
        context=(("provider", SimpleNamespace(name="Lampbook")), ("redirect_to", "/lamps/8")),
    ),
)

_OTHER_KINDS = (
    _Kind("admin/login.html", f"{_AUTH}.AuthenticationForm", context=_SITE),
    _Kind("admin/404.html", status=404, context=_SITE),
    _Kind("admin/500.html", status=500, context=_SITE),
    _Kind("registration/logged_out.html", context=_SITE),
    _Kind("registration/password_reset_form.html", f"{_AUTH}.PasswordResetForm", context=_SITE),
    _Kind("registration/password_reset_done.html", context=_SITE),
    _Kind("registration/password_reset_confirm.html", context=_SITE),
    _Kind("registration/password_reset_complete.html", context=_SITE),
    _Kind("registration/password_change_done.html", context=_SITE),
    _Kind("comments/posted.html"),
    _Kind("comments/preview.html", "django_comments.forms.CommentForm"),
    _Kind("comments/approve.html", context=(("comment", "Burns well."),)),
    _Kind("comments/approved.html"),
    _Kind("comments/delete.html", context=(("comment", "Burns well."),)),
    _Kind("comments/deleted.html"),
    _Kind("comments/flag.html", context=(("comment", "Burns well."),)),
    _Kind("comments/flagged.html"),
)


_REFUSALS = {
    "csrf": "CSRF token missing.",
    "csrf, no cookie": "CSRF cookie not set.",
    "csrf, no referrer": "Referer checking failed - no Referer.",
}
"""Reasons with which Django refuses a form that was sent."""


def pages() -> Iterator[tuple[str, OrdinaryPage]]:
    """Yield the pages with their names. The first call loads all translations."""
    django_site.set_up()
    yield from _from_templates()
    yield from _from_views()


def _from_templates() -> Iterator[tuple[str, OrdinaryPage]]:
    captchas = itertools.cycle(WIDGETS)
    for package, kinds in (("allauth", _ACCOUNT_KINDS), ("django.contrib.admin", _OTHER_KINDS)):
        for number, language in enumerate(django_site.languages(package)):
            for kind in kinds[number % _KINDS_APART :: _KINDS_APART]:
                captcha = next(captchas) if kind.form else ""
                html = django_site.render(
                    kind.template, language, dict(kind.context), kind.form, WIDGETS.get(captcha, "")
                )
                seen = SeenPage(html, URL, kind.status, {})
                yield kind.name(language, captcha), OrdinaryPage(seen)


def _from_views() -> Iterator[tuple[str, OrdinaryPage]]:
    reasons = itertools.cycle(_REFUSALS)
    for language in django_site.languages("django.contrib.admin"):
        name = next(reasons)
        html = django_site.refuse(language, _REFUSALS[name])
        yield f"{language} {name}", OrdinaryPage(SeenPage(html, URL, 403, {}))
    for language in django_site.languages("allauth"):
        html = django_site.welcome(language)
        yield f"{language} welcome", OrdinaryPage(SeenPage(html, URL, 200, {}))
