"""The sentence of a server, wherever it puts it."""

from __future__ import annotations

import pytest

from activities.extraction.server_words import message_of


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("<html><h1>413</h1></html>", ""),
        ("\n<!doctype html><p>No", ""),
        ("<?xml version='1.0'?><Error/>", ""),
        ({"message": "<400> Range of max_tokens should be [1, 512]"},
         "<400> Range of max_tokens should be [1, 512]"),
        ({"detail": [{"loc": ["body", "max_tokens"], "msg": "Input should be less than 512"}]},
         "max_tokens: Input should be less than 512"),
        ({"detail": [{"loc": [], "msg": "Wrong"}]}, "Wrong"),
        ({"errors": [{"key": "limit", "description": "Too long"}]}, "Too long"),
    ],
)  # fmt: skip
def test_the_sentence_is_found(body: object, sentence: str) -> None:
    assert message_of(body) == sentence
