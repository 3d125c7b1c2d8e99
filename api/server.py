"""The HTTP server under the application.

What is no HTTP, or too long, never becomes a request that the application sees; aiohttp's own
server answers it in plain text. This one answers it in the envelope of all errors.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import uuid
from typing import cast

from aiohttp import web

from api.http.errors import ApiError, from_http_exception
from api.http.middlewares import MAX_BODY_BYTES

logger = logging.getLogger(__name__)

_DRAIN_SECONDS = 10.0
"""How long requests that have begun may take once the process is to stop."""

_LINGERING_SECONDS = 2.0
"""How long the rest of a body is read that nobody wants, so that the answer is not lost by a
reset of the connection."""


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serves `app` until SIGTERM or SIGINT, then answers what has begun. Raises `OSError` if it
    cannot listen there, and what the application raises when it starts."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    runner = web.AppRunner(app, shutdown_timeout=_DRAIN_SECONDS)
    try:
        await runner.setup()
        server = cast(web.Server, runner.server)  # there is one, once it is set up
        listener = await loop.create_server(lambda: _connection(server), host, port)
        await stopping.wait()
        listener.close()
    finally:
        await runner.cleanup()


def _connection(server: web.Server) -> _RequestHandler:
    return _RequestHandler(
        server,
        loop=asyncio.get_running_loop(),
        lingering_time=_LINGERING_SECONDS,
        access_log=None,  # type: ignore[arg-type] # none: the middleware logs, with the id
    )


class _RequestHandler(web.RequestHandler):
    """Handles the requests of one connection."""

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Sends the answer. What aiohttp refuses before any middleware, as an unknown `Expect`,
        is put into the envelope."""
        if isinstance(resp, web.HTTPException):
            resp = from_http_exception(resp, MAX_BODY_BYTES)
            resp.headers["X-Request-Id"] = uuid.uuid4().hex
        return await super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Called for what no middleware sees. Raises `ConnectionError` if an answer has begun."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun; the connection is closed")
        request_id = uuid.uuid4().hex
        if status >= 500:
            logger.error("unforeseen error", exc_info=exc, extra={"request_id": request_id})
            error = ApiError.internal(request_id)
        else:
            # Not aiohttp's message: it quotes the request, which may hold a key.
            logger.info("not a request: %s", type(exc).__name__, extra={"request_id": request_id})
            error = ApiError(
                400,
                "BAD_REQUEST",
                f"This is not a valid HTTP request, or its first line or a header has more than "
                f"{self.max_line_size} bytes.",
            )
        response = error.response()
        response.headers["X-Request-Id"] = request_id
        response.force_close()
        return response
