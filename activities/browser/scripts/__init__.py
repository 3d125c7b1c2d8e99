"""JavaScript files that run in pages; `activities.browser.page_scripts` reads and runs them.

Each file is one function expression, so no semicolon ends it. Most files run in an isolated world,
where the page's own scripts cannot tamper with them. Three files run among the page's own scripts:
`fingerprint.js` (see `activities.browser.fingerprint`), `captchas.js` and `captcha_hooks.js` (see
`activities.browser.captchas`).
"""
