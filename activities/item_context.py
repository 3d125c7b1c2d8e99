"""What the stages of one run of an item share."""

from __future__ import annotations

from dataclasses import dataclass

from domain.items import ItemOutcome, ItemWarning, Progress, ScrapeInput, Usage
from domain.options import StoredOptions


@dataclass
class ItemContext:
    """One run of an item, from its input to its outcome.

    The stages fill in `outcome` step by step: what is known of a page when it fails belongs to the
    outcome as well. Heartbeats send `progress`.
    """

    item: ScrapeInput
    options: StoredOptions
    """The options of the batch, with its secrets as soon as the page is fetched."""
    outcome: ItemOutcome
    progress: Progress

    def enter(self, stage: str) -> None:
        """Record that the item is at `stage` from now on."""
        self.progress.stage = stage

    @property
    def usage(self) -> Usage:
        """What the item has used so far. The outcome and the progress have the same object."""
        return self.progress.usage

    def warn(self, *warnings: ItemWarning) -> None:
        """Add `warnings` to the outcome."""
        self.outcome.warnings.extend(warnings)
