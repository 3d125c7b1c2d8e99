"""The encodings of the web, and which one a document has."""

from __future__ import annotations

import pytest

from activities.http.charset import declared_encoding, encoding_of
from activities.http.encodings import decode_as, find_encoding

POLISH = "Zażółć gęślą jaźń"


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        # Characters of NEC and IBM, which the codecs of Python do not have.
        ("euc-jp", b"\xad\xa1 \xad\xea \xfc\xe2", "① ㈱ 髙"),
        ("euc-jp", b"\xa1\xc1\xa1\xdd\xa1\xa1\x8f\xb0\xa1\x8e\xb1", "～－\u3000丂ｱ"),  # noqa: RUF001
        ("euc-jp", b"\xa1<p>\xad\xff\xffx", "\ufffd<p>\ufffd\ufffd\ufffdx"),
        ("iso-2022-jp", b"a \x1b$B-!-j|b\x1b(B b", "a ①㈱髙 b"),
        ("iso-2022-jp", b"\x1b$B0!\n0!\x1b(I1\x1b(Jb\x1b(B<p>", "亜\n亜ｱb<p>"),
        ("shift_jis", b"\x87\x40 \x87\x8a \xfb\xfc \xb1", "① ㈱ 髙 ｱ"),
        ("gb2312", b"\x80 100 \xd6\xd0", "€ 100 中"),
        ("gbk", b"\x81\x30\x84\x36 \x95\x32\x82\x36", "¥ \U00020000"),
        ("gb18030", b"\xa6\xd9\xa8\xbc\xfe\x59", "︐ḿ龴"),
        ("big5", b"\xa4\xa4\xf9\xd6\x87\x7a\xfe\xdd\xa1\x45", "中碁㡵砉‧"),
        ("big5", b"\xa4<b>", "\ufffd<b>"),
        ("ks_c_5601-1987", b"\x8c\x63", "똠"),
        # Control characters in place of what is not assigned.
        ("iso-8859-1", b"\x80\x81\xe9", "€\x81é"),
        ("windows-1251", b"\x98\xc6", "\x98Ж"),
        ("koi8-u", b"\xae\xbe", "ўЎ"),
        ("windows-874", b"\x81\xdb", "\x81\ufffd"),
        ("hz-gb-2312", b"~{VPND~}", "\ufffd"),
        ("utf-8", b"\xff\xc3(", "\ufffd\ufffd("),
        # A mark counts more.
        ("iso-8859-1", b"\xef\xbb\xbf\xc3\xa9", "é"),
        ("utf-8", b"\xfe\xff\x00\xe9", "é"),
    ],
)
def test_text_is_decoded_as_browsers_decode_it(label: str, body: bytes, text: str) -> None:
    encoding = find_encoding(label)
    assert encoding is not None
    assert decode_as(body, encoding) == text


@pytest.mark.parametrize(
    "head",
    [
        "<meta charset=iso-8859-2>",
        "<META/CHARSET = ' ISO-8859-2 '/>",
        "<meta data-x='>' charset=latin2>",
        "<meta content='text/html; charset = \"iso-8859-2\"' http-equiv=Content-Type>",
        "<meta charset=bogus><meta charset=iso-8859-2>",
        "<meta name=x content='charset=utf-8'><meta charset=iso-8859-2>",
        "<!-- <meta charset=utf-8> --><!--><meta charset=iso-8859-2>",
        "<script>'<meta charset=utf-8>'</script><meta charset=iso-8859-2>",
        "<title><meta charset=utf-8></title><meta charset=iso-8859-2>",
        "<?xml version='1.0' encoding='iso-8859-2'?><html>",
        "<?xml version='1.0' encoding='bogus'?><meta charset=iso-8859-2>",
        "<html><head><script>" + "var a=1;" * 20_000 + "</script><meta charset=iso-8859-2>",
        "<html><head><style>p{}</style>" + "<link rel=x>" * 500 + "<meta charset=iso-8859-2>",
        "<p>text</p><meta charset=iso-8859-2>",
        "<?xml version='1.0' encoding='utf-8'?><meta charset=iso-8859-2>",
        "<!--!><meta charset=utf-8> --!><meta charset=iso-8859-2>",
        "<meta charset=iso&#45;8859-2>",
    ],
)
def test_the_first_encoding_that_exists_counts(head: str) -> None:
    body = f"{head}<p>{POLISH}".encode("iso-8859-2")
    assert POLISH in decode_as(body, encoding_of(body, "nonsense"))


@pytest.mark.parametrize(
    "head",
    [
        "<p>" + "long text " * 200 + "<meta charset=iso-8859-2>",
        "<meta content='text/html; charset=iso-8859-2'>",
        "<meta http-equiv=refresh content='charset=iso-8859-2'>",
        "<meta charset=>",
        "<meta charset='iso-8859-2",
        "<!-- <meta charset=iso-8859-2>",
        "</meta charset=iso-8859-2>",
        "<meta http-equiv=' Content-Type ' content='charset=iso-8859-2'>",
        " <?xml version='1.0' encoding='iso-8859-2'?>",
    ],
)
def test_no_encoding_is_declared_elsewhere(head: str) -> None:
    assert declared_encoding(head.encode()) is None


def test_only_html_declares_its_encoding_in_meta_elements() -> None:
    meta = "<meta charset='iso-8859-2'/>"
    xml = f"<?xml version='1.0' encoding='iso-8859-2'?>{POLISH}".encode("iso-8859-2")
    assert encoding_of(f"{meta}{POLISH}".encode(), "", "application/xhtml+xml").name == "utf-8"
    assert encoding_of(f"{meta}{POLISH}".encode(), "", "text/plain").name == "utf-8"
    assert encoding_of(xml, "", "application/xhtml+xml").name == "iso-8859-2"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Café déjà vu à Zürich, 3,50 €", "utf-8"),
        ("Café déjà vu à Zürich, 3,50 €", "cp1252"),
        (POLISH, "iso-8859-2"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250"),
        ("商品の価格は税込みです。送料無料でお届けします。", "cp932"),
        ("商品の価格は税込みです。", "euc_jp"),
        ("这是一个中文网页，欢迎光临我们的商店。", "gbk"),  # noqa: RUF001 -- Chinese commas
        ("한국어 웹페이지입니다. 환영합니다.", "cp949"),
        ("Καλημέρα κόσμε, τιμή και αποστολή", "cp1253"),
        ("مرحبا بالعالم السعر والشحن", "cp1256"),
        ("สวัสดีชาวโลก ราคาสินค้า", "cp874"),
        ("", "ascii"),
    ],
)
def test_an_encoding_that_nothing_declares_is_guessed(text: str, codec: str) -> None:
    body = f"<p>{text}".encode(codec)
    assert decode_as(body, encoding_of(body, "")) == f"<p>{text}"
