"""The pages by language: ten kinds each, written for this measure."""

from __future__ import annotations

from bench.accuracy.page import Page
from bench.accuracy.pages import english, french, german, hindi, japanese, spanish

PAGES: tuple[Page, ...] = (
    *english.PAGES,
    *german.PAGES,
    *french.PAGES,
    *spanish.PAGES,
    *japanese.PAGES,
    *hindi.PAGES,
)
