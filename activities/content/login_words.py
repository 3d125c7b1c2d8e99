"""What a page says when it asks for a login, in many languages.

The words are alternatives of regular expressions. Structure tells more than words, but a form that
asks for one address only has hardly any.
"""

from __future__ import annotations

import re

_LETTER = r"[^\W\d_]"

_LOGIN = (
    "sign[ -]?in|log[ -]?in|log[ -]?on|anmelden|anmeldung|melden sie sich an|einloggen|"
    "se connecter|connectez-vous|connexion|s.identifier|identifiez-vous|"
    "iniciar sesi[oó]n|inicia sesi[oó]n|inicio de sesi[oó]n|acceder|ingresar|accede|"
    "accedi|accesso|entrar|iniciar sess[aã]o|fazer login|inici(?:a|ar) sessi[oó]|"
    "inloggen|aanmelden|logga in|log ind|logg inn|kirjaudu|kirjaudu sisään|"
    "zaloguj(?: się)?|logowanie|přihlásit(?: se)?|přihlášení|přihlaste se|prihlásiť(?: sa)?|"
    "prihlásenie|prijava|prijavi se|prijavite se|bejelentkezés|jelentkezzen be|"
    "autentificare|conectare|conectează-te|вход|войти|вхід|увійти|влез|влизане|"
    "giriş|giriş yap|oturum aç|σύνδεση|είσοδος|sisene|logi sisse|pieteikties|prisijungti|"
    "đăng nhập|masuk|log masuk"
)
_LOGIN_UNSPACED = (
    "ログイン|サインイン|登录|登入|登錄|登陆|로그인|เข้าสู่ระบบ|ลงชื่อเข้าใช้|"
    "تسجيل الدخول|دخول|כניסה|התחבר|ورود|लॉग ?इन|साइन ?इन"
)
"""The same in scripts whose words are not parted by blanks, or get letters in front."""

_NEXT = (
    "next|continue|proceed|weiter|fortfahren|suivant|continuer|siguiente|continuar|"
    "avanti|continua|próximo|seguinte|avançar|volgende|doorgaan|verder|nästa|fortsätt|næste|"
    "fortsæt|neste|fortsett|seuraava|jatka|dalej|kontynuuj|další|pokračovat|ďalej|pokračovať|"
    "tovább|folytatás|înainte|continuă|далее|продолжить|далі|продовжити|напред|продължи|"
    "naprej|dalje|nastavi|ileri|devam(?: et)?|επόμενο|συνέχεια|tiếp theo|tiếp tục|"
    "berikutnya|lanjutkan|seterusnya"
)
_NEXT_UNSPACED = (
    "次へ|続ける|続行|下一步|继续|繼續|다음|계속|ถัดไป|ดำเนินการต่อ|التالي|متابعة|הבא|המשך|"
    "بعدی|ادامه|अगला|आगे"
)

_NEWS = re.compile(
    r"news|subscri|abonn|abonē|rundbrief|infobrief|mailing|boletín|bolet[ií]m|infolettre|"
    r"nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirje|biuletyn|odběr|odber|zpravodaj|hírlevél|"
    r"bülten|рассылк|подпис|розсилк|бюлетин|ενημερωτικ|メルマガ|ニュースレター|订阅|訂閱|電子報|뉴스레터|구독|"
    r"النشرة|ניוזלטר|خبرنامه",
    re.IGNORECASE,
)
"""Words of forms for a newsletter. Some languages say `anmelden` there as well."""

_SAYS_LOGIN = re.compile(
    f"(?<!{_LETTER})(?:{_LOGIN})(?!{_LETTER})|{_LOGIN_UNSPACED}", re.IGNORECASE
)
_SAYS_NEXT = re.compile(f"(?<!{_LETTER})(?:{_NEXT})(?!{_LETTER})|{_NEXT_UNSPACED}", re.IGNORECASE)

_MAX_CHARACTERS = 80
"""Characters of a heading or a button that asks for a login. Longer texts tell of logins."""


def says_login(text: str) -> bool:
    """Return whether `text` is short, and has words that ask for a login."""
    return len(text) <= _MAX_CHARACTERS and _SAYS_LOGIN.search(text) is not None


def says_next(text: str) -> bool:
    """Return whether `text` is short, and has a word that leads to the next step."""
    return len(text) <= _MAX_CHARACTERS and _SAYS_NEXT.search(text) is not None


def says_newsletter(text: str) -> bool:
    """Return whether `text` has words of a newsletter."""
    return _NEWS.search(text) is not None
