"""What a worker remembers of the pages of a batch."""

from __future__ import annotations

from array import array

from activities.siblings import SiblingPages

SITE = "https://boats.example"


def prints(*numbers: int) -> bytes:
    return array("Q", numbers).tobytes()


def test_what_half_of_the_siblings_have_repeats() -> None:
    siblings = SiblingPages()
    assert siblings.repeated("1", f"{SITE}/a") == frozenset()
    siblings.add("1", f"{SITE}/a", prints(1, 2, 3))
    assert siblings.repeated("1", f"{SITE}/b") == frozenset()
    siblings.add("1", f"{SITE}/b", prints(1, 2, 4))
    assert siblings.repeated("1", f"{SITE}/c") == {1, 2}
    siblings.add("1", f"{SITE}/c", prints(1, 5))
    siblings.add("1", f"{SITE}/d", prints(1, 5))
    siblings.add("1", f"{SITE}/e", prints(1, 6))
    assert siblings.repeated("1", f"{SITE}/f") == {1}


def test_only_other_pages_of_the_same_batch_and_host_are_siblings() -> None:
    siblings = SiblingPages()
    for url in ("/a", "/a?utm_source=mail", "/a#part", "/b"):
        siblings.add("1", f"{SITE}{url}", prints(1))
    assert siblings.repeated("1", f"{SITE}/b") == frozenset()
    assert siblings.repeated("1", f"{SITE}/c") == {1}
    assert siblings.repeated("2", f"{SITE}/c") == frozenset()
    assert siblings.repeated("1", "https://other.example/c") == frozenset()


def test_the_latest_siblings_count() -> None:
    siblings = SiblingPages()
    for number in range(20):
        siblings.add("1", f"{SITE}/{number}", prints(1, 100 + number // 10))
    assert siblings.repeated("1", f"{SITE}/new") == {1, 101}
