"""Detection of walls from HTML, status and headers alone."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from activities.walls.detector import detect_wall
from activities.walls.facts import SeenPage
from tests.support.walls.samples import SAMPLES, URL, Sample, page


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_walls_are_detected(sample: Sample) -> None:
    detection = detect_wall(sample.seen)
    assert detection is not None
    assert sample.name in detection.name
    assert sample.kind in (detection.kind, "either")
    assert detection.indicators


def test_there_are_enough_samples_of_walls() -> None:
    assert len(SAMPLES) >= 250
    assert len({sample.name for sample in SAMPLES}) >= 80


def test_an_error_names_the_indicators_in_our_words() -> None:
    akamai = next(sample for sample in SAMPLES if "Akamai" in sample.name)
    detection = detect_wall(akamai.seen)
    assert detection is not None
    error = detection.error()
    assert error.failure.code == "BLOCKED"
    assert error.failure.message.startswith(
        "The site answered with a block page of Akamai instead of the page (seen: its title, "
        "its reference, its edgesuite.net, its server). "
    )
    assert (error.http_status, error.final_url) == (403, URL)


def test_a_page_with_much_text_is_content() -> None:
    lines = "<p>The lamp is made of tin, stands on three feet, and burns for a night.</p>" * 60
    for sample in SAMPLES:
        if sample.kind != "consent":
            html = sample.html.replace("</body>", f"{lines}</body>")
            assert (
                detect_wall(SeenPage(html, sample.url, 200, {})) is None
                or "</body>" not in sample.html
            )


@pytest.mark.parametrize(
    "html",
    [
        "<meta name=robots content=noindex>"
        + "".join(f"<{tag}>{'robot ' * 34_000}</{tag}>" for tag in ("title", "noscript"))
        + f"<h1><noscript>{'captcha ' * 34_000}</noscript></h1>",
        "<script" * 100_000,
        "<!--" * 200_000,
        "<noscript><p>" * 60_000,
        "<div>" * 300_000,
        "are you " * 200_000,
        page("x", "<a href=x>" * 100_000),
        f"<script src='/recaptcha/api.js?{'&' * 500_000}'></script>",
        f"<script>{'/recaptcha/api.js?' * 50_000}</script>",
        f"<script>{'.awswaf.com/' * 80_000}</script>",
        f"<title>{'just a moment ' * 50_000}</title>",
        f"{'<article>' * 200}{'</article>' * 200}" * 90,
        "<form><input type=hidden name=a>" * 9_000,
        f"<script>{('_0xabc ' * 7 + ' ' * 250) * 3_000}</script>",
        f"<script>{'new Worker(' * 90_000}</script>",
        f"<script>{'cookie=a' * 120_000}</script>",
        f"<meta http-equiv=refresh content='0;url=?{'a=1&' * 200_000}'>",
        f"<div class='{'challenge-' * 50_000}'>",
        f"<div class=g-recaptcha></div>{'<nav>' * 18_000}",
        f"<div class=g-recaptcha></div><table>{'<tr><td>a<td>b' * 6_000}",
        f"<div class=h-captcha></div>{'<form class=captcha><input name=a>' * 6_000}",
        f"<script>{'import ' * 140_000}</script>",
        f"<script>{'method: ' * 120_000} location.reload</script>",
    ],
    ids=lambda html: html[:12],
)
def test_hostile_pages_are_checked_in_time(html: str) -> None:
    start = time.process_time()
    detect_wall(SeenPage(html, URL, 403, {}))
    assert time.process_time() - start < 5


def test_headings_within_headings_take_little_memory() -> None:
    html = f"{'<h1><div><h2><div>' * 60}<noscript>{'x y ' * 100_000}</noscript>"
    tracemalloc.start()
    try:
        detect_wall(SeenPage(html, URL, 403, {}))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 2**20
