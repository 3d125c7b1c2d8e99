"""Sample walls that were written after the rules, to see whether these hold."""

from __future__ import annotations

from tests.support.walls.sample import Sample

_LAMPS = "https://shop.example/katalog/lampe-7"
_NEWS = "https://news.example/2026/11/story?id=88"
_FORUM = "https://forum.example/t/991-lampen"
_LIBRARY = "https://library.example/record/55"

LATER: tuple[Sample, ...] = (
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><title></title></head><body><script>function r(){var d=new Date();"
            "d.setTime(d.getTime()+864e5);document.cookie='xsrf_gate='+'9f3b2a1c'.split('').reverse()"
            ".join('')+';expires='+d.toUTCString()+';path=/';window.location.href=window.location.href;"
            "}r();</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<!doctype html><script>(()=>{const set=(k,v)=>{document.cookie=`${k}=${v};max-age=600;"
            "path=/`};set('h',(navigator.userAgent.length*7919).toString(36));location.reload(true)})()"
            "</script>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><script>var _0x3a1b=['cookie','reload'];(function(_0x1,_0x2){})(_0x3a1b,1);"
            "document[_0x3a1b[0]]='bp='+_0x9f(1);window['location'][_0x3a1b[1]]();var _0x44aa=1,"
            "_0x44ab=2,_0x44ac=3,_0x44ad=4,_0x44ae=5;</script></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><meta name=robots content='noindex'><script "
            "src='/cdn/ddos-protect/v2/check.js'></script></head><body></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><body onload='document.getElementById(\"c\").submit()'><form id=c method=POST "
            "action='/katalog/lampe-7'><input type=hidden name=tok value=8f7e></form></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=sr><head><title>Тренутак</title><meta name=robots content=noindex></head><body>"
            "<p>Провера у току, сачекајте.</p><script>async function f(){let n=0;const difficulty=5;"
            "for(;;n++){const h=await crypto.subtle.digest('SHA-256',new TextEncoder().encode('a'+n));"
            "if(ok(h,difficulty))break}await fetch('/.pow/verify',{method:'POST',body:n});"
            "location.reload()}f()</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=de><head><title>Sicherheitsüberprüfung</title><meta name=robots "
            "content='noindex, nofollow'></head><body><h1>Wir prüfen kurz, ob ein Mensch diese Seite "
            "öffnet</h1><div class=spinner></div><script src=/_bot/verify.js></script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            '<html><head><meta http-equiv=refresh content="2;'
            'url=/katalog/lampe-7?__cchk=Zm9vYmFyYmF6cXV4MTIzNDU2"></head><body>Please wait</body>'
            "</html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=pl><head><title>Zbyt wiele zapytań</title></head><body><h1>Zauważyliśmy "
            "nietypowy ruch z Twojej sieci</h1><p>Potwierdź, że nie jesteś robotem, aby "
            "kontynuować.</p></body></html>"
        ),
        429,
        url=_LAMPS,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=ko><head><title>접근 제한</title></head><body><p>비정상적인 접근이 감지되어 귀하의 IP 주소가 "
            "차단되었습니다. 자동화 프로그램이 아님을 확인해 주세요.</p></body></html>"
        ),
        403,
        url=_LAMPS,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=zh><head><title>安全验证</title></head><body><div class='slider-captcha'>"
            "请向右滑动完成验证</div><script src=/captcha/slider.js></script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="block",
    ),
    Sample(
        "ALTCHA, which is not solved,",
        (
            "<html lang=nl><head><title>Poort</title></head><body><article><h2>Even geduld</h2>"
            "<altcha-widget challengeurl=/a></altcha-widget></article></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "Turnstile",
        (
            "<html lang=hu><head><title>Kapu</title></head><body><form method=post><div "
            "class=cf-turnstile data-sitekey=0x4AAA></div></form><script "
            "src=https://challenges.cloudflare.com/turnstile/v0/api.js></script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="captcha",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=en><head><title>Bot Detection</title></head><body><div class=container><h1>"
            "Please wait while we check if you are a Human</h1><form method=POST action=/challenge "
            "id=form><input type=hidden name=challenge id=challenge></form></div><script>async "
            "function d(m){const h=await crypto.subtle.digest('SHA-256',new TextEncoder().encode(m))"
            "}(async()=>{const n=0;document.getElementById('form').submit()})()</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "image CAPTCHA",
        (
            "<html lang=es><head><title>Comprobación</title><link rel=canonical href=/><meta "
            "property=og:type content=website><meta name=robots content=noindex><script "
            'type=\'application/ld+json\'>{"@context":"https://schema.org","@graph":[{"@type":"WebSite",'
            '"name":"Lámparas"},{"@type":"Organization"}]}</script></head><body><h1>¿Es usted '
            "humano?</h1><form method=post><img src=/captcha.php alt=captcha><input name=captcha_code>"
            "<button>Continuar</button></form></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="captcha",
    ),
    Sample(
        "reCAPTCHA v2",
        (
            "<html lang=el><head><title>Πύλη</title></head><body><p>Ένα βήμα ακόμα.</p><form "
            "method=post><div class=g-recaptcha data-sitekey=6Le></div><button>Συνέχεια</button></form>"
            "</body></html>"
        ),
        200,
        url=_LAMPS,
        kind="captcha",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<!DOCTYPE html><html><head><meta charset=utf-8><title>Checking…</title></head><body>"
            "<noscript>JS</noscript><script>const seed='ab12';const target=5000;(async()=>{while(true)"
            "{const b=crypto.getRandomValues(new Uint8Array(16));const d=await "
            "crypto.subtle.digest('SHA-512',b);if(new DataView(d).getUint32(0)<target)"
            "{document.cookie='pow_solution='+b;location.reload()}}})()</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><title>Un instant...</title></head><body><p>Le site arrive.</p><script "
            "src=/sha1.js></script><script>var c='3f2a',i=0;while(sha1(c+i).substr(0,4)!='0000')i++;"
            "document.cookie='res='+c+i+'; path=/';window.location.reload();</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<script>window.location.href='https://shop.example:443/katalog/lampe-7?jskey=482913';"
            "</script>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=vi><head><title>Xác minh bạn là con người</title><meta name=robots "
            "content=noindex></head><body><h1>Xác minh bạn là con người</h1><button>Tiếp tục</button>"
            "</body></html>"
        ),
        200,
        url=_LAMPS,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><meta name=robots content=noindex></head><body><iframe "
            "src='/__challenge/frame?id=1' width=100% height=100%></iframe></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=pt><head><title>Aguarde</title></head><body><div id=status>Aguarde</div>"
            '<script>const code=\'self.onmessage=e=>{let n=0;while(!sha256(e.data+n).startsWith("0000"))'
            "n++;postMessage(n)}';const w=new Worker(URL.createObjectURL(new Blob([code])));"
            "w.onmessage=e=>{document.cookie='ok='+e.data+';path=/';location.reload()};"
            "w.postMessage('x')</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "hCaptcha",
        (
            "<html lang=sv><head><title>Säkerhetskontroll</title></head><body><h1>Kontroll</h1><p>"
            "Bekräfta att du är människa.</p><form method=POST><div class=h-captcha data-sitekey=1>"
            "</div></form></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="captcha",
    ),
    Sample(
        "mCaptcha, which is not solved,",
        (
            "<html lang=fr><head><title>Une étape</title></head><body><form method=post><iframe "
            "title=mCaptcha src='https://demo.mcaptcha.org/widget/?sitekey=abcd' width=304 height=78>"
            "</iframe></form></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "Friendly Captcha, which is not solved,",
        (
            "<html lang=de><head><title>Zugang</title></head><body><div class='frc-captcha' "
            "data-sitekey=FC data-start=auto></div><script type=module src=https://cdn.example/sdk.js>"
            "</script></body></html>"
        ),
        200,
        url=_LAMPS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><meta name=x content=YWJj></head><body><script>"
            "document.cookie='t='+atob(document.querySelector('meta[name=x]').content);"
            "location.assign(location.href)</script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><title>…</title><script>var w=new Worker('/.sec/w.js');w.onmessage=function(e)"
            "{document.cookie='sec='+e.data;setTimeout(function(){window.location.reload()},100)"
            "}</script></head><body></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><body><form method=post action='/2026/11/story?id=88'><input type=hidden name=r "
            "value=1><input type=hidden name=s></form><script>const f=document.querySelector('form');"
            "f.s.value=[...'abc'].map(c=>c.charCodeAt()).join('');f.requestSubmit()</script></body>"
            "</html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        ("<html><script>document.cookie='jschk=ok;path=/';history.go(0)</script></html>"),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=tr><head><title>Bağlantınız güvenlik kontrolünden geçiyor</title></head><body>"
            "<h1>Lütfen bekleyin</h1><noscript>JavaScript gerekli</noscript><script>async function "
            "run(){for(let i=0;;i++){let h=await crypto.subtle.digest('SHA-1',enc('s'+i));if(hex(h)"
            ".startsWith('000')){document.cookie='c='+i;location.reload();break}}}run()</script></body>"
            "</html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=he dir=rtl><head><title>אימות</title></head><body><h1>יש לאשר שאינך רובוט</h1>"
            "<form method=post><input type=checkbox name=ok> <button>המשך</button></form></body></html>"
        ),
        403,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=ka><head><title>შემოწმება</title><meta name=robots content=noindex></head>"
            "<body><p>გთხოვთ დაელოდოთ</p><form id=f method=post action=/verify-browser><input "
            "type=hidden name=data></form><script>f.data.value=1;f.submit()</script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=hy><head><title>Սպասեք</title><meta name=robots content='noindex,nofollow'>"
            "</head><body><p>Սպասեք մի քիչ</p><script>document.cookie='a1='+Date.now();"
            "location.reload()</script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=ta><head><title>காத்திருங்கள்</title></head><body><p>சற்று காத்திருங்கள்</p>"
            "<script>document.cookie='q='+1*7;location.reload()</script></body></html>"
        ),
        503,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "Friendly Captcha, which is not solved,",
        (
            "<html lang=fr><head><title>Accès</title></head><body><article><p>Un clic et vous y "
            "êtes.</p><div class=frc-captcha data-sitekey=x></div></article></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "Cap, which is not solved,",
        (
            "<html lang=ja><head><title>確認</title></head><body><form method=post><cap-widget "
            "data-cap-api-endpoint=/c></cap-widget><button>続ける</button></form></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "Procaptcha (Prosopo), which is not solved,",
        (
            "<html lang=en><head><title>Gate</title></head><body><div id=b></div><script>"
            "procaptcha.render(document.getElementById('b'),{siteKey:'5'})</script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "image CAPTCHA",
        (
            "<html lang=zh><head><title>请输入验证码</title></head><body><p>访问过于频繁，请输入图片中的验证码继续访问</p><form "
            "method=post><img src=/captcha.jpg><input name=captcha><input type=submit value=提交></form>"
            "</body></html>"
        ),
        200,
        url=_NEWS,
        kind="captcha",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=th><head><title>คำขอมากเกินไป</title></head><body><p>"
            "เราพบการใช้งานผิดปกติจากเครือข่ายของคุณ</p></body></html>"
        ),
        429,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=ar dir=rtl><head><title>التحقق من الزائر</title><meta name=robots "
            "content=noindex></head><body><h1>نتحقق من أنك لست روبوت</h1><script src=/x/y.js></script>"
            "</body></html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "hCaptcha",
        (
            "<html lang=da><head><title>Adgang</title><meta property=og:type content=website><script "
            'type=\'application/ld+json\'>{"@type":"WebPage"}</script></head><body><article><h2>Vis at '
            "du er et menneske</h2><div class=h-captcha data-sitekey=1></div></article></body></html>"
        ),
        200,
        url=_NEWS,
        kind="captcha",
    ),
    Sample(
        "challenge of Anubis",
        (
            "<html lang=ro><head><title>O clipă</title><script id=anubis_challenge "
            "type=application/json>{}</script></head><body><h1>Se verifică</h1><script type=module "
            "src=/.within.website/x/cmd/anubis/static/js/main.mjs></script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html><head><title>Access to this site is limited</title></head><body><h1>Your IP has "
            "been blocked</h1><p>Too many automated requests from your network.</p></body></html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><meta http-equiv=refresh content='0; url=/__challenge/start?u=%2F2026'></head>"
            "<body></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><title>x</title></head><body><form id=challenge-f action='/cdn/l/chk_jschl' "
            "method=get><input type=hidden name=jschl_vc value=a><input type=hidden name=pass value=b>"
            "<input type=hidden name=jschl_answer></form><script>setTimeout(function()"
            "{document.forms[0].submit()},4000)</script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="challenge",
    ),
    Sample(
        "GeeTest, which is not solved,",
        (
            "<html lang=ru><head><title>Проверка</title></head><body><p>Передвиньте ползунок.</p><div "
            "id=c></div><script>initGeetest4({captchaId:'x'},c=>c.appendTo('#c'))</script></body>"
            "</html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "Yandex SmartCaptcha, which is not solved,",
        (
            "<html lang=ru><head><title>Шаг</title></head><body><div id=captcha-container "
            "class=smart-captcha data-sitekey=ysc1></div><script "
            "src=https://smartcaptcha.yandexcloud.net/captcha.js defer></script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "CAPTCHA of DataDome",
        (
            "<html lang=fr><head><title>news.example</title></head><body><script>var dd={'rt':'c',"
            "'cid':'x','host':'geo.captcha-delivery.com'}</script><script "
            "src=https://ct.captcha-delivery.com/c.js></script></body></html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=es><head><title>Acceso bloqueado</title></head><body><h1>Su dirección IP ha "
            "sido bloqueada</h1><p>Hemos detectado actividad sospechosa desde su red.</p></body></html>"
        ),
        200,
        url=_NEWS,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><meta charset=gbk></head><body><script>function getc(){return 'a_b='+(37*99)"
            "}document.cookie=getc()+';path=/';window.location=window.location.href</script></body>"
            "</html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        ("<script>var d=document,c='coo'+'kie';d[c]='x=1';d.location.reload()</script>"),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "hCaptcha",
        (
            "<html lang=sw><head><title>Subiri</title></head><body><h1>Thibitisha wewe si roboti</h1>"
            "<div class=h-captcha data-sitekey=1></div></body></html>"
        ),
        200,
        url=_FORUM,
        kind="captcha",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><title></title></head><body><form id=chl action=/t/991-lampen method=post>"
            "<input type=hidden name=chl_token value=a><input type=hidden name=chl_answer></form>"
            "<script src=/_w/x.js></script></body></html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=es><head><title>Verificando que eres humano</title><meta name=robots "
            "content=noindex></head><body><div id=app><p>Un momento…</p></div><script src=/pow.min.js>"
            "</script></body></html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=de><head><title>429</title></head><body><h1>Zu viele Zugriffe</h1><p>Ihre "
            "IP-Adresse wurde vorübergehend gesperrt. Lösen Sie das Captcha.</p><div class=slider>"
            "</div></body></html>"
        ),
        429,
        url=_FORUM,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=pt-br><head><title>Acesso negado</title></head><body><h2>Seu IP foi "
            "bloqueado</h2><p>Detectamos tráfego automatizado vindo da sua rede.</p><a href=/contato>"
            "Contato</a></body></html>"
        ),
        403,
        url=_FORUM,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><noscript><meta http-equiv=refresh content='0;url=/nojs-challenge'></noscript>"
            "<script>document.cookie='nojs=0';location.replace(location.pathname+location.search)"
            "</script></head><body></body></html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "Turnstile",
        (
            "<html lang=pl><head><title>Chwileczkę</title></head><body><p>Sprawdzamy połączenie.</p>"
            "<form method=post><div class=cf-turnstile data-sitekey=0x></div></form></body></html>"
        ),
        200,
        url=_FORUM,
        kind="captcha",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><body><script>eval(function(p,a,c,k,e,d){return p}('0.1=\"2=3\";4.5()',6,6,"
            "'document|cookie|a|b|location|reload'.split('|'),0,{}))</script></body></html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=fi><head><title>Hetki</title><meta name=robots content=noindex><script "
            'id=challenge-data type=application/json>{"difficulty":4,"challenge":"x"}</script></head>'
            "<body><p>Hetki…</p><script type=module src=/_shield/solve.mjs></script></body></html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=is><head><title>Augnablik</title><meta name=robots content=noindex></head>"
            "<body data-difficulty=18 data-challenge=ab12><p>Augnablik…</p><script src=/_s/main.js>"
            "</script></body></html>"
        ),
        200,
        url=_FORUM,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=da><head><title>Vi tjekker din browser</title></head><body><h1>Vi tjekker din "
            "browser</h1><p>Det tager fem sekunder.</p><script src=/c.js></script></body></html>"
        ),
        503,
        url=_FORUM,
        kind="block",
    ),
    Sample(
        "image CAPTCHA",
        (
            "<html lang=ru><head><title>Проверка</title></head><body><form method=post><p>Введите "
            "символы с картинки:</p><img src=/captcha?sid=1><input type=text name=captcha_text><input "
            "type=submit value=OK></form></body></html>"
        ),
        200,
        url=_FORUM,
        kind="captcha",
    ),
    Sample(
        "MTCaptcha, which is not solved,",
        (
            "<html lang=it><head><title>Controllo</title></head><body><div class=mtcaptcha></div>"
            "<script>var mtcaptchaConfig={sitekey:'x'}</script><script "
            "src=https://service.mtcaptcha.com/mtcv1/client/mtcaptcha.min.js></script></body></html>"
        ),
        200,
        url=_FORUM,
        kind="block",
    ),
    Sample(
        "CAPTCHA of DataDome",
        (
            "<html><body><iframe src='https://geo.captcha-delivery.com/captcha/?x=1' width=100% "
            "height=100%></iframe></body></html>"
        ),
        200,
        url=_FORUM,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><meta charset=utf-8></head><body><script>(async function(){const t=await "
            "(await fetch('/.t')).text();document.cookie=`t=${t}; path=/; samesite=lax`;"
            "location.href=location.href.split('#')[0]})()</script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><body><form id=q action=/record/55 method=get><input type=hidden name=k value=88a7>"
            "<input type=hidden name=ts value=17></form><script>window.onload=()=>"
            "document.querySelector('#q').submit()</script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=he><head><title>רגע</title><meta name=robots content=noindex></head><body><p>"
            "רק רגע…</p><form method=post action=/human-check id=h><input type=hidden name=proof>"
            "</form><script src=/h.js></script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=bn><head><title>যাচাই</title></head><body><p>আপনি রোবট নন তা নিশ্চিত করুন।</p>"
            "<button>আমি মানুষ</button></body></html>"
        ),
        403,
        url=_LIBRARY,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=tr><head><title>Erişim engellendi</title></head><body><h1>IP adresiniz "
            "engellendi</h1><p>Ağınızdan şüpheli istekler geldi.</p></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="block",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html><head><title>Please turn JavaScript on and reload the page.</title></head><body>"
            "<script>function setc(n,v){document.cookie=n+'='+v+';path=/'}setc('js_ok',new Date()"
            ".getTimezoneOffset()*-3+'x');location.reload();</script><noscript>Please enable "
            "JavaScript.</noscript></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "challenge of an unknown make",
        (
            "<html lang=cs><head><title>Okamžik</title></head><body><p>Okamžik prosím</p><script "
            "type=module>import init,{solve} from '/.pow/pow.js';await init();const n=solve('ab',20);"
            "document.cookie='pow='+n;location.reload()</script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "hCaptcha",
        (
            "<html lang=fi><head><title>Portti</title></head><body><main><div class=h-captcha "
            "data-sitekey=1 data-callback=go></div></main><script>function go(t){fetch('/ok',"
            "{method:'POST',body:t}).then(()=>location.reload())}</script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="captcha",
    ),
    Sample(
        "ALTCHA, which is not solved,",
        (
            "<html lang=en><head><title>Sentinel</title></head><body><altcha-widget "
            "challenge=https://s.example/v1/challenge auto=onload></altcha-widget></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "Cap, which is not solved,",
        (
            "<html lang=en><head><title>One sec</title></head><body><div id=s></div><script>const "
            "cap=new Cap({apiEndpoint:'/c/'});cap.solve().then(t=>{document.cookie='cap='+t.token;"
            "location.reload()})</script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "Tencent Captcha, which is not solved,",
        (
            "<html lang=id><head><title>Tunggu</title></head><body><div id=tcaptcha-box></div><script>"
            "new TencentCaptcha(document.getElementById('tcaptcha-box'),'1',cb)</script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="block",
    ),
    Sample(
        "challenge of SafeLine",
        (
            "<html lang=zh><head><title>安全检测能力由雷池 WAF 提供</title></head><body><div id=slg-bg></div>"
            "<script src=/.safeline/static/sl.js></script></body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="challenge",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html><head><title>Restricted</title></head><body><h1>Your request was blocked</h1><p>"
            "Request id 88</p></body></html>"
        ),
        566,
        url=_LIBRARY,
        kind="block",
    ),
    Sample(
        "FunCaptcha (Arkose), which is not solved,",
        (
            "<html><head><title>Check</title></head><body><iframe "
            "src='https://client-api.arkoselabs.com/fc/gc/?token=1' width=400 height=400></iframe>"
            "</body></html>"
        ),
        200,
        url=_LIBRARY,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=eu><head><title>Robota ez zarela ziurtatzen!</title><meta name=robots "
            "content=noindex></head><body><h1>Robota ez zarela ziurtatzen!</h1><p>Kargatzen…</p></body>"
            "</html>"
        ),
        200,
        url=_LIBRARY,
        kind="block",
    ),
    Sample(
        "robot check of an unknown make",
        (
            "<html lang=el><head><title>Απορρίφθηκε</title></head><body><p>Εντοπίστηκε ύποπτη κίνηση "
            "από το δίκτυό σας.</p></body></html>"
        ),
        403,
        url=_LIBRARY,
        kind="block",
    ),
)
"""Walls of makes and languages that the rules were not made for."""
