"""Pages that are judged together with other pages of their batch and host."""

from __future__ import annotations

import pytest

from activities.walls.detector import detect_wall
from activities.walls.facts import SeenPage
from activities.walls.witness import SiblingWitness

SITE = "https://lamps.example"
MENU = "<nav>" + "".join(f"<a href=/shelf/{n}>Shelf {n}</a>" for n in range(12)) + "</nav>"


def html(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>ლამპა</title>{head}</head><body>{body}</body></html>"


def loop(token: str) -> str:
    """Return a page that sets a cookie and loads itself again, and says something else."""
    return html(
        f"<p>ლამპების სახლი</p><script>var t = '{token}'; document.cookie = 'v=' + t;"
        "location.reload()</script>"
    )


def form(token: str) -> str:
    return html(
        "<p>ერთი წუთი და მზად არის</p><form method=post>"
        f"<input type=hidden name=a value={token}></form>"
        "<script>document.forms[0].submit()</script>"
    )


ORDINARY = {
    "parked": html(
        "<h1>lamps.example</h1><p>This name is for sale.</p><script src=/park.js></script>"
    ),
    "shell": html("<div id=root></div><script src=/app.js></script>"),
    "consent": html("<div id=onetrust-banner-sdk><p>We value your privacy</p></div>"),
    "login": html(
        "<form method=post><input name=user><input type=password><button>In</button></form>"
    ),
    "missing": html("<h1>Not here</h1><p>Go back.</p><a href=/>Home</a>"),
    "age": html(
        "<p>18?</p><button onclick=yes()>Yes</button><script>function yes() {"
        "document.cookie = 'a=1'; location.reload() }</script>"
    ),
    "language": html(
        "<p>Loading</p><script>document.cookie = 'lang=' + navigator.language;"
        "location.reload()</script>"
    ),
    "update": html(
        "<p>lamps</p><script>navigator.serviceWorker.oncontrollerchange = () => location.reload();"
        "document.cookie = 'v=1'</script>"
    ),
    "report": html(
        "<h1>Your report is being made</h1>",
        "<meta http-equiv=refresh content='5; url=?job=8a1b2c3d4e5f60718a1b'>",
    ),
    "faces": html(
        "<form method=post><table><tr><td>Lamp</table><input type=hidden name=v value=1></form>"
        "<script>function next() { document.forms[0].submit() }</script>"
    ),
    "sign-on": html(
        "<form method=post action=https://login.example/><input type=hidden name=SAMLRequest>"
        "</form>"
        "<script>document.forms[0].submit()</script>"
    ),
}
"""Pages that some sites send for all addresses."""


@pytest.mark.parametrize("build", [loop, form])
def test_the_same_suspicious_page_at_three_urls_is_a_wall(build: object) -> None:
    assert callable(build)
    witness = SiblingWitness()
    for number in range(4):
        seen = SeenPage(build(f"k{number}f{number * 7}"), f"{SITE}/lamp/{number}", 200, {})
        assert detect_wall(seen) is None
        wall = witness.judge("batch", seen.url, seen)
        assert (wall is not None) == (number >= 2), number
        if wall is not None:
            assert wall.error().failure.code == "BLOCKED"
            assert "the same page at other URLs" in wall.error().failure.message


def test_a_suspicious_page_among_pages_with_a_menu_is_a_wall() -> None:
    witness = SiblingWitness()
    for number in range(2):
        seen = SeenPage(html(f"{MENU}<h1>Lamp {number}</h1>"), f"{SITE}/{number}", 200, {})
        assert witness.judge("batch", seen.url, seen) is None
    seen = SeenPage(loop("x1"), f"{SITE}/7", 200, {})
    wall = witness.judge("batch", seen.url, seen)
    assert wall is not None
    assert "the lack of the site's menu" in wall.indicators


def test_a_script_with_a_broken_address_spoils_no_comparison() -> None:
    witness = SiblingWitness()
    for number in range(3):
        broken = loop("x1").replace("<p>", "<script src='http://['></script><p>")
        seen = SeenPage(broken, f"{SITE}/{number}", 200, {})
        assert (witness.judge("batch", seen.url, seen) is not None) == (number == 2)


def test_other_batches_hosts_and_names_of_one_page_are_no_witnesses() -> None:
    witness = SiblingWitness()
    for batch, url in (
        ("1", f"{SITE}/a"),
        ("1", f"{SITE}/a?utm_source=mail"),
        ("1", f"{SITE}/a#part"),
        ("2", f"{SITE}/b"),
        ("1", "https://other.example/c"),
        ("1", f"{SITE}/d"),
    ):
        assert witness.judge(batch, url, SeenPage(loop("x"), url, 200, {})) is None


@pytest.mark.parametrize("name", ORDINARY)
def test_equal_ordinary_pages_are_no_wall(name: str) -> None:
    witness = SiblingWitness()
    for number in range(5):
        with_menu = SeenPage(html(f"{MENU}<h1>Lamp</h1>"), f"{SITE}/menu/{number}", 200, {})
        assert witness.judge("batch", with_menu.url, with_menu) is None
        seen = SeenPage(ORDINARY[name], f"{SITE}/{number}", 200, {})
        assert detect_wall(seen) is None
        assert witness.judge("batch", seen.url, seen) is None
