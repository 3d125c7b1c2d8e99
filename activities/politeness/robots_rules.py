"""The rules of a robots.txt for one agent (RFC 9309, 2.1 and 2.2).

    RobotsRules.parse(body, "spidra-batch").allow("https://example.com/page")

This module finds the groups of the agent. Protego compares paths with their patterns. Its own
groups are not used: it compares the beginnings of product tokens, and lets lines that are no rules
end a group.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import ada_url
from protego import Protego

_ANY = "*"
"""Product token of the group for agents that no group names."""

_LINE = re.compile(
    rb"(?P<agent>user[- ]?agent)"
    rb"|(?P<allow>allow)"
    # Misspellings that crawlers understand.
    rb"|(?P<disallow>di(?:ss?all?ow|asllow|sallaw))",
    re.IGNORECASE,
)
"""The name of a line. Other lines, such as `Sitemap`, do not end a group (RFC 9309, 2.2.4)."""

_SEPARATOR = re.compile(rb"[ \t]*:[ \t]*|[ \t]+|$")
"""What follows the name of a line. Some sites forget the colon."""

_TOKEN = re.compile(rb"[A-Za-z_-]+")
"""Product token: the characters that it may have, RFC 9309, 2.2.1. A version may follow."""

_LINE_END = re.compile(rb"\r\n|\r|\n")

_UNSAFE = re.compile(rb"[^\x21-\x7e]")
"""Octets of a path that have to be percent-encoded (RFC 9309, 2.2.2)."""


@dataclass(frozen=True)
class RobotsRules:
    """What a robots.txt allows one agent."""

    _patterns: Protego

    @classmethod
    def parse(cls, body: bytes, agent: str, *, is_cut: bool = False) -> RobotsRules:
        """Return the rules of the robots.txt `body` for the product token `agent`.

        All groups that name the agent count together. If there is none, those for `*` count. If
        `is_cut`, the last line is ignored unless it is complete.
        """
        own, others = agent.lower(), _ANY
        rules: dict[str, list[str]] = {}
        for tokens, rule in _rules(_lines(body, is_cut=is_cut)):
            for token in tokens & {own, others}:
                rules.setdefault(token, []).append(rule)
        chosen = rules.get(own, rules.get(others, []))
        return cls(Protego.parse("\n".join(["User-agent: *", *chosen])))

    def allow(self, url: str) -> bool:
        """Return whether the agent may request `url`, as browsers would send it."""
        parsed = ada_url.URL(url)
        if parsed.pathname == "/robots.txt":  # RFC 9309, 2.2.2
            return True
        parsed.hash = ""
        return bool(self._patterns.can_fetch(str(parsed.href), _ANY))


def _lines(body: bytes, *, is_cut: bool) -> list[bytes]:
    lines = _LINE_END.split(body.removeprefix(codecs.BOM_UTF8))
    return lines[:-1] if is_cut else lines


def _rules(lines: list[bytes]) -> Iterator[tuple[set[str], str]]:
    """Yield each rule with the product tokens of its group, in lower case.

    A group that has no rule is yielded with an empty rule.
    """
    tokens: set[str] = set()
    is_open = False
    """Whether the next agent belongs to the same group."""
    for line in lines:
        text = line.partition(b"#")[0].strip()
        name = _LINE.match(text)
        separator = name and _SEPARATOR.match(text, name.end())
        if name is None or separator is None:
            continue
        value = text[separator.end() :]
        if name["agent"]:
            tokens = tokens if is_open else set()
            is_open = True
            tokens.add(_product_token(value))
            yield tokens, ""
        else:
            is_open = False
            path = _UNSAFE.sub(lambda octet: b"%%%02X" % ord(octet[0]), value).decode()
            yield tokens, f"{'Allow' if name['allow'] else 'Disallow'}: {path}"


def _product_token(value: bytes) -> str:
    """Return the product token that `value` names in lower case; empty if it names none."""
    if re.match(rb"\*(?![^ \t])", value):
        return _ANY
    token = _TOKEN.match(value)
    return token[0].decode().lower() if token else ""
