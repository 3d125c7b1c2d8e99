"""Players of video and sound, and pictures with places that are links."""

from __future__ import annotations

from lxml.html import HtmlElement
from lxml.html.builder import SPAN, A


def prepare_players(root: HtmlElement) -> None:
    """Leave of each player, in place, nothing but the address of what it plays.

    Sound without controls plays in the background, so a reader sees nothing of it.
    """
    for player in list(root.iter("video", "audio")):
        if player.tag == "audio" and player.get("controls") is None:
            player.drop_tree()
            continue
        sources = (source.get("src") for source in player.iter("source"))
        if not player.get("src") and (source := next(filter(None, sources), None)):
            player.set("src", source)
        player.text = None
        for child in list(player):
            player.remove(child)


def list_areas(root: HtmlElement) -> None:
    """Replace, in place, the areas of each map that a picture uses by links."""
    maps = list(root.iter("map"))
    used = (
        {picture.get("usemap", "").strip().lstrip("#") for picture in root.iter("img")}
        if maps
        else ()
    )
    for image_map in maps:
        links = SPAN()
        is_used = image_map.get("name") in used or image_map.get("id") in used
        for area in list(image_map.iter("area")):
            name = area.get("alt") or area.get("title") or area.get("aria-label") or ""
            if is_used and area.get("href") and name.strip():
                links.append(A(" ".join(name.split()), href=area.get("href", "")))
                links[-1].tail = " "
            area.drop_tag()
        links.text = " "
        image_map.insert(0, links)
