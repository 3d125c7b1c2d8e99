"""What a batch may take through proxy exits: which of its items may start, and how others end.

Only batches with `maxProxyMb` have such a limit. Each attempt is told what the batch has taken so
far, so few attempts are under way at once, and the next one is told more.
"""

from __future__ import annotations

from datetime import datetime

from domain.failures import failure
from domain.items import EXTRACTING, ItemOutcome
from domain.proxies import megabytes_text
from workflows.outcomes import failed_after
from workflows.state import BatchState, ItemState

MAX_UNDER_WAY = 16
"""Attempts of a batch with a limit that are under way at once.

Workers do not know what the attempts of other workers take. So fewer attempts make the limit more
exact, and more attempts make the batch faster. A core fetches 16 pages at once without a browser,
and three with one. Running batches replay with this number, so a change needs
`workflow.patched()`.
"""


def may_not_start(state: BatchState, item: ItemState) -> bool:
    """Return whether the limit forbids another attempt at `item`.

    An item that has its page and waits for the model needs no exit any more.
    """
    progress = item.last_progress
    has_page = progress is not None and progress.stage == EXTRACTING
    return state.has_used_its_traffic and not has_page


def outcome_without_start(state: BatchState, item: ItemState, at: datetime) -> ItemOutcome:
    """Return how `item` ends because the limit is reached. It is not charged."""
    limit = megabytes_text(state.max_proxy_bytes or 0)
    reason = failure(
        "TRAFFIC_BUDGET", f"The batch has used the {limit} that it may take through proxies."
    )
    return failed_after(item.last_progress, reason, at)
