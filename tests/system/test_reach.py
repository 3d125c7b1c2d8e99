"""Items leave through the exit that the client chose. Real proxies stand for the countries."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy import select

from activities.visitor.locales import PLACES
from stack.stack import Stack
from storage.database import Database
from storage.tables import settlements
from tests.conftest import SHORT_TIMEOUTS, STACK_ENV
from tests.support.client import ApiClient, Json, summary
from tests.support.fingerprint import fingerprint_site
from tests.support.odd_exits import hole, odd_exit, without_tunnels
from tests.support.servers import serving
from tests.support.site import Site, closed_port
from tests.support.upstreams import PASSWORD, USER, Upstream, upstream_proxy
from tests.support.walls.samples import SAMPLES

BLOCKED = ("127.0.0.7", "127.0.0.8")
"""Addresses of visitors that `PickySite` blocks."""

WALL = next(sample for sample in SAMPLES if sample.name == "block page of Akamai")

NAMED = "shop.exit.example"
"""A host name that only the exit in the United States can resolve."""


@dataclass
class Reach:
    """A stack with an exit in each of several countries. All of them run on this machine."""

    stack: Stack
    api: ApiClient
    exits: dict[str, Upstream]


@pytest_asyncio.fixture(scope="module")
async def reach(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reach]:
    async with AsyncExitStack() as opened:

        async def proxy(
            scheme: str,
            *,
            needs_credential: bool = True,
            dies_after: int | None = None,
            source: str | None = None,
        ) -> Upstream:
            made = upstream_proxy(
                scheme,
                needs_credential=needs_credential,
                names={NAMED: "127.0.0.1"},
                dies_after=dies_after,
                source=source,
            )
            return await opened.enter_async_context(made)

        exits = {
            "de": await proxy("http"),
            "nl": await proxy("socks5"),
            "jp": await proxy("http", needs_credential=False),
            "us": await proxy("socks5", needs_credential=False),
            "br": await proxy("http"),
            "dying": await proxy("socks5", dies_after=100_000),
            "provider": await proxy("http"),
            "blocked": await proxy("http", source=BLOCKED[0]),
            "blocked-too": await proxy("socks5", source=BLOCKED[1]),
        }
        silent = await opened.enter_async_context(odd_exit(hole))
        for_tls = await opened.enter_async_context(odd_exit(without_tunnels()))
        gate = exits["provider"].address
        wrong = exits["de"].url.replace(PASSWORD, "wrong")
        listed = {
            "de": exits["de"].url,
            "nl": exits["nl"].url,
            "jp": exits["jp"].url,
            "us": exits["us"].url.replace("socks5:", "socks5h:"),
            "br": [f"http://127.0.0.1:{closed_port()}", wrong, exits["br"].url],
            "mx": [exits["dying"].url, exits["br"].url],
            "ca": [f"socks5://127.0.0.1:{closed_port()}", wrong],
            "tr": [exits["blocked"].url, exits["br"].url],
            "no": [exits["blocked"].url, exits["blocked-too"].url, exits["blocked"].url],
            "ua": exits["blocked-too"].url,
            "il": [silent.url, exits["br"].url],
            "th": for_tls.url,
            "kr,tw": f"http://{USER}-{{country}}-{{session}}:{PASSWORD}@{gate}",
        }
        file = tmp_path_factory.mktemp("exits") / "exits.json"
        file.write_text(json.dumps(listed))
        env = {
            **STACK_ENV,
            **SHORT_TIMEOUTS,
            "SPIDRA_PROXIES": str(file),
            "SPIDRA_METRICS_ADDRESS": f"127.0.0.1:{closed_port()}",
        }
        stack = await opened.enter_async_context(
            Stack(tmp_path_factory.mktemp("reach-stack"), env=env)
        )
        await stack.wait_ready(60)
        api = await opened.enter_async_context(ApiClient(stack.api_url, stack.api_key))
        yield Reach(stack, api, exits)


async def scrape(
    reach: Reach, urls: list[str], country: str | None = None, **options: object
) -> Json:
    """Scrape `urls` through an exit in `country`, and return the batch when it has ended."""
    if country is not None:
        options["proxyCountry"] = country
    return await reach.api.finished(await reach.api.submit(urls, useProxy=True, **options))


def traffic(reach: Reach) -> int:
    """Return the proxy traffic that is settled so far, in bytes."""
    database = Database(f"sqlite:///{reach.stack.data_dir}/spidra.db")
    with database.transaction() as connection:
        found = connection.execute(select(settlements.c.proxy_bytes)).scalars().all()
    database.close()
    return sum(found)


@pytest.mark.parametrize(
    ("country", "mode"),
    [("de", "default"), ("nl", "default"), ("jp", "default"), ("de", "fast"), ("nl", "fast")],
)
async def test_items_leave_by_the_exit_of_their_country(
    reach: Reach, site: Site, country: str, mode: str
) -> None:
    exits = reach.exits
    before = {name: len(exit_.asked) for name, exit_ in exits.items()}
    metered, relayed = traffic(reach), exits[country].relayed
    urls = [site.url(path) for path in ("/big?mb=0.2", "/js", "/status/404")]
    batch = await scrape(reach, urls, country, scrapeMode=mode)
    assert [i["status"] for i in batch["items"]] == ["completed", "completed", "failed"]
    assert [i["attempts"] for i in batch["items"]] == [1, 1, 1]
    used = [name for name, exit_ in exits.items() if len(exit_.asked) > before[name]]
    assert used == [country]
    assert set(exits[country].asked) == {site.url("").removeprefix("http://")}
    assert traffic(reach) - metered == pytest.approx(exits[country].relayed - relayed, rel=0.02)


async def test_the_account_shows_the_traffic(reach: Reach, site: Site) -> None:
    await scrape(reach, [site.url("/plain")], "jp")
    async with reach.api.session.get("/api/account") as response:
        bandwidth = (await response.json())["data"]["proxyBandwidth"]
    assert bandwidth == {"limitMb": 0, "usedMb": round(traffic(reach) / 1e6, 3), "remainingMb": 0}
    assert bandwidth["usedMb"] > 0


async def test_an_exit_may_resolve_names_that_this_machine_does_not_know(
    reach: Reach, site: Site
) -> None:
    port = site.url("").rpartition(":")[2]
    batch = await scrape(reach, [f"http://{NAMED}:{port}/plain"], "us")
    assert batch["completedCount"] == 1, summary(batch)
    assert set(reach.exits["us"].asked) == {f"{NAMED}:{port}"}


async def test_an_exit_reaches_no_forbidden_address(reach: Reach, site: Site) -> None:
    batch = await scrape(reach, [site.url("/redirect?to=http://127.0.0.2:8080/")], "us")
    assert batch["items"][0]["errorCode"] == "EGRESS_BLOCKED"
    batch = await scrape(reach, ["http://metadata.internal/"], "us")
    assert batch["items"][0]["errorCode"] == "DNS_FAILURE"
    assert not [target for target in reach.exits["us"].asked if "127.0.0.2" in target]


async def test_exits_that_do_not_answer_or_refuse_cost_only_another_try(
    reach: Reach, site: Site
) -> None:
    batch = await scrape(reach, [site.url("/plain")] * 4, "br")
    assert batch["completedCount"] == 4, summary(batch)
    assert [item["attempts"] for item in batch["items"]] == [1] * 4


async def test_an_exit_that_dies_while_it_relays_costs_only_another_try(
    reach: Reach, site: Site
) -> None:
    dying, other = reach.exits["dying"], reach.exits["br"]
    metered, by_other, by_dying = traffic(reach), other.relayed, dying.relayed
    while not dying.is_dead:
        batch = await scrape(reach, [site.url("/big?mb=0.2")] * 2, "mx")
        assert batch["completedCount"] == 2, summary(batch)
    assert [item["attempts"] for item in batch["items"]] == [1, 1]
    # Each try counts. The last bytes of the dying exit did not come through.
    by_other, by_dying = other.relayed - by_other, dying.relayed - by_dying
    assert by_other < traffic(reach) - metered <= 1.02 * (by_other + by_dying)


async def test_an_item_without_a_working_exit_fails_and_says_so(reach: Reach, site: Site) -> None:
    hits = site.hits("/plain")
    batch = await scrape(reach, [site.url("/plain")], "ca")
    [item] = batch["items"]
    assert (item["status"], item["errorCode"], item["retryable"]) == (
        "failed",
        "PROXY_FAILED",
        True,
    )
    assert site.hits("/plain") == hits


async def test_an_exit_that_passes_nothing_on_costs_only_another_try(
    reach: Reach, site: Site
) -> None:
    batch = await scrape(reach, [site.url("/plain")] * 6, "il")
    assert batch["completedCount"] == 6, summary(batch)
    assert [item["attempts"] for item in batch["items"]] == [1] * 6


@pytest.mark.parametrize("mode", ["default", "fast"])
async def test_an_exit_without_tunnels_to_the_port_loads_plain_http(
    reach: Reach, site: Site, mode: str
) -> None:
    batch = await scrape(reach, [site.url("/plain")] * 2, "th", scrapeMode=mode)
    assert batch["completedCount"] == 2, summary(batch)


async def test_each_item_has_a_session_of_its_own(reach: Reach, site: Site) -> None:
    provider = reach.exits["provider"]
    await scrape(reach, [site.url("/big?mb=0.2"), site.url("/js")], "tw")
    users = set(provider.users)
    assert len(users) == 2
    assert all(user.startswith(f"{USER}-tw-") for user in users)


async def test_a_region_uses_all_of_its_exits(reach: Reach, site: Site) -> None:
    before = {name: len(exit_.asked) for name, exit_ in reach.exits.items()}

    def used() -> set[str]:
        return {name for name, e in reach.exits.items() if len(e.asked) > before[name]}

    for _ in range(6):
        await scrape(reach, [site.url("/plain")] * 6, "eu")
        if len(used()) == 2:
            break
    assert used() == {"de", "nl"}
    batch = await scrape(reach, [site.url("/plain")] * 2)
    assert batch["completedCount"] == 2


async def test_a_country_without_an_exit_is_refused(reach: Reach) -> None:
    body = {"urls": ["http://example.com/"], "useProxy": True, "proxyCountry": "ch"}
    status, answer = await reach.api.post("/api/batch/scrape", body)
    assert status == 422
    assert answer["errors"] == [
        "proxyCountry: this server has no exit in 'ch'; it has us, de, jp, ca, br, nl, mx, il, kr, "
        "no, th, tr, tw, ua, eu, global."
    ]


class PickySite:
    """A site that blocks some addresses. `visitors` has the addresses of all visitors."""

    def __init__(self) -> None:
        self.visitors: list[str] = []
        self.app = web.Application()
        self.app.router.add_get("/page", self._page)

    async def _page(self, request: web.Request) -> web.Response:
        assert request.remote is not None
        self.visitors.append(request.remote)
        if request.remote in BLOCKED:
            return web.Response(text=WALL.html, status=WALL.status, content_type="text/html")
        return web.Response(text="<h1>Welcome</h1>", content_type="text/html")


@pytest.mark.parametrize("mode", ["default", "fast"])
async def test_a_blocked_item_tries_another_exit(reach: Reach, mode: str) -> None:
    site = PickySite()
    async with serving(site.app) as url:
        metered, exits = traffic(reach), (reach.exits["blocked"], reach.exits["br"])
        relayed = sum(exit_.relayed for exit_ in exits)
        # An exit that one site blocks may work for other sites, so it is still chosen.
        for _ in range(20):
            batch = await scrape(reach, [f"{url}/page"] * 4, "tr", scrapeMode=mode)
            assert batch["completedCount"] == 4, summary(batch)
            assert [item["attempts"] for item in batch["items"]] == [1] * 4
            assert [item["creditsUsed"] for item in batch["items"]] == [2] * 4
            if site.visitors.count(BLOCKED[0]) >= 4:
                break
        assert site.visitors.count(BLOCKED[0]) >= 4
        # The traffic of the blocked tries counts as well.
        by_exits = sum(exit_.relayed for exit_ in exits) - relayed
        assert traffic(reach) - metered == pytest.approx(by_exits, rel=0.02)


@pytest.mark.parametrize(("country", "visits"), [("no", 2), ("ua", 1)])
async def test_a_block_at_every_exit_is_reported_after_one_more_try(
    reach: Reach, country: str, visits: int
) -> None:
    site = PickySite()
    async with serving(site.app) as url:
        batch = await scrape(reach, [f"{url}/page"], country)
    [item] = batch["items"]
    assert (item["errorCode"], item["retryable"], item["creditsUsed"]) == ("BLOCKED", True, 0)
    assert WALL.name in item["error"]
    assert len(site.visitors) == visits


async def test_the_visitor_profile_is_that_of_the_country_of_the_exit(reach: Reach) -> None:
    async with fingerprint_site() as site:
        for country in ("jp", "nl"):
            batch = await scrape(reach, [site.url(f"{country}-{n}") for n in range(3)], country)
            assert batch["completedCount"] == 3, summary(batch)
            found = [site.of(f"{country}-{n}") for n in range(3)]
            for one in found:
                assert [name for name, agrees, _ in one["report"] if not agrees] == []
                assert one["page"]["timezone"] == PLACES[country].timezone
                assert one["page"]["language"] == PLACES[country].locale
                assert one["position"] == pytest.approx(
                    [PLACES[country].latitude, PLACES[country].longitude], abs=0.05
                )
            assert len({tuple(one["position"]) for one in found}) == 3


async def test_the_fast_mode_has_the_visitor_profile_of_the_country_too(reach: Reach) -> None:
    async with fingerprint_site() as site:
        batch = await scrape(reach, [f"{site.base}/echo"], "jp", scrapeMode="fast")
    assert "ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7" in batch["items"][0]["result"]


async def test_no_password_is_in_any_file(reach: Reach) -> None:
    """Search the data folder. This is the last test: by now exits have refused and died."""
    found = await asyncio.to_thread(lambda: list(files_with(reach.stack.data_dir, PASSWORD)))
    assert found == []


def files_with(folder: Path, text: str) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and text.encode() in path.read_bytes():
            yield path


async def test_a_batch_takes_no_more_than_its_limit(reach: Reach, site: Site) -> None:
    upstream = reach.exits["nl"]
    before, metered = upstream.relayed, traffic(reach)
    used = await reach.api.credits_used()
    urls = [site.url(f"/big?mb=0.2&{number}") for number in range(20)]
    batch_id = await reach.api.submit(
        urls, useProxy=True, proxyCountry="nl", scrapeMode="fast", maxProxyMb=1
    )
    batch = await reach.api.finished(batch_id)
    relayed = upstream.relayed - before
    codes = Counter(item["errorCode"] for item in batch["items"])
    assert codes == {None: batch["completedCount"], "TRAFFIC_BUDGET": batch["failedCount"]}
    assert 0 < batch["completedCount"] < 5
    # The counter stops at the limit; what the connections held by then has passed the proxy.
    assert 1_000_000 < traffic(reach) - metered == pytest.approx(batch["proxyMb"] * 1e6, abs=1000)
    assert batch["proxyMb"] < 1.2
    assert relayed >= traffic(reach) - metered
    assert sum(item["proxyMb"] for item in batch["items"]) == pytest.approx(batch["proxyMb"], 0.02)
    assert await reach.api.credits_used() - used == 2 * batch["completedCount"]

    path = f"/api/batch/scrape/{batch_id}/retry"
    status, answer = await reach.api.post(path, {})
    assert (status, answer["code"]) == (403, "PROXY_LIMIT_REACHED")
    assert "maxProxyMb" in answer["message"]
    status, answer = await reach.api.post(path, {"onlyRetryable": True, "maxProxyMb": 50})
    assert (status, answer["retriedCount"]) == (202, batch["failedCount"])
    after = await reach.api.finished(batch_id)
    assert after["completedCount"] == 20, summary(after)
    assert after["proxyMb"] > 20 * 0.2
    assert await reach.api.credits_used() - used == 40


async def test_an_item_takes_no_more_than_its_limit(reach: Reach, site: Site) -> None:
    urls = [site.url("/big?mb=0.5"), site.url("/plain")]
    for mode in ("default", "fast"):
        batch = await scrape(reach, urls, "nl", scrapeMode=mode, maxItemProxyMb=0.2)
        assert [item["errorCode"] for item in batch["items"]] == ["TRAFFIC_LIMIT", None]
        assert "0.2 MB" in batch["items"][0]["error"]


async def test_a_limit_of_traffic_needs_a_proxy(reach: Reach, site: Site) -> None:
    batch_id = await reach.api.submit([site.url("/status/404")])
    await reach.api.finished(batch_id)
    path = f"/api/batch/scrape/{batch_id}/retry"
    status, answer = await reach.api.post(path, {"maxProxyMb": 1})
    assert (status, answer["errors"]) == (422, ["maxProxyMb: the batch uses no proxy."])


async def test_the_metrics_of_the_worker_show_the_exits(reach: Reach, site: Site) -> None:
    await scrape(reach, [site.url("/plain")], "de", scrapeMode="fast")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{reach.stack.env['SPIDRA_METRICS_ADDRESS']}/metrics") as response,
    ):
        text = await response.text()
    exit_ = f'country="de",exit="{reach.exits["de"].address}"'
    assert re.search(rf'^spidra_exit_tries_total{{{exit_},result="OK"}} [1-9]', text, re.MULTILINE)
    assert PASSWORD not in text
