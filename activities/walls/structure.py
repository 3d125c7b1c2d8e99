"""Signs of a challenge in the structure of a page, whatever language it speaks.

A challenge does something to the browser and then goes on to the page. So its scripts set a cookie
and load the page again, or fill in a form that shows nothing and send it, or work on a proof. All
else is missing: links to the site, fields, pictures, a description for search engines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from activities.walls import code
from activities.walls.detection import WALL_STATUSES
from activities.walls.facts import PageFacts
from activities.walls.widgets import WIDGET_SIGNATURES

STRUCTURE_WEIGHT = 2
"""Weight that one sign needs at least. Words and statuses alone are judged elsewhere."""

_EMPTY_TEXT = 10
"""Characters up to which there is nothing to read."""

_FORM_TEXT = 100
"""Characters inside of a form that takes the answer of a challenge."""

_MAX_PICTURES = 2
"""A wall has a logo, and something that turns."""

_MAX_SOURCES = 3
"""Scripts with an address. A challenge has its own, and a library for its hashes."""

_NAMES = re.compile(
    r"(?:^|[/_.?&=-]|\b)(?:js_?|browser_?|bot_?)?(?:challenge|captcha|anti-?_?(?:bot|ddos|crawler|spam)"
    r"|bot[-_/]?(?:check|protect\w*|detect\w*|verif\w*|wall)|browser-?_?(?:check|verif\w*|integrity)"
    r"|human-?_?(?:check|verif\w*)|proof-?_?of-?_?work|pow|jschl\w*|clearance|ddos\w*"
    r"|verify-?_?(?:human|browser|visitor)|waf)(?=$|[/_.?&=\s-]|[A-Z]|\d)",
    re.MULTILINE | re.IGNORECASE,
)
"""Names with which the parts of a challenge name themselves."""

_FORM_NAMES = re.compile(
    r"challenge|captcha|\bchl_|answer|\bsolution|\bnonce\b|jschl|\bpow\b|proof|clearance|antibot|anti_?ddos"
    r"|\bbot_|human|verif|fingerprint|\bhash(?:_|$)|js_?check|browser",
    re.IGNORECASE,
)
"""Words in the names and the address of a form that takes the answer of a challenge."""

_FEDERATED = re.compile(
    r"saml|relaystate|id_token|access_token|wresult|wctx|session_state|redirect_uri|openid|oauth"
    r"|client_id|__viewstate|pareq|termurl|creq|threeds|order|amount|currency|merchant|payment"
    r"|e-?mail|magic|password|passwd|unsubscri|invit|activat|regist|sign-?_?(?:in|up)|log-?_?in\b"
    r"|logout|lti_|(?:javax|jakarta)\.faces|__click|__event",
    re.IGNORECASE,
)
"""Words in the names of forms that lead through a login, a payment or another site's door.

Also of forms that confirm an address or a letter."""

_FORGERY = re.compile(
    r"csrf|xsrf|_?authenticity_token|__RequestVerificationToken|form_build_id|_wpnonce|\butf8\b",
    re.IGNORECASE,
)
"""Names of the fields with which frameworks guard their own forms against forgery."""

_SESSIONS = re.compile(r"sess|sid$|lang|locale|page|view|tab", re.IGNORECASE)
"""Parameters with which ordinary pages lead to themselves."""

_TOKEN = re.compile(r"[\w.+/=-]{16,}")
_SHORT_TOKEN = re.compile(r"(?=\D*\d)[\da-f]{5,}", re.IGNORECASE)
_TOKEN_NAMES = re.compile(
    r"key|tok|check|chk|verif|sign|hash|ticket|pass|auth|nonce", re.IGNORECASE
)


@dataclass(frozen=True)
class Sign:
    """A sign of a challenge."""

    name: str
    """What the error sentence calls it."""
    weight: int
    is_structure: bool = True


def challenge_signs(facts: PageFacts) -> tuple[Sign, ...]:
    """Return the signs that a page is a challenge: of its structure, and of what is missing."""
    if not _lacks_content(facts):
        return ()
    found = (_loop(facts), _form(facts), _work(facts), _refresh(facts), _frame(facts))
    signs = [sign for sign in found if sign]
    if _is_named(facts):
        signs.append(Sign("names", 1))
    if any(code.is_packed(script) for script in facts.code):
        signs.append(Sign("packed script", 1))
    if not signs:
        return ()
    if facts.forbids_index:
        signs.append(Sign("robots rule", 1, is_structure=False))
    if any(each.pattern.search(getattr(facts, each.fact)) for each in WIDGET_SIGNATURES):
        signs.append(Sign("widget", 1, is_structure=False))
    if _is_empty(facts):
        signs.append(Sign("lack of text", 1, is_structure=False))
    return tuple(signs)


def _lacks_content(facts: PageFacts) -> bool:
    """Return whether the page has nothing that a site's own page has, besides a few words."""
    return not (
        facts.declares_content
        or facts.describes_itself
        or facts.own_links
        or facts.fields
        or not all(map(_NAMES.search, facts.frames))
        or facts.pictures > _MAX_PICTURES
        or len(facts.sources) > _MAX_SOURCES
        or (facts.has_mount and not all(map(code.is_named_as_challenge, facts.sources)))
    )


def _loop(facts: PageFacts) -> Sign | None:
    """Return the sign of a script that loads the page again, with a cookie or with a token."""
    is_refusal = facts.status in WALL_STATUSES
    # Where there is a button, it may be the button that sets the cookie: an age gate, a choice.
    # Such pages are no refusals.
    if facts.buttons and not is_refusal:
        return None
    for script in facts.code:
        if code.sets_cookie_and_reloads(script, facts.url, asked=is_refusal):
            return Sign("script", STRUCTURE_WEIGHT)
        if is_refusal and code.posts_and_reloads(script):
            return Sign("script", STRUCTURE_WEIGHT)
        if any(_added(target, facts.url) for target in code.targets(script)):
            return Sign("script", STRUCTURE_WEIGHT)
    return None


def _form(facts: PageFacts) -> Sign | None:
    """Return the sign of a form that shows nothing and takes the answer of a challenge."""
    if not facts.scripts:
        return None  # nothing sends it
    for form in facts.hidden_forms:
        names = [name for name in form.names if not _FORGERY.search(name)]
        words = "\n".join((form.action, *names))
        here, there = urlsplit(facts.url), _split(form.action)
        if _FEDERATED.search(words) or there is None or there.netloc not in ("", here.netloc):
            continue
        if form.text > _FORM_TEXT:
            continue
        if _FORM_NAMES.search(words):
            return Sign("form", STRUCTURE_WEIGHT)
        # A form with a guard against forgery belongs to an application.
        is_own = len(names) < len(form.names)
        is_sent = not (facts.buttons or form.text or is_own) and any(
            map(code.sends_a_form, facts.code)
        )
        if is_sent and there.path in ("", here.path):
            return Sign("form", STRUCTURE_WEIGHT)
    return None


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _work(facts: PageFacts) -> Sign | None:
    """Return the sign of a proof of work, if there is one."""
    if any(map(code.proves_work, facts.code)) or facts.is_set_to_work:
        return Sign("proof of work", STRUCTURE_WEIGHT)
    if any(map(code.is_named_as_challenge, facts.sources)):
        # Pages that were served have such scripts too, but they have text besides.
        return Sign("script", STRUCTURE_WEIGHT if _is_empty(facts) else 1)
    return None


def _is_empty(facts: PageFacts) -> bool:
    """Return whether there is nothing to read or to see, and nothing that scripts are to fill."""
    return facts.length <= _EMPTY_TEXT and not facts.pictures and not facts.has_mount


def _frame(facts: PageFacts) -> Sign | None:
    """Return the sign of a frame that is named as a challenge, and is all that the page has."""
    return Sign("frame", STRUCTURE_WEIGHT) if facts.frames and _is_empty(facts) else None


def _refresh(facts: PageFacts) -> Sign | None:
    """Return the sign of a refresh that leads to the same page with a token, or to a challenge."""
    at = facts.refresh.lower().find("url")
    if at < 0:
        return None
    target = facts.refresh[at + 3 :].strip(" ='\"")
    there, here = _split(target), urlsplit(facts.url)
    if there is None or there.netloc not in ("", here.netloc):
        return None
    if _NAMES.search(there.path):
        return Sign("refresh", STRUCTURE_WEIGHT)
    if not (added := _added(target, facts.url)):
        return None
    is_named = any(_NAMES.search(name) or _TOKEN_NAMES.search(name) for name, _ in added)
    # A page that waits for its result is loaded again with a token too, that of its job.
    return Sign("refresh" if is_named else "token", STRUCTURE_WEIGHT)


def _added(target: str, url: str) -> list[tuple[str, str]]:
    """Return the tokens that `target` has and `url` has not, if both are the same page."""
    there, here = _split(target), urlsplit(url)
    if there is None or there.path not in ("", here.path):
        return []
    if there.hostname not in (None, here.hostname):
        return []
    known = parse_qsl(here.query, keep_blank_values=True)
    return [
        (name, value)
        for name, value in parse_qsl(there.query, keep_blank_values=True)
        if (name, value) not in known and not _SESSIONS.search(name) and _is_token(name, value)
    ]


def _is_token(name: str, value: str) -> bool:
    if _NAMES.search(name) or _TOKEN.fullmatch(value):
        return True
    return _TOKEN_NAMES.search(name) is not None and _SHORT_TOKEN.fullmatch(value) is not None


def names_itself_twice(facts: PageFacts) -> bool:
    """Return whether an element and a script of the page are both named as a challenge."""
    return _NAMES.search(facts.markup) is not None and any(map(_NAMES.search, facts.sources))


def _is_named(facts: PageFacts) -> bool:
    """Return whether a part of the page is named as a part of a challenge."""
    return any(map(_NAMES.search, (facts.markup, *facts.sources)))
