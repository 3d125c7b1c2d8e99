"""Walls that a site runs itself, in front of its server."""

from __future__ import annotations

from activities.walls.signatures import FORBIDDEN, REFUSED, WallSignature, indicator

# fmt: off
SELF_HOSTED: tuple[WallSignature, ...] = (
    WallSignature(
        "the challenge of Anubis",
        "challenge",
        (
            indicator("markup", 3, "markup", r"^anubis_(?:challenge|version|base_prefix|public_url)$"),
            indicator("scripts", 2, "script", r"/\.within\.website/x/cmd/anubis/"),
            indicator("markup", 2, "pictures", r"/\.within\.website/x/(?:cmd/anubis|xess)/"),
            indicator("markup", 2, "refresh", r"/\.within\.website/x/cmd/anubis/api/"),
            indicator("title", 1, "title", r"^making sure you're not a bot"),
        ),
        max_text=2500,
    ),
    WallSignature(
        "the robot check of BunkerWeb",
        "block",
        (
            indicator("title", 1, "title", r"^bot detection$"),
            indicator("markup", 2, "markup", r"^(?:bw|bunker)-(?:main|card|cls-\d|svg|footer|form)\b|\bbunker-svg\b"),
            indicator("hrefs", 2, "link", r"bunkerweb\.io/\?utm_campaign=self&utm_source=bwantibot"),
            indicator("hrefs", 1, "link", r"github\.com/bunkerity/bunkerweb"),
            indicator("headings", 1, "heading", r"prove that you are human|checking? if you are (?:a )?human"),
        ),
        max_text=1200,
    ),
    WallSignature(
        "the challenge of go-away",
        "challenge",
        (
            indicator("markup", 3, "address", r"/git/go-away/(?:cmd|challenge|assets)|\b__goaway_\w+="),
            indicator("scripts", 3, "script", r"/git/go-away/(?:cmd|challenge|assets)|\b__goaway_\w+"),
        ),
        max_text=2500,
    ),
    WallSignature(
        "the challenge of BasedFlare",
        "challenge",
        (
            indicator("scripts", 3, "script", r"/\.basedflare/"),
        ),
        max_text=2000,
    ),
    WallSignature(
        "the challenge of Powxy",
        "challenge",
        (
            indicator("scripts", 3, "script", r"/\.powxy/"),
            indicator("markup", 3, "form", r"/\.powxy/|^powxy$"),
        ),
        max_text=2000,
    ),
    WallSignature(
        "the challenge of Cerberus",
        "challenge",
        (
            indicator("scripts", 3, "script", r"/\.cerberus/"),
            indicator("markup", 3, "form", r"/\.cerberus/"),
        ),
        max_text=2000,
    ),
    WallSignature(
        "the CAPTCHA of CrowdSec",
        "block",
        (
            indicator("title", 3, "title", r"^crowdsec captcha$"),
            # Its block page is signed too.
            indicator("text", 1, "signature", r"protected by crowdsec|powered by crowdsec"),
            indicator("markup", 3, "form", r"^crowdsec_captcha$"),
            indicator("scripts", 3, "script", r"\bnewImageForCrowdSec\b"),
        ),
        statuses=REFUSED,
        max_text=800,
    ),
    WallSignature(
        "a block page of CrowdSec",
        "block",
        (
            indicator("title", 3, "title", r"^crowdsec ban$"),
            indicator("text", 2, "signature", r"this security check has been powered by|(?:blocked|protected|powered) by crowdsec"),
        ),
        statuses=FORBIDDEN,
        max_text=800,
    ),
    WallSignature(
        "the cookie test of nginx",
        "challenge",
        (
            indicator("scripts", 2, "cipher", r"\bslowAES\.decrypt\(|\btoNumbers\(.{0,80}toNumbers\("),
            indicator("scripts", 1, "cookie", r"\b__test=|\bBPC=|\bTCK="),
        ),
        max_text=400,
    ),
)
# fmt: on
"""Their signatures. The first one whose indicators weigh enough names the wall."""
