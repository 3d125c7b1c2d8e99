"""What walls say, in many languages: words are evidence beside the structure of a page.

English and a few others have whole phrases. For all languages, two kinds of words are looked for that
are near each other in one sentence: whom the wall is about (a robot, a person, a browser, the traffic of a
network), and what it does (it verifies, it waits for a proof, it has blocked).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PHRASES = re.compile(
    r"unusual (?:traffic|activity|requests?|behaviou?r) from (?:your|this)"
    r"|automated (?:requests?|access|queries|traffic|tools?|programs?) from (?:your|this)"
    r"|you have been (?:temporarily )?blocked|blocked by (?:network )?security"
    r"|your (?:ip|ip address|request|connection|network|browser|device|session) (?:\(?[\da-f.:]+\)? )?(?:has been|was|is) (?:\w+ )?(?:blocked|banned|flagged|blacklisted|restricted)"
    r"|(?:are|you're|you are) (?:you )?(?:a|not a|really a) (?:human|robot|bot)\b|\bnot a (?:robot|bot)\b"
    r"|(?:verify|verifying|confirm|prove|proving|check|checking|sure)(?: that| if| whether)? you(?:'re| are)? (?:are )?(?:a |not a )?(?:real )?(?:human|person|visitor|robot|bot)"
    r"|(?:human|bot|robot|visitor) (?:verification|check|detection)\b|bot (?:activity )?(?:was |has been )?detected|detected suspicious|suspicious (?:activity|traffic|behaviou?r) from your"
    r"|security (?:check|verification) to (?:access|continue|proceed)|complet(?:e|ing) (?:the|this|a) (?:captcha|security check|challenge)"
    r"|(?:checking|verifying|inspecting|testing) your (?:browser|connection|device)|enable javascript and cookies to continue"
    r"|solve (?:the|this) (?:captcha|challenge|puzzle)|(?:enter|type) the (?:characters|letters|text|code) (?:you see|shown|in the|from the|below)"
    r"|proof[- ]of[- ]work challenge|(?:ddos|bot) protection (?:by|is|page)\b"
    r"|(?:bin|bist|sind) (?:ich |du |sie )?kein roboter|sind sie ein mensch|(?:suis|êtes|es) pas un robot|êtes[- ](?:vous |bien |un )*humain|no (?:soy|eres|es) un robot|eres humano|non (?:sono|sei) un robot",
    re.IGNORECASE,
)
"""Phrases with which walls of an unknown make address a suspected robot.

An ordinary refusal does not use them.
"""

_NEAR = 50
"""Characters between the two kinds of words of one sentence."""

_MAX_TEXT = 5000
"""Characters that are searched. Walls are short, and a hostile page may repeat a stem endlessly."""

_MARKS = re.compile(r"[.,:;!?…()\"“”„«»|]")

_SENTENCE_ENDS = ".!?。！？\n|"


@dataclass(frozen=True)
class _Language:
    """Stems of one language, or of languages that share them."""

    who: tuple[str, ...]
    """A robot, a human, and the name of the test that tells them apart."""
    proves: tuple[str, ...]
    """To verify, to confirm, to prove; and "no", as in "I am no robot"."""
    browser: tuple[str, ...] = ()
    """A browser, a connection."""
    checks: tuple[str, ...] = ()
    """To check, as it is said of a browser: shorter than `proves`."""
    traffic: tuple[str, ...] = ()
    """Traffic, requests, activity, an address of a network."""
    strange: tuple[str, ...] = ()
    """Unusual, suspicious, automated, blocked."""


def _words(stems: str) -> tuple[str, ...]:
    return tuple(stem.replace("_", " ").casefold() for stem in stems.split())


def _language(
    who: str, proves: str, browser: str = "", checks: str = "", traffic: str = "", strange: str = ""
) -> _Language:
    return _Language(*map(_words, (who, proves, browser, checks, traffic, strange)))


# fmt: off
# The stems are in lower case. `_` stands for a blank, also at the edge of a word.
_LANGUAGES: tuple[_Language, ...] = (
    # English says the rest in whole phrases.
    _language("", "", "browser", "check verif inspect"),
    _language(  # German
        "roboter _mensch menschlich _bot_ captcha", "überprüf geprüft prüfen_wir wir_prüfen prüfen_,_ob prüft_,_ob bestätig beweis nachweis verifizier kein_robo kein_bot sicherstell löse sind_sie",
        "browser", "überprüf geprüft prüfung", "ihrem_netz ihrer_ip ihre_ip ihrem_computer ihrem_anschluss", "ungewöhnlich verdächtig automatisierte gesperrt blockiert"),
    _language(  # French
        "robot humain captcha", "vérif confirm prouv pas_un_robot êtes_bien êtes_un s'assurer assurer_que résou",
        "navigateur", "vérif contrôl", "votre_réseau votre_adresse_ip votre_ip votre_ordinateur", "inhabituel suspect automatisé bloqu"),
    _language(  # Spanish
        "robot humano _humana captcha", "verific comprueb comprob confirm demuestr demostrar no_soy no_eres eres_un es_usted resuelv",
        "navegador", "comprob verific revisando", "su_red tu_red su_ip tu_ip su_dirección tu_dirección su_conexión su_equipo", "inusual sospechos automatizad bloquead"),
    _language(  # Portuguese
        "robô robot humano _humana _bot_ captcha", "verific comprov confirm prove_ provar não_sou não_és você_é resolv certific",
        "navegador", "verific analisando a_verificar", "sua_rede seu_ip sua_conexão seu_computador seu_endereço", "incomum invulgar suspeit automatizad bloquead"),
    _language(  # Italian
        "robot umano _umana captcha", "verific conferm dimostr non_sono_un non_sei_un sei_un risolv assicur",
        "browser", "verific controll", "tua_rete tuo_ip tuo_indirizzo suo_indirizzo sua_rete tuo_computer", "insolit sospett automatizzat bloccat"),
    _language(  # Dutch, Afrikaans
        "robot mens_ menselijk captcha mens- _bot_", "verifi bevestig bewijs controle checken geen_robot bent_u ben_je",
        "browser verbinding", "gecontroleerd controleren controle", "uw_netwerk je_netwerk uw_ip je_ip uw_computer", "ongebruikelijk ongewoon verdacht geautomatiseerd geblokkeerd"),
    _language(  # Polish
        "robot człowiek boty_ _bot_ bota botem captcha", "zweryfik weryfik potwierd udowodn sprawdz nie_jeste czy_jeste upewni",
        "przeglądark", "sprawdz weryfik", "twojej_sieci twój_adres twojego_adresu państwa_sieci", "nietypow podejrzan zautomatyzowan zablokowan"),
    _language(  # Czech, Slovak
        "robot člověk človek captcha", "ověř over potvrd potvrď prokaž dokáž nejste nie_ste zda_jste ujist",
        "prohlížeč prehliadač", "ověř kontrol over", "vaší_sítě vaše_ip vašej_siete vaší_ip", "neobvykl podezřel podozriv automatizovan zablokován zablokovan"),
    _language(  # Russian
        "робот человек бот_ бота_ капч", "провер подтверд докаж убедит не_робот не_бот", "браузер", "провер",
        "вашей_сети вашего_ip ваш_ip вашего_компьютера вашего_адреса", "необычн подозрит автоматизир автоматические_запрос заблокир"),
    _language(  # Ukrainian, Belarusian
        "робот людин чалавек бот_ капч", "перевір перевірк підтверд доведіть не_робот пацверд праверк", "браузер браўзер", "перевір праверк",
        "вашої_мережі вашого_ip ваш_ip", "незвичн підозріл автоматизован автоматичні_запит заблокован"),
    _language(  # Bulgarian, Macedonian, Serbian
        "робот човек _бот_ ботове captcha", "провер уверяв потвърд потврд докаж не_сте нисте", "браузър прелистувач прегледач прегледувач", "провер",
        "вашата_мрежа вашия_ip вашата_ip ваша_мрежа", "необичаен необича подозрит автоматизир блокиран"),
    _language(  # Turkish, Azerbaijani
        "robot insan _bot_ captcha", "doğrula kanıtla onayla olmadığın olduğun olup təsdiq", "tarayıcı brauzer", "kontrol doğrul denetl yoxla",
        "ağınız ip_adres bilgisayarınız", "olağan_dışı olağandışı şüpheli otomatikleş engellen"),
    _language(  # Arabic
        "روبوت إنسان برنامج_آلي كابتشا", "تحقق التحقق تأكيد تأكد أثبت إثبات لست", "المتصفح متصفحك", "فحص التحقق تحقق",
        "شبكتك عنوان_ip جهازك", "غير_عاد غير_معتاد مشبوه حظر محظور"),
    _language(  # Persian
        "ربات روبات انسان کپچا", "تأیید تایید بررسی اثبات ثابت_کنید نیستید هستید", "مرورگر", "بررسی تأیید تایید",
        "شبکه_شما ای‌پی_شما آی‌پی", "غیرعادی غیر_عادی مشکوک مسدود"),
    _language(  # Hebrew
        "רובוט אדם_ אנושי בוט_", "אימות לאמת אשר הוכח ודא לוודא בדיק אינך לא_רובוט אתה", "דפדפן", "בודק בדיק אימות",
        "מהרשת_שלך כתובת_ה-ip שלך_נחסמ", "חריג חשוד נחסמ"),
    _language(  # Hindi, Marathi, Nepali
        "रोबोट रोबॉट इंसान मानव मनुष्य बॉट", "सत्याप पुष्टि जाँच जांच साबित नहीं_हैं प्रमाण तपास", "ब्राउज़र ब्राउजर", "जाँच जांच सत्याप तपास",
        "आपके_नेटवर्क आपका_आईपी आपके_आईपी", "असामान्य संदिग्ध अवरुद्ध ब्लॉक"),
    _language(  # Bengali
        "রোবট মানুষ বট_", "যাচাই নিশ্চিত প্রমাণ নন", "ব্রাউজার", "যাচাই পরীক্ষা", "আপনার_নেটওয়ার্ক আপনার_আইপি", "অস্বাভাবিক সন্দেহজনক ব্লক"),
    _language(  # Indonesian, Malay
        "robot manusia bot_ captcha", "verifikasi memastikan konfirmasi buktikan membuktikan bukan_robot sahkan mengesahkan apakah_anda", "peramban browser pelayar",
        "memeriksa pemeriksaan memverifikasi menyemak", "jaringan_anda ip_anda alamat_ip rangkaian_anda", "tidak_biasa mencurigakan terotomatisasi diblokir luar_biasa disekat"),
    _language(  # Vietnamese
        "robot người_máy con_người bot_ captcha", "xác_minh xác_nhận chứng_minh kiểm_tra không_phải", "trình_duyệt", "kiểm_tra xác_minh",
        "mạng_của_bạn ip_của_bạn địa_chỉ_ip", "bất_thường đáng_ngờ bị_chặn"),
    _language(  # Thai
        "หุ่นยนต์ โรบอต โรบ็อต มนุษย์ บอท", "ยืนยัน ตรวจสอบ พิสูจน์ ไม่ใช่", "เบราว์เซอร์ เบราเซอร์", "ตรวจสอบ", "เครือข่ายของคุณ ไอพีของคุณ", "ผิดปกติ น่าสงสัย ถูกบล็อก"),
    _language(  # Chinese, both scripts
        "机器人 機器人 真人 人类 人類 人机 人機 是人 爬虫", "验证 驗證 确认 確認 证明 證明 不是 检测 檢測 校验 是否 检查 檢查", "浏览器 瀏覽器", "检查 檢查 检测 檢測 验证 驗證 校验",
        "您的网络 您的網路 你的网络 您的ip 您的_ip ip地址 您的访问 您的訪問 访问行为", "异常 異常 可疑 自动化 自動化 拦截 攔截 封禁 封鎖"),
    _language(  # Chinese names of the test alone
        "安全验证 安全驗證 滑动验证 滑動驗證 人机验证 请输入验证码", "请 完成 请先 請 继续 繼續 通过 验证"),
    _language(  # Japanese
        "ロボット 人間 ボット 自動プログラム", "確認 認証 証明 検証 ではありません ではない ですか", "ブラウザ", "確認 検証 チェック 検査",
        "ネットワークから ipアドレス", "通常と異なる 不審 異常な 自動化された ブロック"),
    _language(  # Korean
        "로봇 사람 인간 봇_ 자동화_프로그램", "확인 인증 증명 검증 아닙니다 아님 인지", "브라우저", "확인 검사 점검", "네트워크에서 ip_주소 귀하의_ip", "비정상 의심 자동화 차단"),
    _language(  # Swedish
        "robot människa mänsklig _bot_ captcha", "verifier kollar bekräft bevisa kontroll inte_en är_du säkerställ", "webbläsare", "kontroll verifier",
        "ditt_nätverk din_ip", "ovanlig misstänkt automatiserad blockerad"),
    _language(  # Danish, Norwegian
        "robot menneske _bot_ captcha", "verificer stadfest verifiser bekræft bekreft bevis kontrol ikke_en er_du sikre", "browser nettleser", "kontroll kontrol tjekker sjekker verifi",
        "dit_netværk din_ip nettverket_ditt", "usædvanlig uvanlig mistænkelig mistenkelig automatiseret automatisert blokeret blokkert"),
    _language(  # Finnish
        "robot ihminen ihmi captcha", "vahvist varmist todist tarkist et_ole oletko", "selai", "tarkist varmist",
        "verkostasi ip-osoite", "epätavalli epäilyttä automatisoi estetty"),
    _language(  # Estonian, Latvian, Lithuanian
        "robot inimene _bott_ cilvēk žmogus žmogau captcha", "kinnita kontrolli tõenda pārbaud apstiprin patvirtin patikrin ei_ole neesat nesate įrodyk", "brauser brauseri pārlūk naršykl", "kontrolli pārbaud tikrin",
        "teie_võrgu jūsu_tīkla jūsų_tinklo jūsų_ip", "ebatavali neparast neįprast aizdomīg įtartin blokeeri bloķēt užblokuot"),
    _language(  # Greek
        "ρομπότ άνθρωπος άνθρωπο captcha", "επαλήθευσ επαληθεύ επιβεβαίωσ επιβεβαιώ αποδείξ έλεγχ δεν_είστε δεν_είσαι είστε", "πρόγραμμα_περιήγησης περιηγητή browser", "έλεγχ ελέγχ επαλήθευσ",
        "δίκτυό_σας διεύθυνση_ip", "ασυνήθιστ ύποπτ αυτοματοποιημέν αποκλεισ"),
    _language(  # Hungarian
        "robot ember_ ember- emberi captcha", "ellenőriz ellenőrz igazol bizonyíts erősítse nem_robot nem_vagy", "böngésző", "ellenőr", "hálózatából ip-cím", "szokatlan gyanús automatizált letilt"),
    _language(  # Romanian
        "robot om_ uman_ umană captcha", "verific confirm dovedi demonstr nu_ești nu_sunteți ești_un", "browser", "verific", "rețeaua_dvs rețeaua_ta adresa_ip", "neobișnuit suspect automatizat blocat"),
    _language(  # Croatian, Bosnian, Slovenian, Serbian in Latin letters
        "robot _bot_ čovjek čovek človek ljudsk captcha", "provjer prover potvrd potrdi dokaž preverj niste nisi", "preglednik pregledač brskalnik", "provjer prover preverj", "vaše_mreže vaš_ip vašega_omrežja", "neobičn neobičajn sumnjiv avtomatiziran automatiziran blokiran"),
    _language(  # Catalan, Galician
        "robot humà _humana _bot_ captcha", "ziurtat verific comprov confirm demostr no_sou no_ets", "navegador", "comprov verific", "vostra_xarxa la_teva_xarxa la_teva_ip", "inusual sospit bloquejat"),
    _language(  # Icelandic, Filipino, Swahili
        "vélmenni robot _botti_ _bot_ tao_ binadamu", "skugga sinisigurado staðfest sannað sannaðu patunayan i-verify thibitisha ertu hindi_ka", "vafra browser kivinjari", "athuga sinusuri kagua"),
)
# fmt: on

_IN_PROGRESS = re.compile(
    r"checking|verifying|a moment|please wait|redirected|enable javascript|loading|one second|hold on"
    r"|java ?script"
    r"|augenblick|einen moment|bitte warten|moment bitte|wird geladen|un instant|patiente|veuillez attendre|chargement"
    r"|un momento|espere|espera\b|cargando|aguarde|um momento|carregando|attendere|attendi\b|attendez|caricamento"
    r"|een ogenblik|even geduld|een moment|laden|proszę czekać|chwil|okamžik|strpení|čekejte|moment\b"
    r"|подождите|загрузка|зачекайте|моля, изчакайте|изчакайте|сачекајте"
    r"|lütfen bekle|bekleyin|bir dakika|gözləyin|انتظر|الانتظار|لحظ|صبر کنید|شکیبا|המתן|רגע|प्रतीक्षा|इंतज़ार|অপেক্ষা"
    r"|tunggu|sebentar|vui lòng chờ|vui lòng đợi|โปรดรอ|รอสักครู่|请稍|請稍|稍候|稍等|加载中|載入中"
    r"|お待ち|しばらく|少々|읽는 중|잠시|기다|vänta|ett ögonblick|vent\b|et øjeblikk|øjeblik|odota|hetki|palun oota|uzgaidiet|palaukite"
    r"|περιμένετε|στιγμή|várjon|türelm|pillanat|așteptați|un moment|pričekajte|sačekajte|počakajte|espereu|augnablik|sandali",
    re.IGNORECASE,
)
"""Words of walls that may let the visitor pass after a while."""


def speaks_of_robots(text: str) -> bool:
    """Return whether `text` has a phrase with which a wall speaks to a suspected robot."""
    return _PHRASES.search(text) is not None


def speaks_of_the_network(text: str) -> bool:
    """Return whether `text` says in any language that its reader's network or address is suspect."""
    folded = _folded(text)
    return any(_are_near(each.traffic, each.strange, folded) for each in _LANGUAGES)


def may_speak_of_robots(text: str) -> bool:
    """Return whether `text` may tell a robot from a person, in any language.

    It may also say that people, and not robots, answer the telephone: look for other evidence.
    """
    folded = _folded(text)
    return any(_are_near(each.who, each.proves, folded) for each in _LANGUAGES)


def checks_the_browser(headline: str) -> bool:
    """Return whether the headline of a page says that a browser is being checked.

    Other text may say so too: pages for outdated browsers ask their reader to check.
    """
    folded = _folded(headline)
    return any(_are_near(each.browser, each.checks, folded) for each in _LANGUAGES)


def _folded(text: str) -> str:
    # So that a word before a mark ends with a blank too.
    return _MARKS.sub(r" \g<0> ", f" {text[:_MAX_TEXT].casefold()} ")


def asks_to_wait(text: str) -> bool:
    """Return whether `text` says that something is going on, or that it needs scripts."""
    return _IN_PROGRESS.search(text) is not None


def _are_near(firsts: tuple[str, ...], seconds: tuple[str, ...], folded: str) -> bool:
    """Return whether one of both kinds of words are near each other in one sentence."""
    for first in firsts:
        start = folded.find(first)
        while start >= 0:
            end = start + len(first)
            if _holds(seconds, _sentence(folded, start, end)):
                return True
            start = folded.find(first, end)
    return False


def _sentence(folded: str, start: int, end: int) -> str:
    """Return what is near `folded[start:end]`, without other sentences."""
    before = folded[max(0, start - _NEAR) : start]
    after = folded[end : end + _NEAR]
    cut = max(before.rfind(mark) for mark in _SENTENCE_ENDS)
    ends = [at for mark in _SENTENCE_ENDS if (at := after.find(mark)) >= 0]
    return before[cut + 1 :] + folded[start:end] + after[: min(ends, default=_NEAR)]


def _holds(stems: tuple[str, ...], sentence: str) -> bool:
    return any(stem in sentence for stem in stems)
