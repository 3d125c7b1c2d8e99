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


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div role=radio aria-checked=true>M</div><div role=radio aria-checked=false>L</div>",
         "[x] M\n\n[ ] L"),
        ("<p>Mail <button role=switch aria-checked=true></button></p>", "Mail [x]"),
        ("<p><i role=checkbox aria-checked=mixed></i><b>all</b></p>", "[-] **all**"),
        ("<label role=radio aria-checked=true><input type=radio checked>a</label>", "[x] a"),
        ("<table><tr><th>a<th>b<tr><td role=checkbox aria-checked=true><td>c</table>",
         "| a | b |\n| --- | --- |\n|  | c |"),
        ("<ul><li role=option>a<li role=option aria-selected=true>b</ul>", "- a\n- **b**"),
        ("<p role=option aria-selected=true>a</p>", "a"),
        ("<button aria-pressed=true>a</button> <button aria-pressed=false>b</button>", "**a** b"),
        ("<button aria-pressed=true><svg></svg></button>a", "a"),
        ("<ul><li><label><input type=radio checked> a</label></ul>", "- [x] a"),
        ("<ul><li>a <input type=checkbox checked></ul>", "- a [x]"),
        ("<p><label><input type=radio class=sr-only checked><b>a</b></label></p>", "[x] **a**"),
        ("<div><div><p><input id=a type=checkbox checked></p></div><label for=a>a</label></div>",
         "[x] a"),
        ("<label><div><input type=radio></div><div><div>a</div></div></label>", "[ ] a"),
        ("<div><input id=a type=checkbox></div><p>b</p><label for=a>a</label>", "[ ]\n\nb\n\na"),
        ("<p>Full: <progress value=7 max=20></progress></p>", "Full: 35%"),
        ("<p>Full: <meter min=1 value=2 max=3></meter></p>", "Full: 50%"),
        ("<p>Full: <progress value=7 max=20>7 of 20</progress></p>", "Full: 7 of 20"),
        ("<p>Busy <progress></progress></p>", "Busy"),
        ("<svg><a href=/x><text>a</text></a><text><a xlink:href=/y>b</a></text></svg>",
         "[a](https://shop.example/x)  \n[b](https://shop.example/y)"),
    ],
)  # fmt: skip
def test_what_is_chosen_is_told(html: str, text: str) -> None:
    assert full_page(html, URL) == text
