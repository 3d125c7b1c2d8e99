"""Tests of pages whose pieces stand elsewhere than they are shown."""

from __future__ import annotations

import pytest

from activities.content.markdown import full_page

URL = "https://shop.example/"
STREAMED = (
    '<p>top</p><!--$?--><template id="B:0"></template><p>Loading</p><!--/$--><p>bottom</p>'
    '<div hidden id="S:0"><h2>Late</h2>{inner}</div>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<x-card><template shadowrootmode=open><style>a {}</style>"
            "<h2><slot name=title>untitled</slot></h2><div><slot></slot></div>"
            "<footer><slot name=price>no price</slot></footer></template>"
            "<span slot=title>Lamp</span>Some <b>bold</b> text<i slot=none>GONE</i></x-card> after",
            "## Lamp Some **bold** text no price after",
        ),
        (
            "<x-a><template shadowrootmode=closed><x-b><template shadowrootmode=open>"
            "<p>inner <slot></slot></p></template><slot></slot></x-b></template>light</x-a>",
            "inner light",
        ),
        ("<x-a><template><p>GONE</p></template>light</x-a>", "light"),
    ],
)
def test_shadow_trees_are_shown_with_filled_slots(html: str, text: str) -> None:
    assert " ".join(full_page(html, URL).split()) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (STREAMED.format(inner="") + '<script>$RC("B:0","S:0")</script>', "top ## Late bottom"),
        (
            STREAMED.format(inner='<p>a<!--$?--><template id="B:1"></template>wait<!--/$-->c</p>')
            + '<script>$RC("B:0","S:0")</script><div hidden id="S:1">b</div>'
            '<script>$RC("B:1","S:1")</script>',
            "top ## Late abc bottom",
        ),
        (
            '<p>a <template id="P:1"></template> c</p><div hidden id="S:1">b</div>'
            '<script>$RS("S:1","P:1")</script>',
            "a b c",
        ),
        ('<p>top</p><div hidden id="S:0"><p>without a place</p></div>', "top without a place"),
    ],
)
def test_streamed_pieces_are_shown_in_their_places(html: str, text: str) -> None:
    assert " ".join(full_page(html, URL).split()) == text


def test_pages_of_frames_in_attributes_are_shown() -> None:
    html = (
        "<p>a</p><iframe srcdoc='<html><body><p>b</p></body></html>'></iframe><p>c</p>"
        "<iframe srcdoc='GONE' style='display:none'></iframe>"
    )
    assert full_page(html, URL) == "a\n\nb\n\nc"
