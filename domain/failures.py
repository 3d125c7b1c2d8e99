"""The taxonomy of failures: a code, whether it is worth a retry, and what a user can do.

The table in the README, "Error codes", is checked against `FAILURE_KINDS` by a test.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.items import Failure


@dataclass(frozen=True)
class FailureKind:
    """One way for an item to fail."""

    retryable: bool
    advice: str
    """What the user can do about it: a full sentence."""


FAILURE_KINDS: dict[str, FailureKind] = {
    "NAVIGATION_TIMEOUT": FailureKind(
        True, "Retry later, or check that the page opens in a browser."
    ),
    "ITEM_TIMEOUT": FailureKind(True, "Retry later, or raise SPIDRA_ITEM_TIMEOUT."),
    "DNS_FAILURE": FailureKind(True, "Check the spelling of the host name."),
    "CONNECTION_REFUSED": FailureKind(True, "Check the port, and that the server is running."),
    "CONNECTION_FAILED": FailureKind(True, "Retry later: the server or the network is unstable."),
    "PROXY_FAILED": FailureKind(True, "Retry later, or by the exit of another country."),
    "EGRESS_BLOCKED": FailureKind(
        False, "Only public addresses are scraped, unless SPIDRA_EGRESS_ALLOW names them."
    ),
    "EGRESS_UNAVAILABLE": FailureKind(
        True, "Retry: the worker's way to the network is opened again."
    ),
    "TRAFFIC_LIMIT": FailureKind(False, "Scrape a lighter page, or raise SPIDRA_MAX_ITEM_BYTES."),
    "TLS_ERROR": FailureKind(False, "The site's certificate or TLS set-up has to be mended first."),
    "TOO_MANY_REDIRECTS": FailureKind(
        False, "The page redirects in a circle; it may need cookies."
    ),
    "NO_CONTENT": FailureKind(False, "The server answers without a page; check the URL."),
    "DOWNLOAD": FailureKind(False, "The URL is a file, not a page; fetch it with a download tool."),
    "UNSUPPORTED_CONTENT_TYPE": FailureKind(False, "Only pages and text can be scraped."),
    "TOO_LARGE": FailureKind(False, "Scrape a smaller page, or raise SPIDRA_MAX_PAGE_BYTES."),
    "TOO_MANY_FRAMES": FailureKind(False, "Scrape a simpler page, or raise SPIDRA_MAX_FRAMES."),
    "PAGE_CRASHED": FailureKind(
        True, "Retry once; if it crashes again, the page needs too much memory."
    ),
    "PAGE_UNRESPONSIVE": FailureKind(
        True, "A script of the page never ends; retry, or leave it out."
    ),
    "BROWSER_LOST": FailureKind(True, "Retry: the browser was restarted."),
    "SCREENSHOT_FAILED": FailureKind(True, "Retry, or ask for the page without a screenshot."),
    "CONTENT_FAILED": FailureKind(
        False, "The page's HTML could not be converted; please report its URL."
    ),
    "BLOCKED": FailureKind(True, "Retry later, or with useProxy: the site refuses this visitor."),
    "CAPTCHA_REQUIRED": FailureKind(
        False, "Set SPIDRA_CAPTCHA_URL and SPIDRA_CAPTCHA_KEY, or leave the page out."
    ),
    "CAPTCHA_FAILED": FailureKind(True, "Retry: another answer may be accepted."),
    "CAPTCHA_ACCOUNT": FailureKind(
        False, "Top up or mend the account at the solving service, then retry."
    ),
    "LLM_NOT_CONFIGURED": FailureKind(
        False,
        "Set OPENAI_API_KEY and SPIDRA_LLM_MODEL, or make fields that the page does not declare "
        "optional.",
    ),
    "LLM_AUTH": FailureKind(False, "Check OPENAI_API_KEY, and that it may use SPIDRA_LLM_MODEL."),
    "LLM_QUOTA": FailureKind(False, "Top up the account at the model's provider, then retry."),
    "LLM_REJECTED": FailureKind(
        False, "Check SPIDRA_LLM_MODEL, OPENAI_BASE_URL and the server's limits."
    ),
    "LLM_RATE_LIMITED": FailureKind(True, "Retry later, or lower SPIDRA_LLM_CONCURRENCY."),
    "LLM_OVERLOADED": FailureKind(True, "Retry later; the page is not fetched again for that."),
    "LLM_TIMEOUT": FailureKind(True, "Retry later, or raise SPIDRA_LLM_TIMEOUT."),
    "LLM_UNREACHABLE": FailureKind(True, "Check OPENAI_BASE_URL, and that the server is running."),
    "LLM_REFUSED": FailureKind(
        False, "Put the prompt differently, or ask for the page without a model."
    ),
    "LLM_CONTENT_FILTER": FailureKind(
        False, "Ask for the page without a model, or use another one."
    ),
    "LLM_LENGTH": FailureKind(
        False, "Ask for less of each page, or raise SPIDRA_LLM_MAX_OUTPUT_TOKENS."
    ),
    "LLM_INVALID_JSON": FailureKind(True, "Retry, or use a model that is better at JSON."),
    "EXTRACTION_INVALID": FailureKind(True, "Retry, or loosen the schema at that place."),
    "PAGE_TOO_LONG": FailureKind(
        False,
        "Use extractContentOnly, or raise SPIDRA_LLM_CONTEXT_TOKENS or SPIDRA_LLM_MAX_PARTS.",
    ),
    "COOKIES_UNAVAILABLE": FailureKind(
        False, "Retry with cookies; API and workers need the same SPIDRA_SECRET_KEY."
    ),
    "STORAGE_UNAVAILABLE": FailureKind(True, "Retry once the bucket can be written again."),
    "REQUEST_MISSING": FailureKind(
        False, "Submit the batch again; objects must outlive their batch."
    ),
    "WORKER_LOST": FailureKind(
        True, "Retry; if it recurs, the page exhausts the worker's machine."
    ),
    "BATCH_FAILED": FailureKind(
        True, "Submit these URLs again, and see the Temporal UI for the reason."
    ),
    "INTERNAL_ERROR": FailureKind(
        True, "Retry; if it recurs, search the worker's log for the item's uuid."
    ),
    "ROBOTS_DISALLOWED": FailureKind(
        False, "Ask the owner of the site, or set SPIDRA_ROBOTS to off."
    ),
    "ROBOTS_UNAVAILABLE": FailureKind(
        True, "Retry once the site answers, or set SPIDRA_ROBOTS to off."
    ),
    "HOST_BUSY": FailureKind(True, "Retry later, or raise SPIDRA_HOST_CONCURRENCY."),
    "HTTP_429": FailureKind(
        True, "Retry later, or lower SPIDRA_HOST_CONCURRENCY or raise SPIDRA_HOST_SPACING."
    ),
    "HTTP_4XX": FailureKind(False, "The server refuses this request; check the URL in a browser."),
    "HTTP_5XX": FailureKind(True, "The server failed; retry later."),
}
"""Every failure, by code. The code of an HTTP error is `HTTP_` and its status, as `HTTP_404`;
its entry here is that of its class. 408, 425 and 429 are worth a retry although they are 4xx."""

_RETRYABLE_4XX = frozenset({408, 425, 429})


class ScrapeError(Exception):
    """An item cannot be completed, for a reason in `FAILURE_KINDS`.

    `what` says in one sentence what happened, free of secrets and of the page's own text; the
    kind's advice is appended. `http_status` and `final_url` are set once a response was there, and
    `retry_after` if that says in how many seconds it would have been another one.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        http_status: int | None = None,
        final_url: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {what}")
        self.failure = failure(code, what)
        self.http_status = http_status
        self.final_url = final_url
        self.retry_after = retry_after

    @classmethod
    def from_status(
        cls, status: int, final_url: str, retry_after: float | None = None
    ) -> ScrapeError:
        """The error page of a server that answered with `status`, 400 or above."""
        what = f"The server answered with HTTP status {status}"
        if retry_after is not None:
            what += f", and asked to be left alone for {retry_after:.0f} seconds"
        return cls(
            f"HTTP_{status}",
            f"{what}.",
            http_status=status,
            final_url=final_url,
            retry_after=retry_after,
        )


def failure(code: str, what: str) -> Failure:
    """`code` as a `Failure`, `what` happened being followed by what a user can do."""
    kind = FAILURE_KINDS.get(code)
    retryable = False
    if kind is None:
        status = int(code.removeprefix("HTTP_"))
        kind = FAILURE_KINDS["HTTP_5XX" if status >= 500 else "HTTP_4XX"]
        retryable = status in _RETRYABLE_4XX
    return Failure(
        code=code, message=f"{what} {kind.advice}", retryable=retryable or kind.retryable
    )
