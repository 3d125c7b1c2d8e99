"""The HTML of the pages: small blocks that stand for the ways in which sites show facts."""

from __future__ import annotations

import json
from html import escape
from typing import Any

Row = tuple[str, str]
"""A label and its value."""


def document(language: str, title: str, blocks: tuple[str, ...]) -> str:
    """Return a whole page."""
    body = "\n".join(blocks)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>\n{body}\n</body></html>"
    )


def menu(*labels: str) -> str:
    """Return the links to other parts of the site."""
    links = "".join(
        f'<a href="/{number}">{escape(text)}</a> ' for number, text in enumerate(labels)
    )
    return f"<header><nav>{links}</nav></header>"


def h1(text: str) -> str:
    """Return the headline of the page."""
    return f"<h1>{escape(text)}</h1>"


def h2(text: str) -> str:
    """Return the headline of a section."""
    return f"<h2>{escape(text)}</h2>"


def text(*paragraphs: str) -> str:
    """Return prose. Its inline markup stays as it is."""
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def table(*rows: tuple[str, ...]) -> str:
    """Return a table whose first column has the labels."""
    lines = "".join(
        f"<tr><th>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for first, *cells in rows
    )
    return f"<table>{lines}</table>"


def grid(heads: tuple[str, ...], *rows: tuple[str, ...]) -> str:
    """Return a table whose first row has the labels."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>" for cells in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def details(*rows: Row) -> str:
    """Return a definition list."""
    pairs = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    return f"<dl>{pairs}</dl>"


def lines(*rows: Row) -> str:
    """Return labels and values in plain elements, as many templates have them."""
    return "".join(
        f'<div class="line"><span class="key">{escape(label)}</span> '
        f'<span class="value">{escape(value)}</span></div>'
        for label, value in rows
    )


def bullets(*entries: str) -> str:
    """Return a list."""
    return f"<ul>{''.join(f'<li>{escape(entry)}</li>' for entry in entries)}</ul>"


def steps(*entries: str) -> str:
    """Return a numbered list."""
    return f"<ol>{''.join(f'<li>{escape(entry)}</li>' for entry in entries)}</ol>"


def aside(title: str, *entries: str) -> str:
    """Return other things that the page shows beside its own: what a reader does not take."""
    return f"<aside><h3>{escape(title)}</h3>{bullets(*entries)}</aside>"


def foot(line: str) -> str:
    """Return the last line of the site."""
    return f"<footer><p>{escape(line)}</p></footer>"


def json_ld(**thing: Any) -> str:
    """Return a description of a thing by schema.org. `kind` is its type."""
    described = {"@context": "https://schema.org", "@type": thing.pop("kind"), **thing}
    return (
        f'<script type="application/ld+json">{json.dumps(described, ensure_ascii=False)}</script>'
    )


def microdata(kind: str, *rows: Row) -> str:
    """Return a thing whose values are marked where they stand: pairs of property and text."""
    inner = "".join(f'<p itemprop="{name}">{escape(value)}</p>' for name, value in rows)
    return f'<div itemscope itemtype="https://schema.org/{kind}">{inner}</div>'
