"""`/metrics` of a worker: its proxy exits, in the text format of Prometheus."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack

from aiohttp import web

from activities.egress.exit_counts import ExitName
from activities.egress.routes import ExitPool

logger = logging.getLogger(__name__)

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Content type of the format that every version of Prometheus reads."""

_SHUTDOWN_SECONDS = 1.0
"""Seconds that an open request has when the worker stops. An answer takes milliseconds."""

Samples = Iterable[tuple[Mapping[str, str], int]]
"""Values of a metric, each with its labels."""


def exit_metrics(exits: ExitPool) -> str:
    """Return how the proxy exits do, and what was done through them. No credential is shown."""
    counts = exits.counts
    configured: Counter[ExitName] = Counter()
    resting: Counter[ExitName] = Counter()
    failed: Counter[tuple[ExitName, str]] = Counter()
    for state in exits.states():
        name = ExitName.of(state.proxy)
        configured[name] += 1
        resting[name] += state.rest > 0
        for failure, count in state.failed.items():
            failed[name, failure.value] += count
    lines = [
        *_metric("spidra_exits", "gauge", "Proxy exits that are configured.", _of(configured)),
        *_metric("spidra_exits_resting", "gauge", "Proxy exits that rest.", _of(resting)),
        *_metric(
            "spidra_exit_tries_total",
            "counter",
            "Tries to load a page, by their result: OK, or the code of the failure.",
            _of_pairs(counts.tries, "result"),
        ),
        *_metric(
            "spidra_exit_failures_total",
            "counter",
            "Items that were not loaded because of the exit, or perhaps so, by kind of failure.",
            _of_pairs(failed, "failure"),
        ),
        *_metric(
            "spidra_exit_sent_bytes_total",
            "counter",
            "Bytes that went to the exit, headers and TLS included.",
            _of(counts.sent),
        ),
        *_metric(
            "spidra_exit_received_bytes_total",
            "counter",
            "Bytes that came from the exit, headers and TLS included.",
            _of(counts.received),
        ),
    ]
    return "\n".join(lines) + "\n"


async def serve_metrics(address: str, exits: ExitPool, stack: AsyncExitStack) -> None:
    """Serve `/metrics` at `address`, which is `host:port`, until `stack` ends.

    If that is not possible, log an error: a worker without metrics still works.
    """

    async def answer(_: web.Request) -> web.Response:
        body = exit_metrics(exits).encode()
        return web.Response(body=body, headers={"Content-Type": _CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    host, _, port = address.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        logger.error("no metrics are served at %s: %s", address, error.strerror or error)
        return
    bound = runner.addresses[0]
    logger.info("metrics are served at http://%s:%s/metrics", host, bound[1])


def _of(values: Mapping[ExitName, int]) -> Samples:
    return [(_labels(name), count) for name, count in sorted(values.items())]


def _of_pairs(values: Mapping[tuple[ExitName, str], int], label: str) -> Samples:
    return [({**_labels(name), label: text}, n) for (name, text), n in sorted(values.items())]


def _labels(name: ExitName) -> Mapping[str, str]:
    return {"country": name.country, "exit": name.address}


def _metric(name: str, kind: str, meaning: str, samples: Samples) -> Iterator[str]:
    """Yield the lines of one metric. No label holds a character that would need an escape."""
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        shown = ",".join(f'{label}="{text}"' for label, text in labels.items())
        yield f"{name}{{{shown}}} {value}"
