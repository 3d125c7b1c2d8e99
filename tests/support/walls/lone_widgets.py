"""Sample pages with nothing but a CAPTCHA that no service solves."""

from __future__ import annotations

from tests.support.walls.sample import Sample, page

_ALTCHA = (
    page(
        "One step",
        """<form method="post" action="/gate"><altcha-widget challengeurl="/altcha/challenge"
        auto="onload"></altcha-widget><button>Go on</button></form>""",
        '<script async defer src="/altcha.min.js" type="module"></script>',
    ),
    page(
        "Ainda um passo",
        """<main><h1>Ainda um passo</h1><p>Assinale a caixa e a página abre.</p><form method="post">
        <altcha-widget name="altcha"></altcha-widget></form></main>""",
        lang="pt",
    ),
)

_CAP = (
    page(
        "Überprüfung",
        """<p>Noch ein Klick.</p><cap-widget data-cap-api-endpoint="/api/cap/"></cap-widget>
        <script src="https://cdn.jsdelivr.net/npm/@cap.js/widget"></script>""",
        lang="de",
    ),
    page("One click", '<cap-widget id="cap" data-cap-api-endpoint="/x/"></cap-widget>'),
)

_MCAPTCHA = (
    page(
        "Gate",
        """<form method=post><label id="mcaptcha__token-label" data-mcaptcha_url="https://m.example/w">
        <input type=text name=mcaptcha__token id=mcaptcha__token></label><div
        id="mcaptcha__widget-container"></div><button>Go on</button></form>""",
    ),
    page(
        "Ворота",
        """<h1>Ещё один шаг</h1><div id="mcaptcha__widget-container"><iframe width=304 height=78
        src="https://m.example/widget/?sitekey=abc"></iframe></div>""",
        lang="ru",
    ),
)

_PROCAPTCHA = (
    page(
        "Wait a bit",
        """<form method=post><div class="procaptcha" data-sitekey="5C4"></div><button>Go on</button>
        </form><script type=module src="https://js.prosopo.io/js/procaptcha.bundle.js"></script>""",
    ),
    page(
        "Bekleme odası",
        '<p>Bir adım kaldı.</p><div id="procaptcha-container" class="procaptcha"></div>',
        lang="tr",
    ),
)

_TENCENT = (
    page(
        "安全检查",
        """<div id="cap"></div><script src="https://turing.captcha.qcloud.com/TCaptcha.js"></script>
        <script>new TencentCaptcha('19', (res) => res.ret === 0 && location.reload()).show()</script>""",
        lang="zh",
    ),
    page(
        "One moment",
        '<button id="TencentCaptcha" data-appid="19" data-cbfn="done">Go on</button>'
        '<script src="https://ssl.captcha.qq.com/TCaptcha.js"></script>',
    ),
)

_FRIENDLY = (
    page(
        "Noch nicht",
        """<form method=post><div class="frc-captcha" data-sitekey="FCM" data-lang=de></div><button>Weiter
        </button></form><script type=module
        src="https://cdn.jsdelivr.net/npm/friendly-challenge@0.9/widget.module.min.js"></script>""",
        lang="de",
    ),
    page(
        "Odotusta",
        """<div class="frc-captcha" data-sitekey="FCM" data-api-endpoint="eu"></div>
        <script src="https://cdn.jsdelivr.net/npm/@friendlycaptcha/sdk@0.1/site.min.js"></script>""",
        lang="fi",
    ),
)

_OTHERS = {
    "NetEase Yidun": (
        "<div id=c></div><script>initNECaptcha({captchaId: 'x', element: '#c', mode: 'embed'})</script>"
    ),
    "the Alibaba Captcha": (
        '<div id="captcha-element"></div><script>initAliyunCaptcha({SceneId: "x", mode: "embed"})</script>'
    ),
    "CaptchaFox": '<div class="captchafox" data-sitekey="sk_1"></div>',
    "Lemin": (
        '<div id="lemin-cropped-captcha"></div><script '
        'src="https://api.leminnow.com/captcha/v1/cropped/CROPPED_1/js"></script>'
    ),
    "KeyCAPTCHA": (
        "<div id=div_for_keycaptcha></div><script>var s_s_c_user_id = '1'</script>"
        "<script src='//backs.keycaptcha.com/swfs/cap.js'></script>"
    ),
    "GeeTest": (
        '<div id=c></div><script src="https://static.geetest.com/v4/gt4.js"></script>'
        "<script>initGeetest4({captchaId: 'x'}, (c) => c.appendTo('#c'))</script>"
    ),
}

LONE_WIDGETS = (
    *(Sample("ALTCHA", html, 200, kind="challenge") for html in _ALTCHA),
    *(Sample("Cap", html, 200, kind="challenge") for html in _CAP),
    *(Sample("mCaptcha", html, 200, kind="challenge") for html in _MCAPTCHA),
    *(Sample("Friendly Captcha", html, 200, kind="challenge") for html in _FRIENDLY),
    *(Sample("Procaptcha (Prosopo)", html, 200) for html in _PROCAPTCHA),
    *(Sample("Tencent Captcha", html, 200) for html in _TENCENT),
    *(
        Sample(name, page(title, body, lang=lang), 200)
        for name, body in _OTHERS.items()
        for title, lang in (("Security", "en"), ("请稍候", "zh"))
    ),
)
"""Widgets of CAPTCHAs that no service solves, alone on their pages."""
