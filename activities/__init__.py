"""What touches the world: browsers, pages, models, the bucket.

Start with `scrape.py`, the activity that scrapes one URL, and `item_run.py`, which shows its stages
from top to bottom:

- `fetching.py` gets the page: with `browser/` or `http/`, through `egress/`, as a visitor of
  `visitor/`, past `walls/`, under the rules of `politeness/`;
- `processing.py` makes the result: `conversion/` runs `content/` and `declared/` in processes of
  their own, `extraction/` asks a language model;
- `item_store.py` writes to the bucket.

Modules here may import `domain`, `storage` and `settings`. No other package but `runtime`, `stack`
and tests may import from here. Only `browser/` loads Playwright.
"""
