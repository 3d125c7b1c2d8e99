"""What a worker has done through each proxy exit since it started, and the exits' names in public.

A URL of an exit may hold a credential, so nothing but its host and port is ever shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from domain.proxies import Proxy

LOADED = "OK"
"""Result of a try that has loaded its page."""


@dataclass(frozen=True, order=True)
class ExitName:
    """How an exit is called in metrics and reports. Exits with one host and port share a name."""

    country: str
    """Country of the exit; `eu` or `global` if it is not known."""
    address: str
    """Host and port of the proxy."""

    @classmethod
    def of(cls, proxy: Proxy) -> ExitName:
        """Return the name of `proxy`."""
        region = "eu" if proxy.in_eu else "global"
        return cls(proxy.country or region, proxy.address)


def _result(code: str | None) -> str:
    """Return the result of a try. There are few of them, however many statuses sites invent."""
    if code is None:
        return LOADED
    return f"{code[:6]}XX" if code.startswith("HTTP_") else code


class ExitCounts:
    """Tries and bytes of each exit."""

    def __init__(self) -> None:
        self.tries: Counter[tuple[ExitName, str]] = Counter()
        """Tries to load a page, by their result: `LOADED`, or the code of a failure."""
        self.sent: Counter[ExitName] = Counter()
        """Bytes that went to the exit, in tries that have ended."""
        self.received: Counter[ExitName] = Counter()
        """Bytes that came from the exit, in tries that have ended."""

    def add_try(self, proxy: Proxy, code: str | None) -> None:
        """Count a try that has loaded a page through `proxy`, or has failed with `code`."""
        self.tries[ExitName.of(proxy), _result(code)] += 1

    def add_traffic(self, proxy: Proxy, *, sent: int, received: int) -> None:
        """Count bytes that went through `proxy`."""
        name = ExitName.of(proxy)
        self.sent[name] += sent
        self.received[name] += received
