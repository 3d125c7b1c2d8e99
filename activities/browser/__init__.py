"""The browser of a worker: its processes, its tabs, and the capture of one page.

Open `capture` first: it takes one page from its URL to HTML and screenshot. The lower layers are
`pool` (tabs and their reuse), `keeper` (start and replacement of the browser) and `chromium` (one
running browser). docs/browser.md explains the whole.

This package is the only one that loads Playwright. It may import everything below the activities,
and `activities.egress`, `activities.visitor`, `activities.walls`, `activities.capture`,
`activities.abort` and `activities.fetch_errors`.
"""
