"""Why items fail: for each code, whether a retry may help and what the user can do.

A test compares the documented table "Error codes" with `FAILURE_KINDS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.items import Failure


@dataclass(frozen=True)
class FailureKind:
    """A kind of failure."""

    retryable: bool
    """Whether the same request may succeed later."""
    advice: str
    """What the user can do, as a full sentence."""


FAILURE_KINDS: dict[str, FailureKind] = {
    "NAVIGATION_TIMEOUT": FailureKind(
        True, "Retry later, or check that the page opens in a browser."
    ),
    "ITEM_TIMEOUT": FailureKind(True, "Retry later, or raise SPIDRA_ITEM_TIMEOUT."),
    "DNS_FAILURE": FailureKind(True, "Check the spelling of the host name."),
    "CONNECTION_REFUSED": FailureKind(True, "Check the port, and that the server is running."),
    "CONNECTION_FAILED": FailureKind(True, "Retry later: the server or the network is unstable."),
    "PROXY_FAILED": FailureKind(True, "Retry later, or use the exit of another country."),
    "EGRESS_BLOCKED": FailureKind(
        False, "Scrape a public address, or allow this network in SPIDRA_EGRESS_ALLOW."
    ),
    "EGRESS_UNAVAILABLE": FailureKind(True, "Retry: the worker restarts its network gateway."),
    "TRAFFIC_LIMIT": FailureKind(False, "Scrape a lighter page, or raise the limit."),
    "TRAFFIC_BUDGET": FailureKind(True, "Retry with a larger maxProxyMb."),
    "TLS_ERROR": FailureKind(
        False, "Ask the site's owner to fix its certificate or TLS configuration."
    ),
    "TOO_MANY_REDIRECTS": FailureKind(False, "Try with cookies: the page redirects in a circle."),
    "NO_CONTENT": FailureKind(False, "Check the URL: the server answers without a page."),
    "NEEDS_BROWSER": FailureKind(
        False, 'Ask for the page without `"scrapeMode": "fast"`: scripts write it.'
    ),
    "LOGIN_REQUIRED": FailureKind(
        False,
        "Log in again in a browser, and send the new cookies: the site does not accept these.",
    ),
    "DOWNLOAD": FailureKind(False, "Use a download tool: the URL is a file, not a page."),
    "UNSUPPORTED_CONTENT_TYPE": FailureKind(
        False, "Choose another URL: only pages and text can be scraped."
    ),
    "TOO_LARGE": FailureKind(False, "Scrape a smaller page, or raise SPIDRA_MAX_PAGE_BYTES."),
    "TOO_MANY_FRAMES": FailureKind(False, "Scrape a simpler page, or raise SPIDRA_MAX_FRAMES."),
    "PAGE_CRASHED": FailureKind(
        True, "Retry once. If the page crashes again, it needs too much memory."
    ),
    "PAGE_UNRESPONSIVE": FailureKind(
        True, "Retry, or skip the page: one of its scripts never ends."
    ),
    "BROWSER_LOST": FailureKind(True, "Retry: the browser was restarted."),
    "SCREENSHOT_FAILED": FailureKind(True, "Retry, or request the page without a screenshot."),
    "CONTENT_FAILED": FailureKind(
        False, "Report the URL to the developers: the page's HTML could not be converted."
    ),
    "BLOCKED": FailureKind(True, "Retry later, or with useProxy: the site refuses this visitor."),
    "CAPTCHA_REQUIRED": FailureKind(
        False,
        "Set SPIDRA_CAPTCHA_URL and SPIDRA_CAPTCHA_KEY to a service that solves this kind, or skip "
        "the page.",
    ),
    "CAPTCHA_FAILED": FailureKind(True, "Retry: another answer may be accepted."),
    "CAPTCHA_ACCOUNT": FailureKind(
        False, "Top up or fix the account at the solving service, then retry."
    ),
    "LLM_NOT_CONFIGURED": FailureKind(
        False,
        "Set OPENAI_API_KEY and SPIDRA_LLM_MODEL, or make fields optional that the page does not "
        "declare.",
    ),
    "LLM_AUTH": FailureKind(False, "Check OPENAI_API_KEY and its access to SPIDRA_LLM_MODEL."),
    "LLM_QUOTA": FailureKind(False, "Top up the account at the model's provider, then retry."),
    "LLM_REJECTED": FailureKind(
        False, "Check SPIDRA_LLM_MODEL, OPENAI_BASE_URL and the server's limits."
    ),
    "LLM_RATE_LIMITED": FailureKind(True, "Retry later, or lower SPIDRA_LLM_CONCURRENCY."),
    "LLM_OVERLOADED": FailureKind(True, "Retry later; the page is not fetched again."),
    "LLM_TIMEOUT": FailureKind(True, "Retry later, or raise SPIDRA_LLM_TIMEOUT."),
    "LLM_UNREACHABLE": FailureKind(True, "Check OPENAI_BASE_URL, and that the server is running."),
    "LLM_REFUSED": FailureKind(
        False, "Rephrase the prompt, or request the page as markdown without a prompt."
    ),
    "LLM_CONTENT_FILTER": FailureKind(
        False, "Use another model, or request the page as markdown without a prompt."
    ),
    "LLM_LENGTH": FailureKind(
        False, "Ask for less of each page, or raise SPIDRA_LLM_MAX_OUTPUT_TOKENS."
    ),
    "LLM_INVALID_JSON": FailureKind(True, "Retry, or use a model that is better at JSON."),
    "EXTRACTION_INVALID": FailureKind(True, "Retry, or relax the schema at that place."),
    "QUESTION_TOO_LONG": FailureKind(
        False,
        "Shorten the schema or the prompt, or raise SPIDRA_LLM_CONTEXT_TOKENS.",
    ),
    "PAGE_TOO_LONG": FailureKind(
        False,
        "Use extractContentOnly, or raise SPIDRA_LLM_CONTEXT_TOKENS or SPIDRA_LLM_MAX_PARTS.",
    ),
    "COOKIES_UNAVAILABLE": FailureKind(
        False, "Retry with the cookies, and give API and workers the same SPIDRA_SECRET_KEY."
    ),
    "STORAGE_UNAVAILABLE": FailureKind(True, "Retry when the bucket is writable again."),
    "REQUEST_MISSING": FailureKind(
        False, "Submit the batch again, and keep objects in the bucket until their batch has ended."
    ),
    "WORKER_LOST": FailureKind(
        True, "Retry. If the worker is lost again, the page overloads its machine."
    ),
    "BATCH_FAILED": FailureKind(True, "Submit these URLs again; the Temporal UI shows the reason."),
    "INTERNAL_ERROR": FailureKind(
        True, "Retry. If the item fails again, search the worker's log for its uuid."
    ),
    "ROBOTS_DISALLOWED": FailureKind(
        False, "Ask the owner of the site, or set SPIDRA_ROBOTS to off."
    ),
    "ROBOTS_UNAVAILABLE": FailureKind(
        True, "Retry when the site answers again, or set SPIDRA_ROBOTS to off."
    ),
    "HOST_BUSY": FailureKind(True, "Retry later, or raise SPIDRA_HOST_CONCURRENCY."),
    "HOST_UNAVAILABLE": FailureKind(
        True, "Retry later, or raise SPIDRA_MAX_BACKOFF to wait longer for the host."
    ),
    "HTTP_429": FailureKind(
        True, "Retry later, lower SPIDRA_HOST_CONCURRENCY, or raise SPIDRA_HOST_SPACING."
    ),
    "HTTP_4XX": FailureKind(False, "The server refuses this request; check the URL in a browser."),
    "HTTP_5XX": FailureKind(True, "Retry later: the server failed."),
}
"""Every kind of failure, by code.

The code of an HTTP error is `HTTP_` and its status, as in `HTTP_404`. All statuses of a class share
the entry `HTTP_4XX` or `HTTP_5XX`, except 429.
"""

_RETRYABLE_4XX = frozenset({408, 425, 429})
"""Request Timeout, Too Early, Too Many Requests: the same request may succeed later."""


class ScrapeError(Exception):
    """An item failed, for a reason in `FAILURE_KINDS`.

    `what` says in one sentence what happened, without secrets and without text of the page. The
    advice follows it, by default that of the kind. `http_status` and `final_url` are set if a
    response came. `retry_after` is set if the response asked the client to wait that many seconds.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        http_status: int | None = None,
        final_url: str | None = None,
        retry_after: float | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {what}")
        self.what = what
        self.failure = failure(code, what, advice)
        self.http_status = http_status
        self.final_url = final_url
        self.retry_after = retry_after

    @classmethod
    def from_status(
        cls, status: int, final_url: str, retry_after: float | None = None
    ) -> ScrapeError:
        """Return the error for a response with an HTTP `status` of 400 or above."""
        what = f"The server answered with HTTP status {status}"
        if retry_after is not None:
            what += f" and asked clients to wait for {retry_after:.0f} seconds"
        return cls(
            f"HTTP_{status}",
            f"{what}.",
            http_status=status,
            final_url=final_url,
            retry_after=retry_after,
        )


def failure(code: str, what: str, advice: str | None = None) -> Failure:
    """Return the `Failure` for `code`; its message is `what` and then the advice."""
    kind = FAILURE_KINDS.get(code)
    retryable = False
    if kind is None:
        status = int(code.removeprefix("HTTP_"))
        kind = FAILURE_KINDS["HTTP_5XX" if status >= 500 else "HTTP_4XX"]
        retryable = status in _RETRYABLE_4XX
    return Failure(
        code=code,
        message=f"{what} {advice or kind.advice}",
        retryable=retryable or kind.retryable,
    )
