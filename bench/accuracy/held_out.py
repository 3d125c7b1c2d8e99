"""Pages written after the extraction was changed, on which nothing was tried out."""

from __future__ import annotations

from bench.accuracy.page import Page

PAGES: tuple[Page, ...] = ()
