"""Pages with HTTP status 404: those of an application, and error pages."""

from __future__ import annotations

import pytest

from activities.browser.error_pages import is_application_page
from activities.walls.facts import SeenPage

SHELL = "<title>Lamps</title><div id=app></div><script src=/app.js></script>"
LAMP = "<h1>Brass lamp</h1><p>A lamp of brass, 120 cm high, made in Ghent.</p>"


@pytest.mark.parametrize(
    ("shell", "written"),
    [
        (SHELL, LAMP),
        (f"<header>Home Shop</header>{SHELL}<noscript>Please allow scripts.</noscript>", LAMP),
        (SHELL, "<h1>Lamps</h1>" + "<p>Some lamps, none of which was not found. " * 20),
    ],
)
def test_what_an_application_shows_is_a_page(shell: str, written: str) -> None:
    assert is_application_page(SeenPage(shell + written, "http://host/"), shell)


@pytest.mark.parametrize(
    ("shell", "written"),
    [
        # The server's page has the text already.
        (
            "<title>Gone</title><h1>Sorry</h1><p>That is not here.</p><script src=/x.js></script>",
            "",
        ),
        (f"{LAMP}{SHELL}", LAMP),
        ("<title>Lamps</title>", LAMP),
        # The application says that there is no such page.
        (SHELL, "<h1>Page not found</h1><p>Go to the start page of the shop instead.</p>"),
        (SHELL, "<h1>404</h1><p>We have looked everywhere for what you want.</p>"),
        (SHELL, "<h1>Hm</h1><p>We can’t find the page you’re looking for.</p>"),  # noqa: RUF001
        (SHELL, "<h2>Diese Seite gibt es nicht</h2><p>Vielleicht hilft die Suche.</p>"),
        (SHELL, "<h1>Cette page est introuvable</h1><p>Retour à la page d'accueil.</p>"),
        (SHELL, "<h1>お探しのページは見つかりませんでした。</h1><p>トップページへ戻る</p>" * 3),
        (SHELL, "<h1>Not found</h1>" + "<p>What others like: lamps of brass. " * 30),
        (SHELL, "<p>Loading"),
        ("<title>404: Not Found</title><script src=/app.js></script>", LAMP),
    ],
)
def test_an_error_page_is_none(shell: str, written: str) -> None:
    assert not is_application_page(SeenPage(shell + written, "http://host/"), shell)
