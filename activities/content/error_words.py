"""What error pages say, in the languages of most pages.

The words are alternatives of regular expressions.
"""

from __future__ import annotations

import re

ERRORS = r"\berrors?\b|\bfehler|\berreur|\berrore\b|\berro\b|\boops|\bups\b|\bwhoops"
"""Words of all kinds of error pages. Other pages have them as well."""

_THING = r"(?:page|content|site|url|link|address|document|resource|file)s?"

_NOT_FOUND = (
    r"\b(?:not|never|(?:can|could)(?:n.t|.t| ?not)|unable to) (?:be )?f(?:ou|i)nd|"
    r"\bnicht (?:gefunden|vorhanden|verfügbar|existiert)|existiert nicht|gibt es nicht|"
    r"introuvable|n.existe (?:pas|plus)|pas (?:été )?trouvé|"
    r"no (?:encontrad|existe|se (?:ha )?encontr)|não (?:encontrad|existe|foi encontrad)|"
    r"non (?:trovat|è stata? trovat|esiste)|niet (?:gevonden|bestaat)|bestaat niet|"
    r"nie (?:znalezion|istnieje|odnalezion)|nenalezen|neexistuje|hittades inte|hittar inte|"
    r"ikke fundet|ikke funnet|findes ikke|finnes ikke|ei löyt|bulunamad|"
    r"nem tal[aá]l|nu a fost găsit|не найден|не существует|не знайден|не існує|не . намерен|"
    r"δεν βρέθηκε|không tìm thấy|tidak ditemukan|ไม่พบ|غير موجود|לא נמצא|"
    r"見つかりません|存在しません|找不到|不存在|未找到|찾을 수 없|없는 페이지"
)
_PAGE = (
    "seite|página|pagina|page|stron|stránk|страниц|сторінк|sayfa|sida|siden|sivu|oldal|ページ|页面|"
    "网页|頁面|網頁|페이지|σελίδα|trang|halaman|หน้า|الصفحة|הדף"
)
"""What these languages call a page."""

_GONE = (
    r"\b(?:page|content|product|item|article|post)s? (?:is |was |you .{0,40})?"
    r"(?:un(?:available|known)|missing|gone|removed|deleted|moved|lost)|"
    r"\b(?:does|do|did) ?n[o.]t exist|\bdoesn.t exist|\bno longer (?:available|exists?|here)|"
    rf"\bno such (?:{_THING}|product|item|article)|\bnothing (?:was )?(?:here|found)"
)
MISSING = rf"\b(?:404|410)\b|{_NOT_FOUND}|{_GONE}"
"""Words that say that something is not there."""

_MISSING_PAGE = (
    rf"\b{_THING}\b(?: [\w.]+){{0,4}} (?:isn.t|doesn.t|not|no longer|can.?t|cannot|couldn.t)"
    r" (?:\w+ ){0,2}(?:found|available|exist|here)|"
    rf"\b(?:not|can.?t|couldn.t|cannot) find (?:the|that|this|your|a) (?:\w+ ){{0,2}}{_THING}\b|"
    rf"\b{_THING} (?:is )?(?:unavailable|missing|gone)\b|\b(?:no|there.s no) such {_THING}\b|"
    rf"(?:{_PAGE}).{{0,40}}(?:{_NOT_FOUND})|(?:{_NOT_FOUND}).{{0,20}}(?:{_PAGE})"
)
"""The same of a page. Shops say of their products that they are not available."""

_ON_PAGE = r".{0,20}\b(?:to|before) (?!view|see|access|continue|read|use|proceed|visit)\w+"

_PRICES = (
    r"\b(?:prices?|pricing|availability|preise?n?|netto\w*|lagerbestand|verfügbarkeit|tarifs?|"
    r"prix|precios?|prezz[io]|preços?|prij(?:s|zen)|cen[ayęu]?|priser?|fiyat\w*|цен[аыу]?|stocks?)\b|"
    r"価格|价格|價格|가격"
)
"""What shops tell to the dealers that they know, on pages that all visitors may see."""

_NUMBERED = (
    r"^\W*(?:(?:http|error|fehler|erreur|errore|erro|fout|fel|fejl|feil|chyba|błąd|hiba|hata|"
    r"eroare|ошибка|помилка|エラー|错误|錯誤|오류|oops|ups)\W*)*%s"
    r"\W*(?:$|(?:error|page|seite|not found|forbidden|unauthori[sz]ed|"
    r"エラー|错误|錯誤|오류)(?:\b|$))"
)
"""A heading that begins with the number of a status, after words for an error."""

_DENIED = (
    r"\b(?:access|permission)(?: is| has been| to .{0,40})? (?:denied|forbidden)|^\W*forbidden\W*$|"
    r"\bnot (?:authori[sz]ed|permitted|allowed) to (?:access|view|see)|^\W*unauthori[sz]ed\W*$|"
    r"zugriff (?:verweigert|nicht erlaubt)|kein zugriff|accès (?:refusé|interdit)|"
    r"acceso (?:denegado|prohibido)|accesso (?:negato|vietato)|acesso (?:negado|proibido)|"
    r"toegang (?:geweigerd|verboden)|odmowa dostępu|brak dostępu|dostęp zabroniony|"
    r"přístup (?:odepřen|zakázán)|prístup (?:odmietnutý|zakázaný)|hozzáférés megtagadva|"
    r"acces (?:interzis|refuzat)|åtkomst nekad|adgang nægtet|ingen tilgang|"
    r"pääsy (?:evätty|estetty)|"
    r"erişim (?:engellendi|reddedildi)|доступ (?:запрещ|закрыт|заборонен|отказан)|"
    r"アクセス(?:が|は)?(?:拒否|禁止)|拒绝访问|访问被拒绝|禁止访问|拒絕存取|접근이? ?(?:거부|금지)|"
    r"액세스가? ?거부|تم رفض الوصول|הגישה נדחתה"
)
_DOWN = (
    r"\b(?:internal server error|service (?:temporarily )?unavailable|bad gateway)|"
    r"\bgateway time-?out|"
    r"\berror establishing a database connection|\bdatabase (?:connection )?error|"
    r"\b(?:under|down for|undergoing)(?: scheduled| planned)? maintenance|\bmaintenance mode|"
    r"\bunavailable for (?:scheduled |planned )?maintenance|"
    r"\bwe.ll be back (?:soon|shortly)|something went wrong|application error|"
    r"interner serverfehler|wartungs(?:arbeiten|modus)|erreur (?:interne )?du serveur|"
    r"(?:en cours de|en) maintenance|error (?:interno )?del servidor|en mantenimiento|"
    r"errore (?:interno )?del server|in manutenzione|erro (?:interno )?(?:do|no) servidor|"
    r"em manutenção|serverfout|in onderhoud|przerwa techniczna|probíhá údržba|karbantartás|"
    r"внутренняя ошибка сервера|технические работы|технічні роботи|bak.m (?:modu|çal)|"
    r"メンテナンス中|维护中|維護中|점검 ?중"
)

_NEEDS_LOGIN = (
    rf"^(?!.*(?:{_PRICES})).*?(?:"
    r"\b(?:(?:must|need to|have to)(?: first)? (?:be (?:logged|signed) in|(?:log|sign) in)|"
    rf"please (?:log|sign) in)\b(?!{_ON_PAGE})|\blog-?in (?:is )?required|"
    r"sie müssen (?:sich |zuerst |erst )*(?:angemeldet|eingeloggt|anmelden|einloggen)|"
    r"bitte (?:melden sie sich|loggen sie sich|zuerst anmelden|anmelden)|"
    r"vous devez (?:être connecté|vous (?:connecter|identifier))|"
    r"veuillez vous (?:connecter|identifier)|"
    r"deb(?:e|es) (?:iniciar sesi|estar (?:conectad|registrad|logue))|devi (?:accedere|effettuare)|"
    r"(?:precisa|deve) (?:estar (?:logad|autenticad)|fazer login|entrar|iniciar sess)|"
    r"je moet (?:ingelogd|inloggen|eerst inloggen)|musisz (?:być zalogowan|się zalogować)|"
    r"(?:необходимо|нужно|должны) (?:войти|авторизоваться|быть авторизован)|требуется авторизация|"
    r"giriş yapma(?:l|n)|ログインが必要|ログインしてください|请先?登[录入]|需要登[录入]|請先?登入|"
    r"로그인이 ?필요|로그인 ?해 ?주)"
)
"""Such words count unless they ask for the login to do something on the page, or to see prices."""

_KINDS = {
    "missing": re.compile(
        rf"{_NUMBERED % '(?:404|410)'}|{_NOT_FOUND}|{_MISSING_PAGE}", re.IGNORECASE
    ),
    "denied": re.compile(rf"{_NUMBERED % '(?:401|403)'}|{_DENIED}", re.IGNORECASE),
    "login": re.compile(_NEEDS_LOGIN, re.IGNORECASE),
    "down": re.compile(rf"{_NUMBERED % '50[0-4]'}|{_DOWN}", re.IGNORECASE),
}
_IN_TEXT = {**_KINDS, "missing": re.compile(_MISSING_PAGE, re.IGNORECASE)}


def error_in(text: str, *, is_heading: bool) -> str:
    """Return which kind of error `text` tells of.

    That is `missing`, `denied`, `login` or `down`, and empty if it tells of none.
    """
    kinds = _KINDS if is_heading else _IN_TEXT
    return next((kind for kind, words in kinds.items() if words.search(text)), "")
