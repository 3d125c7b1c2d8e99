"""The known walls, and the traces that CAPTCHA widgets leave in a page.

Each wall has several indicators; docs/walls.md says how the detector weighs them. Ordinary pages
behind the same product show some of these indicators too, so such an indicator weighs little or
nothing. Only what the wall alone has weighs much.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

MIN_WEIGHT = 3
"""Total weight of found indicators from which on a page is the wall that they belong to."""

WallKind = Literal["challenge", "block", "consent"]
"""What a wall does to its visitor.

A `challenge` checks the browser, and the page may follow without further action. A `block` stays.
A `consent` page asks a person to agree to something first.
"""

FactName = Literal[
    "url", "headers", "title", "headings", "text", "without_scripts", "scripts", "markup"
]
"""Name of a field of `facts.PageFacts` that holds text."""


@dataclass(frozen=True)
class Indicator:
    """A pattern that points to a wall."""

    fact: FactName
    """The fact that the pattern is searched in."""
    pattern: re.Pattern[str]
    weight: int
    """1 to 3: the rarer the pattern is on ordinary pages, the more it weighs."""
    name: str
    """What the error sentence calls it after the word "its": `script`."""


@dataclass(frozen=True)
class WallSignature:
    """The indicators and conditions of one known wall."""

    name: str
    """The wall's name in errors: `the challenge of Cloudflare`."""
    kind: WallKind
    indicators: tuple[Indicator, ...]
    statuses: frozenset[int] = frozenset()
    """HTTP statuses that count as an indicator of weight 1."""
    only_statuses: frozenset[int] = frozenset()
    """The only HTTP statuses that this wall comes with. Empty if any status is possible."""
    max_text: int = 2500
    """Characters of text. A page with more text is not this wall."""
    max_text_besides_consent: float = math.inf
    """Characters of text outside of the question for consent. A page with more is not this wall."""


def _indicator(fact: FactName, weight: int, name: str, pattern: str) -> Indicator:
    return Indicator(fact, re.compile(pattern, re.IGNORECASE | re.MULTILINE), weight, name)


CONSENT_MANAGERS = (
    r"sp_message_(?:container|iframe)|sourcepoint|privacy-mgmt\.com|onetrust|cookielaw\.org|didomi|"
    r"privacy-center\.org|usercentrics|cmpbox|consentmanager\.net|trustarc|qc-cmp|quantcast"
)
"""Names that consent managers leave in the markup and the scripts of a page."""

_REFUSED = frozenset((401, 403, 405, 406, 429, 503))
_FORBIDDEN = frozenset((401, 403, 405, 406, 429))

# fmt: off
WALL_SIGNATURES: tuple[WallSignature, ...] = (
    WallSignature(
        "the challenge of Cloudflare",
        "challenge",
        (
            _indicator("headers", 3, "header cf-mitigated", r"^cf-mitigated: challenge"),
            _indicator("scripts", 2, "script", r"_cf_chl_opt|/challenge-platform/h/\w/orchestrate/"),
            _indicator("markup", 2, "form", r"__cf_chl_f?_?tk=|^challenge-form$|^cf-challenge-running$"),
            _indicator("markup", 1, "markup", r"^challenge-(?:error-text|running|stage|success-text)$"),
            _indicator("title", 1, "title", r"^just a moment|^please wait\.\.\. \| cloudflare"),
            _indicator("text", 1, "text", r"ddos protection by cloudflare|performance.{0,12}security by"),
        ),
        statuses=_REFUSED,
    ),
    WallSignature(
        "a block page of Cloudflare",
        "block",
        (
            _indicator("markup", 1, "markup", r"^cf-error-details|^cf-wrapper$|^cf-error-code$"),
            _indicator("title", 2, "title", r"^attention required! \| cloudflare$|used cloudflare to restrict access$"),
            _indicator("headings", 1, "heading", r"you have been blocked|^error 10\d\d|access denied"),
            _indicator("text", 1, "Ray ID", r"ray id: *[0-9a-f]{10,}"),
        ),
        # Cloudflare's error pages for servers that are down look the same, with statuses like 520.
        only_statuses=frozenset((200, 401, 403, 429)),
    ),
    WallSignature(
        "a block page of Akamai",
        "block",
        (
            _indicator("title", 2, "title", r"^access denied$"),
            _indicator("text", 1, "reference", r"reference #[0-9a-f]+(?:\.[0-9a-f]+){2,}"),
            _indicator("text", 1, "edgesuite.net", r"errors\.edgesuite\.net/"),
            _indicator("headers", 1, "server", r"^server: akamai"),
        ),
        only_statuses=frozenset((200, *_FORBIDDEN)),
    ),
    WallSignature(
        "the challenge of Akamai",
        "challenge",
        (
            _indicator("markup", 3, "markup", r"^sec-(?:if-)?cpt-(?:if|container)|/_sec/cp_challenge/"),
            _indicator("markup", 2, "refresh", r"\bbm-verify=[\w-]{8,}"),
            _indicator("scripts", 2, "script", r"/_sec/cp_challenge/|\bbm-verify\b"),
        ),
        statuses=frozenset((*_REFUSED, 428)),
        max_text=600,
    ),
    WallSignature(
        "the device check of DataDome",
        "challenge",
        (
            _indicator("scripts", 3, "script", r"captcha-delivery\.com/i\.js"),
            _indicator("markup", 3, "frame", r"//geo\.captcha-delivery\.com/interstitial"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the CAPTCHA of DataDome",
        "block",
        (
            # The script that watches ordinary pages comes from another host, js.datadome.co.
            _indicator("scripts", 3, "script", r"captcha-delivery\.com/(?:c|captcha)\b"),
            _indicator("markup", 3, "frame", r"//geo\.captcha-delivery\.com/"),
            _indicator("scripts", 1, "settings", r"\bvar dd ?= ?\{"),
            _indicator("headers", 1, "header x-dd-b", r"^x-dd-b:"),
            _indicator("headers", 1, "header x-datadome", r"^x-datadome: protected"),
            _indicator("text", 1, "text", r"please enable js and disable any ad blocker"),
        ),
        statuses=_FORBIDDEN,
        max_text=800,
    ),
    WallSignature(
        "the CAPTCHA of HUMAN (PerimeterX)",
        "block",
        (
            _indicator("markup", 2, "markup", r"^px-captcha(?:-wrapper|-container)?$"),
            _indicator("scripts", 2, "script", r"captcha\.px-c[\w-]+\.net|/captcha/captcha\.js\?a=c"),
            _indicator("scripts", 1, "settings", r"_pxBlockScript|_pxJsClientSrc|_pxVid\b"),
            _indicator("title", 1, "title", r"^access to this page has been denied|^human verification$"),
            _indicator("text", 1, "text", r"press (?:&|and) hold"),
        ),
        statuses=_FORBIDDEN,
    ),
    WallSignature(
        "a block page of Imperva (Incapsula)",
        "block",
        (
            _indicator("without_scripts", 3, "incident", r"incapsula incident id"),
            _indicator("text", 2, "incident", r"incapsula incident id"),
            _indicator("markup", 3, "frame", r"/_Incapsula_Resource\?[^ ]{0,300}(?:incident_id|SWUDNSAI|CWUDNSAI)="),
            _indicator("headers", 1, "header x-iinfo", r"^x-iinfo:"),
        ),
        statuses=_FORBIDDEN,
        max_text=400,
    ),
    WallSignature(
        "the challenge of Imperva (Incapsula)",
        "challenge",
        (
            # Pages that were served have this script too, but they have text besides.
            _indicator("scripts", 2, "script", r"/_Incapsula_Resource\?SWJIYLWA="),
            _indicator("headers", 1, "header x-iinfo", r"^x-iinfo:"),
            _indicator("headers", 1, "header x-cdn", r"^x-cdn: (?:imperva|incapsula)"),
        ),
        statuses=_FORBIDDEN,
        max_text=20,
    ),
    WallSignature(
        "the interruption page of Imperva",
        "block",
        (
            _indicator("title", 2, "title", r"^pardon our interruption"),
            _indicator("headings", 2, "heading", r"^pardon our interruption"),
            _indicator("markup", 2, "markup", r"^distil(?:_r_|Ident|Captcha)|/distil_r_"),
        ),
        statuses=_FORBIDDEN,
    ),
    WallSignature(
        "the CAPTCHA of AWS WAF",
        "block",
        (
            _indicator("headers", 3, "header x-amzn-waf-action", r"^x-amzn-waf-action: captcha"),
            _indicator("scripts", 2, "script", r"\.awswaf\.com/.{1,200}/captcha\.js|AwsWafCaptcha\.renderCaptcha"),
            _indicator("markup", 1, "markup", r"^captcha-container$"),
            _indicator("title", 1, "title", r"^human verification$"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the challenge of AWS WAF",
        "challenge",
        (
            _indicator("headers", 3, "header x-amzn-waf-action", r"^x-amzn-waf-action: challenge"),
            _indicator("scripts", 2, "settings", r"\bgokuProps\b"),
            _indicator("scripts", 1, "script", r"AwsWafIntegration\.(?:checkForceRefresh|forceRefresh)"),
            _indicator("markup", 1, "markup", r"^challenge-container$"),
        ),
        statuses=frozenset((202, 403)),
        max_text=800,
    ),
    WallSignature(
        "a block page of Amazon CloudFront",
        "block",
        (
            _indicator("text", 2, "text", r"request blocked\. we can't connect to the server"),
            _indicator("text", 1, "signature", r"generated by cloudfront"),
        ),
        only_statuses=frozenset((403,)),
        max_text=1500,
    ),
    WallSignature(
        "the challenge of Kasada",
        "challenge",
        (
            _indicator("scripts", 2, "settings", r"\bKPSDK\.(?:now|start) ?="),
            _indicator("scripts", 1, "script", r"/ips\.js\?"),
            _indicator("headers", 1, "header x-kpsdk-ct", r"^x-kpsdk-"),
        ),
        statuses=frozenset((429, 403)),
        max_text=100,
    ),
    WallSignature(
        "a block page of F5",
        "block",
        (
            _indicator("title", 1, "title", r"^request rejected$"),
            _indicator("text", 2, "support ID", r"requested url was rejected.{0,90}support id is: ?\d{6,}"),
        ),
        max_text=600,
    ),
    WallSignature(
        "the challenge of F5",
        "challenge",
        (
            _indicator("scripts", 2, "settings", r"window\[\"bobcmn\"\]|\bbobcmn ?="),
            _indicator("scripts", 2, "script", r"^/TSPD/[\w/]+\?type="),
            _indicator("without_scripts", 1, "support ID", r"support id is:"),
        ),
        statuses=_REFUSED,
        max_text=300,
    ),
    WallSignature(
        "the challenge of Sucuri",
        "challenge",
        (
            _indicator("scripts", 3, "script", r"\bsucuri_cloudproxy_js\b"),
            _indicator("title", 1, "title", r"^you are being redirected"),
        ),
        max_text=400,
    ),
    WallSignature(
        "a block page of Sucuri",
        "block",
        (
            _indicator("title", 2, "title", r"sucuri website firewall - access denied"),
            _indicator("text", 1, "heading", r"access denied - sucuri website firewall"),
            _indicator("headers", 1, "server", r"^server: sucuri|^x-sucuri-id:"),
            _indicator("text", 1, "block ID", r"\bblock id: ?[A-Z]{2,4}\d+"),
        ),
        statuses=_FORBIDDEN,
    ),
    WallSignature(
        "the challenge of DDoS-Guard",
        "challenge",
        (
            _indicator("scripts", 2, "script", r"ddos-guard/js-challenge/|check\.ddos-guard\.net/"),
            _indicator("title", 1, "title", r"^ddos-guard$"),
            _indicator("headers", 1, "server", r"^server: ddos-guard"),
            _indicator("text", 1, "text", r"checking your browser before accessing"),
        ),
        statuses=_REFUSED,
        max_text=1200,
    ),
    WallSignature(
        "the unusual-traffic page of Google",
        "block",
        (
            _indicator("url", 2, "address", r"^https?://[\w.-]*\bgoogle\.[a-z.]+/sorry/"),
            _indicator("text", 1, "text", r"unusual traffic from your computer network"),
            _indicator("markup", 1, "form", r"^captcha-form$"),
        ),
        statuses=frozenset((429, 503)),
    ),
    WallSignature(
        "the robot check of Amazon",
        "block",
        (
            _indicator("markup", 2, "form", r"/errors/validateCaptcha"),
            _indicator("title", 1, "title", r"^robot check$|^amazon\.[a-z.]+$"),
            _indicator("text", 1, "text", r"you're not a robot|continue shopping"),
            _indicator("markup", 1, "image", r"/captcha/\w+/Captcha_"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the challenge of Vercel",
        "challenge",
        (
            _indicator("headers", 3, "header x-vercel-mitigated", r"^x-vercel-mitigated: (?:chal|deny)"),
            _indicator("title", 2, "title", r"^vercel security checkpoint$"),
            _indicator("scripts", 1, "script", r"vercel/security/"),
        ),
        statuses=frozenset((403, 429)),
        max_text=600,
    ),
    WallSignature(
        "the challenge of Anubis",
        "challenge",
        (
            _indicator("markup", 2, "markup", r"^anubis_(?:challenge|version|base_prefix)$"),
            _indicator("scripts", 2, "script", r"/\.within\.website/x/cmd/anubis/"),
            _indicator("title", 1, "title", r"^making sure you're not a bot"),
        ),
        max_text=2500,
    ),
    WallSignature(
        "the slider of Alibaba",
        "block",
        (
            _indicator("url", 2, "address", r"/_____tmd_____/punish"),
            _indicator("scripts", 2, "script", r"/_____tmd_____/|\bAWSC\b.{0,200}\bnc\b|aliyun_waf_(?:aa|bb)"),
            _indicator("markup", 1, "markup", r"^nocaptcha$|^nc_1_wrapper$|^baxia-"),
        ),
        statuses=_FORBIDDEN,
        max_text=600,
    ),
    WallSignature(
        "the robot check of Yandex",
        "block",
        (
            _indicator("url", 2, "address", r"/showcaptcha(?:fast)?\?"),
            _indicator("markup", 2, "form", r"^/checkcaptcha(?:fast)?\?|^checkbox-captcha-form$"),
            _indicator("markup", 1, "markup", r"^CheckboxCaptcha|^AdvancedCaptcha"),
        ),
        max_text=1200,
    ),
    WallSignature(
        "the CAPTCHA of Radware",
        "block",
        (
            _indicator("url", 3, "address", r"//validate\.perfdrive\.com/"),
            _indicator("title", 2, "title", r"^radware (?:bot manager )?(?:captcha|block) page"),
            _indicator("scripts", 2, "script", r"validate\.perfdrive\.com|\b__uzdbm_\w+"),
        ),
        statuses=_REFUSED,
        max_text=1500,
    ),
    WallSignature(
        "a block page of Wordfence",
        "block",
        (
            _indicator("text", 2, "signature", r"generated by wordfence"),
            _indicator("text", 1, "text", r"access to this (?:site|service) has been limited"),
        ),
        only_statuses=_REFUSED,
    ),
    WallSignature(
        "a block page of ModSecurity",
        "block",
        (_indicator("text", 3, "signature", r"this error was generated by mod_security"),),
        only_statuses=_FORBIDDEN,
        max_text=600,
    ),
    WallSignature(
        "the security check of StackPath",
        "challenge",
        (
            _indicator("markup", 2, "markup", r"^sp-(?:captcha|challenge)|/sbbi/\?sbbpg="),
            _indicator("scripts", 2, "script", r"/sbbi/\?sbbpg=|\bsbbpg\b"),
        ),
        statuses=_REFUSED,
        max_text=600,
    ),
    WallSignature(
        "the consent page of Google",
        "consent",
        (
            _indicator("url", 3, "address", r"^https?://consent\.(?:google|youtube)\.[a-z.]+/"),
            _indicator("markup", 3, "form", r"^https?://consent\.(?:google|youtube)\.[a-z.]+/save"),
        ),
        max_text=12_000,
    ),
    WallSignature(
        "the consent page of Yahoo",
        "consent",
        (
            _indicator("url", 3, "address", r"^https?://(?:consent|guce)\.(?:yahoo|aol|techcrunch|engadget)\.[\w.]+/(?:v\d/)?(?:collect)?consent"),
            _indicator("markup", 3, "form", r"//guce\.(?:yahoo|oath)\.com/(?:v\d/)?(?:collect)?consent"),
        ),
        max_text=12_000,
    ),
    WallSignature(
        "a consent wall",
        "consent",
        (
            _indicator("title", 2, "title", r"\bconsent\b|^before you continue|zustimmung|einwilligung|consentement"),
            _indicator("url", 2, "address", r"[/.]consent(?:[/.?]|$)|/zustimmung|/einwilligung|/consentement|/cookie-?wall"),
            _indicator("markup", 1, "manager", CONSENT_MANAGERS),
            _indicator("scripts", 1, "manager", CONSENT_MANAGERS),
        ),
        max_text=2500,
        # An ordinary page with a consent banner has text besides the banner.
        max_text_besides_consent=150,
    ),
)
# fmt: on
"""The known walls. The first signature whose indicators weigh enough names the wall."""

CaptchaKind = Literal["recaptcha_v2", "recaptcha_v3", "hcaptcha", "turnstile", "image"]
"""The CAPTCHAs that a solving service can solve."""

CAPTCHA_NAMES: dict[CaptchaKind, str] = {
    "recaptcha_v2": "a reCAPTCHA v2",
    "recaptcha_v3": "a reCAPTCHA v3",
    "hcaptcha": "an hCaptcha",
    "turnstile": "a Turnstile",
    "image": "an image CAPTCHA",
}
"""What errors call each kind of CAPTCHA."""


@dataclass(frozen=True)
class WidgetSignature:
    """A pattern that the widget of a CAPTCHA leaves in a page."""

    kind: CaptchaKind
    fact: FactName
    """The fact that the pattern is searched in."""
    pattern: re.Pattern[str]


def _widget(kind: CaptchaKind, fact: FactName, pattern: str) -> WidgetSignature:
    return WidgetSignature(kind, fact, re.compile(pattern, re.IGNORECASE | re.MULTILINE))


# fmt: off
WIDGET_SIGNATURES = (
    _widget("hcaptcha", "markup", r"(?:^|\s)h-captcha(?:\s|$)|hcaptcha\.html#|\bhcaptcha\.com/captcha/"),
    _widget("hcaptcha", "scripts", r"\bhcaptcha\.(?:render|execute)\("),
    _widget("turnstile", "markup", r"(?:^|\s)cf-turnstile(?:\s|$)|/turnstile/if/"),
    _widget("turnstile", "scripts", r"\bturnstile\.(?:render|execute)\("),
    _widget("recaptcha_v3", "scripts", r"/recaptcha/(?:api|enterprise)\.js\?(?:[^\"'\n]{0,200}&)?render=(?!explicit|onload)[\w-]{8,}"),
    _widget("recaptcha_v2", "markup", r"(?:^|\s)g-recaptcha(?:\s|$)|/recaptcha/(?:api2|enterprise)/anchor\?"),
    _widget("recaptcha_v2", "scripts", r"\bgrecaptcha(?:\.enterprise)?\.render\("),
)
# fmt: on
"""Widgets of the CAPTCHAs that a solving service can solve. The first match counts."""

INVISIBLE_WIDGET = re.compile(r"^invisible$|[?&]size=invisible", re.IGNORECASE | re.MULTILINE)
"""Pattern, in `markup`, of a widget that appears only after a button or a script calls it."""

UNSOLVABLE_CAPTCHAS = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for name, pattern in (
        ("FunCaptcha (Arkose)", r"arkoselabs\.com|funcaptcha\.com|^FunCaptcha$"),
        ("GeeTest", r"\bgeetest_|\.geetest\.com/|\binitGeetest4?\b"),
        ("Yandex SmartCaptcha", r"^smart-captcha$|smartcaptcha\.yandexcloud\.net"),
        ("MTCaptcha", r"^mtcaptcha$|service2?\.mtcaptcha\.com"),
        ("Friendly Captcha", r"^frc-captcha$"),
    )
)
"""CAPTCHAs that are recognised but not solved: their name, and their pattern in the page."""

ROBOT_WORDS = re.compile(
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
"""Phrases with which walls of an unknown make address a suspected robot.

An ordinary refusal does not use them.
"""

IN_PROGRESS = re.compile(
    r"checking|verifying|a moment|please wait|redirected|enable javascript", re.IGNORECASE
)
"""Phrases of walls that may let the visitor pass after a while."""
