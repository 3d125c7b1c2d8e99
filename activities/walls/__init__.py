"""What stands between a visitor and a page: CAPTCHAs, challenges, block pages, consent walls.

`facts` is what can be seen of a page, `kinds` what the known walls look like, `detect_wall` decides
from both whether a page is one: from HTML, status and headers alone, so for any way of fetching.
In a browser `wall_handler` gets an item past them: `captchas` finds widgets and gives them their
answers, which `solver` has from a solving service, in the `dialects` of several.
"""
