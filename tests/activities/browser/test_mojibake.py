"""UTF-8 that the browser has read as windows-1252."""

from __future__ import annotations

import pytest

from activities.browser.mojibake import read_again
from activities.http.encodings import WESTERN, decode_as

TEXT = "Café à la carte … 3,50 € “x” Ý 日本語 😀"


def misread(text: str) -> str:
    return decode_as(text.encode(), WESTERN).replace("\xa0", "&nbsp;")


@pytest.mark.parametrize(
    "headers",
    [{}, {"content-type": "text/html"}, {"content-type": "text/html; charset=iso-88509-1"}],
)
@pytest.mark.parametrize("head", ["", "<meta charset=bogus>"])
def test_a_page_that_declares_no_encoding_is_read_again(head: str, headers: dict[str, str]) -> None:
    assert read_again(head + misread(TEXT), "windows-1252", headers) == head + TEXT


def test_what_scripts_have_written_stays() -> None:
    written = "€ é ü&nbsp;© “ 語"
    html = f"<p>{misread(TEXT)}</p><p>{written}</p>"
    again = read_again(html, "windows-1252", {})
    assert again == f"<p>{TEXT}</p><p>{written}</p>".replace("&nbsp;", "\xa0")


@pytest.mark.parametrize(
    ("html", "character_set", "headers"),
    [
        (misread(TEXT), "windows-1252", {"content-type": "text/html; charset=iso-8859-1"}),
        ("<meta charset=latin1>" + misread(TEXT), "windows-1252", {}),
        (misread(TEXT), "UTF-8", {}),
        ("<p>Café à la carte … 3,50 € “x”</p>", "windows-1252", {}),
        ("<p>plain</p>", "windows-1252", {}),
    ],
)
def test_other_pages_stay_as_they_are(
    html: str, character_set: str, headers: dict[str, str]
) -> None:
    assert read_again(html, character_set, headers) == html
