"""Tests of templates in HTML from a server: no content, unless a page writes about templates."""

from __future__ import annotations

import pytest

from activities.content import dom, markdown
from activities.content.page_traits import read_traits

URL = "https://example.com/boats"
VUE = "<script src=/vue.global.js></script>"
APP = "<script src=/app.3f2a.js></script>"
MUCH = "<p>A harbour has more visitors than it has places, whatever the season may be." * 6
WRITTEN = "<p>Write {{ msg }} to show it."


def shown(body: str) -> tuple[str, bool, bool]:
    """Return the markdown of a page, whether it is a shell, and whether it needs a browser."""
    page = f"<!DOCTYPE html><title>Boats</title><body>{body}"
    traits = read_traits(page, URL, URL, has_run=False)
    return markdown.full_page(page, URL), traits.is_shell, traits.needs_browser


@pytest.mark.parametrize(
    "body",
    [
        f"<div id=app v-cloak>{{{{ msg }}}}</div>{VUE}",
        f"<div x-data x-cloak>{{{{ msg }}}}</div>{APP}",
        f"<div ng-app=boats><h1>{{{{title}}}}</h1><p>{{{{text|upper}}}}</div>{APP}",
        f"<div class=list>{{{{#boats}}}}<p>{{{{name}}}}</p>{{{{/boats}}}}</div>{VUE}",
        f"<div id=boats-app><h1>{{{{title}}}}</h1>{{{{{{body}}}}}}</div>{APP}",
        "<div v-scope>[[ msg ]]</div><script>go({delimiters: ['[[', ']]']})</script>",
    ],
)
def test_a_page_that_is_a_template_is_a_shell(body: str) -> None:
    assert shown(body) == ("", True, True)


def test_what_depends_on_a_value_is_left_out() -> None:
    body = (
        "<h1>Boats</h1><div id=list v-cloak><ul><li v-for='b in boats'>{{ b.name }} for sale</ul>"
        "<p v-if=error>This did not work</p><p>From <b>{{ min }}</b> euros</p>"
        "<table><tr><th>Name<tr><td>{{ name }}</table><p><a href='{{ url }}'>More</a>"
        "<p>All with tax</div>"
    )
    assert shown(body + VUE) == (
        "# Boats\n\n| Name |\n| --- |\n\nMore\n\nAll with tax",
        False,
        True,
    )


@pytest.mark.parametrize("condition", ["ng-if='article.type'", "ng-repeat='a in all'"])
def test_text_that_the_server_has_written_into_a_template_stays(condition: str) -> None:
    text, _, needs_browser = shown(
        f"<div ng-app><div {condition}><h1>Harbours</h1>{MUCH}<p>{{{{ n }}}} views</div></div>{APP}"
    )
    assert text.startswith("# Harbours\n\nA harbour has")
    assert "views" not in text
    assert needs_browser


def test_a_template_within_a_page_leaves_the_rest() -> None:
    text, is_shell, needs_browser = shown(
        f"<header><b>{{{{ count }}}}</b> <a :href=cart>Cart</a></header>{MUCH}{VUE}"
    )
    assert "{{" not in text
    assert "Cart" in text
    assert (is_shell, needs_browser) == (False, True)


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>Vue</h1>{MUCH}{WRITTEN}{VUE}",
        f"<div id=app><main data-v-1a2b3c><h1>Vue</h1>{MUCH}{WRITTEN}</main></div>{APP}",
        f"<body x-data='{{}}' :class=dark><h1>Vue</h1>{MUCH}{WRITTEN}{APP}",
        f"<div id=app v-cloak><div v-pre>{WRITTEN}</div></div>{VUE}",
        f"<h1>Jinja</h1>{WRITTEN}",
        f"<div ng-app><p class='text ng-binding'>Write {{{{ msg }}}} to show it.</div>{APP}",
    ],
)
def test_a_page_about_templates_is_left_alone(body: str) -> None:
    text, is_shell, needs_browser = shown(body)
    assert "Write {{ msg }} to show it." in text
    assert (is_shell, needs_browser) == (False, False)


def test_code_keeps_its_templates() -> None:
    text, *_ = shown("<div ng-app><p>So: <code>{{ a }}</code></p><pre>{{ b }}</pre></div>")
    assert "`{{ a }}`" in text
    assert "{{ b }}" in text


def test_an_example_beside_a_text_about_templates_is_one() -> None:
    text, _, needs_browser = shown(
        f"<main><h1>Vue</h1>{MUCH}{WRITTEN}<h2>Try</h2><div id=try v-cloak>{{{{ x }}}}</div>{VUE}"
    )
    assert "{{ msg }}" in text
    assert "{{ x }}" not in text
    assert needs_browser


def test_an_element_that_waits_for_its_text_needs_a_browser() -> None:
    assert shown(f"<p>Hello <span ng-bind=name></span></p>{APP}")[2]
    assert not shown(f"<p>Hello <span ng-bind=name></span></p>{MUCH}{APP}")[2]


@pytest.mark.parametrize(
    ("around", "is_left"), [("div", True), ("div v-cloak", False), ("p v-cloak", False)]
)
def test_a_page_with_very_many_values_is_judged(around: str, is_left: bool) -> None:
    values = "<span>{{ value }}</span> " * 20_000
    text, _, needs_browser = shown(f"{MUCH}<{around}>{values}</{around[:3].strip()}>{VUE}")
    assert text.startswith("A harbour has")
    assert ("{{" in text, needs_browser) == (is_left, not is_left)


def test_braces_that_never_end_are_text() -> None:
    text, is_shell, _ = shown(f"<div id=app v-cloak>{MUCH}<p>{'{' * 300_000}</p></div>{VUE}")
    assert text.endswith("{{{")
    assert not is_shell


def test_declarations_do_not_wait_for_a_value() -> None:
    root = dom.parse(
        "<title>{{ t }}</title><meta property=og:title content='{{ t }}'>"
        f"<div id=app><h1>{{{{ t }}}}</h1></div>{VUE}"
    )
    assert not root.findtext(".//title")
    assert root.xpath("//meta/@content") == []
