"""What the code of a script does, as far as a challenge does it."""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlsplit

_COOKIE = re.compile(
    r"""\bcookie(?:['"]\s*\])?\s*\+?=\s*(?P<value>[^=\s].{0,80})|\bcookieStore\s*\.\s*set\s*\(""",
)
"""How a script sets a cookie."""

_CONCATENATION = re.compile(r"""(['"])\s*\+\s*\1""")
_NAMED_COOKIE = re.compile(r"""=\s*(['"])cookie\1""")
"""A name for the property that is set later: `c = 'coo' + 'kie'`."""

_PREFERENCE = re.compile(
    r"""^\(?['"`]\s*(?:[\w-]*(?:tz|time_?zone|lang|locale|country|currency|theme|dark|screen|width
    |height|resolution|viewport|dpr|pixel|retina|touch|mobile|consent|accept|gdpr|age|adult|region
    |store|city|seen|visited|banner|popup|splash|intro|fonts|utm|ref|aff|campaign|gclid|source
    |variant|\bab_|experiment|googtrans|translate|\bsw\b)[\w-]*)\s*=""",
    re.IGNORECASE | re.VERBOSE,
)
"""Cookies that keep what a visitor or a screen is like. Pages are loaded again for them too."""

_RELOADS = re.compile(
    r"""\blocation\s*(?:\.|\[\s*['"])\s*reload\b|\bhistory\s*\.\s*go\s*\(\s*0?\s*\)"""
    r"""|\blocation(?:\s*\.\s*href)?\s*=\s*(?:\w+\s*\.\s*)*(?:location|URL|documentURI)\b"""
    r"""|\blocation\s*\.\s*(?:replace|assign)\s*\(\s*(?:\w+\s*\.\s*)*(?:location|URL|documentURI)\b"""
)
"""How a script loads its own page again."""

_LATER = re.compile(
    r"""\bset(?:Timeout|Interval)\s*\(.{0,100}?\breload\b.{0,40}?,\s*(?:\d{5,}|\d+e[34]|\d+\s*\*\s*1000)\s*\)""",
    re.DOTALL,
)
"""How a page is loaded again after ten seconds or more: it shows what changes, such as a score."""

_LEADS_TO = re.compile(
    r"""\blocation(?:\s*\.\s*href)?\s*=\s*['"`](?P<url>[^'"`]{1,500})"""
    r"""|\blocation\s*\.\s*(?:replace|assign)\s*\(\s*['"`](?P<other>[^'"`]{1,500})"""
)
"""How a script leads to an address that it holds."""

_APPLICATION = re.compile(
    r"serviceWorker|localStorage|sessionStorage|controllerchange|beforeinstallprompt|import\.meta|webpack|__vite|onerror\s*="
    r"|ChunkLoadError|addEventListener\(\s*['\"](?:click|change|submit|storage|pageshow|online)"
    r"|\.on(?:click|change|pageshow)\s*=|\.(?:click|change)\(|\.on\(\s*['\"](?:click|change|submit)"
)
"""Code of applications that go on for a reason: an update, a choice, an error."""

_IMPORTS = re.compile(r"""\bimport\b[^'"`;]{0,200}['"`](?P<url>[^'"`\s]{1,300})['"`]""")
"""How the script of a module loads another one."""

_MAX_IMPORTS = 10
"""Modules that are looked at."""

_POSTS = re.compile(
    r"""method['"]?\s*:\s*['"`]post|\.open\(\s*['"`]post|sendBeacon\(""", re.IGNORECASE
)
"""How a script sends something to the server."""

_SENDS = re.compile(r"\b(?:request)?submit\b\s*(?:\(|\.call\()", re.IGNORECASE)

_DIGEST = re.compile(
    r"subtle\s*(?:\.\s*|\[['\"])digest|\bsha[-_]?(?:1|256|384|512)\b|\bmd5\b|argon2|scrypt"
    r"|\bblake\d|hash_?cash",
    re.IGNORECASE,
)
"""How a script calculates a hash."""

_LOOP = re.compile(r"\b(?:for|while)\b|\bsetTimeout\b|\brequestAnimationFrame\b")
"""How a script tries again and again."""

_WORKER = re.compile(
    r"\bnew\s+(?:Shared)?Worker\(.{0,2000}(?:\bpow\b|proof|challenge|\bhash|\bnonce|\bsha\d)"
    r"|(?:\bpow\b|proof|challenge|\bhash|\bnonce|\bsha\d).{0,2000}\bnew\s+(?:Shared)?Worker\(",
    re.IGNORECASE | re.DOTALL,
)
"""How a script lets a worker look for a hash."""

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


def imports(script: str) -> list[str]:
    """Return the addresses of the modules that `script` loads."""
    found = itertools.islice(_IMPORTS.finditer(script[:_MAX_PACKED]), _MAX_IMPORTS)
    return [match["url"] for match in found]


def posts_and_reloads(script: str) -> bool:
    """Return whether `script` sends something to the server and loads the page again."""
    return _POSTS.search(script) is not None and _RELOADS.search(script) is not None


def sets_cookie_and_reloads(script: str, url: str, *, asked: bool = False) -> bool:
    """Return whether `script` sets a cookie and loads the page at `url` again.

    It does so unasked, or also for a click if `asked`.
    """
    if _APPLICATION.search(script) and not asked:
        return False
    script = _CONCATENATION.sub("", script)
    cookies = list(_COOKIE.finditer(script))
    if not cookies:
        return _names_cookie(script) and "reload" in script
    values = [cookie["value"] for cookie in cookies if cookie["value"]]
    if values and all(_PREFERENCE.match(value) for value in values):
        return False
    path = urlsplit(url).path or "/"
    reloads = _RELOADS.search(script) is not None and not _LATER.search(script)
    return reloads or path in map(_path, targets(script))


def _names_cookie(script: str) -> bool:
    """Return whether `script` hides that it sets a cookie, and has the name nevertheless."""
    if is_packed(script):
        return "cookie" in script
    return _NAMED_COOKIE.search(script) is not None


def targets(script: str) -> tuple[str, ...]:
    """Return the addresses that `script` holds and leads to, unasked."""
    if _APPLICATION.search(script):
        return ()
    return tuple(match["url"] or match["other"] for match in _LEADS_TO.finditer(script))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def sends_a_form(script: str) -> bool:
    """Return whether `script` sends a form, unasked."""
    return _SENDS.search(script) is not None and not _APPLICATION.search(script)


def proves_work(script: str) -> bool:
    """Return whether `script` looks for a hash of a certain kind, and tells what it has found."""
    if not _REPORTS.search(script):
        return False
    if _WORKER.search(script[:_MAX_PACKED]):
        return True
    return all(pattern.search(script) for pattern in (_DIGEST, _SEARCH, _LOOP))


def is_packed(script: str) -> bool:
    """Return whether the maker of `script` has made it unreadable."""
    return _PACKED.search(script[:_MAX_PACKED]) is not None


def is_named_as_challenge(source: str) -> bool:
    """Return whether the script at `source` is named as a challenge."""
    return _CHALLENGE_FILES.search(source) is not None
