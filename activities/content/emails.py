"""Email addresses that a page hides from programs, written as its scripts show them.

Cloudflare puts `[email protected]` in the place of an address, Joomla a sentence. Both keep the
address in an attribute. In HTML from a browser the scripts have written it already.
"""

from __future__ import annotations

import base64
import binascii
import re

from lxml.html import HtmlElement, fragment_fromstring

_HINTS = ("data-cfemail", "/cdn-cgi/l/email-protection#", "<joomla-hidden-mail")
_PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-f]+)", re.IGNORECASE)


def write_emails(root: HtmlElement, html: str) -> None:
    """Write the hidden addresses into the tree of `html`, in place."""
    if not any(hint in html for hint in _HINTS):
        return
    for link in root.iter("a"):
        found = _PROTECTED.search(link.get("href") or "")
        if found and (address := _decode(found[1])):
            link.set("href", f"mailto:{address}")
    for element in root.xpath("//*[@data-cfemail]"):
        if address := _decode(element.get("data-cfemail")):
            _replace_text(element, address)
            if element.tag == "a":
                element.tag = "span"  # the script leaves a text
    for element in list(root.iter("joomla-hidden-mail")):
        _write_joomla(element)


def _decode(code: str) -> str:
    """Return the address that Cloudflare has written as `code`; empty if it is none.

    The first byte is the key. All others are UTF-8, each combined with the key by XOR.
    """
    try:
        key, *rest = bytes.fromhex(code)
        return _printable(bytes(byte ^ key for byte in rest).decode())
    except ValueError:
        return ""


def _printable(text: str) -> str:
    """Return `text` with plain spaces; empty if the tree cannot have its characters."""
    text = " ".join(text.split())
    return text if text.isprintable() else ""


def _write_joomla(element: HtmlElement) -> None:
    """Write the address in the attributes of Joomla's element, as its script does."""
    name, host, text = (_from_base64(element.get(part)) for part in ("first", "last", "text"))
    if not name or not host:
        return
    _replace_text(element, "")
    if text:
        content = fragment_fromstring(text, create_parent="span")
        element.append(content)
    else:
        element.text = f"{name}@{host}"
    element.tag = "span"
    if element.get("is-link") == "1":
        element.tag = "a"
        scheme = "mailto:" if element.get("is-email") == "1" else ""
        element.set("href", f"{scheme}{name}@{host}")


def _from_base64(value: str | None) -> str:
    try:
        return _printable(base64.b64decode(value or "").decode())
    except (binascii.Error, ValueError):
        return ""


def _replace_text(element: HtmlElement, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text
