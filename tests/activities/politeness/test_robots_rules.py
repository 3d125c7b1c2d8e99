"""The rules of a robots.txt for one agent, by RFC 9309."""

from __future__ import annotations

import pytest

from activities.politeness.robots_rules import RobotsRules

AGENT = "spidra-batch"


def allows(text: str | bytes, path: str, *, is_cut: bool = False) -> bool:
    body = text.encode() if isinstance(text, str) else text
    return RobotsRules.parse(body, AGENT, is_cut=is_cut).allow(f"http://shop.example{path}")


@pytest.mark.parametrize(
    ("line", "is_meant"),
    [
        ("spidra-batch", True),
        ("Spidra-BATCH", True),
        ("spidra-batch/1.0", True),
        ("spidra-batch/*", True),
        ("spidra-batch 1.0", True),
        ("spidra-batch # our friend", True),
        ("spidra-batch; +https://spidra.example", True),
        ("spidra-batch2", True),  # of the line only the characters of a token count
        ("spidra", False),
        ("spidra*", False),
        ("s", False),
        ("batch", False),
        ("spidra-", False),
        ("spidra-batches", False),
        ("spidra-batch-news", False),
        ("spidra_batch", False),
        ("my-spidra-batch", False),
        ("Mozilla/5.0 (compatible; spidra-batch/1.0)", False),
        ("*bot", False),
        ("", False),
    ],
)
def test_a_group_is_meant_by_its_whole_product_token(line: str, is_meant: bool) -> None:
    own = f"User-agent: {line}\nDisallow: /own\n"
    others = "User-agent: *\nDisallow: /any\n"
    for text in (own + others, others + own):
        assert allows(text, "/own") != is_meant
        assert allows(text, "/any") == is_meant


@pytest.mark.parametrize("line", ["*", "* ", "* # all", "*\t(all)"])
def test_the_group_of_all_others(line: str) -> None:
    assert not allows(f"User-agent: {line}\nDisallow: /\n", "/")


@pytest.mark.parametrize(
    ("text", "disallowed", "allowed"),
    [
        pytest.param(
            "User-agent: spidra-batch\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n\n"
            "User-agent: SPIDRA-BATCH/2\nDisallow: /b\n",
            ["/a", "/b"],
            ["/c"],
            id="groups of the same agent count together",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /a\nUser-agent: other\nDisallow: /x\n"
            "User-agent: *\nDisallow: /b\n",
            ["/a", "/b"],
            ["/x"],
            id="groups of all others count together",
        ),
        pytest.param(
            "User-agent: other\nUser-agent: spidra-batch\n\nUser-agent: *\nDisallow: /\n",
            ["/"],
            [],
            id="agents one after the other share their rules",
        ),
        pytest.param(
            "User-agent: spidra-batch\nSitemap: https://shop.example/map.xml\nCrawl-delay: 5\n"
            "Unknown: line\nUser-agent: other\nDisallow: /a\n",
            ["/a"],
            ["/b"],
            id="lines that are no rules do not end a group",
        ),
        pytest.param(
            "User-agent: other\nDisallow:\nUser-agent: spidra-batch\nDisallow: /a\n",
            ["/a"],
            ["/b"],
            id="an empty rule ends the agents of a group",
        ),
        pytest.param(
            "User-agent: spidra-batch\nDisallow:\n\nUser-agent: *\nDisallow: /\n",
            [],
            ["/", "/a"],
            id="an empty rule allows everything",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /\n\nUser-agent: spidra-batch\n",
            [],
            ["/", "/a"],
            id="a group without rules allows everything",
        ),
        pytest.param(
            "Disallow: /a\nUser-agent: *\nDisallow: /b\n",
            ["/b"],
            ["/a"],
            id="rules before the first agent do not count",
        ),
        pytest.param(
            "user-agent : *\nDISALLOW:/a\n  disallow :\t/b # why\nDisallow /c\nDissallow: /d\n",
            ["/a", "/b", "/c", "/d"],
            ["/e"],
            id="spaces, case, comments and usual mistakes",
        ),
        pytest.param(
            "User-agent: *\rDisallow: /a\r\nDisallow: /b\nDisallow: /c\x0bDisallow: /d",
            ["/a", "/b"],
            ["/d"],
            id="lines end with CR, LF or both",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /\nAllow: /a\nAllow: /b$\nDisallow: /a/*.pdf$\n",
            ["/", "/b/c", "/a/x.pdf", "/a/x/y.pdf"],
            ["/a", "/a/x.pdf?page=1", "/b"],
            id="the longest pattern decides",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /same\nAllow: /same\n",
            [],
            ["/same"],
            id="of two equal patterns the allowing one decides",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /caf\u00e9\nDisallow: /%E4%BA%AC\nDisallow: /%7Eme\n"
            "Disallow: /a b\nDisallow: /%3Cx\n",
            ["/caf\u00e9", "/caf%C3%A9/", "/%e4%ba%ac", "/\u4eac", "/~me", "/a b", "/%3cx"],
            ["/cafe", "/a"],
            id="paths are compared by their octets",
        ),
        pytest.param(
            "User-agent: *\nDisallow: /private\nDisallow: /*?sort=\n",
            ["/x/../private", "/private?a", "/list?sort=up"],
            ["/list?page=2", "/x#/private", "/robots.txt"],
            id="what counts is the path that is requested",
        ),
    ],
)
def test_which_paths_are_allowed(text: str, disallowed: list[str], allowed: list[str]) -> None:
    assert [path for path in disallowed if allows(text, path)] == []
    assert [path for path in allowed if not allows(text, path)] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", "/a"),
        (b"User-agent: *\nDisallow: /caf\xe9\n", "/caf%E9"),
        (b"# \xff\xfe\x00\nUser-agent: *\nDisallow: /a\n", "/a"),
        (b"User-agent: \xe4, spidra\nUser-agent: *\nDisallow: /a\n", "/a"),
    ],
)
def test_octets_that_are_no_utf_8_do_no_harm(body: bytes, path: str) -> None:
    assert not allows(body, path)
    assert allows(body, "/other")


def test_a_rule_that_is_cut_in_the_middle_does_not_count() -> None:
    text = "User-agent: *\nDisallow: /a\nDisallow: /pri"
    assert not allows(text, "/price")
    assert allows(text, "/price", is_cut=True)
    assert not allows(text, "/a", is_cut=True)


@pytest.mark.parametrize("text", ["", "<!doctype html><p>User agent: not found</p>", "\0" * 100])
def test_what_is_no_robots_txt_allows_everything(text: str) -> None:
    assert allows(text, "/")
