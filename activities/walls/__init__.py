"""Walls: CAPTCHAs, challenges, block pages and consent pages that a site sends instead of a page.

Open `detector` first: `detect_wall` tells a wall from a page. `facts` collects what a page shows,
and `signatures` lists the known walls. `solver` is the client of CAPTCHA-solving services, and
`providers` knows how each service names its tasks.

This package imports `activities.content` and `domain`. It needs no browser: HTML, status and
headers are enough. `activities.browser.wall_handler` uses it to get an item past a wall.
"""
