"""The chat completion in the body of a response, as plain JSON.

Gateways and home-made servers leave out fields, and give them other types. So nothing is taken for
granted here: a field that is not as it should be counts as missing.
"""

from __future__ import annotations

import json
import math
from typing import Any

Json = dict[str, Any]

_STREAM_STARTS = ("data:", "event:", "id:", ":")
"""Beginnings of a stream of events. Some servers send one, though none was asked for."""

_TEXT_PARTS = ("text", "output_text")
"""Types of the parts of a content that belong to the answer. Others are thoughts or pictures."""


def completion_in(body: str) -> Json | None:
    """Return the object in `body`, which may be a stream of its pieces; None if there is none."""
    text = body.lstrip("\ufeff \r\n")
    if text.startswith(_STREAM_STARTS):
        return _joined(text)
    return _object(text)


def first_choice(completion: Json) -> Json | None:
    """Return the first choice of a completion, or None."""
    choices = completion.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    return choices[0]


def member(value: Json, name: str) -> Json:
    """Return the object that `value` has as `name`, or an empty one."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def count_in(value: Json, name: str) -> int:
    """Return the number of tokens that `value` has as `name`, or 0."""
    found = value.get(name)
    try:
        number = float(found) if isinstance(found, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0
    return max(int(number), 0) if math.isfinite(number) else 0


def text_in(content: object) -> str:
    """Return the text of a message's `content`, which may be a text, an object or parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(map(text_in, content))
    if not isinstance(content, dict):
        return ""
    if "type" not in content:
        return json.dumps(content, ensure_ascii=False)  # the answer, which a gateway has parsed
    return text_in(content.get("text")) if content["type"] in _TEXT_PARTS else ""


def _object(text: str) -> Json | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _joined(stream: str) -> Json | None:
    """Return one completion of the pieces in a stream of events, or None if it has no piece."""
    completion: Json = {}
    pieces: dict[str, list[str]] = {}
    finish_reason = None
    for line in stream.splitlines():
        chunk = _object(line.removeprefix("data:")) if line.startswith("data:") else None
        if chunk is None:
            continue
        completion |= {name: chunk[name] for name in ("usage", "error") if chunk.get(name)}
        choice = first_choice(chunk)
        if choice is None:
            continue
        completion.setdefault("choices", [])
        finish_reason = choice.get("finish_reason") or finish_reason
        for name, value in member(choice, "delta").items():
            if name != "role":
                pieces.setdefault(name, []).append(text_in(value))
    if "choices" in completion:
        message = {name: "".join(texts) for name, texts in pieces.items()}
        completion["choices"] = [{"message": message, "finish_reason": finish_reason}]
    return completion or None
