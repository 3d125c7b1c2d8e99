"""Pages with HTTP status 404 that are no error pages: what an application has written.

Hosts of static files answer deep links into an application with their error document. That may be
the application itself, whose scripts then show the page. Its reader sees nothing amiss.
"""

from __future__ import annotations

import re

from activities.content.error_words import ERRORS, MISSING
from activities.walls.collector import gather_facts
from activities.walls.facts import SeenPage

APPLICATION_STATUS = 404
"""The status with which hosts of static files answer."""

_LEAST_CHARACTERS = 25
"""Characters of text that a page has at least."""

_GROWTH = 3
"""How many times as much text as the server's HTML the page has, if scripts have written it."""

_SHORT_CHARACTERS = 400
"""Characters up to which the whole text is searched for what error pages say."""

_SAYS_MISSING = re.compile(f"{ERRORS}|{MISSING}", re.IGNORECASE)
"""What error pages say."""


def is_application_page(seen: SeenPage, served: str) -> bool:
    """Return whether scripts have made a page of `served`, the HTML of the server.

    `seen` is the page after its scripts. The answer is False for an error page, whether the server
    or the application has made it. It is also False in doubt.
    """
    page = gather_facts(seen)
    shell = gather_facts(SeenPage(served, seen.url))
    if page is None or shell is None or not shell.scripts:
        return False
    if len(page.text) < max(_LEAST_CHARACTERS, _GROWTH * len(shell.text)):
        return False
    said = f"{page.title}\n{page.headings}"
    if len(page.text) <= _SHORT_CHARACTERS:
        said += f"\n{page.text}"
    return _SAYS_MISSING.search(said) is None
