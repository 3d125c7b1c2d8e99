"""Tests of what is read of a page in a real browser: what its reader sees, and nothing else."""

from __future__ import annotations

from unittest.mock import AsyncMock
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error as PlaywrightError

from activities.browser import document
from activities.browser.page_scripts import RemoteElement
from activities.browser.pool import TabPool
from activities.browser.shadow_trees import closed_trees
from activities.content import markdown
from tests.activities.browser.captures import capture
from tests.support.site import Site

BREAK = "  \n"
"""A line break within a paragraph of markdown."""


async def text_of(pool: TabPool, url: str) -> str:
    page = await capture(pool, url)
    assert page.warnings == ()
    return markdown.full_page(page.html, page.final_url)


async def test_the_computed_style_decides_what_is_seen(pool: TabPool, site: Site) -> None:
    text = await text_of(pool, site.url("/styled"))
    assert "GONE" not in text
    assert (
        text
        == f"""\
[Home]({site.url("/home")})

# Teapot

![Late]({site.url("/lazy.png")})

Shown despite its attribute

49 euros

Now 19.99

Rated 4.5

cart

[Toots]({site.url("/t")})

Weight 1.2 kg

**New**{BREAK}Only today

**Sale** *ends*

Once

## Hi

Roses are red,{BREAK}violets are blue

First

Second

EUR 24.90 single trip

bell

```
if (a) {{
  run(a);
}}
```"""
    )


async def test_numbers_and_markers_of_style_sheets_are_text(pool: TabPool, site: Site) -> None:
    text = await text_of(pool, site.url("/numbered"))
    assert (
        text
        == """\
## 1. One

### 1.1 a

## 2. Two

### 2.1 b

### 2.2 c

Figure 1: A cat

Figure 2: A dog

Article I Peace

Article II War

- III. third
- IV. fourth

1

- x
- y

2

- x
- y

3

- Step Mix
- Step Bake

4

- x

5

- ✓ x

6

- Q1: x
- Q2: y

7

1. x
   - 1.1 y
   - 1.2 z

8

- (a) x
- (b) y

9

- § 1 x
- § 2 y

10

- III. x
- II. y
- I. z

11

- Q2: x
- Q1: y

12

- Q9: x

More

Figure 3: A horse

- (a) x

Figure 3: A hen

Shade

| Export | ✗ |
| --- | --- |

icon"""
    )


async def test_what_the_style_draws_is_what_it_looks_like(pool: TabPool, site: Site) -> None:
    text = await text_of(pool, site.url("/drawn"))
    assert (
        text
        == f"""\
| Plan | Price |
| --- | --- |
| Basic | $10 |

## Centred

Column

one

two

three

four

```
if a:
    b()
```

1

```
begin
  end
```

2

```
x
  y
```

3

```
one
  two
```

```
<b>three</b>
  four
```

```
five
six
```

first

last

EUR 19

Name Ann

東京(きょう)

x{BREAK}y{BREAK}z

[x] Gift

Menu

[ ] S [x] M

Slide 1

Slide 2

#### Why?

Because

Agree

4

Coming

Shown

5

Tab 1

Tab 2

6

[x] Ticked

```
if c:
  d()
```

In its place"""
    )


async def test_closed_shadow_trees_are_content(pool: TabPool, site: Site) -> None:
    assert (await text_of(pool, site.url("/closed"))).split() == ["light", "full", "inner", "host"]


async def test_without_its_closed_shadow_trees_a_page_is_read_as_well(
    pool: TabPool, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "closed_trees", AsyncMock(side_effect=PlaywrightError("gone")))
    page = await capture(pool, site.url("/closed"))
    assert "light" in page.html


async def test_the_questions_for_closed_shadow_trees_are_limited() -> None:
    """Each element of the page and of each tree has a closed tree, without an end."""
    element = RemoteElement("element")
    tree = {"shadowRootType": "closed", "backendNodeId": 1}
    session = AsyncMock()
    session.send.return_value = {"node": {"shadowRoots": [tree]}}
    world = AsyncMock()
    world.find = AsyncMock(side_effect=lambda _, most, *root: [element] * min(most, 8))
    world.resolve.return_value = element
    assert 8 < len(await closed_trees(session, world)) <= 30
    assert session.send.call_count <= 30


async def test_pages_that_forbid_to_parse_html_are_read_as_well(pool: TabPool, site: Site) -> None:
    text = await text_of(pool, site.url("/trusted-types"))
    assert text == f"seen\n\n![Late]({site.url('/a.png')})\n\nboxed"


async def test_names_of_elements_do_not_stand_in_the_way(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/named-like-properties"))
    text = markdown.full_page(page.html, page.final_url)
    assert "seen" in text
    assert "GONE" not in text
    assert [warning.code for warning in page.warnings] == ["STYLE_NOT_READ"]


async def test_what_a_control_unfolds_is_kept(pool: TabPool, site: Site) -> None:
    text = await text_of(pool, site.url("/folded"))
    assert [f"Kept {number}" in text for number in range(1, 11)] == [True] * 10
    assert "GONE" not in text


async def test_fields_have_their_present_values(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/fields"))
    text = " ".join(markdown.full_page(page.html, page.final_url).split())
    assert text == "Note Back door Number ORD-1 Size S, **M** - [x] Task"


async def test_frames_of_the_same_site_and_in_sandboxes_are_content(
    pool: TabPool, site: Site
) -> None:
    port = urlsplit(site.url("/")).port
    url = f"http://www.site.localhost:{port}"
    text = " ".join((await text_of(pool, f"{url}/frames-of-site")).split())
    assert text == (
        f"framed jobs [next](http://jobs.site.localhost:{port}/framed/next) "
        f"[Embedded page](http://other.localhost:{port}/framed/other) "
        f"framed boxed [next]({url}/framed/next) from a box [next]({url}/next) by script"
    )


async def test_parts_that_appear_on_sight_are_content(pool: TabPool, site: Site) -> None:
    assert (await text_of(pool, site.url("/on-sight"))).split("\n\n") == [
        "found 1",
        "found 2",
        "found 3",
    ]


async def test_only_a_page_that_observes_it_is_scrolled(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/high"))
    assert ">at 0<" in page.html
    observed = await capture(pool, site.url("/high?observed"))
    assert ">at 0<" not in observed.html


async def test_an_endless_page_is_read_until_its_former_end(pool: TabPool, site: Site) -> None:
    page = await capture(pool, site.url("/on-sight?endless"))
    assert "found 3" in page.html
    assert "found 19" not in page.html
    assert [warning.code for warning in page.warnings] == ["MORE_ON_SCROLL"]
