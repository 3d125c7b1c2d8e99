"""How many tokens texts are for one model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from activities.content.tokens import estimate_tokens
from activities.extraction.token_counter import TokenCounter
from tests.support.served_model import large_tokens, small_tokens

ENGLISH = "A lantern of tin, made by hand in a small workshop by the sea. " * 200
HINDI = "पीतल का दीपक एक सौ बीस सेंटीमीटर ऊँचा है, और कीमत बारह हज़ार रुपये है। " * 100
RUSSIAN = "Латунная лампа высотой сто двадцать сантиметров, цена двенадцать тысяч. " * 100
NUMBERS = "| 1987 | 12,50 | 120 | 4711 |\n" * 200


@pytest.mark.parametrize(
    "text", [ENGLISH, HINDI, RUSSIAN, NUMBERS], ids=["English", "Hindi", "Russian", "numbers"]
)
@pytest.mark.parametrize("tokenizer", [small_tokens, large_tokens])
def test_the_tokens_of_each_script_are_learnt_from_few_texts(
    text: str, tokenizer: Callable[[str], int]
) -> None:
    counter = TokenCounter()
    counter.learn(text, tokenizer(text))
    assert counter.count(text) == pytest.approx(tokenizer(text), rel=0.25)
    counter.learn(text, tokenizer(text))
    counter.learn(text, tokenizer(text))
    assert counter.count(text) == pytest.approx(tokenizer(text), rel=0.1)
    assert counter.count(text[:700]) == pytest.approx(tokenizer(text[:700]), rel=0.15)


def test_one_script_says_nothing_about_another() -> None:
    counter = TokenCounter()
    english = counter.count(ENGLISH)
    counter.learn(HINDI, large_tokens(HINDI))
    counter.learn(RUSSIAN, small_tokens(RUSSIAN))
    assert counter.count(ENGLISH) == pytest.approx(english, rel=0.05)
    assert counter.count(HINDI) == pytest.approx(large_tokens(HINDI), rel=0.15)


def test_longer_is_believed_at_once_and_shorter_slowly() -> None:
    counter = TokenCounter()
    true = small_tokens(ENGLISH)
    counter.learn(ENGLISH, true)
    counter.learn(ENGLISH, true * 2)
    assert counter.count(ENGLISH) == pytest.approx(true * 2, rel=0.1)
    counter.learn(ENGLISH, true)
    assert counter.count(ENGLISH) > true * 1.4
    for _ in range(20):
        counter.learn(ENGLISH, true)
    assert counter.count(ENGLISH) == pytest.approx(true, rel=0.05)
    assert counter.least(ENGLISH) <= true


@pytest.mark.parametrize("tokens", [0, 10, 600, 100_000])
def test_counts_that_no_tokenizer_reaches_teach_nothing(tokens: int) -> None:
    counter = TokenCounter()
    counter.learn(ENGLISH, tokens)
    assert counter.count(ENGLISH) == estimate_tokens(ENGLISH)
