"""The traces that the widgets of CAPTCHAs leave in a page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from activities.walls.signatures import CaptchaKind, FactName


@dataclass(frozen=True)
class WidgetSignature:
    """A pattern that the widget of a CAPTCHA leaves in a page."""

    kind: CaptchaKind
    fact: FactName
    """The fact that the pattern is searched in."""
    pattern: re.Pattern[str]


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def _widget(kind: CaptchaKind, fact: FactName, pattern: str) -> WidgetSignature:
    return WidgetSignature(kind, fact, _pattern(pattern))


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


@dataclass(frozen=True)
class UnsolvableCaptcha:
    """A CAPTCHA that no service solves here."""

    name: str
    pattern: re.Pattern[str]
    """Its pattern in the scripts and the markup of a page."""
    works_alone: bool = False
    """Whether its widget is a proof of work, which a browser does by itself or after one click."""


def _captcha(name: str, pattern: str, *, works_alone: bool = False) -> UnsolvableCaptcha:
    return UnsolvableCaptcha(name, _pattern(pattern), works_alone)


# fmt: off
UNSOLVABLE_CAPTCHAS = (
    _captcha("FunCaptcha (Arkose)", r"arkoselabs\.com|funcaptcha\.com|^(?:FunCaptcha|arkose\w*)$|\bsetConfig\(\{[^}]{0,300}selector"),
    _captcha("GeeTest", r"\bgeetest_|\.geetest\.com/|\binitGeetest4?\b"),
    _captcha("Yandex SmartCaptcha", r"^smart-captcha$|smartcaptcha\.(?:yandexcloud\.net|cloud\.yandex\.ru)"),
    _captcha("MTCaptcha", r"^mtcaptcha$|service2?\.mtcaptcha\.com"),
    _captcha("Friendly Captcha", r"(?:^|\s)frc-captcha(?:\s|$)|\.frcapi\.com/|friendly-?challenge|@friendlycaptcha/", works_alone=True),
    _captcha("ALTCHA", r"^altcha-widget$|(?:^|\s)altcha-widget(?:\s|$)|\baltcha(?:\.min|\.i18n)?\.(?:js|mjs)\b|/npm/altcha\b", works_alone=True),
    _captcha("Cap", r"^cap-widget$|^(?:data-)?cap-api-endpoint$|@cap\.js/widget|\bnew Cap\(\{", works_alone=True),
    _captcha("mCaptcha", r"^(?:data-)?mcaptcha[_-]url$|^mcaptcha__(?:token|widget-container)$|@mcaptcha/|/widget/\?sitekey=", works_alone=True),
    _captcha("Procaptcha (Prosopo)", r"(?:^|\s)procaptcha(?:\s|$)|\bprosopo\.io/|\bprocaptcha\.render\("),
    _captcha("Tencent Captcha", r"captcha\.(?:qq|gtimg|qcloud|myqcloud)\.com|\bTCaptcha(?:-global)?\.js|\bnew TencentCaptcha\(|^TencentCaptcha$|^tcaptcha"),
    _captcha("NetEase Yidun", r"\binitNECaptcha|c\.dun\.163|cstaticdun\.126\.net|(?:^|\s)yidun(?:_|\s|$)"),
    _captcha("the Alibaba Captcha", r"\binitAliyunCaptcha\b|o\.alicdn\.com/captcha-frontend|^aliyunCaptcha|\bnoCaptcha\(\{|\bAWSC\.use\(['\x22]nc['\x22]"),
    _captcha("Lemin", r"leminnow\.com|^lemin-cropped-captcha$"),
    _captcha("KeyCAPTCHA", r"\bkeycaptcha\.com|\bs_s_c_user_id\b|^div_for_keycaptcha$"),
    _captcha("CaptchaFox", r"(?:^|\s)captchafox(?:\s|$)|cdn\.captchafox\.com"),
    _captcha("Capy", r"\bcapy\.me/|^capy_captchakey"),
    _captcha("TrustCaptcha", r"^trustcaptcha-component$|\btrustcomponent\.com|\btrustcaptcha\.com"),
    _captcha("a proof-of-work widget", r"^pow-captcha$|\bpow-?bot-?deterrent\b|^pow-captcha-widget$|(?:^|\s)sqr-captcha", works_alone=True),
    _captcha("the VK captcha", r"\bid\.vk\.(?:com|ru)/not_robot_captcha|^vkid-captcha"),
    _captcha("BotDetect", r"\bBDC_(?:CaptchaComponent|VCID_|Hs_)|^BDC_"),
)
# fmt: on
"""CAPTCHAs that are recognised but not solved by a service."""
