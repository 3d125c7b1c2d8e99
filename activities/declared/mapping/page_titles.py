"""Titles of documents, without the site's name that templates add."""

from __future__ import annotations

import re

from activities.declared.entities import Declared
from activities.declared.mapping.things import names_of
from activities.declared.vocabulary import joined

_SEPARATOR = re.compile(
    r"\s*[|\u2013\u2014\u00b7\u2022\u00bb\u00ab\u2039\u203a~]\s*|\s+[-:/]\s+|:\s+"
)
_WEAK = ":"
"""A separator that belongs to titles as well, before a subtitle."""

_SITES = frozenset(("WebSite", "Organization", "NewsMediaOrganization", "OnlineStore", "Blog"))


def without_site_name(title: str, page: Declared) -> str:
    """Return a title without the site's name, if one of the page's headings has the rest.

    The site's name follows the heading, or it is known and stands before the heading. After a
    colon, and in another title than that of the document, it has to be known as well.
    """
    sites = _site_names(page)
    is_of_document = title == page.title
    for heading in sorted(page.headings, key=len, reverse=True):
        if not heading or joined(heading) in sites:
            continue
        if title.startswith(heading):
            separator = _SEPARATOR.match(title, len(heading))
            rest = title[separator.end() :] if separator else ""
            is_weak = separator is None or _WEAK in separator[0] or not is_of_document
            if rest and (not is_weak or joined(rest) in sites):
                return heading
        elif title.endswith(heading):
            before = title[: -len(heading)]
            separators = list(_SEPARATOR.finditer(before))
            if separators and separators[-1].end() == len(before):
                name = before[: separators[-1].start()]
                if joined(name) in sites:
                    return heading
    return title


def _site_names(page: Declared) -> set[str]:
    """Return the site's names, in the form of `joined`."""
    declared = [value for entity in page.page for value in entity.properties.get("siteName", ())]
    declared += [
        name for entity in page.things if _SITES & {*entity.types} for name in names_of(entity)
    ]
    return {joined(name) for name in declared if isinstance(name, str)}
