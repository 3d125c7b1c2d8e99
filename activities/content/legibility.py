"""Whether a document is text that can be read, whatever its server says of it."""

from __future__ import annotations

import re

from activities.content.shown_text import ShownText

_CONTROLS = re.compile("[\1-\x08\x0e-\x1a\x1c-\x1f]")
"""Characters that no text has (MIME Sniffing, 3), without NUL, which browsers leave out."""

_SAMPLE = 2**16
"""Characters of a document in which they are counted."""

_FEW_CONTROLS = 20
_CONTROLS_SHARE = 0.02
"""Number and share of such characters from which a document is no text. In packed data and pictures
the share is about 0.1. Texts have single ones."""

_FEW_LOST = 10
_LOST_SHARE = 0.01
"""Number and share of lost characters from which a text is damaged. Many pages have single ones,
where a text was cut within a character."""


def is_binary(html: str) -> bool:
    """Return whether `html` is no text, such as a PDF or a packed page that is called HTML."""
    controls = len(_CONTROLS.findall(html, 0, _SAMPLE))
    return controls >= max(_FEW_CONTROLS, _CONTROLS_SHARE * min(len(html), _SAMPLE))


def is_damaged(texts: list[ShownText]) -> bool:
    """Return whether many characters of `texts` are lost, since they are in another encoding."""
    lost = sum(text.text.count("\ufffd") for text in texts)
    return lost >= _FEW_LOST and lost >= _LOST_SHARE * sum(len(text.text) for text in texts)
