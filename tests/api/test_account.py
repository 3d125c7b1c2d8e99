"""Accounts: the command line for accounts and keys, and `GET /api/account`."""

from __future__ import annotations

import subprocess
import sys

import aiohttp

from stack.programs import REPOSITORY
from stack.stack import Stack
from tests.support.client import ApiClient
from tests.support.site import Site


def storage(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "storage", *arguments],
        env=stack.env,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def status_with(stack: Stack, key: str) -> int:
    async with (
        aiohttp.ClientSession(stack.api_url, headers={"x-api-key": key}) as session,
        session.get("/api/account") as response,
    ):
        return response.status


async def test_a_revoked_key_leaves_the_other_key_valid(stack: Stack, site: Site) -> None:
    assert storage(stack, "create-key", "acme").returncode == 2, "the account does not exist yet"
    assert storage(stack, "limit", "acme", "4").returncode == 0
    keys = [storage(stack, "create-key", "acme").stdout.strip() for _ in range(2)]
    assert [await status_with(stack, key) for key in keys] == [200, 200]

    listed = storage(stack, "list-keys", "acme").stdout.splitlines()
    assert len(listed) == 2
    assert not any(key in line for key in keys for line in listed)
    assert storage(stack, "revoke-key", listed[0].split()[0]).returncode == 0
    assert storage(stack, "revoke-key", listed[0].split()[0]).returncode == 2
    assert sorted([await status_with(stack, key) for key in keys]) == [200, 403]

    [good] = [key for key in keys if await status_with(stack, key) == 200]
    async with ApiClient(stack.api_url, good) as api:
        await api.finished(await api.submit([site.url("/plain")] * 2))
        status, answer = await api.post("/api/batch/scrape", {"urls": [site.url("/plain")]})
        assert (status, answer["code"]) == (403, "CREDIT_LIMIT_REACHED")
        assert storage(stack, "usage", "acme").stdout == "limit 4  used 4  remaining 0\n"
        assert storage(stack, "limit", "acme", "6").returncode == 0
        await api.finished(await api.submit([site.url("/plain")]))


async def test_wrong_commands_are_explained(stack: Stack) -> None:
    for arguments in (
        ("limit", "acme/../x", "5"),
        ("limit", "acme", "-5"),
        ("usage", "nobody"),
        ("revoke-key", "nothing"),
        ("sing",),
    ):
        result = storage(stack, *arguments)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        assert result.stderr


async def test_the_account_shows_plan_and_credits(api: ApiClient) -> None:
    async with api.session.get("/api/account") as response:
        data = (await response.json())["data"]
    assert data["plan"]["name"]
    assert data["credits"]["remaining"] == data["credits"]["limit"] - data["credits"]["used"]
    assert data["credits"]["billingCycleStart"].endswith("Z")
    assert set(data["proxyBandwidth"]) == {"limitMb", "usedMb", "remainingMb"}
    assert data["subscription"] is None
