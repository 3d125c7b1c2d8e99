"""Pages without a browser: plain HTTP, no scripts, no images (`scrapeMode: "fast"`).

Open `capture` first: `fetch_page` is the counterpart of `activities.browser.capture.capture_page`.
`client` holds the connections and cookies of one item, and `exchange` makes one request. The other
modules do what a browser does:

- `headers` and `redirects` with requests and redirects;
- `codings` with packed bodies, `sniffing` with types, `charset` and `encodings` with bytes;
- `decoding` makes the HTML of all that.

This package imports `activities.egress`, `activities.onward`, `activities.visitor`,
`activities.walls` and `domain`. All its requests go through the gateway. It loads no Playwright.
"""
