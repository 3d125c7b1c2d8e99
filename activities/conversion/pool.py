"""The pool of processes that convert pages.

Parsing hostile HTML can take very long, need very much memory, or crash the process. Therefore
pages are parsed in worker processes, which have a time limit and a memory limit. A process that
dies is replaced.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import TimeoutError as ProcessTimeoutError
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from activities.conversion import tasks
from domain.failures import ScrapeError

if TYPE_CHECKING:
    from activities.content.main_content import MainContent
    from activities.content.page_traits import PageTraits

P = ParamSpec("P")
T = TypeVar("T")

_TIMEOUT = 60.0
"""Seconds for one page: seven times what a table of 10 MB was measured to take."""

_MEMORY = 4 * 2**30
"""Bytes of address space per process. HTML of 20 MB needs about a tenth of this."""

_TASKS_PER_PROCESS = 500
"""Pages after which a process is replaced, so that memory leaks of libraries do not add up."""


class ConversionPool:
    """A pool of processes that convert pages. Call `close` after use."""

    def __init__(self, processes: int) -> None:
        self._size = processes
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=_TASKS_PER_PROCESS,
            initializer=tasks.prepare,
            initargs=(_MEMORY,),
            # With "fork", a child could inherit a lock that a thread holds, and wait forever.
            context=multiprocessing.get_context("spawn"),
        )

    async def warm_up(self) -> None:
        """Start the processes and load their libraries, so that no page waits for that."""
        page = "<p>Warm.</p>"
        await asyncio.gather(
            *(
                self.to_main_content(page, "http://localhost/", frozenset())
                for _ in range(self._size)
            )
        )

    async def to_markdown(self, html: str, base_url: str) -> str:
        """Return the page as markdown, with links absolute to `base_url`.

        Raises `ScrapeError` with `CONTENT_FAILED` if the page cannot be converted.
        """
        return await self._run(tasks.convert, html, base_url)

    async def to_main_content(
        self, html: str, base_url: str, repeated: frozenset[int]
    ) -> MainContent:
        """Return the page as markdown without navigation, header, sidebars and footer.

        `repeated` are the prints of what is on the page's siblings. Raises `ScrapeError` with
        `CONTENT_FAILED` if the page cannot be converted.
        """
        return await self._run(tasks.convert_main_content, html, base_url, repeated)

    async def read_traits(
        self, html: str, url: str, final_url: str, *, has_run: bool
    ) -> PageTraits:
        """Return what the page is that was asked for at `url` and is at `final_url`.

        `has_run` if its scripts have run already. Raises `ScrapeError` with `CONTENT_FAILED` if the
        page cannot be read.
        """
        return await self._run(tasks.read_traits, html, url, final_url, has_run)

    async def extract_declared(
        self, html: str, url: str, schema: dict[str, Any] | None
    ) -> tasks.DeclaredResult:
        """Return what the page at `url` declares: by `schema`, or everything if there is none.

        Raises `ScrapeError` with `CONTENT_FAILED` if the page cannot be read.
        """
        return await self._run(tasks.extract_declared, html, url, schema)

    async def read_for_model(
        self,
        html: str,
        url: str,
        *,
        main_only: bool,
        repeated: frozenset[int] = frozenset(),
        schema: dict[str, Any] | None = None,
    ) -> tasks.ReadPage:
        """Return the page at `url` as a model reads it.

        `repeated` are the prints of what is on the page's siblings. `schema` is what the model will
        be asked for. Raises `ScrapeError` with `CONTENT_FAILED` if the page cannot be read.
        """
        return await self._run(tasks.read_for_model, html, url, main_only, repeated, schema)

    async def conform(
        self, answer: dict[str, Any], schema: dict[str, Any], language: str | None = None
    ) -> tasks.ConformedAnswer:
        """Return a model's answer in the form of `schema`, and how the answer still breaks it.

        `language` is that of the page (BCP 47). It decides what `1.250` is.

        Raises `ScrapeError` with `EXTRACTION_INVALID` if the two cannot be compared.
        """
        try:
            return await self._run(tasks.conform, answer, schema, language)
        except ScrapeError:
            what = "The model's answer could not be compared with the schema."
            raise ScrapeError("EXTRACTION_INVALID", what) from None

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        future = self._pool.schedule(
            tasks.run, args=(function, *args), kwargs=kwargs, timeout=_TIMEOUT
        )
        try:
            result: T = await asyncio.wrap_future(future)
        except ProcessTimeoutError:
            what = f"The page's HTML could not be converted within {_TIMEOUT:.0f} seconds."
            raise ScrapeError("CONTENT_FAILED", what) from None
        except (ProcessExpired, MemoryError):
            what = "The page's HTML took more memory than a page may."
            raise ScrapeError("CONTENT_FAILED", what) from None
        except (ValueError, LookupError, RuntimeError) as error:
            what = f"The page's HTML cannot be parsed ({type(error).__name__})."
            raise ScrapeError("CONTENT_FAILED", what) from error
        return result

    def close(self) -> None:
        """Stop the processes at once. This takes one second at most."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join(timeout=1)
