"""The main content of a page whose siblings are known: what repeats on them is boilerplate."""

from __future__ import annotations

import pytest

from activities.content.main_content import main_content_beside_siblings
from activities.siblings import SiblingPages

KINDS = ("Heron", "Plover", "Curlew", "Godwit")

TEXTS = (
    "A narrow boat of ash and larch, built for two on quiet rivers, and light enough to be carried "
    "over a weir by one of them without help from the bank.",
    "She was drawn for the open lake, where the wind comes down from the hills at noon, so her "
    "sides are high, and her mast can be lowered within a minute.",
    "Three families share her in summer. There is room for a tent on the fore deck, and a stove "
    "that burns whatever lies on the beach in the evening.",
    "Her first owner crossed the bay in her at night, with a lantern on the mast and a dog at the "
    "bow, and wrote a book about it that nobody remembers.",
)

MENU = "".join(f'<a href="/{name}">{name.title()}</a> ' for name in ("boats", "sails", "oars"))
PROMISE = (
    "We have built boats at the lake since our grandfather came here with two saws and a mule, and "
    "we deliver each of them ourselves, on a trailer that is older than most."
)


def pages(template: str) -> list[str]:
    """Return four pages of a site: `NAME`, `TEXT` and `NUMBER` are each page's own."""
    return [
        "<!DOCTYPE html><html><head><title>NAME - Boats</title></head><body>".replace("NAME", name)
        + template.replace("NAME", name).replace("TEXT", text).replace("NUMBER", str(number))
        + "</body></html>"
        for number, (name, text) in enumerate(zip(KINDS, TEXTS, strict=True))
    ]


def of_batch(template: str) -> list[str]:
    """Return the main content of the pages of one batch, one after the other."""
    siblings = SiblingPages()
    contents = []
    for name, html in zip(KINDS, pages(template), strict=True):
        url = f"https://boats.example/{name}"
        content = main_content_beside_siblings(html, url, siblings.repeated("1", url))
        siblings.add("1", url, content.prints)
        contents.append(content.markdown)
    return contents


def test_what_all_pages_have_is_left_out_once_two_siblings_are_known() -> None:
    contents = of_batch(
        f"<div class=k1>{MENU}</div><div class=k2><h1>NAME</h1><p>TEXT</p></div>"
        f"<div class=k3><p>{PROMISE}</p></div>"
        "<div class=k4><b>Our letter</b><input name=mail><button>Send</button></div>"
    )
    for content in contents[:2]:
        assert PROMISE in content
    for content, name, text in zip(contents[2:], KINDS[2:], TEXTS[2:], strict=True):
        assert content == f"# {name}\n\n{text}"


def test_boilerplate_in_the_middle_of_a_text_is_left_out() -> None:
    *_, content = of_batch(
        f"<article><h1>NAME</h1><p>TEXT</p><div class=k5><p>{PROMISE}</p><input name=mail><button>"
        f"Send me letters</button></div><div class=k6>{MENU}</div><p>TEXT TEXT</p></article>"
    )
    assert content == f"# {KINDS[3]}\n\n{TEXTS[3]}\n\n{TEXTS[3]} {TEXTS[3]}"


@pytest.mark.parametrize(
    "part",
    [
        "<div>In stock</div>",
        "<div class=label><h2>Measures</h2></div>",
        "<table><tr><td>Length</td><td>NUMBER m</td><tr><td>Wood</td><td>Ash</td></table>",
        '<div>Wood: <a href="/ash">ash</a> or <a href="/larch">larch</a>, by your own choice</div>',
        "<ul><li>Two oars</li><li>One bailer</li></ul>",
        "<div><label><input type=radio name=size>Short</label><label><input type=radio name=size>"
        "Long</label></div>",
        f"<p>{PROMISE}</p>",
        f"<section><h2>Our word</h2><p>{PROMISE}</p></section>",
    ],
)
def test_content_that_siblings_have_too_stays_within_the_content(part: str) -> None:
    *_, content = of_batch(f"<main><h1>NAME</h1><p>TEXT</p>{part}<p>NAME. TEXT</p></main>")
    *_, alone = [
        main_content_beside_siblings(html, "https://boats.example/", frozenset()).markdown
        for html in pages(f"<main><h1>NAME</h1><p>TEXT</p>{part}<p>NAME. TEXT</p></main>")
    ]
    assert content == alone
    assert len(content) > len(TEXTS[3]) * 2 + 20


def test_the_byline_of_pages_by_one_author_stays() -> None:
    *_, content = of_batch(
        f"<div>{MENU}</div><div class=k7><h1>NAME</h1>"
        '<div>By <a href="/ada">Ada Reed</a> in <a href="/wood">Wood</a></div><p>TEXT</p></div>'
    )
    assert "[Ada Reed](https://boats.example/ada)" in content
    assert "Sails" not in content


def test_pages_that_differ_in_a_word_keep_what_they_share() -> None:
    *_, content = of_batch(
        f"<div class=k8><h1>Sail for NAME</h1><div class=k9><p>{PROMISE}</p></div></div>"
    )
    assert PROMISE in content


def test_a_part_with_a_picture_of_its_own_stays() -> None:
    *_, content = of_batch(
        "<div><h1>NAME</h1><p>TEXT</p></div><div class=k10><h2>Pictures</h2>"
        f'<img src="/NAME.jpg" alt=""><p>{PROMISE}</p></div>'
    )
    assert "https://boats.example/Godwit.jpg" in content


@pytest.mark.parametrize(
    "part",
    [
        '<iframe src="https://player.example/NAME"></iframe>'
        '<iframe src="https://player.example/NAME2"></iframe>',
        '<a href="/NAME.pdf">PDF</a> <a href="/NAME.epub">EPUB</a>',
    ],
)
def test_what_is_embedded_or_offered_by_a_page_of_its_own_stays(part: str) -> None:
    *_, content = of_batch(f"<article><h1>NAME</h1><div>{part}</div><p>TEXT</p></article>")
    assert content.count("example/Godwit") == 2


def test_a_name_of_boilerplate_does_not_count_against_text_of_one_page() -> None:
    template = (
        f"<div>{MENU}</div><div><h1>NAME</h1><p>TEXT</p><p>TEXT</p></div>"
        "<div class=sidebar><p>NAME is special: TEXT</p></div>"
    )
    first, *_, last = of_batch(template)
    assert "is special" not in first
    assert f"{KINDS[3]} is special: {TEXTS[3]}" in last


def test_a_long_menu_that_marks_the_current_page_is_boilerplate() -> None:
    names = "".join(
        f"<li><a href=/w{n}>How to work with wood of kind {n}</a></li>" for n in range(40)
    )
    *_, content = of_batch(
        f"<aside><ul><li><b>NAME</b></li>{names}</ul></aside><div><h1>NAME</h1><p>TEXT</p></div>"
    )
    assert content == f"# {KINDS[3]}\n\n{TEXTS[3]}"


def test_a_long_page_is_known_by_its_beginning_and_its_end() -> None:
    own = "".join(f"<p>Line {n} of NAME</p>" for n in range(3000))
    *_, content = of_batch(
        f"<div>{MENU}</div><div><h1>NAME</h1><p>TEXT</p>{own}</div><div><p>{PROMISE}</p></div>"
    )
    assert "Line 1500 of Godwit" in content
    assert PROMISE not in content
    assert "Sails" not in content
