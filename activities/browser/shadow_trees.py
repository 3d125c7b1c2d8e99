"""Find the closed shadow trees of a page, which its own scripts cannot read."""

from __future__ import annotations

from contextlib import suppress

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from activities.browser.page_scripts import IsolatedWorld, RemoteElement

_MAX_HOSTS = 30
"""Elements of a page that are asked for a closed tree. Each question takes about a millisecond."""

_MAX_LEVELS = 3
"""Closed trees within each other that are read."""


async def closed_trees(
    session: CDPSession, world: IsolatedWorld
) -> list[tuple[RemoteElement, RemoteElement]]:
    """Return pairs of an element and its closed shadow tree. Raises Playwright's errors."""
    found: list[tuple[RemoteElement, RemoteElement]] = []
    roots: list[tuple[RemoteElement, ...]] = [()]
    left = _MAX_HOSTS
    for _ in range(_MAX_LEVELS):
        inner: list[tuple[RemoteElement, ...]] = []
        for root in roots:
            if left == 0:
                return found
            hosts = await world.find("find_closed_hosts", left, *root)
            left -= len(hosts)
            for host in hosts:
                with suppress(PlaywrightError):  # the element has gone
                    if (tree := await _closed_tree_of(session, world, host)) is not None:
                        found.append((host, tree))
                        inner.append((tree,))
        roots = inner
    return found


async def _closed_tree_of(
    session: CDPSession, world: IsolatedWorld, host: RemoteElement
) -> RemoteElement | None:
    described = await session.send(
        "DOM.describeNode", {"objectId": host.object_id, "depth": 1, "pierce": True}
    )
    for tree in described["node"].get("shadowRoots", ()):
        if tree["shadowRootType"] == "closed":
            return await world.resolve(tree["backendNodeId"])
    return None
