"""The second stage of an item: from its page to its result."""

from __future__ import annotations

from typing import Any

from activities.capture import PageCapture
from activities.checkpoints import PageCheckpoint
from activities.conversion.pool import ConversionPool
from activities.conversion.tasks import ModelPage
from activities.extraction import without_model
from activities.extraction.extractor import Extractor
from activities.item_context import ItemContext
from activities.page_checks import PageChecks, note_missing_scripts
from activities.siblings import SiblingPages
from domain.failures import ScrapeError
from domain.options import BatchOptions
from domain.warnings import item_warning


class PageProcessor:
    """Makes results of pages: by `extractor` where a model is asked for, else by `converter`."""

    def __init__(self, converter: ConversionPool, extractor: Extractor | None) -> None:
        self._converter = converter
        self._extractor = extractor
        self._checks = PageChecks(converter)
        self._siblings = SiblingPages()

    def asks_model(self, options: BatchOptions) -> bool:
        """Return whether a model reads the pages of a batch with `options`."""
        return self._extractor is not None and options.needs_extraction

    def require_model(self, options: BatchOptions) -> None:
        """Raise `ScrapeError` if only a model can do what `options` ask for, and there is none.

        The API refuses such requests, unless it has a model that this worker does not have.
        """
        if options.prompt and self._extractor is None:
            raise without_model.model_required("Only a model can do what the prompt asks for")

    async def convert(self, run: ItemContext, page: PageCapture) -> str | dict[str, Any]:
        """Return what can be made of `page` without a model. Raises `ScrapeError`."""
        run.enter("converting")
        shell = await self._checks.check(run, page)
        if run.options.needs_extraction:
            return await self._extract_declared(run, page, shell)
        if shell is not None:
            raise shell
        if run.options.extract_content_only:
            result = await self._convert_main_content(run, page)
            what = "The page has no main content."
        else:
            result = await self._converter.to_markdown(page.html, page.final_url)
            what = "The page has no text."
        if not _shows_anything(result):
            run.warn(item_warning("NO_TEXT", what))
        return result

    async def _convert_main_content(self, run: ItemContext, page: PageCapture) -> str:
        repeated = self._siblings.repeated(run.item.batch_id, run.item.url)
        content = await self._converter.to_main_content(page.html, page.final_url, repeated)
        self._siblings.add(run.item.batch_id, run.item.url, content.prints)
        return content.markdown

    async def _extract_declared(
        self, run: ItemContext, page: PageCapture, shell: ScrapeError | None
    ) -> dict[str, Any]:
        try:
            result = await without_model.extract(
                self._converter, page, run.options, run.outcome.warnings
            )
        except ScrapeError as error:
            raise shell or error from None
        if shell is not None:
            note_missing_scripts(run)
        return result

    async def read_for_model(self, run: ItemContext, page: PageCapture) -> ModelPage:
        """Return `page` as a model is to read it. Raises `ScrapeError`."""
        run.enter("converting")
        shell = await self._checks.check(run, page)
        reading = await self._read(run, page)
        if shell is not None:
            if reading.evidence is None:
                raise shell
            note_missing_scripts(run)
        return reading

    async def _read(self, run: ItemContext, page: PageCapture) -> ModelPage:
        schema = run.options.json_schema
        if not run.options.extract_content_only:
            read = await self._converter.read_for_model(
                page.html, page.final_url, main_only=False, schema=schema
            )
            return read.page
        repeated = self._siblings.repeated(run.item.batch_id, run.item.url)
        read = await self._converter.read_for_model(
            page.html, page.final_url, main_only=True, repeated=repeated, schema=schema
        )
        self._siblings.add(run.item.batch_id, run.item.url, read.prints)
        return read.page

    async def extract(self, run: ItemContext, page: PageCheckpoint) -> str | dict[str, Any]:
        """Return what the model makes of `page`. Raises `ModelError` or `ScrapeError`."""
        assert self._extractor is not None  # noqa: S101 -- `asks_model` has told the caller
        return await self._extractor.extract(
            page.reading, run.options, run.usage, run.outcome.warnings
        )


def _shows_anything(markdown: str) -> bool:
    """Return whether `markdown` has letters, digits or pictures."""
    return "![" in markdown or any(map(str.isalnum, markdown))
