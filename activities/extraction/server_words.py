"""What a server says about a request that it refuses: its sentence and its code.

Servers quote keys, prompts and pages in their errors. `quotable` returns only what may be logged.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_MESSAGE_KEYS = (
    "message", "msg", "detail", "error", "error_message", "errors", "title", "description",
    "status_msg",
)  # fmt: skip
"""Where servers write their sentence, the most telling place first."""

_CODE_KEYS = ("code", "type", "error_type", "status", "error_code", "__type")
"""Where servers write their code, the most telling place first."""

_PLACE = "loc"
"""Where pydantic, and so each server made with FastAPI, writes which field is wrong."""

_MARKUP = re.compile(r"\s*<[!/?A-Za-z]")
"""The beginning of HTML. DashScope's sentences begin with a status, as `<400> …`."""

_CODE = re.compile(r"(?=.*[A-Za-z])[A-Za-z_0-9.-]{1,60}")
_NO_CODES = frozenset({"none", "null", "error", "unknown"})

_EXCEPTION = re.compile(r"\b[A-Z][A-Za-z]{3,50}(?:Error|Exception|NotFound)\b")
"""A name as `ContextWindowExceededError`, which gateways write at the beginning of the sentence."""

_MAX_DEPTH = 6
_MAX_LENGTH = 300

_MIN_QUOTE = 16
"""Characters that a server's sentence and the request share only if the server quotes."""

_SECRET = re.compile(
    r"\b(?:sk|pk|gsk|hf|xai|nvapi|key)[-_][\w*.-]{6,}|\bBearer [\w*.-]{6,}", re.IGNORECASE
)


def message_of(body: object, depth: int = 0) -> str:
    """Return the sentence of an error's `body`, or an empty text."""
    if isinstance(body, str):
        return _message_in_text(body, depth)
    if depth > _MAX_DEPTH:
        return ""
    if isinstance(body, Mapping):
        found = (message_of(body[key], depth + 1) for key in _MESSAGE_KEYS if key in body)
        sentence = next((text for text in found if text), "")
        place = body.get(_PLACE)
        if sentence and isinstance(place, list) and place and isinstance(place[-1], str):
            return f"{place[-1]}: {sentence}"
        return sentence
    if isinstance(body, list):
        return next((text for each in body if (text := message_of(each, depth + 1))), "")
    return ""


def code_of(body: object, message: str) -> str | None:
    """Return the server's own word for its error, such as `model_not_found`."""
    for value in _values(body, _CODE_KEYS):
        if isinstance(value, str) and _is_code(value):
            return value
    exception = _EXCEPTION.search(message[:_MAX_LENGTH])
    return exception[0] if exception else None


def quotable(message: str, sent: Mapping[str, Any]) -> str:
    """Return what of a server's `message` may be logged: nothing that repeats the request `sent`.

    The message ends before the first place that repeats the request.
    """
    text = " ".join(_SECRET.sub("[key]", message).split())
    is_cut = len(text) > _MAX_LENGTH
    text = text[:_MAX_LENGTH]
    contents = [" ".join(each.split()) for each in _spellings(sent)]
    for start in range(max(len(text) - _MIN_QUOTE + 1, 0)):
        if any(text[start : start + _MIN_QUOTE] in content for content in contents):
            return f"{text[:start].rstrip()}…"
    return f"{text}…" if is_cut else text


def without_request(body: object, sent: Mapping[str, Any], depth: int = 0) -> object:
    """Return an error's `body` without the request `sent`, which some servers repeat in it.

    Else the words of a page would decide what the error means.
    """
    if isinstance(body, str):
        for message in sent.get("messages", ()):
            content = str(message.get("content"))
            for spelling in (content, repr(content)[1:-1], json.dumps(content)[1:-1]):
                if len(spelling) >= _MIN_QUOTE:
                    body = body.replace(spelling, "")
        return body
    if depth > _MAX_DEPTH or (isinstance(body, Mapping) and body.keys() >= {"model", "messages"}):
        return None
    if isinstance(body, Mapping):
        return {name: without_request(value, sent, depth + 1) for name, value in body.items()}
    if isinstance(body, list):
        return [without_request(value, sent, depth + 1) for value in body]
    return body


def _message_in_text(text: str, depth: int) -> str:
    if text.lstrip().startswith(("{", "[")) and depth <= _MAX_DEPTH:
        try:
            return message_of(json.loads(text), depth + 1) or text
        except ValueError:
            return text
    return "" if _MARKUP.match(text) else text


def _values(body: object, keys: Iterable[str]) -> list[object]:
    """Return the values of `keys` in `body` and in what it wraps, in the order of `keys`."""
    layers: list[Mapping[str, object]] = []
    for _ in range(_MAX_DEPTH):
        if isinstance(body, list) and body:
            body = body[0]
        if not isinstance(body, Mapping):
            break
        layers.append(body)
        body = body.get("error", body.get("detail"))
    return [layer[key] for key in keys for layer in reversed(layers) if key in layer]


def _is_code(value: str) -> bool:
    return _CODE.fullmatch(value) is not None and value.lower() not in _NO_CODES


def _spellings(sent: Mapping[str, Any]) -> list[str]:
    """Return the messages of a request as a server may quote them."""
    contents = [str(message.get("content")) for message in sent.get("messages", ())]
    whole = "\n".join(contents)
    return [whole, html.escape(whole), json.dumps(whole), json.dumps(whole, ensure_ascii=False)]
