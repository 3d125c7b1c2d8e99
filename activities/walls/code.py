"""What the code of a script does, as far as a challenge does it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_COOKIE = re.compile(
    r"""\bcookie(?:['"]\s*\])?\s*\+?=\s*(?P<value>[^=\s].{0,80})|\bcookieStore\s*\.\s*set\s*\(""",
)
"""How a script sets a cookie."""

_PREFERENCE = re.compile(
    r"""^\(?['"`]\s*(?:[\w-]*(?:tz|time_?zone|lang|locale|country|currency|theme|dark|screen|width
    |height|resolution|viewport|dpr|pixel|retina|touch|mobile|consent|accept|gdpr|age|adult|region
    |store|city|seen|visited|banner|popup|splash|intro|fonts)[\w-]*)\s*=""",
    re.IGNORECASE | re.VERBOSE,
)
"""Cookies that keep what a visitor or a screen is like. Pages are loaded again for them too."""

_RELOADS = re.compile(
    r"""\blocation\s*(?:\.|\[\s*['"])\s*reload\b|\bhistory\s*\.\s*go\s*\(\s*0?\s*\)"""
    r"""|\blocation(?:\s*\.\s*href)?\s*=\s*(?:\w+\s*\.\s*)*(?:location|URL|documentURI)\b"""
    r"""|\blocation\s*\.\s*(?:replace|assign)\s*\(\s*(?:\w+\s*\.\s*)*(?:location|URL|documentURI)\b"""
)
"""How a script loads its own page again."""

_LEADS_TO = re.compile(
    r"""\blocation(?:\s*\.\s*href)?\s*=\s*['"`](?P<url>[^'"`]{1,500})"""
    r"""|\blocation\s*\.\s*(?:replace|assign)\s*\(\s*['"`](?P<other>[^'"`]{1,500})"""
)
"""How a script leads to an address that it holds."""

_APPLICATION = re.compile(
    r"serviceWorker|controllerchange|beforeinstallprompt|import\.meta|webpack|__vite|onerror\s*="
    r"|ChunkLoadError|addEventListener\(\s*['\"](?:click|change|submit|storage|pageshow|online)"
    r"|\.on(?:click|change|pageshow)\s*=|\.(?:click|change)\(|\.on\(\s*['\"](?:click|change|submit)"
)
"""Code of applications that go on for a reason: an update, a choice, an error."""

_SENDS = re.compile(r"\b(?:request)?submit\b\s*(?:\(|\.call\()", re.IGNORECASE)

_DIGEST = re.compile(
    r"subtle\s*(?:\.\s*|\[['\"])digest|\bsha[-_]?(?:1|256|384|512)\b|\bmd5\b|argon2|scrypt"
    r"|\bblake\d|hash_?cash|\bnew\s+(?:Shared)?Worker\(",
    re.IGNORECASE,
)
"""How a script calculates a hash, or has a worker do it."""

_SEARCH = re.compile(
    r"difficult|\bnonce\b|\bzeros?\b|leading_?zero|starts_?with\(\s*['\"`(]?0|hash_?cash|proof_?of"
    r"|\bpow\b|\bprefix\b.{0,80}\.repeat\(|['\"]0['\"]\.repeat\(",
    re.IGNORECASE,
)
"""Words of a script that looks for a hash that begins in a certain way."""

_REPORTS = re.compile(
    r"cookie|reload|submit|location|fetch\(|XMLHttpRequest|postMessage", re.IGNORECASE
)
"""How a script tells what it has found."""

_PACKED = re.compile(
    r"\beval\(function\(p,a,c,k,e|(?:\\x[0-9a-f]{2}){20}|(?:_0x[0-9a-f]{3,}\b.{0,200}?){8}"
    r"|(?:\[\]|!\[\]|\+\[\]|\(!\[\]\+\[\]\)){12}",
    re.DOTALL | re.IGNORECASE,
)
"""Code that its maker has made unreadable."""

_CHALLENGE_FILES = re.compile(
    r"(?:^|[/_.-])(?:js-?challenge|challenge(?:[-_.]?v?\d+)?(?:\.min)?\.m?js|challenge-platform"
    r"|anti-?(?:bot|ddos)|bot-?(?:check|detect\w*|protect\w*|shield|wall)|browser-?check"
    r"|(?:proof-of-work|pow)(?:[-_.]\w+)?\.m?js|ddos-?(?:guard|protect\w*)|humancheck|captcha-?page)",
    re.IGNORECASE,
)
"""Addresses of scripts that are named as challenges."""

_MAX_PACKED = 20_000
"""Characters of a script in which packed code is looked for. It begins at once."""


def sets_cookie_and_reloads(script: str, url: str) -> bool:
    """Return whether `script` sets a cookie and loads the page at `url` again, unasked."""
    cookies = list(_COOKIE.finditer(script))
    if not cookies or _APPLICATION.search(script):
        return False
    values = [cookie["value"] for cookie in cookies if cookie["value"]]
    if values and all(_PREFERENCE.match(value) for value in values):
        return False
    return _RELOADS.search(script) is not None or _leads_to(script, url)


def sends_a_form(script: str) -> bool:
    """Return whether `script` sends a form, unasked."""
    return _SENDS.search(script) is not None and not _APPLICATION.search(script)


def proves_work(script: str) -> bool:
    """Return whether `script` looks for a hash of a certain kind, and tells what it has found."""
    return all(pattern.search(script) for pattern in (_DIGEST, _SEARCH, _REPORTS))


def is_packed(script: str) -> bool:
    """Return whether the maker of `script` has made it unreadable."""
    return _PACKED.search(script[:_MAX_PACKED]) is not None


def is_named_as_challenge(source: str) -> bool:
    """Return whether the script at `source` is named as a challenge."""
    return _CHALLENGE_FILES.search(source) is not None


def _leads_to(script: str, url: str) -> bool:
    path = urlsplit(url).path or "/"
    for match in _LEADS_TO.finditer(script):
        try:
            if urlsplit(match["url"] or match["other"]).path == path:
                return True
        except ValueError:
            continue
    return False
