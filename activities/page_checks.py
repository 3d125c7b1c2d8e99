"""Whether a page that was fetched is what the client asked for: the warnings and failures of that.

docs/results.md says what clients see of it.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from activities.capture import PageCapture
from activities.conversion.pool import ConversionPool
from activities.item_context import ItemContext
from activities.near_copies import NearCopies
from activities.walls.facts import SeenPage
from activities.walls.witness import SiblingWitness
from domain.failures import ScrapeError
from domain.warnings import item_warning

if TYPE_CHECKING:
    from activities.content.page_traits import PageTraits

_LOGIN_SECRETS = frozenset({"cookies"})
"""Options with which a visitor is logged in."""

_ERRORS = {
    "missing": "The page says that what its URL asks for is not there.",
    "denied": "The page says that its visitor may not see what the URL asks for.",
    "down": "The page says that the site does not work at present.",
}
"""What each kind of error page says, although the HTTP status is no error."""


_ASKS_FOR_LOGIN = (
    "The page says that a part of it needs a login. If you want that part, log in in a browser, "
    "and send its cookies."
)


class PageChecks:
    """The checks of one worker. `converter` reads the pages."""

    def __init__(self, converter: ConversionPool) -> None:
        self._converter = converter
        self._near_copies = NearCopies()
        self._witness = SiblingWitness()

    async def check(self, run: ItemContext, page: PageCapture) -> ScrapeError | None:
        """Add to the outcome what the client must know of `page`.

        Return `NEEDS_BROWSER` if the page has no text before its scripts have run, or leads on by
        a script. What it declares about itself may be a result nevertheless. Raises `ScrapeError`
        with `LOGIN_REQUIRED`, with `UNSUPPORTED_CONTENT_TYPE` if the page is no text, with
        `CONTENT_FAILED` if it cannot be read, or with `BLOCKED` if other pages of the batch show
        that it is a wall.
        """
        if "html" not in page.content_type:
            return None
        await self._check_siblings(run, page)
        traits = await self._converter.read_traits(
            page.html, run.item.url, page.final_url, has_run=not run.options.is_fast
        )
        _check_text(run, page, traits)
        if traits.is_login:
            _note_login(run)
        elif traits.asks_for_login:
            run.warn(item_warning("LOGIN_FORM", _ASKS_FOR_LOGIN))
        shell = None
        if traits.leads_on:
            shell = ScrapeError("NEEDS_BROWSER", "A script of the page leads on to another one.")
        elif traits.is_shell:
            shell = ScrapeError("NEEDS_BROWSER", "The page has no text before its scripts run.")
        elif traits.needs_browser:
            note_missing_scripts(run)
        self._note_copies(run, traits.fingerprints)
        return shell

    async def _check_siblings(self, run: ItemContext, page: PageCapture) -> None:
        """Raise `ScrapeError` if other pages of the batch show that `page` is a wall."""
        seen = SeenPage(page.html, page.final_url, page.http_status)
        # In a thread: a hostile page can keep the detection busy for a second.
        wall = await asyncio.to_thread(self._witness.judge, run.item.batch_id, run.item.url, seen)
        if wall is not None:
            raise wall.error()

    def _note_copies(self, run: ItemContext, fingerprints: tuple[str, ...]) -> None:
        others = self._near_copies.add(run.item.batch_id, run.item.url, fingerprints)
        if others:
            urls = "another URL" if others == 1 else f"{others} other URLs"
            message = f"The page has nearly the same text as {urls} of this batch on its host."
            run.warn(item_warning("NEAR_COPY", message))


def _check_text(run: ItemContext, page: PageCapture, traits: PageTraits) -> None:
    """Add warnings of what the text of `page` says. Raise `ScrapeError` if it is no text."""
    if traits.is_binary:
        what = "The page is no text, although its server says that it is HTML."
        raise ScrapeError("UNSUPPORTED_CONTENT_TYPE", what)
    if traits.is_damaged:
        what = "Many characters of the page cannot be read: they are in another encoding."
        run.warn(item_warning("TEXT_DAMAGED", what))
    if traits.error and page.http_status < HTTPStatus.BAD_REQUEST:
        run.warn(item_warning("ERROR_PAGE", _ERRORS[traits.error]))


def note_missing_scripts(run: ItemContext) -> None:
    """Add the warning that a part of the page is not in its HTML."""
    message = (
        "A part of the page seems to be written by scripts or to be in frames, and the fast mode "
        'has neither. Ask for it without `"scrapeMode": "fast"`.'
    )
    run.warn(item_warning("NEEDS_BROWSER", message))


def _note_login(run: ItemContext) -> None:
    """Add the warning that the page is a login form. Raise `ScrapeError` if a login was given."""
    # A retry may bring secrets that the batch was submitted without.
    given = sorted(_LOGIN_SECRETS.intersection({*run.options.secrets_given, *run.options.secrets}))
    if given:
        what = f"The site shows a login form, although {' and '.join(given)} were given."
        raise ScrapeError("LOGIN_REQUIRED", what)
    message = (
        "The page is a login form. If that is not what you want, log in in a browser, and send its "
        "cookies."
    )
    run.warn(item_warning("LOGIN_FORM", message))
