"""What products that watch visitors put into the pages that they let through."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Guard:
    """A product's markup at the end of `head` or `body`, and its headers."""

    name: str
    head: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


NO_GUARD = Guard("nothing")

GUARDS = (
    Guard(
        "Cloudflare",
        body="""<script>(function(){function c(){var b=a.contentDocument||a.contentWindow.document;
        if(b){var d=b.createElement('script');d.innerHTML="window.__CF$cv$params={r:'8a1b2c3d4e5f6071',
        t:'MTc2NDIzMDQwMA=='};var a=document.createElement('script');
        a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';
        document.getElementsByTagName('head')[0].appendChild(a);";
        b.getElementsByTagName('head')[0].appendChild(d)}}if(document.body){var a=
        document.createElement('iframe');a.height=1;a.width=1;a.style.position='absolute';
        document.body.appendChild(a);c()}})();</script>""",
        headers={"server": "cloudflare", "cf-ray": "8a1b2c3d4e5f6071-FRA"},
    ),
    Guard(
        "Cloudflare, Rocket Loader",
        body="""<a class="__cf_email__" href="/cdn-cgi/l/email-protection" data-cfemail="2a43">[email
        &#160;protected]</a><script src="/cdn-cgi/scripts/7d0fa10a/cloudflare-static/rocket-loader.min.js"
        data-cf-settings="8a1b-|49" defer></script><script data-cfasync="false"
        src="/cdn-cgi/scripts/5c5dd728/cloudflare-static/email-decode.min.js"></script>""",
        headers={"server": "cloudflare", "set-cookie": "__cf_bm=x"},
    ),
    Guard(
        "DataDome",
        head="""<script>window.ddjskey='0A1B2C3D4E5F';window.ddoptions={endpoint:'/js/'}</script>
        <script src="https://js.datadome.co/tags.js" async></script>""",
        headers={"x-datadome": "protected", "set-cookie": "datadome=x"},
    ),
    Guard(
        "HUMAN",
        head="""<script>(function(){window._pxAppId='PXAbCdEf12';var p=document.createElement('script');
        p.async=1;p.src='/AbCdEf12/init.js';document.head.appendChild(p)})();</script>""",
        headers={"set-cookie": "_pxhd=x; pxcts=y"},
    ),
    Guard(
        "Akamai Bot Manager",
        body="""<script type="text/javascript" src="/wE1xRz/p8Lq/T0v/o4Z/aJs9?v=8a1b"></script>
        <script type="text/javascript" src="/akam/13/3c1d2e4f" defer></script><noscript><img
        src="/akam/13/pixel_3c1d2e4f?a=dD1m" style="visibility: hidden"></noscript>""",
        headers={"server": "AkamaiGHost", "set-cookie": "_abck=x; ak_bmsc=y; bm_sz=z"},
    ),
    Guard(
        "Imperva",
        body="""<script type="text/javascript">(function () { var watch =
        document.createElement('script'); watch.async = true; watch.src =
        '/_Incapsula_Resource?SWJIYLWA=719d34d31c8e3a6e6fffd425f7e032f3&ns=2&cb=1718432';
        document.body.appendChild(watch); })();</script>""",
        headers={"x-cdn": "Imperva", "set-cookie": "visid_incap_1=x; incap_ses_2=y"},
    ),
    Guard(
        "AWS WAF",
        head="""<script src="https://8a1b2c3d4e5f.edge.sdk.awswaf.com/8a1b2c3d4e5f/6071/challenge.js"
        type="text/javascript" defer></script>""",
        headers={"server": "CloudFront", "set-cookie": "aws-waf-token=x"},
    ),
    Guard(
        "Kasada",
        head="""<script src="/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7/p.js" async></script>
        <script>document.addEventListener('kpsdk-load',()=>window.KPSDK.configure([{domain:location.host,
        path:'/api/*',method:'POST'}]))</script>""",
        headers={"x-kpsdk-ct": "x"},
    ),
    Guard(
        "F5",
        head="""<script type="text/javascript" src="/TSPD/08c5b7a3d2ab2000?type=9"></script>""",
        headers={"set-cookie": "TS01a2b3c4=x; TSPD_101=y"},
    ),
    Guard(
        "F5 Shape",
        head="""<script src="/assets/ui/bundle.js?async"></script><script
        src="/assets/ui/bundle.js?seed=AAB7f9&X-Ab1Cd2Ef-z=q" id="_imp_apg_dip_"></script>""",
    ),
    Guard(
        "reCAPTCHA v3",
        head="""<script src="https://www.google.com/recaptcha/enterprise.js?render=6LeBBBBBBBBBBBBBBBBBBB"
        async></script>""",
        body="""<div class="grecaptcha-badge" data-style="bottomright"><iframe title="reCAPTCHA"
        src="https://www.google.com/recaptcha/enterprise/anchor?ar=1&k=6LeBBBBB&size=invisible">
        </iframe></div>""",
    ),
    Guard(
        "Turnstile, invisible",
        head="""<script src="https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit"
        defer></script><script>window.turnstileKey='0x4AAAAAAAAAAAAAAAAAAAAA'</script>""",
    ),
    Guard(
        "Alibaba",
        head="""<script src="https://g.alicdn.com/AWSC/AWSC/awsc.js"></script><script
        src="https://g.alicdn.com/sd/baxia/2.5.3/baxiaCommon.js"></script><script>
        window.baxiaCommon&&baxiaCommon.init({checkApiPath:function(u){return u.indexOf('login')>-1}})
        </script>""",
        headers={"server": "Tengine", "set-cookie": "acw_tc=x; cdn_sec_tc=y"},
    ),
    Guard(
        "Vercel BotID",
        head="""<script src="/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e/a-4-a/c.js?i=0"
        async></script>""",
        headers={"server": "Vercel", "x-vercel-id": "fra1::8a1b"},
    ),
    Guard(
        "Ruishu",
        head="""<script charset="utf-8" src="/4QbVtADbnLVIc/c.FxJzG50F.dfe1675.js" r="m"></script>
        <script r="m">(function(){var $_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=18402;$_ts.cd="qEVxr"
        })()</script>""",
    ),
    Guard(
        "ByteDance",
        head="""<script src="https://lf-security.bytegoofy.com/obj/security-secsdk/runtime-stable.js">
        </script><script>window.byted_acrawler && window.byted_acrawler.init({aid: 24, dfp: true})
        </script>""",
    ),
    Guard(
        "Radware",
        head="""<script>(function(a, b, c) { a[b] = a[b] || []; var s = document.createElement('script');
        s.src = c; document.head.appendChild(s) })(window, 'ssConf',
        'https://cdn.perfdrive.com/aperture/aperture.js')</script>""",
        headers={"set-cookie": "__uzma=x; __uzmb=y"},
    ),
    Guard(
        "CleanTalk",
        head="""<script src="https://fd.cleantalk.org/ct-bot-detector-wrapper.js" defer></script>
        <script>var ctPublic = {"settings__forms__check_external": "0"}</script>""",
        headers={"set-cookie": "apbct_site_landing_ts=1; ct_sfw_pass_key=x"},
    ),
    Guard("Qrator", headers={"server": "QRATOR", "set-cookie": "qrator_jsid2=x"}),
    Guard("DDoS-Guard", headers={"server": "ddos-guard", "set-cookie": "__ddg1_=x; __ddg8_=y"}),
    Guard("Sucuri", headers={"server": "Sucuri/Cloudproxy", "x-sucuri-cache": "HIT"}),
    Guard(
        "Queue-it",
        head="""<script data-queueit-c="lamps" src="//static.queue-it.net/script/queueclient.min.js">
        </script>""",
    ),
    Guard(
        "Arkose",
        head="""<script src="https://lamps-api.arkoselabs.com/v2/8A1B2C3D/api.js"
        data-callback="setupEnforcement" async></script>""",
    ),
    NO_GUARD,
)
