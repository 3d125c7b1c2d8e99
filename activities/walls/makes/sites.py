"""Walls of single sites, and consent pages."""

from __future__ import annotations

from activities.walls.signatures import (
    CONSENT_MANAGERS,
    FORBIDDEN,
    REFUSED,
    WallSignature,
    indicator,
)

# fmt: off
SITES: tuple[WallSignature, ...] = (
    WallSignature(
        "the unusual-traffic page of Google",
        "block",
        (
            indicator("url", 2, "address", r"^https?://[\w.-]*\bgoogle\.[a-z.]+/sorry/"),
            indicator("text", 1, "text", r"unusual traffic from your computer network"),
            indicator("markup", 1, "form", r"^captcha-form$"),
        ),
        statuses=frozenset((429, 503)),
    ),
    WallSignature(
        "the robot check of Amazon",
        "block",
        (
            indicator("markup", 2, "form", r"/errors/validateCaptcha"),
            indicator("title", 1, "title", r"^robot check$|^amazon\.[a-z.]+$"),
            indicator("text", 1, "text", r"you're not a robot|continue shopping"),
            indicator("markup", 1, "image", r"/captcha/\w+/Captcha_"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the robot check of Yandex",
        "block",
        (
            indicator("url", 2, "address", r"/showcaptcha(?:fast)?\?"),
            indicator("markup", 2, "form", r"^/checkcaptcha(?:fast)?\?|^checkbox-captcha-form$"),
            indicator("markup", 1, "markup", r"^CheckboxCaptcha|^AdvancedCaptcha"),
        ),
        max_text=1200,
    ),
    WallSignature(
        "the challenge of Reddit",
        "challenge",
        (
            indicator("markup", 2, "form", r"^js_challenge$"),
            indicator("markup", 1, "form", r"^solution$|^jsc_orig_r$"),
            indicator("title", 1, "title", r"^reddit - "),
        ),
        max_text=400,
    ),
    WallSignature(
        "the login wall of LinkedIn",
        "block",
        (
            indicator("scripts", 3, "script", r"/authwall\?trk"),
            indicator("url", 3, "address", r"\blinkedin\.com/authwall\?"),
            indicator("scripts", 1, "cookie", r"\btrkCode\b"),
        ),
        max_text=1500,
    ),
    WallSignature(
        "the checkpoint of Shopify",
        "block",
        (
            indicator("markup", 3, "markup", r"^shopify-challenge"),
            indicator("scripts", 1, "script", r"\bshopify\b"),
        ),
        max_text=1200,
    ),
    WallSignature(
        "the robot check of eBay",
        "block",
        (
            indicator("url", 3, "address", r"\bebay\.[a-z.]+/splashui/(?:captcha|challenge)"),
        ),
        max_text=1500,
    ),
    WallSignature(
        "the antibot page of Ozon",
        "block",
        (
            indicator("title", 3, "title", r"^antibot (?:captcha|challenge page)"),
            indicator("markup", 1, "address", r"/abt/result"),
        ),
        statuses=FORBIDDEN,
        max_text=800,
    ),
    WallSignature(
        "the firewall of Avito",
        "block",
        (
            indicator("markup", 3, "markup", r"^firewall-(?:container|title)\b"),
        ),
        statuses=FORBIDDEN,
        max_text=1500,
    ),
    WallSignature(
        "the antibot page of Wildberries",
        "challenge",
        (
            indicator("scripts", 3, "script", r"/__wbaas/challenges/"),
        ),
        statuses=REFUSED,
        max_text=800,
    ),
    WallSignature(
        "the waiting room of Queue-it",
        "challenge",
        (
            indicator("url", 3, "address", r"^https?://[\w.-]+\.queue-it\.net/"),
        ),
        max_text=2500,
    ),
    WallSignature(
        "the consent page of Google",
        "consent",
        (
            indicator("url", 3, "address", r"^https?://consent\.(?:google|youtube)\.[a-z.]+/"),
            indicator("markup", 3, "form", r"^https?://consent\.(?:google|youtube)\.[a-z.]+/save"),
        ),
        max_text=12_000,
    ),
    WallSignature(
        "the consent page of Yahoo",
        "consent",
        (
            indicator("url", 3, "address", r"^https?://(?:consent|guce)\.(?:yahoo|aol|techcrunch|engadget)\.[\w.]+/(?:v\d/)?(?:collect)?consent"),
            indicator("markup", 3, "form", r"//guce\.(?:yahoo|oath)\.com/(?:v\d/)?(?:collect)?consent"),
        ),
        max_text=12_000,
    ),
    WallSignature(
        "a consent wall",
        "consent",
        (
            indicator("title", 2, "title", r"\bconsent\b|^before you continue|zustimmung|einwilligung|consentement"),
            indicator("url", 2, "address", r"[/.]consent(?:[/.?]|$)|/zustimmung|/einwilligung|/consentement|/cookie-?wall"),
            indicator("markup", 1, "manager", CONSENT_MANAGERS),
            indicator("scripts", 1, "manager", CONSENT_MANAGERS),
        ),
        max_text=2500,
        # An ordinary page with a consent banner has text besides the banner.
        max_text_besides_consent=150,
    ),
)
# fmt: on
"""Their signatures. The first one whose indicators weigh enough names the wall."""
