"""Walls of clouds, firewalls and sites in China."""

from __future__ import annotations

from activities.walls.signatures import FORBIDDEN, WallSignature, indicator

# fmt: off
CHINESE: tuple[WallSignature, ...] = (
    WallSignature(
        "the slider of Alibaba",
        "block",
        (
            indicator("url", 2, "address", r"/_____tmd_____/punish"),
            indicator("scripts", 2, "script", r"/_____tmd_____/|\bAWSC\b.{0,200}\bnc\b|aliyun_waf_(?:aa|bb)"),
            indicator("markup", 1, "markup", r"^nocaptcha$|^nc_1_wrapper$|^baxia-"),
        ),
        statuses=FORBIDDEN,
        max_text=600,
        stands_alone=True,
    ),
    WallSignature(
        "the challenge of Alibaba",
        "challenge",
        (
            indicator("scripts", 3, "cookie", r"\bacw_sc__v[23]\b"),
            indicator("scripts", 3, "settings", r"\bvar arg1 ?= ?['\x22][0-9A-F]{30,}"),
        ),
        max_text=200,
    ),
    WallSignature(
        "the challenge of EdgeOne",
        "challenge",
        (
            indicator("scripts", 3, "cookie", r"\bEO_Bot_Ssid\b|\b__tst_status\b"),
        ),
        max_text=200,
    ),
    WallSignature(
        "a block page of Tencent",
        "block",
        (
            indicator("url", 3, "address", r"^https?://waf\.tencent(?:cloud)?\.com/50\dpage"),
            indicator("hrefs", 2, "link", r"//waf\.tencent(?:cloud)?\.com/50\dpage"),
            indicator("text", 1, "text", r"T-Sec|Tencent Cloud"),
        ),
        statuses=FORBIDDEN,
        max_text=800,
    ),
    WallSignature(
        "the challenge of Jiasule",
        "challenge",
        (
            indicator("scripts", 3, "cookie", r"__jsl_clearance|document\.cookie ?= ?\('_'\) ?\+ ?\('_'\)"),
            indicator("scripts", 3, "settings", r"\bgo\(\{['\x22]bts['\x22]"),
        ),
        max_text=200,
    ),
    WallSignature(
        "the challenge of Yunsuo",
        "challenge",
        (
            indicator("scripts", 3, "cookie", r"\bsecurity_(?:session_(?:mid_)?verify|verify_data)\b"),
            indicator("markup", 2, "markup", r"\byunsuologo\b"),
        ),
        max_text=400,
    ),
    WallSignature(
        "the challenge of Ruishu",
        "challenge",
        (
            indicator("scripts", 3, "script", r"\$_ts ?= ?window\[['\x22]\$_ts|\$_ts\.(?:cd|nsd|lcd|scj) ?="),
            indicator("scripts", 2, "settings", r"\$_ts\b"),
        ),
        statuses=frozenset((202, 412)),
        max_text=0,
        stands_alone=True,
    ),
    WallSignature(
        "the challenge of SafeLine",
        "challenge",
        (
            indicator("scripts", 3, "script", r"/\.safeline/|\bsl-challenge-(?:jwt|server)\b"),
            indicator("markup", 3, "address", r"/\.safeline/|^slg-(?:bg|box|title|caption)\b"),
        ),
        max_text=1200,
    ),
    WallSignature(
        "the robot check of BT",
        "block",
        (
            indicator("scripts", 3, "script", r"_yanzheng_(?:ip|huadong|renji)\.(?:php|js)"),
            indicator("markup", 2, "markup", r"\bbtwaf\b"),
        ),
        max_text=600,
    ),
    WallSignature(
        "a block page of Safedog",
        "block",
        (
            indicator("markup", 3, "address", r"\b404\.safedog\.cn|\bsafedogsite\b"),
            indicator("hrefs", 1, "link", r"\bsafedog\.cn\b"),
            indicator("text", 1, "text", r"safedog"),
        ),
        statuses=FORBIDDEN,
        max_text=1200,
    ),
    WallSignature(
        "the challenge of 360",
        "challenge",
        (
            indicator("scripts", 3, "script", r"\bwzws(?:confirm|chall?enge|_cid)\b|/WZWSREL"),
            indicator("markup", 3, "form", r"/WZWSREL|\bwzws-waf-cgi\b"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the challenge of Huawei",
        "challenge",
        (
            indicator("scripts", 3, "cookie", r"\bHW_CHECK\b"),
        ),
        max_text=400,
    ),
    WallSignature(
        "the challenge of Cdnfly",
        "challenge",
        (
            indicator("scripts", 3, "script", r"/_guard/(?:auto|html|click|slide|captcha|delay_jump|rotate)\w*\.js|\bguard(?:ret|ok)="),
        ),
        max_text=400,
    ),
    WallSignature(
        "the challenge of Kangle",
        "challenge",
        (
            indicator("scripts", 3, "cookie", r"\bsec_defend\b"),
        ),
        max_text=400,
    ),
    WallSignature(
        "the challenge of ByteDance",
        "challenge",
        (
            indicator("scripts", 2, "script", r"\bbyted_acrawler\b"),
            indicator("scripts", 2, "cookie", r"\b__ac_(?:nonce|signature)\b"),
            indicator("scripts", 3, "cookie", r"\b_wafchallengeid\b"),
            indicator("markup", 2, "markup", r"^waf(?:_challenge|challenge|-aiso)"),
        ),
        max_text=400,
    ),
    WallSignature(
        "the robot check of Baidu",
        "block",
        (
            indicator("url", 3, "address", r"^https?://wappass\.baidu\.com/static/captcha"),
            indicator("hrefs", 2, "link", r"//wappass\.baidu\.com/static/captcha"),
            indicator("title", 2, "title", r"^百度安全验证"),
        ),
        max_text=800,
    ),
    WallSignature(
        "the visitor page of Weibo",
        "challenge",
        (
            indicator("title", 3, "title", r"^sina visitor system$"),
            indicator("url", 3, "address", r"^https?://passport\.weibo\.com/visitor/"),
        ),
        max_text=600,
    ),
    WallSignature(
        "the robot check of a site in China",
        "block",
        (
            indicator("url", 3, "address", r"^https?://(?:(?:cfe|verify)\.m?\.?jd\.com/|verify\.meituan\.com/|callback\.58\.com/antibot|[\w.]+\.sogou\.com/antispider/|captcha\.zhihu\.com/)"),
        ),
        max_text=800,
    ),
)
# fmt: on
"""Their signatures. The first one whose indicators weigh enough names the wall."""
