"""Fields of forms: the text that a reader sees in them."""

from __future__ import annotations

from lxml.html import HtmlElement
from lxml.html.builder import BR, SPAN, STRONG

_MAX_OPTIONS = 10
"""Options of a list that are all written. Of a longer one, as of countries, the chosen one is."""

_MAX_CHARACTERS = 100
"""Characters of more options that are all written, such as the sizes of shoes."""

_WITHOUT_TEXT = frozenset(("hidden", "password", "file", "image", "color", "range"))
"""Types of inputs that show no text, or none for others."""

_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "button",
        "code",
        "em",
        "i",
        "label",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
    )
)
"""Elements that leave the text behind them in the same line."""

_BLOCKS = frozenset(("div", "p", "section"))

_MAX_WRAPPERS = 4
"""Elements around a box alone, as libraries of components draw it."""

_BOXES = frozenset(("checkbox", "radio"))

_IN_A_ROW = "data-in-a-row"
"""An attribute of boxes that nothing stands between."""


def write_fields(root: HtmlElement) -> None:
    """Replace fields by the text that they show: values, and options with the chosen one in bold.

    Boxes at the beginning of list items stay, because markdown has a form for them.
    """
    labelled = {label.get("for") for label in root.iter("label") if label.text_content().strip()}
    labelled.discard(None)
    _separate_labels(root)
    _mark_rows(root)
    for bar in root.iter("meter", "progress"):
        bar.text = _share(bar) if not bar.text_content().strip() else bar.text
    for field in list(root.iter("input", "textarea", "select")):
        if field.getparent() is None:
            continue
        if field.get("type", "").lower() not in _BOXES:
            put_in_line(field, _TEXTS[field.tag](field))
        elif not _is_task(field):
            _write_box(field, _box_text(field, labelled))


def _share(bar: HtmlElement) -> str:
    """Return how full a bar is. Empty if that is unknown."""
    try:
        value, least, most = (
            float(bar.get(name, default))
            for name, default in (("value", ""), ("min", "0"), ("max", "1"))
        )
    except ValueError:
        return ""
    return f"{min(max((value - least) / (most - least), 0), 1):.0%}" if most > least else ""


def _separate_labels(root: HtmlElement) -> None:
    """Put a space between labels that nothing stands between."""
    for label in root.iter("label"):
        following = label.getnext()
        if not label.tail and following is not None and following.tag == "label":
            label.tail = " "


def _mark_rows(root: HtmlElement) -> None:
    """Mark the boxes that nothing stands between."""
    for field in root.iter("input"):
        following = field.getnext()
        if (
            following is not None
            and following.tag == "input"
            and {field.get("type"), following.get("type")} == {"radio"}
            and not (field.tail or "").strip()
        ):
            field.set(_IN_A_ROW, "")
            following.set(_IN_A_ROW, "")


def _is_task(box: HtmlElement) -> bool:
    """Return whether a checkbox begins an item of a list, where markdown has a form for it."""
    if box.get("type", "").lower() != "checkbox":
        return False
    place = box
    while place.tag != "li":
        around = place.getparent()
        if around is None or (around.text or "").strip():
            return False
        if any(_shows_text(other) for other in place.itersiblings(preceding=True)):
            return False
        place = around
    return True


def _shows_text(element: HtmlElement) -> bool:
    return bool(element.text_content().strip() or (element.tail or "").strip())


def _write_box(box: HtmlElement, sign: HtmlElement | None) -> None:
    """Write the sign of a box, in front of its words if the box stands in a block of its own."""
    words = None if sign is None else _words_behind(box)
    if sign is None or words is None:
        put_in_line(box, sign)
        return
    while not (words.text or "").strip() and len(words) and words[0].tag in _BLOCKS:
        words = words[0]
    words.text = f"{sign.text}{(words.text or '').lstrip()}"
    box.drop_tree()


def _words_behind(box: HtmlElement) -> HtmlElement | None:
    """Return the label, or the block within the same label, that follows a box in its own block."""
    is_inside = next(box.iterancestors("label"), None) is not None
    place = box
    for level in range(_MAX_WRAPPERS):
        following = place.getnext()
        while following is not None and not (place.tail or "").strip():
            if following.text_content().strip():
                is_label = following.tag == "label" or is_inside
                is_apart = level > 0 or following.tag in _BLOCKS
                return following if is_label and is_apart else None
            place, following = following, following.getnext()
        around = place.getparent()
        if around is None or around.tag not in _BLOCKS or around.text_content().strip():
            return None
        place = around
    return None


def put_in_line(field: HtmlElement, text: HtmlElement | None) -> None:
    """Replace a field by what it shows, apart from the words beside it. None is nothing."""
    if text is None:
        field.drop_tree()
        return
    tail = field.tail or ""
    following = field.getnext()
    is_joined = not tail and following is not None and following.tag in _INLINE
    text.tail = f" {tail}" if tail[:1].isalnum() or is_joined else tail
    before = field.getprevious()
    parent = field.getparent()
    if before is None:
        parent.text = _spaced(parent.text) if parent.text else None
    elif before.tag in _INLINE or (before.tail or "").strip():
        before.tail = _spaced(before.tail)
    parent.replace(field, text)


def _spaced(text: str | None) -> str:
    return f"{text.rstrip()} " if text else " "


def _input_text(field: HtmlElement) -> HtmlElement | None:
    value = field.get("value", "").strip()
    if not value or field.get("type", "").lower() in _WITHOUT_TEXT:
        return None
    return SPAN(value)


def _box_text(field: HtmlElement, labelled: set[str | None]) -> HtmlElement | None:
    """Return the sign of a box with words beside it. Others are switches of style sheets."""
    label = next(field.iterancestors("label", "li"), None)
    has_words = label is not None and label.text_content().strip()
    if not has_words and (field.get("id") not in labelled or _is_in_a_row(field)):
        return None
    return SPAN(" [ ] " if field.get("checked") is None else " [x] ")


def _is_in_a_row(field: HtmlElement) -> bool:
    """Return whether boxes follow each other, so that their labels stand elsewhere: as tabs."""
    return field.get(_IN_A_ROW) is not None


def _textarea_text(field: HtmlElement) -> HtmlElement | None:
    first, *others = field.text_content().strip().splitlines() or [""]
    if not first:
        return None
    text = SPAN(first)
    for line in others:
        text.append(BR())
        text[-1].tail = line
    return text


def _select_text(field: HtmlElement) -> HtmlElement | None:
    options = [option for option in field.iter("option") if _label(option)]
    chosen = _chosen(field, options)
    size = sum(len(_label(option)) for option in options)
    if len(options) > _MAX_OPTIONS and size > _MAX_CHARACTERS:
        options = chosen
    text = SPAN()
    for number, option in enumerate(options):
        if number:
            _append(text, ", ")
        label = _label(option)
        if option in chosen and len(options) > 1:
            text.append(STRONG(label))
        else:
            _append(text, label)
    return text if options else None


def _chosen(field: HtmlElement, options: list[HtmlElement]) -> list[HtmlElement]:
    """Return the chosen options. In a closed list it is one: the first if none is named."""
    named = [option for option in options if option.get("selected") is not None]
    if field.get("multiple") is not None:
        return named
    if named:
        return named[-1:]
    is_closed = field.get("size", "1") in ("0", "1")
    possible = [option for option in options if option.get("disabled") is None]
    return possible[:1] if is_closed else []


def _label(option: HtmlElement) -> str:
    if option.get("hidden") is not None and option.get("selected") is None:
        return ""
    return " ".join(option.text_content().split()) or option.get("label", "").strip()


def _append(element: HtmlElement, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


_TEXTS = {"input": _input_text, "textarea": _textarea_text, "select": _select_text}
