"""Walls: CAPTCHAs, challenges, block pages and consent pages that a site sends instead of a page.

Open `detector` first: `detect_wall` tells a wall from a page. `collector` collects the facts about
a page. Then three modules judge them in this order:

- `known`: walls of known makes, by the signatures in `makes`.
- `lone_captchas`: CAPTCHAs with nothing else on the page, by the traces in `widgets`.
- `unknown`: walls of unknown makes, by `words` in many languages, and by `structure` and `code`.

`witness` compares pages that stay unclear with others of their batch.

`solver` is the client of CAPTCHA-solving services, and `providers` knows how each service names its
tasks.

This package imports `activities.content` and `domain`. It needs no browser: HTML, status and
headers are enough. `activities.browser.wall_handler` uses it to get an item past a wall.
"""
