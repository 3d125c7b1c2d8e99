"""Tests of addresses that a page hides from programs, which its scripts show to readers."""

from __future__ import annotations

import base64

import pytest

from activities.content import markdown


def hidden(address: str, key: int = 0x5A) -> str:
    """Return `address` as Cloudflare writes it."""
    return bytes((key, *(byte ^ key for byte in address.encode()))).hex()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


OFFICE = hidden("office@example.com")
LINK = f"/cdn-cgi/l/email-protection#{OFFICE}"
TEXT = f"class=__cf_email__ data-cfemail={OFFICE}>[email&#160;protected]"
JOOMLA = f"is-email=1 first={encoded('office')} last={encoded('example.com')}"
SENTENCE = "This email address is being protected from spambots."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<p>Write to <span {TEXT}</span>.", "Write to office@example.com."),
        (f"<p>By <a href=/cdn-cgi/l/email-protection {TEXT}</a>.", "By office@example.com."),
        (f"<a href={LINK}><i {TEXT}</i></a>", "[*office@example.com*](mailto:office@example.com)"),
        (f"<a href={LINK}>Write to us</a>", "[Write to us](mailto:office@example.com)"),
        (
            f"<a href=/cdn-cgi/l/email-protection#{hidden('a@example.com?subject=Café')}>Write</a>",
            "[Write](mailto:a@example.com?subject=Caf%C3%A9)",
        ),
        ("<span data-cfemail=5z>[email protected]</span>", "[email protected]"),
        ("<span data-cfemail=5a5a>[email protected]</span>", "[email protected]"),
        ("<span data-cfemail=''>[email protected]</span>", "[email protected]"),
        (f"<joomla-hidden-mail {JOOMLA}>{SENTENCE}</joomla-hidden-mail>", "office@example.com"),
        (
            f"<joomla-hidden-mail is-link=1 {JOOMLA} text={encoded('the <b>office</b>')}>{SENTENCE}"
            "</joomla-hidden-mail>",
            "[the **office**](mailto:office@example.com)",
        ),
        (f"<joomla-hidden-mail first=x>{SENTENCE}</joomla-hidden-mail>", SENTENCE),
    ],
)  # fmt: skip
def test_hidden_addresses_are_written(body: str, text: str) -> None:
    assert markdown.full_page(f"<body>{body}</body>", "https://example.com/") == text
