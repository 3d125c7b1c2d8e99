"""Sample pages of more makers of walls, and of walls of unknown makes in many languages."""

from __future__ import annotations

from tests.support.walls.sample import URL, Sample, page

_FASTLY = page(
    "Client Challenge",
    """<div class="container"><noscript><h1>Scripts are off</h1></noscript><div id="loading-error">A part
    of this site did not load.</div></div>""",
    '<link rel="stylesheet" href="/_fs-ch-1T1wms/assets/styles.css">'
    '<script src="/_fs-ch-1T1wms/script.js"></script>',
)

_SERVICEPIPE = (
    '<html><head><script src="//servicepipe.ru/static/jsrsasign-all-min.js"></script></head><body>'
    '<div id="id_spinner" class="container"><div class="load"></div></div><div id="id_captcha_frame_div" '
    'style="display: none"></div></body></html>'
)

_IMUNIFY = page(
    "Один момент",
    """<h1>Один момент</h1><form id="wsidchk-form" style="display:none" action="/z0f76a1d14fd21a8f"
    method="GET"><input type="hidden" id="wsidchk" name="wsidchk"></form><script>(function(){
    document.getElementById('wsidchk').value = 7; document.getElementById('wsidchk-form').submit()})()
    </script>""",
    lang="ru",
)

_BITNINJA = page(
    "Waiting for the redirectiron...",
    "<h1>BitNinja</h1><p>Der Server möchte mehr über diesen Besuch wissen.</p>",
    lang="de",
)

_AZURE = page(
    "Azure WAF",
    """<div id="main"><h2>Just checking</h2></div><script>var cookie = 'afd_azwaf_jsclearance=';
    document.cookie = cookie + solve()</script>""",
)

_SITEGROUND = (
    '<html><head><link rel="icon" href="data:,"><meta http-equiv="refresh" content="0;/.well-known/'
    'sgcaptcha/?r=%2Flamps%2F7&y=ipc:198.51.100.7:1.2"></meta></head></html>'
)

_LITESPEED = page(
    "Verificación",
    """<h3>Comprobamos que no hay un robot...</h3><form action="/.lsrecap/recaptcha" method="POST"
    id="lsrecaptcha-form"><div id="recaptchadiv" class="g-recaptcha" data-sitekey="6Lew"></div></form>
    <script src="https://www.google.com/recaptcha/api.js"></script>""",
    lang="es",
)

_HOSTINGER = page(
    "Tunggu",
    '<p>Situs segera terbuka.</p><script src="/hcdn-cgi/jschallenge"></script>',
    lang="id",
)

_SAFELINE = page(
    "请稍候",
    """<div id="slg-bg"></div><div id="slg-box"><div id="slg-title">正在处理</div></div>
    <script src="/.safeline/static/challenge.js"></script>""",
    lang="zh",
)

_BT = page(
    "提示",
    """<p>正在打开页面</p><script src="/a20be899_96a6_40b2_88ba_32f1f75f1552_yanzheng_ip.php?t=1">
    </script>""",
    lang="zh",
)

_360 = '<html><body><script>var wzwsconfirm="x";location="/WZWSREL2xhbXBz"</script></body></html>'

_YUNSUO = (
    "<html><head><script>var YunSuoAutoJump=function(){self.location='/lamps/7?security_verify_data='+"
    "stringToHex('1920,1080')}</script></head><body onload=setTimeout('YunSuoAutoJump()',50)></body></html>"
)

_LINKEDIN = (
    "<html><head><script>window.onload=function(){var trk='bf';var c=document.cookie.split('; ');for(var i"
    "=0;i<c.length;++i)if(c[i].indexOf('trkCode=')==0)trk=c[i];window.location.href='https://'+location.host"
    "+'/authwall?trk='+trk}</script></head><body></body></html>"
)

_NETSCALER = page(
    "Application Firewall Block Page",
    "<p>The firewall has seen something.</p><p>APPFW_XSS 10.0.0.1 #1234567</p>",
)

_NAMED = (
    Sample("challenge of Fastly", _FASTLY, 200, kind="challenge"),
    Sample("challenge of ServicePipe", _SERVICEPIPE, 200, kind="challenge"),
    Sample("challenge of Imunify360", _IMUNIFY, 200, kind="challenge"),
    Sample("security check of BitNinja", _BITNINJA),
    Sample("challenge of Azure", _AZURE, kind="challenge"),
    Sample("CAPTCHA of SiteGround", _SITEGROUND, 202, {"sg-captcha": "challenge"}),
    Sample("CAPTCHA of SiteGround", _SITEGROUND, 202),
    Sample("reCAPTCHA v2 on the robot check of LiteSpeed", _LITESPEED, 200, kind="captcha"),
    Sample("challenge of Hostinger", _HOSTINGER, kind="challenge"),
    Sample("challenge of SafeLine", _SAFELINE, 468, kind="challenge"),
    Sample("robot check of BT", _BT, 200),
    Sample("challenge of 360", _360, 200, kind="challenge"),
    Sample("challenge of Yunsuo", _YUNSUO, 200, kind="challenge"),
    Sample("login wall of LinkedIn", _LINKEDIN, 999),
    Sample("block page of NetScaler", _NETSCALER),
    Sample(
        "waiting room of Queue-it",
        page("Kø", "<h1>Du står i kø</h1><p>Der er 2000 foran dig.</p>", lang="da"),
        200,
        url="https://shop.queue-it.net/?c=shop&e=lamps",
        kind="challenge",
    ),
)

_SPOKEN = {
    "de": ("Sind Sie ein Mensch?", "Bitte bestätigen Sie, dass kein Roboter diese Seite liest."),
    "fr": ("Vérification du navigateur", "Nous regardons si vous êtes humain. Patientez."),
    "es": ("Comprobando su navegador", "Antes de entrar, verifique que es humano."),
    "pt": ("Verificando se é um humano", "Confirme que não é um robô."),
    "it": ("Verifica: sei un essere umano?", "Conferma che non sei un robot."),
    "nl": ("Bent u een mens?", "We controleren of u geen robot bent."),
    "pl": ("Sprawdzamy przeglądarkę", "Potwierdź, że nie jesteś robotem."),
    "cs": ("Ověřujeme, že jste člověk", "Kontrola prohlížeče trvá chvilku."),
    "ru": ("Проверяем ваш браузер", "Подтвердите, что вы не робот."),
    "uk": ("Перевіряємо, чи ви людина", "Підтвердіть, що ви не робот."),
    "tr": ("Tarayıcınız kontrol ediliyor", "Robot olmadığınızı doğrulayın."),
    "ar": ("التحقق من أنك إنسان", "جارٍ فحص المتصفح. انتظر لحظة."),
    "fa": ("بررسی مرورگر شما", "تأیید کنید که ربات نیستید."),
    "he": ("בודקים את הדפדפן שלך", "יש לאשר שאינך רובוט."),
    "hi": ("आपके ब्राउज़र की जाँच हो रही है", "पुष्टि करें कि आप रोबोट नहीं हैं।"),
    "id": ("Memeriksa peramban Anda", "Buktikan bahwa Anda bukan robot."),
    "vi": ("Đang kiểm tra trình duyệt", "Hãy xác minh bạn không phải là robot."),
    "th": ("กำลังตรวจสอบเบราว์เซอร์", "โปรดยืนยันว่าคุณไม่ใช่หุ่นยนต์"),
    "zh-CN": ("正在验证您是否是真人", "请完成人机验证后继续访问。"),
    "zh-TW": ("正在檢查您的瀏覽器", "請證明您不是機器人。"),
    "ja": ("ブラウザを確認しています", "ロボットではないことを確認してください。"),
    "ko": ("브라우저를 확인하고 있습니다", "로봇이 아님을 확인해 주세요."),
    "sv": ("Vi kontrollerar din webbläsare", "Bekräfta att du inte är en robot."),
    "da": ("Vi tjekker din browser", "Bekræft, at du ikke er en robot."),
    "nb": ("Er du et menneske? Vi sjekker nettleseren", "Bekreft at du ikke er en robot."),
    "fi": ("Tarkistamme selaimesi", "Vahvista, ettet ole robotti."),
    "el": ("Έλεγχος του browser σας", "Επιβεβαιώστε ότι δεν είστε ρομπότ."),
    "hu": ("A böngésző ellenőrzése", "Igazolja, hogy nem robot."),
    "ro": ("Verificăm browserul", "Confirmați că nu sunteți robot."),
    "bg": ("Проверка на браузъра", "Потвърдете, че не сте робот."),
    "hr": ("Provjera preglednika", "Potvrdite da niste robot."),
    "et": ("Kontrollime teie brauserit", "Kinnitage, et te ei ole robot."),
    "lt": ("Tikriname naršyklę", "Patvirtinkite, kad nesate robotas."),
    "lv": ("Pārbaudām pārlūku", "Apstipriniet, ka neesat robots."),
}

MORE_MAKES: tuple[Sample, ...] = (
    *_NAMED,
    *(
        Sample(
            "robot check of an unknown make",
            page(
                title, f"<h1>{title}</h1><p>{text}</p><script src=/gate/1.js></script>", lang=lang
            ),
            status,
            kind="either",
            url=f"{URL}?{lang}",
        )
        for lang, (title, text) in _SPOKEN.items()
        for status in (200, 403)
    ),
)
"""Walls of more makers, and of unknown makers, each in another language."""
