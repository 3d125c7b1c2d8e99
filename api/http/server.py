"""The HTTP server that runs the application.

A request that is not valid HTTP, or too long, never reaches the application. aiohttp's own server
answers it in plain text; this one answers it in the form of all errors.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import uuid
from typing import cast

from aiohttp import web

from api.http.body import MAX_BODY_BYTES
from api.http.errors import bad_request, from_http_exception, internal_error

logger = logging.getLogger(__name__)

_DRAIN_SECONDS = 10.0
"""The time that requests have to finish after the process was told to stop."""

_LINGERING_SECONDS = 2.0
"""How long the unwanted rest of a body is read. Without that, a reset of the connection could
destroy the response."""


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then finish the requests that have started.

    Raises:
        OSError: The server cannot listen there.

    Exceptions of the application's own start are raised as they are.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    runner = web.AppRunner(app, shutdown_timeout=_DRAIN_SECONDS)
    try:
        await runner.setup()
        server = cast(web.Server, runner.server)  # it exists after the setup
        listener = await loop.create_server(lambda: _connection(server), host, port)
        for address in listener.sockets:
            logger.info("listening on %s port %s", *address.getsockname()[:2])
        await stopping.wait()
        listener.close()
    finally:
        await runner.cleanup()


def _connection(server: web.Server) -> _RequestHandler:
    return _RequestHandler(
        server,
        loop=asyncio.get_running_loop(),
        lingering_time=_LINGERING_SECONDS,
        access_log=None,  # type: ignore[arg-type] # no access log: the middleware logs, with the id
    )


class _RequestHandler(web.RequestHandler):
    """The protocol of one connection."""

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the response.

        aiohttp refuses some requests before any middleware runs, such as an unknown `Expect`.
        These responses get the form of all errors here.
        """
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
        """Return the response to an error that no middleware sees.

        Raises:
            ConnectionError: A part of the response was already sent.
        """
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the response was already sent")
        request_id = uuid.uuid4().hex
        if status >= 500:
            logger.error("unforeseen error", exc_info=exc, extra={"request_id": request_id})
            error = internal_error(request_id)
        else:
            # Not aiohttp's message: it quotes the request, which may hold a key.
            logger.info("not a request: %s", type(exc).__name__, extra={"request_id": request_id})
            error = bad_request(
                f"This is not a valid HTTP request, or its first line or a header has more than "
                f"{self.max_line_size} bytes."
            )
        response = error.response()
        response.headers["X-Request-Id"] = request_id
        response.force_close()
        return response
