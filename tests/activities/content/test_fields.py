"""Tests of the text in fields and drawings."""

from __future__ import annotations

import pytest

from activities.content.markdown import full_page

URL = "https://shop.example/"
COUNTRIES = "".join(f"<option>Country no. {number}" for number in range(1, 12))

SIZES = "".join(f"<option>{number}" for number in range(36, 50))
OTHER_SIZES = ", ".join(map(str, range(37, 50)))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<label>Number <input value=ORD-7></label>", "Number ORD-7"),
        ("<label>Pay <input type=submit value='Pay now'></label>", "Pay Pay now"),
        ("<p>a <input type=hidden value=GONE><input type=password value=GONE> b</p>", "a b"),
        ("<p>Note<textarea>one\ntwo</textarea></p>", "Note one  \ntwo"),
        ("<p>Size<select><option>S<option selected>M</select>.</p>", "Size S, **M**."),
        ("<p>Size <select><option>S<option>M</select></p>", "Size **S**, M"),
        ("<p>Size <select><option disabled>Choose<option>M</select></p>", "Size Choose, **M**"),
        ("<p><select multiple><option>S<option selected>M<option selected>L</select></p>",
         "S, **M**, **L**"),
        ("<p><select size=3><option>S<option>M</select></p>", "S, M"),
        (f"<p>To <select>{COUNTRIES}<option selected>Austria</select></p>", "To Austria"),
        (f"<p>To <select>{COUNTRIES}</select></p>", "To Country no. 1"),
        (f"<p>Size <select>{SIZES}</select></p>", f"Size **36**, {OTHER_SIZES}"),
        ("<p>Empty <select></select></p>", "Empty"),
        ("<p><label><input type=radio checked> a</label> <label><input type=radio> b</label></p>",
         "[x] a [ ] b"),
        ("<p><input type=checkbox checked id=a><label for=a>a</label></p>", "[x] a"),
        ("<p><input type=radio id=a name=t><input type=radio id=b name=t></p>"
         "<div><label for=a>Linux</label><label for=b>Windows</label></div>", "Linux Windows"),
        ("<p><input type=checkbox id=menu><label for=menu></label>a</p>", "a"),
        ("<ul><li><input type=checkbox checked> a</ul>", "- [x] a"),
        ("<svg><text y=7>2023: 41</text><rect/><text y=9>2024: 58</text></svg>",
         "2023: 41  \n2024: 58"),
        ("<svg><g><text y=9>0</text></g><g><text y=9>10</text></g></svg>", "0 10"),
        ("<svg><text>a<tspan x=1>b</tspan><tspan>c</tspan></text></svg>", "a bc"),
        ("<p>Made by <svg><title>GONE</title><text>ACME</text></svg></p>", "Made by ACME"),
        ("<svg><defs><text>GONE</text></defs><symbol><text>GONE</text></symbol></svg>a", "a"),
        ("<svg><foreignObject><p>Start</p><p>End</p></foreignObject></svg>", "Start End"),
        ("<svg><text style='display: none !important'>GONE</text><text>a</text></svg>", "a"),
        ("<a href=/x><svg><path d='M0 0'/></svg>x</a>", "[x](https://shop.example/x)"),
    ],
)  # fmt: skip
def test_fields_and_drawings_become_their_text(html: str, text: str) -> None:
    assert full_page(html, URL) == text
