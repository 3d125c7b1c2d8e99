"""The kinds of microformats, with the properties of schema.org that their class names mean.

From the specifications at microformats.org, and for the old names from its rules for backwards
compatibility. `entry-date`, `post-author` and `entry-author` are what the themes of WordPress and
Blogger write instead. Kinds that schemas do not ask for, such as résumés, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of thing."""

    name: str
    types: tuple[str, ...]
    """Types of schema.org."""
    classic: dict[str, str]
    """Class names of the first version, with terms of schema.org."""
    version_2: dict[str, str]
    """The same for version 2, without the prefixes such as `p-`."""


def _table(text: str) -> dict[str, str]:
    """Return the terms by class names, from lines of the form `names = term`."""
    table = {}
    for line in text.strip().splitlines():
        names, _, term = line.partition("=")
        for name in names.split():
            table[name] = term.strip()
    return table


def _kind(name: str, types: str, classic: str, version_2: str) -> Kind:
    return Kind(name, tuple(types.split()), _table(classic), _table(version_2))


_ADDRESS = """
street-address = streetAddress
locality = addressLocality
region = addressRegion
postal-code = postalCode
country-name = addressCountry
"""
_GEO = """
latitude = latitude
longitude = longitude
"""

_CARD = f"""
photo = image
logo = logo
url = url
email = email
tel = telephone
org = worksFor
role = jobTitle
adr = address
geo = geo
note = description
bday = birthDate
{_ADDRESS}
"""
_EVENT = """
url = url
location = location
category = keywords
description = description
organizer = organizer
duration = duration
geo = geo
photo = image
"""
_RECIPE = """
ingredient = recipeIngredient
yield = recipeYield
instructions = recipeInstructions
duration = totalTime
preptime = prepTime
cooktime = cookTime
photo = image
summary = description
author = author
published = datePublished
calories = calories
category tag = keywords
review = review
"""
_PRODUCT = """
brand = brand
category = category
description = description
photo = image
url = url
price = price
currency = priceCurrency
identifier = identifier
review = review
"""
_REVIEW = """
item = itemReviewed
reviewer author = author
dtreviewed = datePublished
rating average = ratingValue
best = bestRating
worst = worstRating
description = reviewBody
count = reviewCount
votes = ratingCount
url permalink = url
photo = image
"""

KINDS = {
    kind.name: kind
    for kind in (
        _kind(
            "entry",
            "Article",
            "entry-title = headline\nentry-summary = description\nentry-content = articleBody\n"
            "published entry-date = datePublished\nupdated = dateModified\n"
            "author post-author entry-author = author",
            "name = headline\nsummary = description\ncontent = articleBody\nurl = url\n"
            "published = datePublished\nupdated = dateModified\nauthor = author\n"
            "category = keywords\nphoto featured = image",
        ),
        _kind(
            "card",
            "Person",
            f"{_CARD}\nfn = name\ntitle = jobTitle",
            f"{_CARD}\n{_GEO}\nname = name\njob-title = jobTitle",
        ),
        _kind("address", "PostalAddress", _ADDRESS, _ADDRESS),
        _kind("geo", "GeoCoordinates", _GEO, _GEO),
        _kind(
            "event",
            "Event",
            f"{_EVENT}\nsummary = name\ndtstart = startDate\ndtend = endDate",
            f"{_EVENT}\nname = name\nsummary = description\nstart = startDate\nend = endDate",
        ),
        _kind("recipe", "Recipe", f"{_RECIPE}\nfn = name", f"{_RECIPE}\nname = name\nurl = url"),
        _kind("product", "Product", f"{_PRODUCT}\nfn = name", f"{_PRODUCT}\nname = name"),
        _kind(
            "review",
            "Review",
            f"{_REVIEW}\nsummary = name",
            f"{_REVIEW}\nname = name\ncontent = reviewBody\npublished = datePublished",
        ),
        _kind("review-aggregate", "AggregateRating", _REVIEW, f"{_REVIEW}\nname = name"),
        _kind(
            "item",
            "",
            "fn = name\nurl = url\nphoto = image",
            "name = name\nurl = url\nphoto = image",
        ),
    )
}
"""All kinds, by name."""

ROOTS = {
    **dict.fromkeys(("hentry", "h-entry", "h-cite"), "entry"),
    **dict.fromkeys(("vcard", "h-card"), "card"),
    **dict.fromkeys(("adr", "h-adr"), "address"),
    **dict.fromkeys(("geo", "h-geo"), "geo"),
    **dict.fromkeys(("vevent", "h-event"), "event"),
    **dict.fromkeys(("hrecipe", "h-recipe"), "recipe"),
    **dict.fromkeys(("hproduct", "h-product"), "product"),
    **dict.fromkeys(("hreview", "h-review"), "review"),
    **dict.fromkeys(("hreview-aggregate", "h-review-aggregate"), "review-aggregate"),
    "h-item": "item",
}
"""Class names of elements that describe a thing, with its kind."""

DATES = frozenset(
    ("datePublished", "dateModified", "startDate", "endDate", "birthDate", "totalTime", "prepTime",
     "cookTime", "duration")
)  # fmt: skip
"""Terms whose values are dates and durations."""

ADDRESSES = frozenset(("url", "image", "logo"))
"""Terms whose values are URLs."""

LISTS = frozenset(("recipeInstructions", "recipeIngredient"))
"""Terms with a value for each item of a list."""

TEXTS = "text"
"""The term of a value that is its whole text."""
