"""The browser of a worker: its processes, its tabs, and the capture of one page.

Open `capture` first: it takes one page from its URL to HTML and screenshot. docs/browser.md
explains the whole.

- Capture: `visit` (what to capture), `loader`, `settling`, `document`, `screenshot`, `cookies`.
- Watching a page: `observer`, `navigation`, `watchdog`, `events`, `abortable`, `egress_errors`.
- Walls: `wall_handler`, `captchas`, `limited_solver`, `proofs`.
- Tabs: `pool`, `tab`, `cleaning`, `proxy_auth`.
- Browser: `keeper`, `chromium`, `launch`, `process_control`, `executable`.
- Visitor: `fingerprint`, `worker_scripts`, `timers`, `dialogs`.
- JavaScript: `scripts`, read and run by `page_scripts`.

No other package of the activities loads Playwright. This one may import `activities.egress`,
`activities.visitor`, `activities.walls` and the shared modules next to it, but no activity.
"""
