"""Tests of error pages whose HTTP status is none."""

from __future__ import annotations

import pytest

from activities.content.page_traits import read_traits

URL = "https://example.com/boats/41"
MUCH = "<p>A harbour has more visitors than it has places, whatever the season may be.</p>" * 6
SHORT = "<header><a href=/>Home</a></header><h1>%s</h1><p>Go home.</p><footer>" + MUCH + "</footer>"


def error_of(body: str, title: str = "Boats", head: str = "") -> str:
    page = f"<!DOCTYPE html><title>{title}</title>{head}<body>{body}"
    return read_traits(page, URL, URL, has_run=True).error


@pytest.mark.parametrize(
    ("kind", "headings"),
    [
        ("missing", (
            "Page not found", "404", "Error 404", "404: This page could not be found.", "404エラー",
            "Whoops, that page is gone", "This content isn't available right now", "Erreur 404",
            "We couldn't find that page", "Seite nicht gefunden", "Page introuvable",
            "Página no encontrada", "Pagina non trovata", "Página não encontrada",
            "Nie znaleziono strony", "Stránka nenalezena", "Страница не найдена",
            "ページが見つかりません", "页面不存在", "페이지를 찾을 수 없습니다",
            "Page doesn't exist", "抱歉,您访问的页面不存在", "الصفحة غير موجودة",
            "Không tìm thấy trang", "Cette page n'existe pas",
        )),
        ("denied", (
            "Access denied", "403 Forbidden", "You are not authorized to view this page",
            "Zugriff verweigert", "Accès refusé", "Доступ запрещен", "访问被拒绝",
        )),
        ("down", (
            "500 Internal Server Error", "Error establishing a database connection",
            "Under maintenance", "Wartungsarbeiten", "メンテナンス中",
        )),
    ],
)  # fmt: skip
def test_a_short_page_with_such_a_heading_is_an_error(kind: str, headings: tuple[str, ...]) -> None:
    assert {heading: error_of(SHORT % heading) for heading in headings} == dict.fromkeys(
        headings, kind
    )


def test_the_title_or_the_text_may_say_so() -> None:
    assert error_of("<p>Sorry.", title="404 Not Found | Boats") == "missing"
    assert error_of("<p>Sorry.", title="Boats - Error 404") == "missing"
    assert error_of("<div>Sorry, this page isn't available.</div><div>Go back.</div>") == "missing"
    assert error_of("<div>Es tut uns leid, diese Seite existiert nicht mehr.</div>") == "missing"
    assert error_of("<p>Dieses Boot gibt es nicht in Rot.") == ""
    maintenance = "Briefly unavailable for scheduled maintenance. Check back in a minute."
    assert error_of(f"<h1>{maintenance}</h1>") == "down"


def test_a_longer_page_says_so_to_search_engines_or_in_its_template() -> None:
    body = f"<h1>Page not found</h1><h2>Popular</h2>{MUCH}{MUCH}"
    assert error_of(body) == ""
    assert error_of(body, head="<meta name=robots content='noindex, follow'>") == "missing"
    assert error_of(f"<main class='error404 blog'>{body}</main>") == "missing"


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>What is a 404 error?</h1>{MUCH}",
        f"<article><h1>How to fix “404 Not Found”</h1>{MUCH}</article>",
        "<h1>Peugeot 404</h1><p>Built from 1960.",
        "<h1>Room 404</h1><p>On the fourth floor.",
        "<h1>UPS</h1><p>Enter a number.",
        "<h1>Error handling</h1><p>Errors are values.",
        "<h1>Search</h1><p>No results for boats.",
        "<h1>Lost and found</h1><p>Ask at the desk.",
        "<h1>Red boat</h1><p>This item is no longer available.",
        "<h1>Red boat</h1><p>Out of stock. Not available in your colour.",
        "<h1>Maintenance of boats</h1><p>Paint them each year.",
        "<h1>Open at 9</h1>",
        "",
    ],
)
def test_other_pages_are_no_errors(body: str) -> None:
    assert error_of(body) == ""
