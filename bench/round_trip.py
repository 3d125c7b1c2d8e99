"""Examples of specifications of markdown, from HTML to markdown and back.

    make bench-round-trip SPEC="spec.txt …"

Each file is the `spec.txt` of a version of CommonMark or of GFM. An example is right if a parser of
markdown makes of our markdown what the example shows. Prints how many are right, in how many all
words are kept, and with `-v` what is wrong with the others.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from activities.content.markdown import full_page
from tests.support.reading import reading, reading_of_markdown, words

_EXAMPLE = re.compile(r"^`{32} example([^\n]*)\n.*?^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)

_URL = "http://127.0.0.1/"


def main() -> int:
    """Print the numbers of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("-v", action="store_true", help="print what is wrong")
    arguments = parser.parse_args()
    for path in arguments.files:
        _measure(path, is_verbose=arguments.v)
    return 0


def _measure(path: Path, *, is_verbose: bool) -> None:
    right = kept = total = 0
    for name, html in _EXAMPLE.findall(path.read_text().replace("\u2192", "\t")):
        if "disabled" in name:
            continue
        total += 1
        markdown = full_page(html, _URL)
        expected, seen = reading(html, _URL), reading_of_markdown(markdown)
        right += expected == seen
        kept += words(expected) == words(seen)
        if is_verbose and expected != seen:
            print(f"--- {html}\n{markdown}\n\n{expected}\n{seen}\n")
    print(f"{path}: {right} of {total} right, all words of {kept}")


if __name__ == "__main__":
    sys.exit(main())
