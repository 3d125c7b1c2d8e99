"""CAPTCHAs as sites put them into forms, with the scripts that they need."""

from __future__ import annotations

_KEY = "6LeAAAAAAAAAAAAAAAAAAAAAAAAAAAA1"

WIDGETS: dict[str, str] = {
    "reCAPTCHA": f"""<script src="https://www.google.com/recaptcha/api.js" async defer></script>
        <div class="g-recaptcha" data-sitekey="{_KEY}"></div>""",
    "reCAPTCHA, invisible": f"""<script src="https://www.recaptcha.net/recaptcha/api.js"></script>
        <div class="g-recaptcha" data-sitekey="{_KEY}" data-size="invisible"></div>""",
    "reCAPTCHA v3": f"""<script src="https://www.google.com/recaptcha/api.js?render={_KEY}"></script>
        <script>grecaptcha.ready(() => grecaptcha.execute('{_KEY}', {{action: 'form'}}))</script>
        <input type="hidden" name="g-recaptcha-response">""",
    "hCaptcha": """<script src="https://js.hcaptcha.com/1/api.js" async defer></script>
        <div class="h-captcha" data-sitekey="10000000-ffff-ffff-ffff-000000000001"></div>""",
    "Turnstile": """<script src="https://challenges.cloudflare.com/turnstile/v0/api.js" defer></script>
        <div class="cf-turnstile" data-sitekey="0x4AAAAAAAAAAAAAAAAAAAAA"></div>""",
    "ALTCHA": """<script src="/js/altcha.min.js" type="module" async></script>
        <altcha-widget challengeurl="/altcha/challenge" hidefooter></altcha-widget>""",
    "Friendly Captcha": """<script type="module" src="/js/friendly-challenge/widget.module.min.js">
        </script><div class="frc-captcha" data-sitekey="FCMGEMUD2KTDSQ5H"></div>""",
    "Cap": """<script src="/js/@cap.js/widget" async></script>
        <cap-widget data-cap-api-endpoint="/cap/d9256640cb53/"></cap-widget>""",
    "mCaptcha": """<label for="mcaptcha__token" id="mcaptcha__token-label"><input type="hidden"
        name="mcaptcha__token" id="mcaptcha__token"></label><div id="mcaptcha__widget-container">
        </div><script src="/js/@mcaptcha/vanilla-glue/index.js"></script>""",
    "Procaptcha": """<script type="module" src="https://js.prosopo.io/js/procaptcha.bundle.js"
        async defer></script><div class="procaptcha" data-sitekey="5C7bfXYwachNuvmasEFt"></div>""",
    "Tencent": """<script src="https://turing.captcha.qcloud.com/TJCaptcha.js"></script>
        <button type="button" id="CaptchaId" data-appid="190000000" data-cbfn="callback"></button>""",
    "GeeTest": """<script src="https://static.geetest.com/v4/gt4.js"></script>
        <script>initGeetest4({captchaId: '647f5ed2ed8acb4be36784e01556bb71'}, start)</script>
        <div id="captcha"></div>""",
    "Alibaba": """<script src="https://g.alicdn.com/AWSC/AWSC/awsc.js"></script><script>
        AWSC.use('nc', (_, module) => module.init({appkey: 'FFFF0N000000', renderTo: 'nc'}))</script>
        <div id="nc" class="nc-container"></div>""",
    "Yandex SmartCaptcha": """<script src="https://smartcaptcha.yandexcloud.net/captcha.js" defer>
        </script><div class="smart-captcha" data-sitekey="ysc1_AAAAAAAAAAAAAAAA"></div>""",
    "FunCaptcha": """<script src="//client-api.arkoselabs.com/v2/11111111-1111/api.js"
        data-callback="setupEnforcement" async defer></script><div id="arkose"></div>""",
    "MTCaptcha": """<script>var mtcaptchaConfig = {sitekey: 'MTPublic-AAAAAAAA'}</script>
        <script src="https://service.mtcaptcha.com/mtcv1/client/mtcaptcha.min.js" async></script>
        <div class="mtcaptcha"></div>""",
    "AWS WAF": """<script src="https://8a1b.edge.captcha-sdk.awswaf.com/8a1b/jsapi.js" defer></script>
        <div id="captcha-container"></div><script>AwsWafCaptcha.renderCaptcha(
        document.getElementById('captcha-container'), {apiKey: 'x', onSuccess: done})</script>""",
    "Alibaba, second": """<script>window.AliyunCaptchaConfig = {region: 'cn', prefix: '8a1b'}</script>
        <script src="https://o.alicdn.com/captcha-frontend/aliyunCaptcha/AliyunCaptcha.js"></script>
        <div id="captcha-element"></div><script>initAliyunCaptcha({SceneId: '1', mode: 'popup',
        element: '#captcha-element', button: '#send'})</script>""",
    "NetEase": """<script src="https://cstaticdun.126.net/load.min.js"></script><div id="captcha">
        </div><script>initNECaptchaWithFallback({captchaId: '8a1b', element: '#captcha'})</script>""",
    "CaptchaFox": """<script src="https://cdn.captchafox.com/api.js" async defer></script>
        <div class="captchafox" data-sitekey="sk_11111111000000001111111100000000"></div>""",
    "VK": """<script src="https://unpkg.com/@vkid/captcha/dist-sdk/umd/index.js"></script>
        <div id="vkid-captcha"></div>""",
    "BotDetect": """<img class="BDC_CaptchaImage" id="c_CaptchaImage" src="/botdetect?get=image"
        alt="CAPTCHA"><input type="hidden" name="BDC_VCID_c" value="8a1b"><input name="CaptchaCode"
        id="CaptchaCode">""",
    "reCAPTCHA, drawn": f"""<div class="g-recaptcha" data-sitekey="{_KEY}"><div style="width: 304px">
        <iframe title="reCAPTCHA" src="https://www.google.com/recaptcha/api2/anchor?ar=1&k={_KEY}">
        </iframe></div><textarea id="g-recaptcha-response" name="g-recaptcha-response"
        style="display: none;"></textarea></div>""",
    "hCaptcha, drawn": """<div class="h-captcha"><iframe title="Widget containing checkbox for hCaptcha"
        src="https://newassets.hcaptcha.com/captcha/v1/8a1b/static/hcaptcha.html#frame=checkbox">
        </iframe><textarea name="h-captcha-response" style="display: none;"></textarea></div>""",
    "Turnstile, drawn": """<div class="cf-turnstile"><div><input type="hidden"
        name="cf-turnstile-response" id="cf-chl-widget-8a1b2_response"></div></div>""",
    "GeeTest, drawn": """<div class="geetest_holder geetest_wind"><div class="geetest_btn"><div
        class="geetest_radar_tip" aria-label="verify"></div></div></div>""",
    "Alibaba, drawn": """<div id="nc" class="nc-container"><div id="nc_1_wrapper" class="nc_wrapper">
        <div id="nc_1_n1t" class="nc_scale"><span id="nc_1_n1z" class="nc_iconfont btn_slide"></span>
        </div></div></div>""",
    "an image": """<img src="/captcha/image/8f1b/" alt="captcha" class="captcha">
        <input type="hidden" name="captcha_0" value="8f1b"><input type="text" name="captcha_1"
        autocomplete="off" spellcheck="false">""",
    "a sum": '<label>3 + 4 = <input type="text" name="sum" size="2" required></label>',
}
