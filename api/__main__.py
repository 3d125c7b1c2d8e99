"""`python -m api`: serve the HTTP API until SIGTERM or SIGINT, then finish the open requests."""

from __future__ import annotations

import asyncio
import sys

from api.app import create_app
from api.http.server import serve
from command_line import parse_no_arguments
from logs import configure_logging
from processes import forbid_core_dumps
from settings import SettingsError, exit_with, load_settings
from storage.database import DatabaseUnavailableError
from temporal_client import required_settings


def main() -> None:
    """Run the server. The exit status is 2 if a setting is wrong or the port is taken."""
    parse_no_arguments("python -m api", "Serve the HTTP API until SIGTERM or SIGINT.")
    try:
        forbid_core_dumps()
        settings = load_settings("s3_bucket", *required_settings())
        configure_logging(settings.log_level)
        serving = serve(create_app(settings), settings.api_host, settings.api_port)
        if sys.platform == "win32":
            asyncio.run(serving)
        else:
            import uvloop

            uvloop.run(serving)
    except (SettingsError, DatabaseUnavailableError) as error:
        exit_with(error)
    except OSError as error:
        exit_with(SettingsError(f"SPIDRA_API_HOST, SPIDRA_API_PORT: {error}"))


if __name__ == "__main__":
    main()
