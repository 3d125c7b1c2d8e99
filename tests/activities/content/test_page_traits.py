"""Tests of what a page is: an application without its text, a login form, a copy."""

from __future__ import annotations

import pytest

from activities.content.page_traits import PageTraits, read_traits

URL = "https://example.com/boats/41"
APP = "<script type=module src=app.js></script>"
MENU = "<nav><a href=/>Home</a> <a href=/boats>Boats</a></nav>"
MUCH = "<p>A harbour has more visitors than it has places, whatever the season may be. " * 5
LOGIN = (
    "<form method=post><label>Name <input name=user></label>"
    "<label>Password <input type=password name=word></label><button>Go</button></form>"
)


def traits(body: str, *, url: str = URL, final_url: str = "", has_run: bool = False) -> PageTraits:
    page = f"<!DOCTYPE html><html><head><title>Boats</title></head><body>{body}</body></html>"
    return read_traits(page, url, final_url or url, has_run=has_run)


@pytest.mark.parametrize(
    "body",
    [
        f"<div id=app></div><noscript>You need to enable JavaScript.</noscript>{APP}",
        f"<div id=root></div>{APP}",
        f"<div></div>{APP}",
        f"<app-root></app-root>{APP}",
        f"<div id=root><p>Loading…</p></div>{APP}",
        f"<div id=root>読み込み中</div>{APP}",
        f"<div id=root>Yn llwytho...</div>{APP}",
        f"<div id=root>Please enable JavaScript to see the boats.</div>{APP}",
        f"<p>Cette application exige JavaScript.</p><div id=root></div>{APP}",
        "<div id=root></div><script>document.getElementById('root').append('Boats')</script>",
        f"<div id=root></div><div hidden>Offline</div>{APP}",
        f"<div id=root></div><noscript>Zapněte si skripty.</noscript>{APP}",
        f"<noscript><iframe src=/n height=0></iframe></noscript><div id=root></div>{APP}",
        f"<div id=app>Loading...</div><div id=blazor-error-ui>It did not work. Reload</div>{APP}",
    ],
)
def test_a_page_whose_text_is_written_by_scripts_is_a_shell(body: str) -> None:
    assert traits(body).is_shell
    assert not traits(body, has_run=True).is_shell


@pytest.mark.parametrize(
    "body",
    [
        f"{MENU}<div id=app></div>{APP}",
        f"<header>Harbour</header><main></main><footer>Imprint</footer>{APP}",
        f"<h1>Boats</h1><div id=boat-list></div>{APP}",
        f"<h1>Boats</h1><div id=list><div class=skeleton></div></div>{APP}",
        f"<h1>Boats</h1><p>Loading…</p>{APP}",
        f"{MUCH}<p>Loading comments…</p>{APP}",
        f"{MUCH}<div id=root></div>{APP}",
        f"<img src=logo.svg alt=''>{APP}",
        f"<h1>Boats</h1><span data-bind='text: price'></span>{APP}",
        f"{MENU}<div ng-view></div>{APP}",
        f"{MENU}<router-view></router-view>{APP}",
        f"<h1>Boats</h1><p hx-get=/boats hx-trigger='load delay:1s'></p>{APP}",
        f"<h1>Boats</h1><boat-list></boat-list>{APP}",
        "<iframe src=/boats></iframe>",
        "<p>Old</p><frameset><frame src=/boats></frameset>",
    ],
)
def test_a_page_with_an_empty_place_needs_a_browser(body: str) -> None:
    found = traits(body)
    assert (found.is_shell, found.needs_browser) == (False, True)


@pytest.mark.parametrize(
    "body",
    [
        f"<main>{MUCH}</main>{APP}",
        f"<main>{MUCH}</main><div id=fb-root></div><div id=boats></div>{APP}",
        "<h1>Boats</h1><div id=root></div>",
        "<div id=root></div><script type=application/ld+json>{}</script>",
        f"<h1>Closed</h1><div id=modal-portal></div>{APP}",
        f"<main>{MUCH}<p>It says <em>Loading…</em> at first.</p><pre>Loading…</pre></main>{APP}",
        f"<main>{MUCH}<p>Read on…</p></main>{APP}",
        f"<main hidden>{MUCH}</main>{APP}",
        f"<noscript><h1>Boats</h1><p>Forty-one.</p><p>All red.</p></noscript>{APP}",
        f"<header><site-search></site-search></header><h1>Closed</h1><cart-drawer></cart-drawer>{APP}",
        f"<main><p>How to learn JavaScript</p>{MUCH}</main>{APP}",
    ],
)
def test_an_ordinary_page_does_not_need_its_scripts(body: str) -> None:
    found = traits(body)
    assert (found.is_shell, found.needs_browser) == (False, False)


@pytest.mark.parametrize(
    "body",
    [
        LOGIN,
        f"{MENU}<main><h1>Welcome back</h1>{LOGIN}<p>No account? <a href=/join>Join</a></p></main>",
        "<h1>Anmelden</h1><div><input type=email><div><input type=password></div></div>",
        "<h1>로그인</h1><form><input name=id><input type=password><button>확인</button></form>",
        "<form><input type=password name=pin></form>",
        f"<div class=card>{LOGIN}</div><form><input name=name><input type=email>"
        "<input type=password autocomplete=new-password><button>Join</button></form>",
        "<form><input name=tenant><input name=user><input type=password>"
        "<input type=checkbox name=remember> Stay</form>",
        f"<main>{LOGIN}</main><footer>{MUCH}</footer>",
    ],
)
def test_a_password_as_the_main_thing_is_a_login(body: str) -> None:
    assert traits(body).is_login


@pytest.mark.parametrize(
    "body",
    [
        f"<header>{LOGIN}</header><h1>Boats</h1><p>Forty-one.</p>",
        f"<div class=top-bar>{LOGIN}</div><h1>Boats</h1><p>Forty-one.</p>",
        f"<div>{LOGIN}</div><main><h1>Boats</h1><p>There are forty-one of them today.</p></main>",
        f"<main><h1>Boats</h1>{MUCH}</main><aside>{LOGIN}</aside>",
        f"<h1>Boats</h1>{MUCH}<h2>Members</h2>{LOGIN}",
        f"<h1>How strong is it?</h1>{MUCH}{MUCH}{MUCH}{MUCH}<input type=password>",
        "<h1>Boats</h1><ul>" + "<li><a href=/b>One of the boats of the harbour</a>" * 50 + LOGIN,
        f"<form id=page><div>{LOGIN[6:-7]}</div><h1>Boats</h1>{MUCH}</form>",
        f"<h1>Boats</h1>{MUCH}<h2>Join</h2><form><input name=first_name><input type=email>"
        "<input type=password></form>",
        "<h1>Join</h1><form><input name=name><input type=email><input type=password></form>",
        "<h1>Join</h1><form><input type=email><input type=password>"
        "<input type=password name=again></form>",
        "<h1>Join</h1><form><input type=email><input type=password autocomplete=new-password>",
        f"<h1>Boats</h1><p>Forty-one.</p><dialog>{LOGIN}</dialog>",
        f"<h1>Boats</h1><p>Forty-one.</p><div style='display: none'>{LOGIN}</div>",
        "<h1>Boats</h1><form><input type=email name=email><button>Newsletter</button></form>",
    ],
)
def test_a_page_that_also_offers_a_login_is_none(body: str) -> None:
    assert not traits(body).is_login


def test_a_login_page_may_praise_what_is_behind_it() -> None:
    body = f"<h1>The harbour</h1>{MUCH}{LOGIN}"
    assert traits(body, final_url="https://example.com/login?next=/boats/41").is_login
    assert not traits(body, final_url="https://example.com/boats").is_login


def test_a_login_may_ask_for_the_name_first() -> None:
    body = "<h1>Welcome</h1><form><input name=identifier autocomplete=username></form>"
    assert traits(body, final_url="https://accounts.example.com/signin/v2").is_login
    assert not traits(body).is_login
    account = "<h1>Welcome</h1><a href=/auth/google>Mit Google weiter</a>"
    assert traits(account, final_url="https://example.com/login").is_login
    search = "<form><input name=q type=search></form>"
    assert not traits(search, final_url="https://example.com/login").is_login


@pytest.mark.parametrize(
    "address", ["sessions/12", "birds/identification-of-gulls", "guides/iniciar-un-negocio"]
)
@pytest.mark.parametrize(
    "link",
    [
        "<a href='https://facebook.com/sharer?u=x'>Share on Facebook</a>",
        "<a class=author href=https://github.com/wil>Wil on GitHub</a>",
    ],
)
def test_a_page_with_a_link_to_another_site_is_no_login(address: str, link: str) -> None:
    body = f"<h1>Tides of the North</h1><p>Why harbours silt up. By Wil.</p>{link}"
    assert not traits(body, final_url=f"https://example.com/{address}").is_login
    assert not traits(body, final_url="https://example.com/auth/12").is_login


@pytest.mark.parametrize("address", ["session/new", "identification", "iniciar-sesion"])
def test_the_address_of_a_login_tells_of_one(address: str) -> None:
    body = f"<h1>The harbour</h1>{MUCH}{LOGIN}"
    assert traits(body, final_url=f"https://example.com/{address}").is_login
    assert not traits(body, final_url=f"https://example.com/tour-{address[1:]}").is_login


def test_a_page_with_very_many_links_to_accounts_is_judged() -> None:
    links = "<a href=/auth/google><b>Google</b></a>" * 8000
    found = traits(f"<h1>Sign in</h1>{links}", final_url="https://example.com/login")
    assert not found.is_login


def titled(title: str, body: str) -> bool:
    """Return whether a page with `title` as its heading is a login."""
    return traits(f"<h1>{title}</h1>{body}").is_login


@pytest.mark.parametrize(
    ("title", "button"),
    [
        ("Sign in", "Next"), ("Log in to Boats", "Continue"), ("Anmelden", "Weiter"),
        ("Connectez-vous", "Suivant"), ("Iniciar sesión", "Siguiente"), ("Accedi", "Avanti"),
        ("Inloggen", "Volgende"), ("Zaloguj się", "Dalej"), ("Přihlášení", "Další"),
        ("Вход", "Далее"), ("ログイン", "次へ"), ("登录", "下一步"), ("로그인", "다음"),
        ("تسجيل الدخول", "التالي"), ("Giriş yap", "Devam et"),
    ],
)  # fmt: skip
def test_a_title_and_a_button_make_a_name_a_login(title: str, button: str) -> None:
    assert titled(title, f"<form><input type=email name=email><button>{button}</button></form>")
    assert titled(title, f"<div><input type=email name=email><button>{button}</button></div>")
    assert not titled("Boats", f"<form><input type=email name=email><button>{button}</button>")


@pytest.mark.parametrize(
    "body",
    [
        "<form><input name=identifier autocomplete='username webauthn'><button>Go</button></form>",
        "<form><input type=email name=loginfmt><input type=password aria-hidden=true></form>",
        "<a href=/auth/google>Continue with Google</a> <a href=/saml>Continue with SSO</a>",
        "<button>Sign in with Apple</button>",
    ],
)
def test_a_login_may_have_no_password_yet(body: str) -> None:
    assert titled("Sign in", body)
    assert not titled("Boats", body)
    assert not titled("Sign in", f"{MUCH}{body}")


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Newsletter-Anmeldung", "<form><input type=email><button>Anmelden</button></form>"),
        ("Log in help", "<form><input name=q><button>Search</button></form>"),
        ("Checkout", "<form><input type=email><button>Continue</button></form>"),
        ("Track your order", "<form><input name=order><button>Next</button></form>"),
        ("Create your account", "<form><input type=email><button>Continue</button></form>"),
        ("Entrar", "<a href=https://facebook.com/sharer?u=x>Boats</a>"),
        ("Login", "<form><input type=email name=email><textarea></textarea><button>Next</button>"),
        ("Вход в музей", "<form><input type=email name=email><button>Подписаться</button></form>"),
    ],
)
def test_a_form_for_something_else_is_no_login(title: str, body: str) -> None:
    assert not titled(title, body)


@pytest.mark.parametrize(
    "words",
    [
        "You must be logged in to view this page.",
        "Please log in to continue.",
        "Sie müssen angemeldet sein, um diese Seite zu sehen.",
        "Vous devez être connecté pour voir cette page.",
        "Для просмотра необходимо войти.",
        "ログインが必要です",
    ],
)
def test_a_page_that_only_asks_for_a_login_is_one(words: str) -> None:
    assert traits(f"{MENU}<p>{words} <a href=/in>Go on</a></p>").is_login
    assert not traits(f"{MENU}{MUCH}<p>{words}</p>").is_login


@pytest.mark.parametrize(
    "words",
    [
        "You must be logged in to reply.",
        "Please sign in to rate this boat.",
        "Please log in to see prices",
        "You need to log in to view your price and our stock.",
        "Bitte anmelden, um Preise zu sehen",
        "価格を見るにはログインしてください",
    ],
)
def test_a_login_for_something_on_the_page_is_none(words: str) -> None:
    found = traits(f"<h1>Boat for sale</h1><p>Red, 8 m.</p><p>{words}</p>")
    assert (found.is_login, found.asks_for_login) == (False, False)


def test_a_login_for_a_part_of_the_page_is_told_apart() -> None:
    about = (
        "<p>Red, 8 m, with a new sail of last year, an old anchor, and two berths below deck.</p>"
    )
    found = traits(f"<h1>Heron</h1>{about}<p>Please log in to view the papers.</p>")
    assert (found.is_login, found.asks_for_login) == (False, True)


def are_copies(one: PageTraits, other: PageTraits) -> bool:
    return not set(one.fingerprints).isdisjoint(other.fingerprints)


@pytest.mark.parametrize(
    "attribute",
    ["hidden=until-found", "style='left:-9999px'", "style='left:-980px;position:absolute'"],
)
def test_text_that_the_result_has_is_judged(attribute: str) -> None:
    assert not traits(f"<div {attribute}>{MUCH}</div>{APP}").is_shell


def test_text_that_the_result_has_not_is_not_judged() -> None:
    body = f"<div style='left:-9999px;\nposition: absolute'>{MUCH}</div>"
    assert traits(f"{body}{LOGIN}<div id=root></div>{APP}").is_login
    assert traits(f"{body}<div id=root></div>{APP}").is_shell


def test_copies_have_a_fingerprint_in_common() -> None:
    def missing(path: str, more: str) -> PageTraits:
        body = f"<h1>Not here</h1><p>There is no {path} in the harbour ({more}).</p>"
        return traits(body, url=f"https://example.com{path}")

    first = missing("/boats/blue-heron", "request 0f8e21a977bd, 10:41")
    assert are_copies(first, missing("/boats/41?from=list", "request 7b00e9a1c3d2, 10:42"))
    assert not are_copies(first, missing("/boats/42", "sold"))
    kite = traits("<h1>Not here: Red Kite</h1>", url="https://example.com/boats/red-kite")
    gannet = traits("<h1>Not here: Gannet</h1>", url="https://example.com/boats/gannet")
    assert are_copies(kite, gannet)
    home = "<h1>Harbour of Ghent</h1><p>Welcome.</p>"
    at_home = traits(home, url="https://example.com/welcome")
    assert are_copies(at_home, traits(home, url="https://example.com/boats/42"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<h1>Heron</h1><p>89 EUR</p>", "<h1>Heron</h1><p>98 EUR</p>"),
        ("<h1>Heron</h1><p>In stock</p>", "<h1>Heron</h1><p>Sold out</p>"),
        (f"{MUCH}<p>One berth</p>", f"{MUCH}<p>Two berths</p>"),
    ],
)
def test_pages_of_one_template_are_no_copies(one: str, other: str) -> None:
    assert not are_copies(traits(one), traits(other))


def test_a_page_without_text_is_no_copy() -> None:
    assert traits("<img src=a.png>").fingerprints == ()


def test_a_page_without_a_body_tag_is_read_as_well() -> None:
    page = f"<!DOCTYPE html><title>Boats</title>{MENU}<main id=list></main>{APP}"
    found = read_traits(page, URL, URL, has_run=False)
    assert (found.is_shell, found.needs_browser) == (False, True)
