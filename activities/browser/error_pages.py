"""Pages with HTTP status 404 that are no error pages: what an application has written.

Hosts of static files answer deep links into an application with their error document. That may be
the application itself, whose scripts then show the page. Its reader sees nothing amiss.
"""

from __future__ import annotations

import re

from activities.walls.facts import SeenPage, gather_facts

APPLICATION_STATUS = 404
"""The status with which hosts of static files answer."""

_LEAST_CHARACTERS = 25
"""Characters of text that a page has at least."""

_GROWTH = 3
"""How many times as much text as the server's HTML the page has, if scripts have written it."""

_SHORT_CHARACTERS = 400
"""Characters up to which the whole text is searched for what error pages say."""

_SAYS_MISSING = re.compile(
    r"\b(?:404|410)\b|\berrors?\b|\bfehler|\berreur|\berrore\b|\berro\b|\boops|\bups\b|\bwhoops|"
    r"\b(?:not|never|(?:can|could)(?:n.t|.t| ?not)|unable to) (?:be )?f(?:ou|i)nd|"
    r"\b(?:page|content|product|item|article|post)s? (?:is |was |you .{0,40})?"
    r"(?:un(?:available|known)|missing|gone|removed|deleted|moved|lost)|"
    r"\b(?:does|do|did) ?n[o.]t exist|\bdoesn.t exist|\bno longer (?:available|exists?|here)|"
    r"\bno such (?:page|url|file|product|item|article)|\bnothing (?:was )?(?:here|found)|"
    r"\bnicht (?:gefunden|vorhanden|verf\u00fcgbar|existiert)|existiert nicht|gibt es nicht|"
    r"introuvable|n.existe (?:pas|plus)|pas (?:\u00e9t\u00e9 )?trouv\u00e9|"
    r"no (?:encontrad|existe|se (?:ha )?encontr)|n\u00e3o (?:encontrad|existe|foi encontrad)|"
    r"non (?:trovat|\u00e8 stata? trovat|esiste)|niet (?:gevonden|bestaat)|bestaat niet|"
    r"nie (?:znalezion|istnieje|odnalezion)|nenalezen|neexistuje|hittades inte|hittar inte|"
    r"ikke fundet|ikke funnet|findes ikke|finnes ikke|ei l\u00f6yt|bulunamad|"
    r"nem tal\u00e1l|\u043d\u0435 \u043d\u0430\u0439\u0434\u0435\u043d|"
    r"\u043d\u0435 \u0441\u0443\u0449\u0435\u0441\u0442\u0432\u0443\u0435\u0442|"
    r"\u898b\u3064\u304b\u308a\u307e\u305b\u3093|\u5b58\u5728\u3057\u307e\u305b\u3093|"
    r"\u627e\u4e0d\u5230|\u4e0d\u5b58\u5728|\u672a\u627e\u5230|"
    r"\ucc3e\uc744 \uc218 \uc5c6|\uc5c6\ub294 \ud398\uc774\uc9c0",
    re.IGNORECASE,
)
"""What error pages say, in the languages of most pages."""


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
