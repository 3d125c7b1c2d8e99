"""Walls of services that manage bots for their customers."""

from __future__ import annotations

from activities.walls.signatures import FORBIDDEN, REFUSED, WallSignature, indicator

# fmt: off
BOT_MANAGEMENT: tuple[WallSignature, ...] = (
    WallSignature(
        "the challenge of Cloudflare",
        "challenge",
        (
            indicator("headers", 3, "header cf-mitigated", r"^cf-mitigated: challenge"),
            indicator("scripts", 2, "script", r"_cf_chl_opt|/challenge-platform/h/\w/orchestrate/"),
            indicator("scripts", 1, "settings", r"_cf_chl_opt ?= ?\{[^}]{0,500}\bc(?:Type|Ray)\b"),
            indicator("markup", 2, "form", r"__cf_chl_f?_?tk=|^challenge-form$|^cf-challenge-running$"),
            indicator("markup", 1, "markup", r"^challenge-(?:error-text|running|stage|success-text)$"),
            indicator("title", 1, "title", r"^just a moment|^please wait\.\.\. \| cloudflare"),
            indicator("text", 1, "text", r"ddos protection by cloudflare|performance.{0,12}security by"),
        ),
        statuses=REFUSED,
    ),
    WallSignature(
        "a block page of Cloudflare",
        "block",
        (
            indicator("markup", 1, "markup", r"^cf-error-details|^cf-wrapper$|^cf-error-code$"),
            indicator("title", 2, "title", r"^attention required! \| cloudflare$|used cloudflare to restrict access$"),
            indicator("headings", 1, "heading", r"you have been blocked|^error 10\d\d|access denied"),
            indicator("text", 1, "Ray ID", r"ray id: *[0-9a-f]{10,}"),
        ),
        # Cloudflare's error pages for servers that are down look the same, with statuses like 520.
        only_statuses=frozenset((200, 401, 403, 429)),
    ),
    WallSignature(
        "a block page of Akamai",
        "block",
        (
            indicator("title", 2, "title", r"^access denied$"),
            indicator("text", 1, "reference", r"reference #[0-9a-f]+(?:\.[0-9a-f]+){2,}"),
            indicator("text", 1, "edgesuite.net", r"errors\.edgesuite\.net/"),
            indicator("headers", 1, "server", r"^server: akamai"),
        ),
        only_statuses=frozenset((200, *FORBIDDEN)),
    ),
    WallSignature(
        "the challenge of Akamai",
        "challenge",
        (
            indicator("markup", 3, "markup", r"^sec-(?:if-)?cpt-(?:if|container)|/_sec/cp_challenge/"),
            indicator("markup", 2, "refresh", r"\bbm-verify=[\w-]{8,}"),
            indicator("scripts", 2, "script", r"/_sec/cp_challenge/|\bbm-verify\b"),
            indicator("scripts", 1, "request", r"/_sec/verify\?provider="),
        ),
        statuses=frozenset((*REFUSED, 428)),
        max_text=600,
    ),
    WallSignature(
        "the device check of Akamai",
        "challenge",
        (
            # Pages that were served have this script too, without a time, and with text besides.
            indicator("scripts", 3, "script", r"^/\S{0,200}\?v=[0-9a-f]{8}-[0-9a-f-]{9,27}&t=\d+$"),
            indicator("scripts", 3, "script", r"^/\.well-known/sbsd\?\S{0,200}[?&]t=\d+$"),
        ),
        max_text=10,
        stands_alone=True,
    ),
    WallSignature(
        "the device check of DataDome",
        "challenge",
        (
            indicator("scripts", 3, "script", r"captcha-delivery\.com/i\.js"),
            indicator("markup", 3, "frame", r"//geo\.captcha-delivery\.com/interstitial"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the CAPTCHA of DataDome",
        "block",
        (
            # The script that watches ordinary pages comes from another host, js.datadome.co.
            indicator("scripts", 3, "script", r"captcha-delivery\.com/(?:c|captcha)\b"),
            indicator("markup", 3, "frame", r"//geo\.captcha-delivery\.com/"),
            indicator("scripts", 1, "settings", r"\bvar dd ?= ?\{"),
            indicator("headers", 1, "header x-dd-b", r"^x-dd-b:"),
            indicator("headers", 1, "header x-datadome", r"^x-datadome: protected"),
            indicator("text", 1, "text", r"please enable js and disable any ad blocker"),
        ),
        statuses=FORBIDDEN,
        max_text=800,
    ),
    WallSignature(
        "the CAPTCHA of HUMAN (PerimeterX)",
        "block",
        (
            indicator("markup", 2, "markup", r"^px-captcha(?:-wrapper|-container)?$"),
            indicator("scripts", 2, "script", r"captcha\.px-c[\w-]+\.net|/captcha/captcha\.js\?a=c"),
            indicator("scripts", 1, "settings", r"_pxBlockScript|_pxJsClientSrc|_pxVid\b"),
            indicator("title", 1, "title", r"^access to this page has been denied|^human verification$"),
            indicator("text", 1, "text", r"press (?:&|and) hold"),
        ),
        statuses=FORBIDDEN,
    ),
    WallSignature(
        "a block page of Imperva (Incapsula)",
        "block",
        (
            indicator("without_scripts", 3, "incident", r"incapsula incident id"),
            indicator("text", 2, "incident", r"incapsula incident id"),
            indicator("markup", 3, "frame", r"/_Incapsula_Resource\?[^ ]{0,300}(?:incident_id|SWUDNSAI|CWUDNSAI)="),
            indicator("headers", 1, "header x-iinfo", r"^x-iinfo:"),
        ),
        statuses=FORBIDDEN,
        max_text=400,
    ),
    WallSignature(
        "the challenge of Imperva (Incapsula)",
        "challenge",
        (
            # Pages that were served have this script too, but they have text besides.
            indicator("scripts", 2, "script", r"/_Incapsula_Resource\?SWJIYLWA=[0-9a-f]+(?:,[0-9a-f]+)?$"),
            indicator("headers", 1, "header x-iinfo", r"^x-iinfo:"),
            indicator("headers", 1, "header x-cdn", r"^x-cdn: (?:imperva|incapsula)"),
        ),
        statuses=FORBIDDEN,
        max_text=20,
    ),
    WallSignature(
        "the interruption page of Imperva",
        "block",
        (
            indicator("title", 1, "title", r"^pardon our interruption"),
            indicator("headings", 1, "heading", r"^pardon our interruption"),
            indicator("scripts", 2, "script", r"\breeseRetriedAutoload\b|\bonProtectionInitialized\b"),
            indicator("markup", 2, "markup", r"^distil(?:_r_|Ident|Captcha)|/distil_r_"),
        ),
        statuses=FORBIDDEN,
    ),
    WallSignature(
        "the CAPTCHA of AWS WAF",
        "block",
        (
            indicator("headers", 3, "header x-amzn-waf-action", r"^x-amzn-waf-action: captcha"),
            indicator("scripts", 2, "script", r"\.awswaf\.com/.{1,200}/captcha\.js|AwsWafCaptcha\.renderCaptcha"),
            indicator("markup", 1, "markup", r"^captcha-container$"),
            indicator("title", 1, "title", r"^human verification$"),
        ),
        max_text=250,
        stands_alone=True,
    ),
    WallSignature(
        "the challenge of AWS WAF",
        "challenge",
        (
            indicator("headers", 3, "header x-amzn-waf-action", r"^x-amzn-waf-action: challenge"),
            indicator("scripts", 2, "settings", r"\bgokuProps\b"),
            indicator("scripts", 1, "script", r"AwsWafIntegration\.(?:checkForceRefresh|forceRefresh)"),
            indicator("markup", 1, "markup", r"^challenge-container$"),
        ),
        statuses=frozenset((202, 403)),
        max_text=800,
    ),
    WallSignature(
        "a block page of Amazon CloudFront",
        "block",
        (
            indicator("text", 2, "text", r"request blocked\. we can't connect to the server"),
            indicator("text", 1, "signature", r"generated by cloudfront"),
        ),
        only_statuses=frozenset((403,)),
        max_text=1500,
    ),
    WallSignature(
        "the challenge of Kasada",
        "challenge",
        (
            indicator("scripts", 2, "settings", r"\bKPSDK\.(?:now|start) ?="),
            indicator("scripts", 1, "script", r"/ips\.js\?"),
            indicator("headers", 1, "header x-kpsdk-ct", r"^x-kpsdk-"),
        ),
        statuses=frozenset((429, 403)),
        max_text=100,
    ),
)
# fmt: on
"""Their signatures. The first one whose indicators weigh enough names the wall."""
