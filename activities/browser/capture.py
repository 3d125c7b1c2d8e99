"""Capture one page: from its URL to its HTML and screenshot, whatever the page does."""

from __future__ import annotations

import logging
from collections.abc import Hashable

from playwright.async_api import Error as PlaywrightError

from activities.browser.abortable import aborted_by
from activities.browser.egress_errors import blocked_warnings
from activities.browser.loader import PageLoader
from activities.browser.observer import PageObserver
from activities.browser.pool import TabPool
from activities.browser.screenshot import take_screenshot
from activities.browser.tab import Tab
from activities.browser.urls import has_password, site_key
from activities.browser.visit import Visit
from activities.capture import PageCapture
from activities.egress.session import EgressSession
from domain.failures import ScrapeError
from domain.items import ItemWarning

_USED_TAB_FAILURES = frozenset(
    {"CONNECTION_FAILED", "NO_CONTENT", "PAGE_CRASHED", "PAGE_UNRESPONSIVE"}
)
"""Failures that a used tab may cause: earlier pages have damaged its process, or its process has
died while the tab waited for this item."""

logger = logging.getLogger(__name__)


async def capture_page(pool: TabPool, egress: EgressSession, visit: Visit) -> PageCapture:
    """Capture the page of `visit`, with all its traffic through `egress`.

    Wait until the scripts of the page have written their content. If a used tab may be the cause
    of a failure, try once more in a new tab. Raises `ScrapeError`.
    """
    reuse_key = _reuse_key(visit)
    while True:
        async with pool.tab(egress, reuse_key, visit.profile) as tab:
            is_new = tab.uses == 1
            try:
                return await _capture_in(tab, egress, visit)
            except (ScrapeError, PlaywrightError) as error:
                if is_new or not _may_be_caused_by_tab(error):
                    raise
                logger.info("a used tab failed", extra={"uses": tab.uses})
        reuse_key = None


def _reuse_key(visit: Visit) -> Hashable | None:
    """Return the key of the tabs that may serve the visit: one batch and one site."""
    if visit.reuse_key is None or has_password(visit.url):
        return None
    return visit.reuse_key, site_key(visit.url)


def _may_be_caused_by_tab(error: ScrapeError | PlaywrightError) -> bool:
    """Return whether earlier items of a used tab may be the cause of `error`."""
    return isinstance(error, PlaywrightError) or error.failure.code in _USED_TAB_FAILURES


async def _capture_in(tab: Tab, egress: EgressSession, visit: Visit) -> PageCapture:
    """Capture the page in `tab`, and mark the tab as reusable or dirty."""
    with PageObserver(tab, egress, visit.limits) as observer:
        loader = PageLoader(tab, observer.navigation, egress, visit)
        visit.wall_handler.enter_tab()
        try:
            async with aborted_by(observer.abort_reason):
                visit.on_stage("navigating")
                await loader.open()
                capture = await _capture_loaded(tab, loader, observer, egress, visit)
        except ScrapeError as error:
            loader.add_facts(error)
            raise
        observer.mark_tab()
        if visit.wall_handler.has_met_walls:
            tab.mark_dirty("it has passed a wall")
    tab.mark_reusable(is_idle=not observer.navigation.unfinished)
    return capture


async def _capture_loaded(
    tab: Tab, loader: PageLoader, observer: PageObserver, egress: EgressSession, visit: Visit
) -> PageCapture:
    document = await loader.final_document()
    http_status = observer.navigation.response.status
    screenshot: bytes | None = None
    screenshot_warnings: list[ItemWarning] = []
    if visit.options.screenshot:
        visit.on_stage("screenshot")
        screenshot, screenshot_warnings = await take_screenshot(
            tab.page, tab.world, full_page=visit.options.full_page_screenshot
        )
    return PageCapture(
        html=document.html,
        content_type=document.content_type,
        http_status=http_status,
        final_url=document.url,
        screenshot=screenshot,
        warnings=(
            *observer.warnings,
            *loader.warnings(),
            *document.warnings,
            *blocked_warnings(egress),
            *screenshot_warnings,
        ),
    )
