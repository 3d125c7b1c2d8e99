"""`python -m stack COMMAND`: the commands behind `make`. `--help` lists them."""

from __future__ import annotations

import argparse
import asyncio
import sys

from settings import SettingsError, exit_with, given_variables, load_settings, variables
from stack.browser import ensure_browser
from stack.console import Console
from stack.demo import Demo
from stack.errors import StackError
from stack.ports import Ports
from stack.stack import Stack
from stack.up import up

_INTERRUPTED_STATUS = 130

_OWN_TO_A_DEMO = (
    "SPIDRA_API_HOST",
    "SPIDRA_API_KEYS",
    "SPIDRA_DATABASE_URL",
    "SPIDRA_S3_BUCKET",
    "SPIDRA_S3_ENDPOINT_URL",
    "SPIDRA_S3_PUBLIC_URL",
    "SPIDRA_TASK_QUEUE",
    "SPIDRA_TEMPORAL_ADDRESS",
)
"""Settings that a demo does not take from the user: its data is in a place of its own."""


def main() -> None:
    """Run one command.

    The exit status is 2 after an error, with one line per problem on standard error. It is 130 if
    a demo was interrupted.
    """
    arguments = _parser().parse_args()
    console = Console(sys.stdout)
    try:
        match arguments.command:
            case "up":
                asyncio.run(_up(arguments, console))
            case "demo":
                if not asyncio.run(_demo(arguments, console)):
                    sys.exit(_INTERRUPTED_STATUS)
            case "browser":
                ensure_browser(console)
    except (SettingsError, StackError) as error:
        exit_with(error)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED_STATUS)


async def _up(arguments: argparse.Namespace, console: Console) -> None:
    settings = load_settings()
    if settings.s3_endpoint_url:
        settings.require("s3_bucket")
    stack = Stack(
        settings.data_dir,
        ports=Ports(
            api=settings.api_port,
            temporal=arguments.temporal_port,
            temporal_ui=arguments.temporal_ui_port,
            s3=arguments.s3_port,
        ),
        workers=arguments.workers,
        env=_given_settings(),
        console=console,
    )
    await up(stack, console)


async def _demo(arguments: argparse.Namespace, console: Console) -> bool:
    settings = load_settings()
    env = {name: value for name, value in _given_settings().items() if name not in _OWN_TO_A_DEMO}
    demo = Demo(tuple(arguments.urls), env, settings.data_dir / "demo", console)
    return await demo.run()


def _given_settings() -> dict[str, str]:
    """Return the settings in the environment and in the file `.env`."""
    known = variables()
    return {name: value for name, value in given_variables().items() if name in known}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stack", description="Run the whole service on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up_parser = commands.add_parser("up", help="run the stack in the foreground")
    up_parser.add_argument("--workers", type=int, default=1, metavar="N", help="default: 1")
    for name, default in (("temporal", 7233), ("temporal-ui", 8233), ("s3", 8333)):
        up_parser.add_argument(
            f"--{name}-port",
            type=int,
            default=default,
            help=f"default: {default}; 0: any free port",
        )
    demo_parser = commands.add_parser("demo", help="scrape pages with a temporary stack")
    demo_parser.add_argument("urls", nargs="*", metavar="URL", help="default: a sample shop")
    commands.add_parser("browser", help="install a browser if none is found")
    return parser


if __name__ == "__main__":
    main()
