"""What a page says in the place of text that it has not got yet, in many languages.

The words are alternatives of a regular expression, written so that Python and JavaScript read them
alike. `scripts/loading_signs.js` in `activities/browser` has the same rules for a page with boxes.
"""

from __future__ import annotations

import re

LOADING = (
    "loading|initiali[sz]ing|fetching|lädt|laden|wird geladen|werden geladen|chargement|cargando|"
    "caricamento|carregando|a carregar|bezig met laden|ładowanie|wczytywanie|загрузка|загружается|"
    "завантаження|зареждане|načítání|načítám|načítava sa|nalaganje|učitavanje|betöltés|"
    "se încarcă|φόρτωση|yükleniyor|laddar|läser in|indlæser|laster|ladataan|laadimine|đang tải|"
    "memuat|memuatkan"
)
"""Words that say that something is being loaded."""

LOADING_UNSPACED = (
    "加载中|正在加载|载入中|載入中|正在載入|読み込み中|読込中|ロード中|"
    "로딩|로드 ?중|불러오는 ?중|กำลังโหลด|"
    "جار[يٍ]? ?ال?تحميل|טוען|در حال بارگذاری|लोड हो रह[ाी]"
)
"""The same in scripts whose words are not parted by blanks, or get letters in front."""

WAIT = (
    "please wait|bitte warten|veuillez patienter|espere|aguarde|attendere|even geduld|"
    "proszę czekać|подождите|зачекайте|prosím čekejte|čekejte|kérjük,? várjon|"
    "vă rugăm așteptați|παρακαλώ περιμένετε|lütfen bekleyin|vent venligst|vennligst vent|"
    "vui lòng (?:chờ|đợi)|mohon tunggu|harap tunggu"
)
"""Words that ask the reader to wait."""

WAIT_UNSPACED = (
    "请稍[候等]|請稍[候等]|お待ちください|少々お待ち|しばらくお待ち|잠시만|กรุณารอ|الرجاء الانتظار|"
    "يرجى الانتظار|אנא המתן|لطفا صبر|कृपया प्रतीक्षा"
)
"""The same in scripts whose words are not parted by blanks, or get letters in front."""

_MAX_LETTERS = 60
"""Letters of a text that only asks to wait. What is longer says something else as well."""

_LETTER = r"[^\W\d_]"
_SAYS = re.compile(
    f"(?<!{_LETTER})(?:{LOADING}|{WAIT})(?!{_LETTER})|{LOADING_UNSPACED}|{WAIT_UNSPACED}",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"(?:…|\.\.\.|。。。|⋯)$")


def only_loads(text: str) -> bool:
    """Return whether the whole of `text`, which is not empty, stands for text that is to come.

    In languages whose words are not known, that is a short line that ends in dots.
    """
    return says_loading(text) or (len(text) <= _MAX_LETTERS and ends_in_dots(text))


def says_loading(text: str) -> bool:
    """Return whether `text` is short, and has words that mean loading or waiting."""
    return len(text) <= _MAX_LETTERS and _SAYS.search(text) is not None


def ends_in_dots(text: str) -> bool:
    """Return whether `text` ends in an ellipsis."""
    return _ELLIPSIS.search(text) is not None
