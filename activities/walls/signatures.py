"""The walls that are known, each by several signs; see docs/walls.md for how they are weighed.

A sign that ordinary pages have as well, because they are behind the same product and were served,
weighs little or nothing: it is what only the wall itself has that counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ENOUGH = 3
"""Weight of signs from which on a page is the wall that they are signs of."""

Nature = Literal["challenge", "block", "consent"]
"""A `challenge` may resolve by itself in a browser, and its page then follows; a `block` does not;
`consent` asks a person to agree to something first."""

Part = Literal[
    "url", "headers", "title", "headings", "text", "without_scripts", "scripts", "markup"
]
"""A field of `facts.Facts`."""


@dataclass(frozen=True)
class Sign:
    """Something that speaks for a wall."""

    part: Part
    pattern: re.Pattern[str]
    weight: int
    name: str
    """For the sentence about what was seen: `its script`."""


@dataclass(frozen=True)
class Wall:
    """One kind of wall."""

    name: str
    """As it is called in errors: `the challenge of Cloudflare`."""
    nature: Nature
    signs: tuple[Sign, ...]
    statuses: frozenset[int] = frozenset()
    """HTTP statuses that are a sign of weight 1."""
    only_statuses: frozenset[int] = frozenset()
    """If there are any, a page with another known status is not this wall."""
    max_text: int = 2500
    """Characters of text; a page that says more is not this wall."""


def _sign(part: Part, weight: int, name: str, pattern: str) -> Sign:
    return Sign(part, re.compile(pattern, re.IGNORECASE | re.MULTILINE), weight, name)


CONSENT_MANAGERS = (
    r"sp_message_(?:container|iframe)|sourcepoint|privacy-mgmt\.com|onetrust|cookielaw\.org|didomi|"
    r"privacy-center\.org|usercentrics|cmpbox|consentmanager\.net|trustarc|qc-cmp|quantcast"
)
"""Names in the markup and scripts of those who ask for consent on behalf of sites."""

_REFUSED = frozenset((401, 403, 405, 406, 429, 503))
_FORBIDDEN = frozenset((401, 403, 405, 406, 429))

WALLS: tuple[Wall, ...] = (
    Wall(
        "the challenge of Cloudflare",
        "challenge",
        (
            _sign("headers", 3, "header cf-mitigated", r"^cf-mitigated: challenge"),
            _sign("scripts", 2, "script", r"_cf_chl_opt|/challenge-platform/h/\w/orchestrate/"),
            _sign("markup", 2, "form", r"__cf_chl_f?_?tk=|^challenge-form$|^cf-challenge-running$"),
            _sign("markup", 1, "markup", r"^challenge-(?:error-text|running|stage|success-text)$"),
            _sign("title", 1, "title", r"^just a moment|^please wait\.\.\. \| cloudflare"),
            _sign(
                "text", 1, "text", r"ddos protection by cloudflare|performance.{0,12}security by"
            ),
        ),
        statuses=_REFUSED,
    ),
    Wall(
        "a block page of Cloudflare",
        "block",
        (
            _sign("markup", 1, "markup", r"^cf-error-details|^cf-wrapper$|^cf-error-code$"),
            _sign(
                "title",
                2,
                "title",
                r"^attention required! \| cloudflare$|used cloudflare to restrict access$",
            ),
            _sign("headings", 1, "heading", r"you have been blocked|^error 10\d\d|access denied"),
            _sign("text", 1, "Ray ID", r"ray id: *[0-9a-f]{10,}"),
        ),
        # Its error pages for servers that are down look the same, with a status of 520 or so.
        only_statuses=frozenset((200, 401, 403, 429)),
    ),
    Wall(
        "a block page of Akamai",
        "block",
        (
            _sign("title", 2, "title", r"^access denied$"),
            _sign("text", 1, "reference", r"reference #[0-9a-f]+(?:\.[0-9a-f]+){2,}"),
            _sign("text", 1, "edgesuite.net", r"errors\.edgesuite\.net/"),
            _sign("headers", 1, "server", r"^server: akamai"),
        ),
        only_statuses=frozenset((200, *_FORBIDDEN)),
    ),
    Wall(
        "the challenge of Akamai",
        "challenge",
        (
            _sign("markup", 3, "markup", r"^sec-(?:if-)?cpt-(?:if|container)|/_sec/cp_challenge/"),
            _sign("markup", 2, "refresh", r"\bbm-verify=[\w-]{8,}"),
            _sign("scripts", 2, "script", r"/_sec/cp_challenge/|\bbm-verify\b"),
        ),
        statuses=frozenset((*_REFUSED, 428)),
        max_text=600,
    ),
    Wall(
        "the device check of DataDome",
        "challenge",
        (
            _sign("scripts", 3, "script", r"captcha-delivery\.com/i\.js"),
            _sign("markup", 3, "frame", r"//geo\.captcha-delivery\.com/interstitial"),
        ),
        max_text=800,
    ),
    Wall(
        "the CAPTCHA of DataDome",
        "block",
        (
            # The tag that watches ordinary pages comes from js.datadome.co.
            _sign("scripts", 3, "script", r"captcha-delivery\.com/(?:c|captcha)\b"),
            _sign("markup", 3, "frame", r"//geo\.captcha-delivery\.com/"),
            _sign("scripts", 1, "settings", r"\bvar dd ?= ?\{"),
            _sign("headers", 1, "header x-dd-b", r"^x-dd-b:"),
            _sign("headers", 1, "header x-datadome", r"^x-datadome: protected"),
            _sign("text", 1, "text", r"please enable js and disable any ad blocker"),
        ),
        statuses=_FORBIDDEN,
        max_text=800,
    ),
    Wall(
        "the CAPTCHA of HUMAN (PerimeterX)",
        "block",
        (
            _sign("markup", 2, "markup", r"^px-captcha(?:-wrapper|-container)?$"),
            _sign("scripts", 2, "script", r"captcha\.px-c[\w-]+\.net|/captcha/captcha\.js\?a=c"),
            _sign("scripts", 1, "settings", r"_pxBlockScript|_pxJsClientSrc|_pxVid\b"),
            _sign(
                "title", 1, "title", r"^access to this page has been denied|^human verification$"
            ),
            _sign("text", 1, "text", r"press (?:&|and) hold"),
        ),
        statuses=_FORBIDDEN,
    ),
    Wall(
        "a block page of Imperva (Incapsula)",
        "block",
        (
            _sign("without_scripts", 3, "incident", r"incapsula incident id"),
            _sign("text", 2, "incident", r"incapsula incident id"),
            _sign(
                "markup",
                3,
                "frame",
                r"/_Incapsula_Resource\?[^ ]{0,300}(?:incident_id|SWUDNSAI|CWUDNSAI)=",
            ),
            _sign("headers", 1, "header x-iinfo", r"^x-iinfo:"),
        ),
        statuses=_FORBIDDEN,
        max_text=400,
    ),
    Wall(
        "the challenge of Imperva (Incapsula)",
        "challenge",
        (
            # Served pages have this script as well, and more than it.
            _sign("scripts", 2, "script", r"/_Incapsula_Resource\?SWJIYLWA="),
            _sign("headers", 1, "header x-iinfo", r"^x-iinfo:"),
            _sign("headers", 1, "header x-cdn", r"^x-cdn: (?:imperva|incapsula)"),
        ),
        statuses=_FORBIDDEN,
        max_text=20,
    ),
    Wall(
        "the interruption page of Imperva",
        "block",
        (
            _sign("title", 2, "title", r"^pardon our interruption"),
            _sign("headings", 2, "heading", r"^pardon our interruption"),
            _sign("markup", 2, "markup", r"^distil(?:_r_|Ident|Captcha)|/distil_r_"),
        ),
        statuses=_FORBIDDEN,
    ),
    Wall(
        "the CAPTCHA of AWS WAF",
        "block",
        (
            _sign("headers", 3, "header x-amzn-waf-action", r"^x-amzn-waf-action: captcha"),
            _sign(
                "scripts",
                2,
                "script",
                r"\.awswaf\.com/.{1,200}/captcha\.js|AwsWafCaptcha\.renderCaptcha",
            ),
            _sign("markup", 1, "markup", r"^captcha-container$"),
            _sign("title", 1, "title", r"^human verification$"),
        ),
        max_text=800,
    ),
    Wall(
        "the challenge of AWS WAF",
        "challenge",
        (
            _sign("headers", 3, "header x-amzn-waf-action", r"^x-amzn-waf-action: challenge"),
            _sign("scripts", 2, "settings", r"\bgokuProps\b"),
            _sign("scripts", 1, "script", r"AwsWafIntegration\.(?:checkForceRefresh|forceRefresh)"),
            _sign("markup", 1, "markup", r"^challenge-container$"),
        ),
        statuses=frozenset((202, 403)),
        max_text=800,
    ),
    Wall(
        "a block page of Amazon CloudFront",
        "block",
        (
            _sign("text", 2, "text", r"request blocked\. we can't connect to the server"),
            _sign("text", 1, "signature", r"generated by cloudfront"),
        ),
        only_statuses=frozenset((403,)),
        max_text=1500,
    ),
    Wall(
        "the challenge of Kasada",
        "challenge",
        (
            _sign("scripts", 2, "settings", r"\bKPSDK\.(?:now|start) ?="),
            _sign("scripts", 1, "script", r"/ips\.js\?"),
            _sign("headers", 1, "header x-kpsdk-ct", r"^x-kpsdk-"),
        ),
        statuses=frozenset((429, 403)),
        max_text=100,
    ),
    Wall(
        "a block page of F5",
        "block",
        (
            _sign("title", 1, "title", r"^request rejected$"),
            _sign(
                "text", 2, "support ID", r"requested url was rejected.{0,90}support id is: ?\d{6,}"
            ),
        ),
        max_text=600,
    ),
    Wall(
        "the challenge of F5",
        "challenge",
        (
            _sign("scripts", 2, "settings", r"window\[\"bobcmn\"\]|\bbobcmn ?="),
            _sign("scripts", 2, "script", r"^/TSPD/[\w/]+\?type="),
            _sign("without_scripts", 1, "support ID", r"support id is:"),
        ),
        statuses=_REFUSED,
        max_text=300,
    ),
    Wall(
        "the challenge of Sucuri",
        "challenge",
        (
            _sign("scripts", 3, "script", r"\bsucuri_cloudproxy_js\b"),
            _sign("title", 1, "title", r"^you are being redirected"),
        ),
        max_text=400,
    ),
    Wall(
        "a block page of Sucuri",
        "block",
        (
            _sign("title", 2, "title", r"sucuri website firewall - access denied"),
            _sign("text", 1, "heading", r"access denied - sucuri website firewall"),
            _sign("headers", 1, "server", r"^server: sucuri|^x-sucuri-id:"),
            _sign("text", 1, "block ID", r"\bblock id: ?[A-Z]{2,4}\d+"),
        ),
        statuses=_FORBIDDEN,
    ),
    Wall(
        "the challenge of DDoS-Guard",
        "challenge",
        (
            _sign("scripts", 2, "script", r"ddos-guard/js-challenge/|check\.ddos-guard\.net/"),
            _sign("title", 1, "title", r"^ddos-guard$"),
            _sign("headers", 1, "server", r"^server: ddos-guard"),
            _sign("text", 1, "text", r"checking your browser before accessing"),
        ),
        statuses=_REFUSED,
        max_text=1200,
    ),
    Wall(
        "the page for unusual traffic of Google",
        "block",
        (
            _sign("url", 2, "address", r"^https?://[\w.-]*\bgoogle\.[a-z.]+/sorry/"),
            _sign("text", 1, "text", r"unusual traffic from your computer network"),
            _sign("markup", 1, "form", r"^captcha-form$"),
        ),
        statuses=frozenset((429, 503)),
    ),
    Wall(
        "the robot check of Amazon",
        "block",
        (
            _sign("markup", 2, "form", r"/errors/validateCaptcha"),
            _sign("title", 1, "title", r"^robot check$|^amazon\.[a-z.]+$"),
            _sign("text", 1, "text", r"you're not a robot|continue shopping"),
            _sign("markup", 1, "image", r"/captcha/\w+/Captcha_"),
        ),
        max_text=800,
    ),
    Wall(
        "the challenge of Vercel",
        "challenge",
        (
            _sign("headers", 3, "header x-vercel-mitigated", r"^x-vercel-mitigated: (?:chal|deny)"),
            _sign("title", 2, "title", r"^vercel security checkpoint$"),
            _sign("scripts", 1, "script", r"vercel/security/"),
        ),
        statuses=frozenset((403, 429)),
        max_text=600,
    ),
    Wall(
        "the challenge of Anubis",
        "challenge",
        (
            _sign("markup", 2, "markup", r"^anubis_(?:challenge|version|base_prefix)$"),
            _sign("scripts", 2, "script", r"/\.within\.website/x/cmd/anubis/"),
            _sign("title", 1, "title", r"^making sure you're not a bot"),
        ),
        max_text=2500,
    ),
    Wall(
        "the slider of Alibaba",
        "block",
        (
            _sign("url", 2, "address", r"/_____tmd_____/punish"),
            _sign(
                "scripts",
                2,
                "script",
                r"/_____tmd_____/|\bAWSC\b.{0,200}\bnc\b|aliyun_waf_(?:aa|bb)",
            ),
            _sign("markup", 1, "markup", r"^nocaptcha$|^nc_1_wrapper$|^baxia-"),
        ),
        statuses=_FORBIDDEN,
        max_text=600,
    ),
    Wall(
        "the robot check of Yandex",
        "block",
        (
            _sign("url", 2, "address", r"/showcaptcha(?:fast)?\?"),
            _sign("markup", 2, "form", r"^/checkcaptcha(?:fast)?\?|^checkbox-captcha-form$"),
            _sign("markup", 1, "markup", r"^CheckboxCaptcha|^AdvancedCaptcha"),
        ),
        max_text=1200,
    ),
    Wall(
        "the CAPTCHA of Radware",
        "block",
        (
            _sign("url", 3, "address", r"//validate\.perfdrive\.com/"),
            _sign("title", 2, "title", r"^radware (?:bot manager )?(?:captcha|block) page"),
            _sign("scripts", 2, "script", r"validate\.perfdrive\.com|\b__uzdbm_\w+"),
        ),
        statuses=_REFUSED,
        max_text=1500,
    ),
    Wall(
        "a block page of Wordfence",
        "block",
        (
            _sign("text", 2, "signature", r"generated by wordfence"),
            _sign("text", 1, "text", r"access to this (?:site|service) has been limited"),
        ),
        only_statuses=_REFUSED,
    ),
    Wall(
        "a block page of ModSecurity",
        "block",
        (_sign("text", 3, "signature", r"this error was generated by mod_security"),),
        only_statuses=_FORBIDDEN,
        max_text=600,
    ),
    Wall(
        "the security check of StackPath",
        "challenge",
        (
            _sign("markup", 2, "markup", r"^sp-(?:captcha|challenge)|/sbbi/\?sbbpg="),
            _sign("scripts", 2, "script", r"/sbbi/\?sbbpg=|\bsbbpg\b"),
        ),
        statuses=_REFUSED,
        max_text=600,
    ),
    Wall(
        "the consent page of Google",
        "consent",
        (
            _sign("url", 3, "address", r"^https?://consent\.(?:google|youtube)\.[a-z.]+/"),
            _sign("markup", 3, "form", r"^https?://consent\.(?:google|youtube)\.[a-z.]+/save"),
        ),
        max_text=12_000,
    ),
    Wall(
        "the consent page of Yahoo",
        "consent",
        (
            _sign(
                "url",
                3,
                "address",
                r"^https?://(?:consent|guce)\.(?:yahoo|aol|techcrunch|engadget)\.[\w.]+/(?:v\d/)?(?:collect)?consent",
            ),
            _sign("markup", 3, "form", r"//guce\.(?:yahoo|oath)\.com/(?:v\d/)?(?:collect)?consent"),
        ),
        max_text=12_000,
    ),
    Wall(
        "a consent wall",
        "consent",
        (
            _sign(
                "title",
                2,
                "title",
                r"\bconsent\b|^before you continue|zustimmung|einwilligung|consentement",
            ),
            _sign(
                "url",
                2,
                "address",
                r"[/.]consent(?:[/.?]|$)|/zustimmung|/einwilligung|/consentement|/cookie-?wall",
            ),
            _sign("markup", 1, "manager", CONSENT_MANAGERS),
            _sign("scripts", 1, "manager", CONSENT_MANAGERS),
        ),
        max_text=2500,
    ),
)
"""The first one whose signs weigh enough is it."""

CaptchaKind = Literal["recaptcha_v2", "recaptcha_v3", "hcaptcha", "turnstile", "image"]

CAPTCHA_NAMES: dict[CaptchaKind, str] = {
    "recaptcha_v2": "a reCAPTCHA v2",
    "recaptcha_v3": "a reCAPTCHA v3",
    "hcaptcha": "an hCaptcha",
    "turnstile": "a Turnstile",
    "image": "an image CAPTCHA",
}


@dataclass(frozen=True)
class Trace:
    """What a widget leaves in a page."""

    kind: CaptchaKind
    part: Part
    pattern: re.Pattern[str]


def _trace(kind: CaptchaKind, part: Part, pattern: str) -> Trace:
    return Trace(kind, part, re.compile(pattern, re.IGNORECASE | re.MULTILINE))


WIDGETS = (
    _trace(
        "hcaptcha",
        "markup",
        r"(?:^|\s)h-captcha(?:\s|$)|hcaptcha\.html#|\bhcaptcha\.com/captcha/",
    ),
    _trace("hcaptcha", "scripts", r"\bhcaptcha\.(?:render|execute)\("),
    _trace("turnstile", "markup", r"(?:^|\s)cf-turnstile(?:\s|$)|/turnstile/if/"),
    _trace("turnstile", "scripts", r"\bturnstile\.(?:render|execute)\("),
    _trace(
        "recaptcha_v3",
        "scripts",
        r"/recaptcha/(?:api|enterprise)\.js\?(?:[^\"'\n]{0,200}&)?render=(?!explicit|onload)[\w-]{8,}",
    ),
    _trace(
        "recaptcha_v2",
        "markup",
        r"(?:^|\s)g-recaptcha(?:\s|$)|/recaptcha/(?:api2|enterprise)/anchor\?",
    ),
    _trace("recaptcha_v2", "scripts", r"\bgrecaptcha(?:\.enterprise)?\.render\("),
)
"""Traces of the CAPTCHAs that can be solved; the first that is found counts."""

INVISIBLE = re.compile(r"^invisible$|[?&]size=invisible", re.IGNORECASE | re.MULTILINE)
"""Trace, in `markup`, of a widget that only a button or a script brings up."""

OTHER_CAPTCHAS = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for name, pattern in (
        ("FunCaptcha (Arkose)", r"arkoselabs\.com|funcaptcha\.com|^FunCaptcha$"),
        ("GeeTest", r"\bgeetest_|\.geetest\.com/|\binitGeetest4?\b"),
        ("Yandex SmartCaptcha", r"^smart-captcha$|smartcaptcha\.yandexcloud\.net"),
        ("MTCaptcha", r"^mtcaptcha$|service2?\.mtcaptcha\.com"),
        ("Friendly Captcha", r"^frc-captcha$"),
    )
)
"""CAPTCHAs that are recognised and not solved."""

ROBOT_TALK = re.compile(
    r"unusual (?:traffic|activity) from (?:your|this)"
    r"|automated (?:requests?|access|queries|traffic) from (?:your|this)"
    r"|you have been (?:temporarily )?blocked|blocked by (?:network )?security"
    r"|your (?:ip|ip address|request|connection|network|browser|device|session) (?:\(?[\da-f.:]+\)? )?(?:has been|was|is) (?:\w+ )?(?:blocked|banned|flagged|blacklisted|restricted)"
    r"|(?:are|you're|you are) (?:you )?(?:a|not a) (?:human|robot|bot)\b|\bnot a (?:robot|bot)\b"
    r"|(?:verify|verifying|confirm|prove|check)(?: that| if| whether)? you(?:'re| are)? (?:are )?(?:a )?(?:real )?(?:human|person|visitor)"
    r"|human verification|bot (?:activity )?(?:was |has been )?detected|detected suspicious|suspicious (?:activity|traffic|behaviou?r) from your"
    r"|security check to (?:access|continue|proceed)|complet(?:e|ing) (?:the|this|a) (?:captcha|security check|challenge)"
    r"|checking your browser|verifying your browser|enable javascript and cookies to continue"
    r"|solve (?:the|this) (?:captcha|challenge|puzzle)|(?:enter|type) the (?:characters|letters|text|code) (?:you see|shown|in the|from the|below)"
    r"|kein roboter|sind sie ein mensch|pas un robot|(?:vous )?êtes (?:bien )?humain|no (?:soy|eres) un robot|eres humano|non sono un robot",
    re.IGNORECASE,
)
"""How walls of no known make speak of robots, to whom they take for one. An ordinary refusal does
not."""

IN_PROGRESS = re.compile(
    r"checking|verifying|a moment|please wait|redirected|enable javascript", re.IGNORECASE
)
"""How walls speak that may go on by themselves."""
