"""Whether a host serves pages now, concluded from how it answers.

A refusal, by a 429 or a 503, may concern one page or the whole host. A page that is refused while
others are served is refused for itself, and says nothing about the others. If several pages are
refused and none is served, the host refuses all visitors. Then it rests. The first visit after the
rest is a probe: what it finds counts for all pages of the host.

The rules and numbers are those that lost the fewest pages at the model hosts of the tests, which
refuse by page, by visitor, in bursts, above a rate, and for ever.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

REFUSED_PAGES = 3
"""Different pages whose refusals make a host rest, if no page is served in between.

With two, pages that are refused for themselves often make their host rest. Each one more costs a
further request to a host that refuses all.
"""

FIRST_REST = 5.0
"""Seconds that a host rests if it does not say how long."""

LONGEST_REST = 600.0
"""Longest rest in seconds."""

_RECENT = 8
"""Number of latest answers. If all of them are refusals, each rest is twice as long as the last."""

_MOST_DOUBLINGS = 10
"""From here on a rest is longer than `LONGEST_REST`."""

_PROBES_IN_TURN = 3
"""One of so many probes is a page that was refused before, the others are new pages.

A new page says more about a host that refuses some of its pages. But a host may refuse the first
visit to each page.
"""

_CONFIRMING_PROBES = 3
"""Refusals, all but the last by probes, until a rest longer than `FIRST_REST` is believed.

What a host asks for may be meant for the refused pages only, and all others would wait for it.
"""

_TURN = 1.0
"""Seconds after a rest in which only pages of the kind may be visited whose turn it is to probe."""


_RECOVERED = 3
"""Pages that a host serves after a rest until one refusal does not make it rest again."""

_LAST_PROBE = 0.9
"""Share of the longest wait of an item after which a host that asks for no rest gets a last probe.

Items that were refused themselves have waited a little longer than the host has rested.
"""

_MANY_PAGES = 1000
"""Pages of one host that are remembered because they were refused while others were served."""


@dataclass(frozen=True)
class Refusal:
    """A visit that a host refused. Times are those of `Availability`."""

    page: str
    account: str
    """The account that wanted the page."""
    began: float
    """When the visit began."""
    asked: float | None
    """Seconds for which the host asked to be left alone."""
    is_about_rate: bool
    """Whether the host says that it gets too many requests."""


@dataclass
class Availability:
    """What is known about one host from visits that come from the same address.

    All times are times of the same clock, in seconds.
    """

    limit: int
    """Most visits at the same time."""
    max_rest: float
    """Longest rest in seconds that is chosen for a host that asks for none."""
    allowed: int = field(init=False)
    """Visits that are allowed at the same time for now."""
    is_refusing: bool = False
    """Whether the host refuses all visitors, as far as is known."""
    is_fickle: bool = False
    """Whether the host served a page later that it had refused while it served others.

    Then it does not choose by the page.
    """
    rests_until: float = 0.0
    served_at: float = 0.0
    """When a visit last found that the host does not refuse it."""
    _rest_began: float = 0.0
    _refuses_since: float = 0.0
    """When the host began to refuse all visitors."""
    _asked_until: float = 0.0
    """Latest time until which the host asked to be left alone, since it served a page."""
    _doubted_until: float = 0.0
    """The same of refusals that are not believed yet."""
    _refused: dict[str, float] = field(default_factory=dict)
    """Pages that were refused since a page was served, and when their visits began."""
    _refused_accounts: set[str] = field(default_factory=set)
    """Accounts that wanted these pages."""
    _has_rate: bool = False
    """Whether one of these refusals was about the rate of requests."""
    _odd: dict[str, None] = field(default_factory=dict)
    """Pages that were refused while others were served, and not served since."""
    _allowed_before: int = 0
    """What `allowed` was before the rest."""
    _to_serve: int = 0
    """Pages that the host has to serve until it has recovered from refusing all of them."""
    _doublings: int = 0
    _probes: int = 0
    """Probes that were refused since the host began to refuse all visitors."""
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=_RECENT))
    """Whether each of the latest visits was served."""

    def __post_init__(self) -> None:
        self.allowed = self.limit

    def opens_at(self, account: str, *, was_refused: bool) -> float:
        """Return the time from which on `account` may visit a page of the host.

        `was_refused` says whether the page itself was refused before. An account whose pages were
        not refused does not suffer from those of others: it may find out at once.
        """
        if not self.is_refusing or account not in self._refused_accounts:
            return 0.0
        is_turn_of_refused = self._probes % _PROBES_IN_TURN == _PROBES_IN_TURN - 1
        return self.rests_until + (0.0 if was_refused == is_turn_of_refused else _TURN)

    def record_served(self, page: str, began: float, now: float) -> None:
        """Record that a visit to `page`, which began at `began`, was not refused.

        Pages that were refused before that visit began, are refused for themselves.
        """
        self.served_at = now
        self._recent.append(True)
        is_from_before = began < self._rest_began
        if is_from_before and self._has_rate:
            return  # The host has got too many requests since then.
        if page in self._odd:
            del self._odd[page]
            self.is_fickle = True
        self._refused.pop(page, None)
        for other in [other for other, at in self._refused.items() if at <= began]:
            del self._refused[other]
            self._odd[other] = None
        while len(self._odd) > _MANY_PAGES:
            del self._odd[next(iter(self._odd))]
        if self.is_refusing and len(self._refused) >= REFUSED_PAGES:
            return
        if self.is_refusing and is_from_before:
            self.allowed = self._allowed_before
            self._to_serve = 0
        else:
            self.allowed = min(2 * self.allowed, self.limit)
            self._to_serve = max(self._to_serve - 1, 0)
        self._end_rest()

    def record_refused(self, refusal: Refusal, now: float) -> None:
        """Record that the host refused a visit."""
        if not self._to_serve and self._is_odd(refusal):
            return
        self._recent.append(False)
        self._refused[refusal.page] = refusal.began
        self._refused_accounts.add(refusal.account)
        self._has_rate |= refusal.is_about_rate
        if refusal.asked is not None:
            self._record_asked(refusal.asked, now)
        if not self.is_refusing:
            if len(self._refused) >= REFUSED_PAGES or self._to_serve:
                self._allowed_before, self.allowed = self.allowed, 1
                self._to_serve = _RECOVERED
                self.is_refusing = True
                self._refuses_since = now
                self._begin_rest(now)
        elif refusal.began >= self._rest_began and now >= self.rests_until:
            self._probes += 1
            if not any(self._recent):
                self._doublings += 1
            self._begin_rest(now)
        if self.is_refusing:
            self.rests_until = max(self.rests_until, self._asked_until)

    def _record_asked(self, asked: float, now: float) -> None:
        """Record that the host asked for a rest, and whether it is believed."""
        until = now + min(asked, LONGEST_REST)
        if asked <= FIRST_REST or self._probes + 1 >= _CONFIRMING_PROBES:
            # The probes came during the rest that the host asked for at first.
            first = self._doubted_until if self._doubted_until > now else until
            self._asked_until = max(self._asked_until, first)
        elif not self.is_refusing:
            self._doubted_until = max(self._doubted_until, until)

    def _is_odd(self, refusal: Refusal) -> bool:
        """Return whether the page was refused before, while others were served."""
        return refusal.page in self._odd and not (refusal.is_about_rate or self.is_fickle)

    def _begin_rest(self, now: float) -> None:
        self._rest_began = now
        if self._asked_until <= now or self._doublings:
            rest = FIRST_REST * 2.0 ** min(self._doublings, _MOST_DOUBLINGS)
            # The last probe comes just before the patience of the first items ends.
            patience = self._refuses_since + _LAST_PROBE * self.max_rest - now
            self.rests_until = now + min(rest, patience if patience > 0 else self.max_rest)

    def _end_rest(self) -> None:
        if not self._refused:
            self._refused_accounts.clear()
        self.is_refusing = self._has_rate = False
        self.rests_until = self._asked_until = self._doubted_until = 0.0
        self._doublings = self._probes = 0
