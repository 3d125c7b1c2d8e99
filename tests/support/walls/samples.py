"""Sample pages of walls: structure, names and headers as their makers use them, in our words."""

from __future__ import annotations

from tests.support.walls.in_templates import IN_TEMPLATES
from tests.support.walls.later import LATER
from tests.support.walls.lone_widgets import LONE_WIDGETS
from tests.support.walls.more_makes import MORE_MAKES
from tests.support.walls.sample import URL, Sample, page
from tests.support.walls.shields import SHIELDS
from tests.support.walls.silent import SILENT

__all__ = ("SAMPLES", "URL", "Sample", "page")

_CLOUDFLARE = page(
    "Just a moment...",
    """<div class="main-wrapper" role="main"><div class="main-content"><noscript><div class="h2">
    <span id="challenge-error-text">Enable JavaScript and cookies to continue</span></div></noscript>
    </div></div><script>(function(){window._cf_chl_opt = {cvId: '3', cZone: 'shop.example',
    cType: 'managed', cRay: '8a1b2c3d4e5f6071', cH: 'x.y', cUPMDTk: '/lamps/7?__cf_chl_tk=abc'};
    var a = document.createElement('script');
    a.src = '/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8a1b2c3d4e5f6071';
    document.getElementsByTagName('head')[0].appendChild(a);}());</script>""",
    '<meta http-equiv="refresh" content="390">',
)

_CLOUDFLARE_LATER = page(
    "Einen Moment...",
    """<div class="main-wrapper" role="main"><div class="main-content">
    <h1 class="zone-name-title h1">shop.example</h1><p id="cTgYk2" class="h2 spacer-bottom">
    Der Besucher wird geprüft. Das kann einige Sekunden dauern.</p>
    <div id="uATa8"><div><div><input type="hidden" name="cf-turnstile-response"
    id="cf-chl-widget-f9k_response"></div></div></div>
    <div id="challenge-success-text" class="h2">Erfolg</div></div></div>
    <div class="footer" role="contentinfo">Ray ID: <code>8a1b2c3d4e5f6071</code><br>
    Performance and Security by <a href="https://www.cloudflare.com">Cloudflare</a></div>
    <script>(function(){window._cf_chl_opt={cvId:'3'}}())</script>""",
)

_IUAM = page(
    "Just a moment...",
    """<table><tr><td><div class="cf-browser-verification cf-im-under-attack">
    <h1>Looking at the browser before shop.example opens.</h1>
    <p>The page follows within five seconds.</p></div>
    <form id="challenge-form" action="/lamps/7?__cf_chl_f_tk=wQ3.x-1" method="POST">
    <input type="hidden" name="md" value="x"><input type="hidden" name="r" value="y"></form>
    <div class="attribution">DDoS protection by <a href="https://www.cloudflare.com">Cloudflare</a>
    <br>Ray ID: <code>6f1b2c3d4e5f6071</code></div></td></tr></table>""",
)

_CLOUDFLARE_1020 = page(
    "Access denied | shop.example used Cloudflare to restrict access",
    """<div id="cf-wrapper"><div id="cf-error-details" class="p-0"><header><h1>
    <span class="cf-error-type">Error</span> <span class="cf-error-code">1020</span></h1>
    <span>Ray ID: 8a1b2c3d4e5f6071 &bull; 2026-11-24 10:00:00 UTC</span>
    <h2>Access denied</h2></header><section><h2>What happened?</h2>
    <p>The site is guarded by a service against attacks.</p></section></div></div>""",
)

_CLOUDFLARE_BLOCKED = page(
    "Attention Required! | Cloudflare",
    """<div id="cf-wrapper"><div id="cf-error-details" class="cf-error-details-wrapper">
    <div class="cf-wrapper cf-header"><h1 data-translate="block_headline">Sorry, you have been
    blocked</h1><h2 class="cf-subheadline">No way to <span>shop.example</span> from here</h2></div>
    <p>Cloudflare Ray ID: <strong>8a1b2c3d4e5f6071</strong> &bull; Your IP: 198.51.100.7</p>
    </div></div>""",
)

_AKAMAI = (
    "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n \n"
    "There is no permission for &#34;http&#58;&#47;&#47;shop&#46;example&#47;lamps&#47;7&#34; "
    "on this server.<P>\nReference&#32;&#35;18&#46;4d5d7b5c&#46;1732442000&#46;1a2b3c4d\n"
    "<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;4d5d7b5c&#46;1732442000"
    "</P>\n</BODY>\n</HTML>"
)

_AKAMAI_CHALLENGE = page(
    "Challenge Validation",
    """<div id="sec-if-cpt-container"><iframe id="sec-cpt-if" provider="crypto" class="adaptive"
    src="" challenge="eyJ0Ijoi"></iframe></div>
    <script src="/_sec/cp_challenge/sec-cpt-4-5.js" async defer></script>""",
)

_AKAMAI_VERIFY = page(
    "",
    """<script>setTimeout(() => fetch('/_sec/verify?provider=interstitial', {method: 'POST',
    body: JSON.stringify({'bm-verify': 'AAQAAAAK_x3F', 'pow': 4431})}), 10)</script>""",
    """<meta http-equiv="refresh" content="5; URL='/lamps/7?bm-verify=AAQAAAAK_x3F9mQ'">""",
)

_DATADOME = page(
    "shop.example",
    """<p id="cmsg">Please enable JS and disable any ad blocker</p>
    <script data-cfasync="false">var dd={'rt':'c','cid':'AHrlqAAAAAM','hsh':'A55FBF4311ED6F1',
    't':'fe','qp':'','s':43909,'e':'9cf8','host':'geo.captcha-delivery.com','cookie':'x'}</script>
    <script data-cfasync="false" src="https://ct.captcha-delivery.com/c.js"></script>""",
    "<style>#cmsg{animation: A 1.5s;}</style>",
)

_DATADOME_FRAME = page(
    "shop.example",
    """<iframe src="https://geo.captcha-delivery.com/captcha/?initialCid=AHrlqA&hash=A55F&t=fe"
    title="DataDome CAPTCHA" width="100%" height="100%"></iframe>""",
)

_DATADOME_DEVICE = page(
    "shop.example",
    """<script>var dd={'rt':'i','cid':'AHrlqAAAAAM','host':'geo.captcha-delivery.com'}</script>
    <script src="https://ct.captcha-delivery.com/i.js"></script>""",
)

_HUMAN = page(
    "Access to this page has been denied",
    """<div class="px-captcha-container"><div class="px-captcha-header">One thing first</div>
    <div id="px-captcha"></div><div class="px-captcha-message">Press &amp; Hold to go on.</div>
    <div class="px-captcha-refid">Reference ID #c0ffee-11</div></div>
    <script>window._pxVid = ''; window._pxUuid = 'c0ffee-11'; window._pxAppId = 'PXabcdef12';
    window._pxMobile = false; window._pxHostUrl = 'https://collector-pxabcdef12.px-cloud.net';
    window._pxJsClientSrc = '//client.px-cloud.net/PXabcdef12/main.min.js';
    var script = document.createElement('script');
    script.src = '//captcha.px-cloud.net/PXabcdef12/captcha.js?a=c&m=0';
    document.head.appendChild(script);</script>""",
)

_INCAPSULA = (
    '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW">'
    '<meta name="viewport" content="initial-scale=1.0"></head><body style="margin:0px;height:100%">'
    '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9&xinfo=10-1-0%200NNN&'
    'incident_id=440000-1&edet=12&cinfo=04000000&rpinfo=0" frameborder=0 width="100%" height="100%">'
    "Request unsuccessful. Incapsula incident ID: 440000260034567890-123456789</iframe>"
    "</body></html>"
)

_INCAPSULA_SCRIPT = (
    '<html><head><META NAME="robots" CONTENT="noindex,nofollow"><script '
    'src="/_Incapsula_Resource?SWJIYLWA=5074a744e2e3d891814e9a2dace20bd4,719d34d31c8e3a6e6fff">'
    "</script><body></body></html>"
)

_PARDON = page(
    "Pardon Our Interruption",
    """<div class="container"><h1>Pardon Our Interruption</h1><p>Something in your browser looked
    like a machine. There are a few reasons for that:</p><ul><li>You go through the site faster than
    people do.</li><li>Cookies are off.</li></ul><p>To come back, make sure that cookies are on.</p>
    </div><script>setTimeout(function(){ window.reeseRetriedAutoload = true; }, 1000)</script>""",
)

_AWS_CHALLENGE = page(
    "",
    """<div id="challenge-container"></div><script>AwsWafIntegration.saveReferrer();
    AwsWafIntegration.checkForceRefresh().then((forceRefresh) => {
      if (forceRefresh) AwsWafIntegration.forceRefreshToken().then(() => location.reload(true))
      else AwsWafIntegration.getToken().then(() => location.reload(true)) })</script>
    <noscript><h1>JavaScript is disabled</h1></noscript>""",
    """<script>window.awsWafCookieDomainList = []; window.gokuProps = {"key": "AQIDAHj",
    "iv": "CgAAt", "context": "GjQ"}</script><script
    src="https://0a1b2c.a1b2.eu-west-1.token.awswaf.com/0a1b2c/4d5e/challenge.js"></script>""",
)

_AWS_CAPTCHA = page(
    "Human Verification",
    """<div id="captcha-container"></div><script>AwsWafCaptcha.renderCaptcha(
    document.getElementById('captcha-container'), {apiKey: 'x'})</script>""",
    """<script src="https://0a1b2c.a1b2.eu-west-1.captcha.awswaf.com/0a1b2c/captcha.js"></script>""",
)

_CLOUDFRONT = (
    '<!DOCTYPE HTML><HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html">'
    "<TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>"
    "<H2>The request could not be satisfied.</H2><HR>Request blocked. We can't connect to the "
    "server for this app now.<BR clear=all><HR><PRE>Generated by cloudfront (CloudFront)\n"
    "Request ID: Zm9vYmFy==</PRE></BODY></HTML>"
)

_KASADA = (
    "<!DOCTYPE html><html><head></head><body><script>window.KPSDK={};KPSDK.now=typeof performance"
    "!=='undefined'&&performance.now?performance.now.bind(performance):Date.now.bind(Date);"
    'KPSDK.start=KPSDK.now();</script><script src="/149e9513-01fa/2d206a39-8ed7/ips.js?tkrm=x">'
    "</script></body></html>"
)

_F5 = (
    "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please "
    "ask your administrator.<br><br>Your support ID is: 5678901234567890123<br><br>"
    "<a href='javascript:history.back();'>[Go Back]</a></body></html>"
)

_F5_SCRIPT = (
    '<html><head><meta http-equiv="Pragma" content="no-cache"/><script type="text/javascript">\n'
    '(function(){window["bobcmn"] = "101110101010102000000022000000052000";window["failureConfig"]'
    '= "x";})();</script><script type="text/javascript" src="/TSPD/0832dab2faab2000abc?type=10">'
    "</script><noscript>Please switch JavaScript on.<br/>Your support ID is: 567890123.</noscript>"
    "</head><body></body></html>"
)

_SUCURI_SCRIPT = (
    "<html><title>You are being redirected...</title>\n<noscript>JavaScript is needed here.</noscript>"
    "<script>var s={},u,c,U,r,i,l=0,a,e=eval,w=String.fromCharCode,sucuri_cloudproxy_js='',"
    "S='dT0nYSc7';L=S.length;U=0;r='';</script></html>"
)

_SUCURI = page(
    "Sucuri WebSite Firewall - Access Denied",
    """<section class="center"><h1 class="fail">Access Denied - Sucuri Website Firewall</h1>
    <p>The owner of this site can let this address in.</p><table><tr><td>Block ID:</td>
    <td>BNP005</td></tr><tr><td>Block reason:</td><td>Bad bot access attempt.</td></tr></table>
    </section>""",
)

_DDOS_GUARD = page(
    "DDoS-Guard",
    """<div class="container"><h1 id="title">Checking your browser before accessing shop.example
    </h1><p id="description">It takes a few seconds.</p><div id="ddg-captcha"></div>
    <div class="footer">DDoS protection by DDoS-Guard</div></div>
    <script src="/.well-known/ddos-guard/js-challenge/index.js" defer></script>""",
)

_SORRY_URL = "https://www.google.com/sorry/index?continue=https://www.google.com/search%3Fq%3Dlamp"

_SORRY = page(
    "https://www.google.com/search?q=lamp",
    """<form id="captcha-form" action="index" method="post"><noscript>Switch JavaScript on.
    </noscript><div id="recaptcha" class="g-recaptcha"
    data-sitekey="6LfwuyUTAAAAAOAmoS0fdqijC2PbbdH4kjq62Y1b" data-callback="submitCallback"
    data-s="jBZwqQ1m"></div><input type="hidden" name="q" value="EgRP"></form>
    <div>Our systems noticed unusual traffic from your computer network. Whether it is a person who
    sends it is what this page asks.<br>IP address: 198.51.100.7<br>Time: 2026-11-24</div>""",
    '<script src="https://www.google.com/recaptcha/enterprise.js" async defer></script>',
)

_SORRY_REFUSED = page(
    "Sorry...",
    """<div><h1>Sorry...</h1><p>There is unusual traffic from your computer network; to protect our
    users, the request is not answered now.</p></div>""",
)

_AMAZON = page(
    "Robot Check",
    """<div class="a-container"><h4>Enter the characters you see below</h4><p>We only want to be sure
    that you're not a robot.</p><form method="get" action="/errors/validateCaptcha">
    <input type=hidden name="amzn" value="x"><input type=hidden name="amzn-r" value="/">
    <img src="https://images-na.ssl-images-amazon.com/captcha/usvmgloq/Captcha_kwrrnqwkph.jpg">
    <input autocomplete="off" placeholder="Type characters" id="captchacharacters"
    name="field-keywords" type="text"><button type="submit">Go on</button></form></div>""",
)

_AMAZON_BUTTON = page(
    "Amazon.de",
    """<form method="get" action="/errors/validateCaptcha"><input type=hidden name="amzn-r"
    value="/dp/B0"><h4>Click the button to continue shopping</h4><button type="submit">Continue
    shopping</button></form>""",
)

_VERCEL = page(
    "Vercel Security Checkpoint",
    """<div id="root"><div id="header-text">We're verifying your browser</div></div>
    <script type=module src="/.well-known/vercel/security/static/challenge.v2.min.js"></script>""",
)

_ANUBIS = page(
    "Making sure you're not a bot!",
    """<main><h1 id="title">Making sure you're not a bot!</h1><img id="image" src="/x/pensive.webp">
    <p id="status">Loading...</p><div id="progress"></div></main>
    <script async type="module" src="/.within.website/x/cmd/anubis/static/js/main.mjs"></script>""",
    '<script id="anubis_challenge" type="application/json">{"rules":{"difficulty":4}}</script>',
)

_ALIBABA = page(
    "",
    """<div id="nocaptcha"></div><script>window._config_ = {"action": "captcha",
    "url": "https://shop.example:443//lamps/7/_____tmd_____/punish?x5secdata=xg"}</script>
    <script src="//g.alicdn.com/sd/punish/punish.js"></script>""",
)

_YANDEX = page(
    "Are you not a robot?",
    """<div class="Theme"><form method="POST" action="/checkcaptcha?key=1b2c" id="checkbox-captcha-form">
    <div class="CheckboxCaptcha"><div class="CheckboxCaptcha-Anchor"><input type="submit"
    class="CheckboxCaptcha-Button" id="js-button"></div></div></form></div>""",
)

_RADWARE = page(
    "Radware Captcha Page",
    """<div class="captcha-mid"><h1>We apologize for the inconvenience</h1><div class="h-captcha-box">
    </div></div><script>window.__uzdbm_a = "x"; window.__uzdbm_b = "y"</script>""",
)

_WORDFENCE = page(
    "Your access to this site has been limited by the site owner",
    """<h1>Your access to this site has been limited by the site owner</h1><p>Whoever owns this site
    can help.</p><h2>Block Technical Data</h2><p>HTTP response code 503</p>
    <p>Generated by Wordfence at Tue, 24 Nov 2026 10:00:00 GMT.</p>""",
)

_MOD_SECURITY = (
    "<head><title>Not Acceptable!</title></head><body><h1>Not Acceptable!</h1><p>The resource has no "
    "acceptable form on this server. This error was generated by Mod_Security.</p></body></html>"
)

_CONSENT_GOOGLE = page(
    "Before you continue",
    f"""<div><h1>Before you continue</h1><p>{"Cookies and data are used for many things. " * 60}</p>
    <form action="https://consent.google.com/save" method="post"><input type=hidden name=bl value=x>
    <button>Reject all</button></form><form action="https://consent.google.com/save" method="post">
    <button>Accept all</button></form></div>""",
)

_CONSENT_YAHOO = page(
    "Yahoo is part of a family of brands",
    """<form method="post" action="/v2/collectConsent?sessionId=3_cc" class="consent-form"><h2>We and
    our partners ask for your agreement</h2><p>Data is kept and read on devices.</p>
    <button name="agree">Accept all</button><button name="reject">Reject all</button></form>""",
)

_CONSENT_PUR = page(
    "Zustimmung zu Werbung | Tagblatt",
    """<div id="main"><div class="sp_message_container_1193"></div></div>""",
    '<script src="https://cmp.example/sourcepoint/unified/wrapperMessagingWithoutDetection.js">'
    "</script>",
)

_GENERIC_403 = page(
    "Blocked",
    "<h1>Whoa there</h1><p>You have been blocked by network security. Sign in, or file a ticket.</p>",
)

_GENERIC_429 = page(
    "shop.example",
    "<p>We have noticed automated requests from your network, and they have been stopped.</p>",
)

_GENERIC_200 = page(
    "Are you a human?",
    """<h1>Are you a human?</h1><p>Please wait while we are checking your browser.</p>
    <script src=/challenge.js></script>""",
)

_GEETEST = page(
    "One moment",
    """<div id="captcha-box"></div><script src="https://static.geetest.com/static/js/gt.0.5.0.js">
    </script><script>initGeetest({gt: 'x', challenge: 'y'}, () => {})</script>""",
)

_ARKOSE = page(
    "Security",
    """<div id="FunCaptcha"></div><script
    src="https://client-api.arkoselabs.com/v2/0A1B2C/api.js" async></script>""",
)

SAMPLES = (
    Sample(
        "challenge of Cloudflare",
        _CLOUDFLARE,
        headers={"cf-mitigated": "challenge"},
        kind="challenge",
    ),
    Sample("challenge of Cloudflare", _CLOUDFLARE, kind="challenge"),
    Sample("challenge of Cloudflare", _CLOUDFLARE_LATER, kind="challenge"),
    Sample("challenge of Cloudflare", _IUAM, 503, {"server": "cloudflare"}, kind="challenge"),
    Sample("block page of Cloudflare", _CLOUDFLARE_1020),
    Sample("block page of Cloudflare", _CLOUDFLARE_BLOCKED),
    Sample("block page of Akamai", _AKAMAI, headers={"server": "AkamaiGHost"}),
    Sample("challenge of Akamai", _AKAMAI_CHALLENGE, 429, kind="challenge"),
    Sample("challenge of Akamai", _AKAMAI_VERIFY, 200, kind="challenge"),
    Sample("CAPTCHA of DataDome", _DATADOME, headers={"x-datadome": "protected"}),
    Sample("CAPTCHA of DataDome", _DATADOME_FRAME),
    Sample("device check of DataDome", _DATADOME_DEVICE, kind="challenge"),
    Sample("HUMAN (PerimeterX)", _HUMAN),
    Sample("block page of Imperva", _INCAPSULA, headers={"x-iinfo": "10-1-0"}),
    Sample("block page of Imperva", _INCAPSULA, 200),
    Sample("challenge of Imperva", _INCAPSULA_SCRIPT, 200, {"x-iinfo": "9-1"}, kind="challenge"),
    Sample("interruption page of Imperva", _PARDON, 200),
    Sample(
        "challenge of AWS WAF",
        _AWS_CHALLENGE,
        202,
        {"x-amzn-waf-action": "challenge"},
        kind="challenge",
    ),
    Sample("challenge of AWS WAF", _AWS_CHALLENGE, 200, kind="challenge"),
    Sample("CAPTCHA of AWS WAF", _AWS_CAPTCHA, 405, {"x-amzn-waf-action": "captcha"}),
    Sample("CloudFront", _CLOUDFRONT),
    Sample("Kasada", _KASADA, 429, kind="challenge"),
    Sample("block page of F5", _F5, 200),
    Sample("challenge of F5", _F5_SCRIPT, 200, kind="challenge"),
    Sample("challenge of Sucuri", _SUCURI_SCRIPT, 200, kind="challenge"),
    Sample("block page of Sucuri", _SUCURI),
    Sample("DDoS-Guard", _DDOS_GUARD, kind="challenge"),
    Sample(
        "reCAPTCHA v2 on the unusual-traffic page",
        _SORRY,
        429,
        url=_SORRY_URL,
        kind="captcha",
    ),
    Sample("unusual-traffic page of Google", _SORRY_REFUSED, 503, url=_SORRY_URL),
    Sample("image CAPTCHA on the robot check of Amazon", _AMAZON, 200, kind="captcha"),
    Sample("robot check of Amazon", _AMAZON_BUTTON, 200),
    Sample("Vercel", _VERCEL, 429, kind="challenge"),
    Sample("Anubis", _ANUBIS, 200, kind="challenge"),
    Sample("Alibaba", _ALIBABA, 200, url=f"{URL}/_____tmd_____/punish?x5secdata=1"),
    Sample("Yandex", _YANDEX, 200, url="https://ya.ru/showcaptcha?cc=1"),
    Sample("Radware", _RADWARE, 200, url="https://validate.perfdrive.com/?ssa=1"),
    Sample("Wordfence", _WORDFENCE, 503),
    Sample("ModSecurity", _MOD_SECURITY, 406),
    Sample(
        "consent page of Google",
        _CONSENT_GOOGLE,
        200,
        url="https://consent.google.com/m?gl=DE",
        kind="consent",
    ),
    Sample(
        "consent page of Yahoo",
        _CONSENT_YAHOO,
        200,
        url="https://consent.yahoo.com/v2/collectConsent?sessionId=3_cc",
        kind="consent",
    ),
    Sample(
        "consent wall",
        _CONSENT_PUR,
        200,
        url="https://tagblatt.example/zustimmung?url=%2F",
        kind="consent",
    ),
    Sample("robot check of an unknown make", _GENERIC_403),
    Sample("robot check of an unknown make", _GENERIC_429, 429),
    Sample("robot check of an unknown make", _GENERIC_200, 200, kind="challenge"),
    Sample("GeeTest", _GEETEST),
    Sample("FunCaptcha", _ARKOSE),
    *SHIELDS,
    *SILENT,
    *LONE_WIDGETS,
    *MORE_MAKES,
    *LATER,
    *IN_TEMPLATES,
)
