"""Features of pages that several converters to markdown keep, as a table.

    make bench-fidelity

Each page has one kind of feature. The pages are those of the golden tests. Each check is a pattern
that the markdown must match, because a reader sees the feature on the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import html2text
import markdownify
import trafilatura

from activities.content import markdown

PAGES = Path(__file__).parent.parent / "tests" / "pages" / "full"
URL = "https://shop.example/lamps/desk"

CHECKS: dict[str, list[tuple[str, str]]] = {
    "tables": [
        ("table of data", r"(?m)^ *\|? *South *\|"),
        ("spanning cells keep the columns aligned", r"\| *Millimetres *\|[^|]*\|"),
        ("`\\|` within a cell is escaped", r"North \\\| upper"),
        ("line breaks and lists within cells", r"38<br */?> ?\(provisional\)"),
        ("layout tables are no tables", r"(?m)^## Left column"),
    ],
    "lists": [
        ("numbering that does not begin with 1", r"(?m)^ *3\. +Unpack"),
        ("lists within lists", r"(?m)^ {3,}.*the lamp[^#]*\n {5,}.*shade"),
        ("paragraphs and code within items", r"(?m)^ {3,}```sh"),
        ("ticked boxes", r"\[x\] *bought"),
    ],
    "code": [
        ("inline code", r"`a_b\*c`"),
        ("language of a block", r"```python\ndef area\(r\):\n {4}return"),
        ("language in a wrapper's class", r"```+js"),
        ("language of older highlighters", r"```sql"),
        ("three backticks within a block", r"````\w*\nlet a = 1;"),
        ("`<br>` within a block", r"a: 1\nb:\n  - 2"),
        ("line numbers are left out", r"```go\npackage main\nimport"),
    ],
    "links": [
        ("links relative to `<base>`", r"\]\(<?https://shop\.example/shop/en/lamps\?page=2&sort=price"),
        ("links with spaces", r"\]\(<?https://shop\.example/about(%20| )us"),
        ("links without a scheme", r"\]\(<?https://cdn\.example\.net/x"),
        ("script links become text", r"^(?!.*javascript:)(?s:.*\bscript)"),
        ("links that are pictures", r"\[!\[Desk lamp\]\("),
        ("labels of icons", r"Shopping cart"),
        ("a link around a card is that of its heading", r"(?m)^### \[Floor lamp\]\("),
        ("permalinks of headings are left out", r"(?m)^## Part one$"),
    ],
    "images": [
        ("images, absolute", r"!\[Plain (\\\[1\\\]|\[1\])\]\(https://shop\.example/lamps/plain\.png"),
        ("`data-src`", r"https://shop\.example/lazy\.jpg"),
        ("placeholder with `data-original`", r"https://shop\.example/lamps/original\.jpg"),
        ("`data-srcset`, the largest", r"https://shop\.example/lamps/large\.jpg"),
        ("`srcset` alone", r"https://shop\.example/lamps/two\.jpg"),
        ("`noscript`", r"!\[Without scripts\]\(https://shop\.example/lamps/noscript\.jpg"),
        ("`picture`", r"https://shop\.example/lamps/photo@2x\.webp"),
        ("captions", r"What the figure shows"),
        ("tracking pixels and inlined data are left out", r"^(?!(?s:.*)(stats\.example|base64))"),
    ],
    "definitions": [
        ("a term is told from its definition", r"(\*\*Weight\*\*:|Weight *\n *: )"),
        ("several terms and definitions", r"Colour[^\n]*Finish"),
    ],
    "quotes": [
        ("quotes within quotes", r"(?m)^> ?> Is it\?"),
        ("closed details", r"About \*\*ten\*\* years"),
        ("quotation marks", r"She said [\"“]no[\"”]"),
    ],
    "hidden": [
        ("a page behind a dialog is kept", r"most of what is on the page"),
        ("what is hidden is left out", r"^(?!(?s:.*)HIDDEN)"),
        ("an open dialog is kept", r"An open dialog"),
    ],
    "forms": [
        ("a page within a form is kept", r"# The whole page is a form(?s:.*)Text after"),
    ],
    "scripts": [
        ("Arabic and Hebrew", r"(?m)^# مرحبا(?s:.*)\[כאן\]\("),
        ("Chinese without added spaces", r"\*\*加粗\*\*文字和\["),
        ("powers and indices", r"10(⁶|\^6|<sup>6)"),
        ("formulas", r"E = mc\^2"),
    ],
    "embedded": [
        ("embedded pages are linked", r"\[How to mount it\]\(https://video\.example/embed/1"),
    ],
}  # fmt: skip


def _ours(html: str) -> str:
    return markdown.full_page(html, URL)


def _trafilatura(html: str) -> str:
    return (
        trafilatura.extract(
            html,
            url=URL,
            output_format="markdown",
            favor_recall=True,
            include_links=True,
            include_images=True,
            include_tables=True,
            include_formatting=True,
        )
        or ""
    )


def _markdownify(html: str) -> str:
    return str(markdownify.markdownify(html, heading_style="ATX"))


def _html2text(html: str) -> str:
    converter = html2text.HTML2Text(baseurl=URL, bodywidth=0)
    return converter.handle(html)


CONVERTERS: dict[str, Callable[[str], str]] = {
    "spidra-batch": _ours,
    "trafilatura": _trafilatura,
    "markdownify": _markdownify,
    "html2text": _html2text,
}


def main() -> int:
    """Print the table."""
    totals = dict.fromkeys(CONVERTERS, 0)
    print("| page | what it should keep | " + " | ".join(CONVERTERS) + " |")
    print("|---|---|" + "---|" * len(CONVERTERS))
    for page, checks in CHECKS.items():
        html = (PAGES / f"{page}.html").read_text()
        texts = {name: convert(html) for name, convert in CONVERTERS.items()}
        for what, pattern in checks:
            cells = []
            for name, text in texts.items():
                is_kept = re.search(pattern, text) is not None
                totals[name] += is_kept
                cells.append("yes" if is_kept else "no")
            print(f"| {page} | {what} | " + " | ".join(cells) + " |")
    count = sum(map(len, CHECKS.values()))
    print(f"| | **of {count}** | " + " | ".join(f"**{n}**" for n in totals.values()) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
