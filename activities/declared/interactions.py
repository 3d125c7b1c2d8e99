"""How often visitors have watched, liked or shared a thing, under names of their own."""

from __future__ import annotations

from activities.declared.entities import Entity
from activities.declared.values import texts

_TERMS = {
    "WatchAction": "viewCount", "ViewAction": "viewCount", "ReadAction": "viewCount",
    "LikeAction": "likeCount", "CommentAction": "commentCount", "ShareAction": "shareCount",
    "FollowAction": "followerCount", "SubscribeAction": "followerCount",
    "DownloadAction": "downloadCount", "InstallAction": "downloadCount",
}  # fmt: skip
"""Names of the counters of schema.org, by their `interactionType`."""


def name_interactions(things: list[Entity]) -> None:
    """Give each counter of a thing, an `InteractionCounter`, a property of the thing.

    All counters stand in one property. So nothing else tells views from likes.
    """
    for thing in things:
        for counter in thing.properties.get("interactionStatistic", ()):
            if isinstance(counter, Entity):
                _name(counter, thing)


def _name(counter: Entity, thing: Entity) -> None:
    for value in counter.properties.get("interactionType", ()):
        kind = value.types[0] if isinstance(value, Entity) and value.types else texts.plain(value)
        term = _TERMS.get((kind or "").rpartition("/")[2])
        if term is not None and term not in thing.properties:
            for number in counter.properties.get("userInteractionCount", ()):
                thing.add(term, number)
