"""`python -m runtime.doctor`: try each proxy exit of `SPIDRA_PROXIES`, and say what is wrong.

Each exit is tried in the way that items take: through a gateway, with the session of an item. No
user name and no password is ever shown.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ada_url

from activities.egress.exit_counts import ExitName
from activities.egress.exit_errors import ExitError, ExitFailure
from activities.egress.gateway import Gateway
from activities.egress.item_exit import ItemExit
from activities.egress.routes import ExitPool
from activities.fetch_errors import host
from activities.http.client import HttpClient
from activities.http.exchange import BodyRule, HttpResponse
from activities.http.headers import navigation_headers
from activities.visitor.profile import profile_for
from domain.failures import ScrapeError
from domain.proxies import Proxies, Proxy
from settings import Settings, SettingsError, exit_with, load_settings

TARGETS = ("https://example.com/", "http://example.com/")
"""Pages that are asked for: with TLS and without, because some exits allow only one of them. The
host is reserved for examples (RFC 2606), and has been there for decades."""

_AT_ONCE = 8
"""Exits that are tried at the same time. A provider may limit the connections of a customer."""

_SECONDS = 20.0
"""Seconds for one page. An exit may take 12 of them to connect to the site."""

_MAX_BYTES = 2**20
"""Largest page that is read."""

_SHOWN_CHARACTERS = 60
"""Characters of an answer that are shown. An address has at most 45."""

_ADVICE_OF_KIND = {
    ExitFailure.AWAY: "Check its host and port in SPIDRA_PROXIES, and that it runs.",
    ExitFailure.UNTRUSTED: "Renew its certificate, or name its authority in SSL_CERT_FILE.",
    ExitFailure.CREDENTIAL: "Check its user name and password in SPIDRA_PROXIES.",
    ExitFailure.GARBAGE: "Check its scheme and its port in SPIDRA_PROXIES.",
    ExitFailure.FORBIDDEN: "Ask the provider which ports and hosts the exit allows.",
    ExitFailure.BUSY: "Ask the provider how many connections the exit allows.",
    ExitFailure.TARGET: "Check that the page opens without the exit.",
}
"""What helps, by the kind of the exit's failure."""

_ADVICE_OF_CODE = {
    "DNS_FAILURE": 'This machine does not know the host; with "names": true the exit looks it up.',
    "TLS_ERROR": "Do not use an exit that reads what it passes on.",
    "EGRESS_BLOCKED": "Choose a public host, or allow its network in SPIDRA_EGRESS_ALLOW.",
}
"""What helps if the exit has not failed, by the code of the failure."""

_OTHER_ADVICE = "Try another page with --url; if that fails too, ask the provider."


@dataclass(frozen=True)
class Finding:
    """What came of asking one exit for one page."""

    name: ExitName
    url: str
    milliseconds: int
    is_well: bool
    sentence: str


def main() -> None:
    """Try all exits. The exit status is 1 if one fails, and 2 if a setting is wrong or missing."""
    arguments = _parser().parse_args()
    try:
        settings = load_settings()
        if not settings.proxies.all:
            raise SettingsError("SPIDRA_PROXIES is not set.")
        urls = [_normalised(url) for url in arguments.url or TARGETS]
        shown = None if arguments.address_url is None else _normalised(arguments.address_url)
    except (SettingsError, ValueError) as error:
        exit_with(error)
    findings = asyncio.run(check_exits(settings, [*urls, *([shown] if shown else [])], shown))
    sys.stdout.write(report(findings))
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


async def check_exits(
    settings: Settings,
    urls: Sequence[str],
    shown: str | None = None,
    *,
    seconds: float = _SECONDS,
) -> list[Finding]:
    """Ask each exit for each of `urls`, and show the answer to the URL `shown`.

    Each page may take so many `seconds`.
    """
    gateway = Gateway(allow=settings.egress_allow, max_item_bytes=_MAX_BYTES)
    await gateway.start()
    http = HttpClient(threads=_AT_ONCE)
    places = asyncio.Semaphore(_AT_ONCE)

    async def check(proxy: Proxy) -> list[Finding]:
        async with places:
            asker = _Asker(gateway, http, proxy, seconds)
            return [await asker.ask(url, is_shown=url == shown) for url in urls]

    try:
        found = await asyncio.gather(*map(check, settings.proxies.all))
    finally:
        http.close()
        await gateway.close()
    return [finding for findings in found for finding in findings]


def report(findings: Sequence[Finding]) -> str:
    """Return the findings as a table for people, and their sum."""
    rows = [("country", "exit", "page", "ms", "state")]
    for found in findings:
        ms = str(found.milliseconds)
        rows.append((found.name.country, found.name.address, found.url, ms, found.sentence))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    well = sum(finding.is_well for finding in findings)
    lines = [_line(row, widths) for row in rows]
    return "\n".join([*lines, "", f"{well} of {len(findings)} tries went well."]) + "\n"


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    cells = zip(row, widths, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in cells).rstrip()


@dataclass(frozen=True)
class _Asker:
    """Asks one exit for pages."""

    gateway: Gateway
    http: HttpClient
    proxy: Proxy
    seconds: float

    async def ask(self, url: str, *, is_shown: bool) -> Finding:
        """Return what comes of asking for `url`."""
        # A pool of its own: here each exit has its turn, however it did before.
        exit_ = ExitPool(Proxies((self.proxy,))).route(None).exit
        began = time.monotonic()
        try:
            is_well, sentence = _judge(await self._get(exit_, url), is_shown=is_shown)
        except ScrapeError as error:
            is_well, sentence = False, _explained(error, exit_, url)
        took = round((time.monotonic() - began) * 1000)
        return Finding(ExitName.of(self.proxy), url, took, is_well, sentence)

    async def _get(self, exit_: ItemExit, url: str) -> HttpResponse:
        headers = navigation_headers(profile_for(self.proxy.country, url), url)
        rule = BodyRule(lambda *_: True, _MAX_BYTES, is_part_enough=True)
        async with (
            self.gateway.open_session(exit_) as egress,
            self.http.session(egress) as session,
        ):
            exit_.watch = egress.watch
            return await session.get(url, headers, rule, seconds=self.seconds)


def _judge(response: HttpResponse, *, is_shown: bool) -> tuple[bool, str]:
    """Return whether the page came, and what is to be said of it."""
    if response.status >= 400:
        return False, f"The answer has the HTTP status {response.status}. {_OTHER_ADVICE}"
    if not is_shown:
        return True, "ok"
    text = "".join(c for c in response.body.decode(errors="replace") if c.isprintable()).strip()
    return True, f"ok: {text[:_SHOWN_CHARACTERS]}"


def _explained(error: ScrapeError, exit_: ItemExit, url: str) -> str:
    """Return what happened, and what helps with an exit; the advice for items fits no exit."""
    if exit_.is_silent:
        what = ExitError(ExitFailure.SILENT).sentence(host(url), 0)
        return f"{what} {_OTHER_ADVICE}"
    if exit_.error is not None:
        return f"{error.what} {_ADVICE_OF_KIND.get(exit_.error.failure, _OTHER_ADVICE)}"
    return f"{error.what} {_ADVICE_OF_CODE.get(error.failure.code, _OTHER_ADVICE)}"


def _normalised(url: str) -> str:
    """Return `url` as the HTTP client takes it. Raises `ValueError`."""
    if not re.match("https?://", url):
        raise ValueError(f"{url!r} is not the URL of a page.")
    try:
        return str(ada_url.URL(url).href)
    except ValueError:
        raise ValueError(f"{url!r} is not a URL.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m runtime.doctor",
        description="Try each proxy exit of SPIDRA_PROXIES, and say what is wrong with it.",
    )
    parser.add_argument(
        "--url",
        action="append",
        help="page to ask each exit for; may be repeated. The default is " + " and ".join(TARGETS),
    )
    parser.add_argument(
        "--address-url",
        metavar="URL",
        help="page whose answer is shown, such as that of a service which tells its visitor's "
        "address. There is no default",
    )
    return parser


if __name__ == "__main__":
    main()
