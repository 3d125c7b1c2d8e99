"""What becomes of a page's HTML, in processes of its own.

Parsing hostile HTML can take very long, very much memory, or the process down. So it happens
in worker processes that have a time limit and a memory limit and are replaced when they die.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import TimeoutError as ProcessTimeoutError
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from activities.conversion import tasks
from domain.failures import ScrapeError

P = ParamSpec("P")
T = TypeVar("T")

_TIMEOUT = 60.0
"""Seconds for one page: seven times what 10 MB of one table were measured to take."""

_MEMORY = 4 * 2**30
"""Bytes of address space per process; 20 MB of HTML need about a tenth."""

_TASKS_PER_PROCESS = 500
"""After so many pages a process is replaced, so that what libraries leak does not add up."""


class ContentConverter:
    """A pool of converter processes. Call `close` when done."""

    def __init__(self, processes: int) -> None:
        self._size = processes
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=_TASKS_PER_PROCESS,
            initializer=tasks.prepare,
            initargs=(_MEMORY,),
            # A fork of a process with threads can inherit a lock that nobody will ever release.
            context=multiprocessing.get_context("spawn"),
        )

    async def warm_up(self) -> None:
        """Starts the processes and has them load what they need, so that no page waits for it."""
        page = "<p>Warm.</p>"
        await asyncio.gather(
            *(
                self.to_markdown(page, "http://localhost/", main_only=True)
                for _ in range(self._size)
            )
        )

    async def to_markdown(self, html: str, base_url: str, *, main_only: bool) -> str:
        """The page as markdown, its links absolute to `base_url`.

        With `main_only` without navigation, header, sidebars and footer.
        Raises `ScrapeError` with `CONTENT_FAILED` if the page cannot be converted.
        """
        return await self._run(tasks.convert, html, base_url, main_only)

    async def extract_declared(
        self, html: str, url: str, schema: dict[str, Any] | None
    ) -> tasks.Extraction:
        """What the page at `url` declares about itself: by `schema`, or without one all of it.

        Raises `ScrapeError` with `CONTENT_FAILED` if the page cannot be read.
        """
        return await self._run(tasks.extract_declared, html, url, schema)

    async def read_for_model(self, html: str, url: str, *, main_only: bool) -> tasks.Reading:
        """The page at `url` as a model gets to read it.

        Raises `ScrapeError` with `CONTENT_FAILED` if the page cannot be read.
        """
        return await self._run(tasks.read_for_model, html, url, main_only)

    async def conform(self, answer: dict[str, Any], schema: dict[str, Any]) -> tasks.Conformed:
        """A model's answer in the form of `schema`, or what is wrong with it.

        Raises `ScrapeError` with `EXTRACTION_INVALID` if that cannot be found out.
        """
        try:
            return await self._run(tasks.conform, answer, schema)
        except ScrapeError:
            what = "The model's answer could not be compared with the schema."
            raise ScrapeError("EXTRACTION_INVALID", what) from None

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        future = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=_TIMEOUT)
        try:
            result: T = await asyncio.wrap_future(future)
        except ProcessTimeoutError:
            what = f"The page's HTML could not be converted within {_TIMEOUT:.0f} seconds."
            raise ScrapeError("CONTENT_FAILED", what) from None
        except (ProcessExpired, MemoryError):
            raise ScrapeError(
                "CONTENT_FAILED", "The page's HTML took more memory than a page may."
            ) from None
        except (ValueError, LookupError, RuntimeError) as error:
            what = f"The page's HTML cannot be parsed ({type(error).__name__})."
            raise ScrapeError("CONTENT_FAILED", what) from error
        return result

    def close(self) -> None:
        """Ends the processes, whatever they are doing. Takes a second at most."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join(timeout=1)
