"""The encodings of the web (Encoding Standard), decoded as browsers decode them.

Python's codecs of the same names have fewer characters, and map some to others. `webencodings` has
the names of the standard only. What differs was measured with Chromium's `TextDecoder`: every
sequence of one and two bytes, and those of three and four that stand for characters.
"""

from __future__ import annotations

import codecs
import re

import webencodings

WESTERN = webencodings.Encoding("windows-1252", codecs.lookup("windows-1252"))
_UTF_16 = ("utf-16le", "utf-16be")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_ERRORS = "spidra-web-encodings"
"""Name of the handler of bytes that a codec of Python does not know."""

_JIS_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BIJ])")

_BIG5_ADDITIONS = """
877a㡵 877b𡵓 877c𣚞 877d𦀡 877e㻬 87a1𥣞 87a2㫵 87a3竼 87a4龗 87a5𤅡 87a6𨤍 87a7𣇪 87a8𠪊 87a9𣉞
87aa䌊 87ab蒄 87ac龖 87ad鐯 87ae䤰 87af蘓 87b0墖 87b1靊 87b2鈘 87b3秐 87b4稲 87b5晠 87b6権 87b7袝
87b8瑌 87b9篅 87ba枂 87bb稬 87bc剏 87bd遆 87be㓦 87bf珄 87c0𥶹 87c1瓆 87c2鿇 87c3垳 87c4䤯 87c5呌
87c6䄱 87c7𣚎 87c8堘 87c9穲 87ca𧭥 87cb讏 87cc䚮 87cd𦺈 87ce䆁 87cf𥶙 87d0箮 87d1𢒼 87d2鿈 87d3𢓁
87d4𢓉 87d5𢓌 87d6鿉 87d7蔄 87d8𣖻 87d9䂴 87da鿊 87db䓡 87dc𪷿 87dd拁 87de灮 87df鿋 8e69箸 8e6f簆
8e7e糎 8eab緒 8eb4縝 8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦 8fcc覩 8ffe起 906d都 907a銹 90dc靜
90f1響 91bf鼖 9244蔃 92af兙 92b0兛 92b1兝 92b2兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗 9644靝 96ed瀞
96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 9c68鄄 9c6b鷰 9c77菏
9cbc尐 9cbd秣 9cd0婧 9d57輋 9d5a筑 9dc4拐 9ea9恢 9eef痹 9efd汊 9f60鬮 9f66鼗 9fcb僭 9fd8弌 a063蠏
a077拎 a0d5瑨 a0df煢 a0e4牐 a3c0␀ a3c1␁ a3c2␂ a3c3␃ a3c4␄ a3c5␅ a3c6␆ a3c7␇ a3c8␈ a3c9␉
a3ca␊ a3cb␋ a3cc␌ a3cd␍ a3ce␎ a3cf␏ a3d0␐ a3d1␑ a3d2␒ a3d3␓ a3d4␔ a3d5␕ a3d6␖ a3d7␗
a3d8␘ a3d9␙ a3da␚ a3db␛ a3dc␜ a3dd␝ a3de␞ a3df␟ a3e0␡ a3e1€ c6cf廴 c6d3无 c6d5癶 c6d7隶
c6de〃 c6df仝 fa5f倩 fa66偽 fabd包 fac5卄 fad5卿 fb48嘅 fbb8婷 fbf3幵 fbf9廐 fc4f彘 fc6c悤 fcb9撐
fce2晴 fcf1杞 fdb7沜 fdb8渝 fdbb港 fdf1煮 fe52猪 fe6f瑜 feaa瓩 fedd砉
"""
"""Characters of Big5 that the codec lacks, each after its two bytes."""

_OTHER_CHARACTERS = {
    "euc_jp": str.maketrans("〜‖−¢£¬", "～∥－￠￡￢"),  # noqa: RUF001 -- the ambiguity is the point
    "big5hkscs": str.maketrans("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡"),  # noqa: RUF001 -- likewise
    "koi8-u": str.maketrans("╝╬", "ўЎ"),
    # The codec has code points for private use, from the time before Unicode had these characters.
    "gb18030": str.maketrans(
        "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
        "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
        "\u3000\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f"
        "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
    ),
}
"""What the codecs map to other characters than the standard does."""


def find_encoding(label: str) -> webencodings.Encoding | None:
    """Return the encoding that `label` names in a header; None if there is no such encoding."""
    found: webencodings.Encoding | None = webencodings.lookup(label)
    return found


def find_declared(label: str) -> webencodings.Encoding | None:
    """Return the encoding that `label` names within a document (HTML, "prescan")."""
    encoding = find_encoding(label)
    if encoding is None:
        return None
    if encoding.name in _UTF_16:
        return webencodings.UTF8  # in UTF-16 the declaration would not be readable
    return WESTERN if encoding.name == "x-user-defined" else encoding


def has_mark(body: bytes) -> bool:
    """Return whether a byte order mark says what the encoding of `body` is."""
    return body.startswith(tuple(mark for mark, _ in _MARKS))


def decode_as(body: bytes, encoding: webencodings.Encoding) -> str:
    """Return `body` as text. A byte order mark counts more than `encoding`.

    What is no character becomes U+FFFD.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    if encoding.name == "replacement":  # unsafe encodings, which no browser reads
        return "\ufffd" if body else ""
    if encoding.name == "iso-2022-jp":
        return _decode_iso_2022_jp(body)
    if encoding.name in ("gbk", "gb18030"):
        return _decode(body, "gb18030")
    text, _ = encoding.codec_info.decode(body, _ERRORS)
    table = _OTHER_CHARACTERS.get(encoding.codec_info.name)
    return text if table is None else text.translate(table)


def _decode(body: bytes, codec: str) -> str:
    return body.decode(codec, _ERRORS).translate(_OTHER_CHARACTERS[codec])


def _decode_iso_2022_jp(body: bytes) -> str:
    """Decode a body whose escape sequences switch between sets of characters.

    Between them, the bytes of JIS X 0208 are those of EUC-JP without the highest bit.
    """
    charset = b"(B"
    text: list[str] = []
    at = 0
    for escape in [*_JIS_ESCAPE.finditer(body), None]:
        part = body[at : escape.start() if escape else len(body)]
        if charset.startswith(b"$"):
            text.append(
                _decode(bytes(byte | 0x80 if byte > 0x20 else byte for byte in part), "euc_jp")
            )
        elif charset == b"(I":
            text.append(
                bytes(byte | 0x80 if byte > 0x20 else byte for byte in part).decode(
                    "cp932", _ERRORS
                )
            )
        else:
            text.append(part.decode("ascii", "replace"))
        if escape:
            charset, at = escape[1], escape.end()
    return "".join(text)


def _decode_unknown(error: UnicodeError) -> tuple[str, int]:
    """Return the character for the bytes that a codec does not know, and where it ends."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if error.encoding == "charmap" and 0x80 <= pair[0] < 0xA0:
        return chr(pair[0]), error.start + 1
    if error.encoding == "gb18030" and pair[0] == 0x80:
        return "€", error.start + 1
    if len(pair) == 2:
        known = ""
        if error.encoding == "euc_jp" and min(pair) >= 0xA1 and max(pair) < 0xFF:
            known = _jis_0208(*pair)
        elif error.encoding == "big5hkscs":
            known = _ADDITIONS.get(pair, "")
        if known:
            return known, error.start + 2
    return "\ufffd", error.end


def _jis_0208(row: int, cell: int) -> str:
    """Return the character of EUC-JP that only Shift_JIS has as well; empty if there is none.

    Both number the characters alike, which includes those of NEC and IBM (index jis0208).
    """
    lead, trail = divmod((row - 0xA1) * 94 + cell - 0xA1, 188)
    shifted = bytes(
        (lead + (0x81 if lead < 0x1F else 0xC1), trail + (0x40 if trail < 0x3F else 0x41))
    )
    try:
        return shifted.decode("cp932")
    except UnicodeDecodeError:
        return ""


_ADDITIONS = {bytes.fromhex(token[:4]): token[4:] for token in _BIG5_ADDITIONS.split()}
codecs.register_error(_ERRORS, _decode_unknown)
