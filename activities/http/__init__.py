"""Pages without a browser: plain HTTP, no scripts, no images (`scrapeMode: "fast"`).

Open `capture` first: `fetch_page` is the counterpart of `activities.browser.capture.capture_page`.
`client` holds the connections and cookies of one item, and `exchange` makes one request.
`redirects`, `headers` and `decoding` do what a browser does with redirects, request headers and
bytes.

This package imports `activities.egress`, `activities.visitor`, `activities.walls` and `domain`. All
its requests go through the gateway. It loads no Playwright.
"""
