"""Refusals because of a length: what servers say about tokens, and the numbers in it.

Each server has its own words, and most name three numbers: the model's context, the tokens of the
prompt, and the limit of the answer. The words are matched first. What is left is found by
arithmetic, because the limit of the answer is known: it was in the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

_NUMBER = r"(?<![\w-])(?<!\d\.)(\d{1,9})\b(?!\.\d)"
_MIN_LIMIT = 16
"""Tokens. Smaller numbers are the lower end of a range, or the number of a version."""

_FAR = 10
"""Factor by which no estimate of a prompt is wrong."""

_NEAR = 3
"""Factor by which estimates of prompts are wrong at most, in nearly all cases."""

_GAP = r"[^\d.;]{0,30}?"
"""Words between the name of a number and the number, such as ` is only `."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")

_CONTEXT = re.compile(
    r"context_length_exceeded|context[ _-]?(?:window|size|length|limit)|exceed_context_size"
    r"|\b(?:token|length) limit|max(?:imum)? (?:prompt |input |sequence )?length"
    r"|max(?:imum)?[ _]model[ _]len|max_seq_len|max(?:imum)? sequence length|n_ctx"
    r"|(?:prompt|input|request|messages?|conversation)s?\b[^.]{0,60}(?:too (?:long|large|many)"
    r"|longer than|exceeds?\b|must have less than|surpass)"
    r"|too many (?:input |prompt )?tokens|(?:input|prompt) tokens? exceed"
    r"|range of input length|maximum number of (?:input )?tokens"
    r"|reduce (?:the length of )?(?:the|your) (?:messages?|prompt|input)"
    r"|inputs?`? tokens? \+ `?max_new_tokens"
    r"|request too large|prompt contains \d+ tokens|maximum tokens of \d+ exceeded"
    r"|max tokens of \d+ exceeded|超长|过长|上下文长度|超过最大长度",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"max_(?:completion_|new_|output_|gen_)?(?:tokens|len)\b|max_?output_?tokens|maxTokens|n_predict"
    r"|maximum tokens (?:value|you)|num_predict|(?:completion|output|generated|new) tokens",
    re.IGNORECASE,
)
_SAYS_LIMIT = re.compile(
    rf"{_ANSWER.pattern}|completion|generat|output|respon[sd]|request(?:ed)? (?:up to )?\d",
    re.IGNORECASE,
)
"""Words of a sentence that repeats the limit of the answer."""

_LEAST_PROMPT = re.compile(r"\b(?:prompt|input) contains at least (\d+) (?:input )?tokens")
"""vLLM stops counting where the prompt is too long. So the number is the context less the limit."""

_TOKENS = re.compile(r"(?:\b|_)tokens?\b|\blength\b|\bprompt\b", re.IGNORECASE)
_EXCEEDS = re.compile(
    r"too (?:large|long|many|high|big)|exceed|greater|larger|higher|longer|above|at most|less "
    r"(?:than|or equal)"
    r"|<=|≤|must be|range|maximum|cannot|limit|up to|supports|out of bounds|between"
    r"|\[\d+, ?\d+\]",
    re.IGNORECASE,
)

_CONTEXT_NAMES = (
    rf"n_ctx\W{_GAP}{_NUMBER}",
    rf"\d \+ \d+ > {_NUMBER}",
    rf"context[ _-]?(?:window|size|length|limit)s?{_GAP}{_NUMBER}",
    rf"(?:max(?:imum)?[ _]model[ _]len(?:gth)?|max_seq_len|max_total_tokens)\W{_GAP}{_NUMBER}",
)
_CONTEXT_NUMBERS = (
    rf"maximum (?:allowed |input |sequence |prompt )*(?:length|tokens){_GAP}{_NUMBER}",
    rf"maximum number of (?:input )?tokens{_GAP}{_NUMBER}",
    rf"(?:token|configured) limit{_GAP}{_NUMBER}",
    rf"(?:must be|must have|cannot exceed|at most|up to){_GAP}{_NUMBER}",
    rf"range of input length{_GAP}\[\d+, ?{_NUMBER}",
    rf"{_NUMBER} (?:tokens? )?(?:maximum|max\b|context|limit)",
    rf"\blimit:? {_NUMBER}",
    rf"> ?{_NUMBER}",
)
_PROMPT_NUMBERS = (
    rf"{_NUMBER} (?:tokens? )?(?:in|from|of|for|as) (?:the |your |text )*(?:input|message|prompt)",
    rf"{_NUMBER} `?(?:input|prompt)s?`?(?: tokens)?\b",
    rf"(?:resulted in|prompt contains|you passed|given:?){_GAP}{_NUMBER}",
    rf"prompt is too long:? {_NUMBER}",
    rf"{_NUMBER} \+ \d+ >",
    rf"(?:prompt|input|inputs|request|messages?)(?: tokens?)?(?: length| size| count)?s? ?"
    rf"(?:is |has |have |of |at least |=|:|\()* ?(?:length )?{_NUMBER}",
    rf"(?:keep the first|n_keep:|requested tokens \(|token count \(){_GAP}{_NUMBER}",
)


@dataclass(frozen=True)
class LengthRefusal:
    """What a server says about a request that is too long for it."""

    about: Literal["context", "answer"]
    """Whether prompt and answer together are too long, or only the limit of the answer."""
    context: int | None = None
    """Tokens that a request and its answer may take together."""
    prompt: int | None = None
    """Tokens of the prompt."""
    least_prompt: int | None = None
    """Tokens of the prompt as far as the server has counted them. There may be many more."""
    answer: int | None = None
    """Tokens that an answer may have."""


def read_length_refusal(
    message: str, body: object, *, limit: int, estimate: int
) -> LengthRefusal | None:
    """Return what `message` and `body` say about lengths; None if they say nothing.

    `limit` is the limit of the answer in the request, and `estimate` the estimate of its prompt.
    """
    text = _THOUSANDS.sub("", message)
    given = dict(_integers(body))
    if least := _LEAST_PROMPT.search(text):
        context = _first(_CONTEXT_NAMES, text)
        return LengthRefusal("context", context, least_prompt=int(least[1]))
    numbers = [int(each) for each in re.findall(_NUMBER, text)]
    # A context of as many tokens is frequent: 4096 is the default of both. Then a prompt is longer.
    if limit in numbers and (limit == max(numbers) or _SAYS_LIMIT.search(text)):
        numbers.remove(limit)  # what remains of it is another number that is equal
    known = 0 if limit in numbers else limit
    prompt = given.get("n_prompt_tokens") or _first(_PROMPT_NUMBERS, text, but=known)
    if prompt is None and _is_about_answer(text, numbers, limit):
        return _about_answer(text, numbers, limit)
    if not _CONTEXT.search(text) and not _counts_this(text, numbers, limit, estimate):
        return None
    context = (
        given.get("n_ctx")
        or _first(_CONTEXT_NAMES, text)
        or _first(_CONTEXT_NUMBERS, text, but=known)
    )
    return _about_context(numbers, context, prompt, limit, estimate)


def _is_about_answer(text: str, numbers: list[int], limit: int) -> bool:
    """Return whether only the limit of the answer is too high: no number is above it."""
    names_limit = _ANSWER.search(text) or re.search(rf"\b{limit}\b", text)
    return bool(names_limit and _EXCEEDS.search(text)) and all(each <= limit for each in numbers)


def _counts_this(text: str, numbers: list[int], limit: int, estimate: int) -> bool:
    """Return whether the highest of several numbers may be the tokens of this request."""
    return (
        _TOKENS.search(text) is not None
        and len(set(numbers)) > 1
        and estimate / _NEAR < max(numbers) < (estimate + limit) * _NEAR
    )


def _about_answer(text: str, numbers: list[int], limit: int) -> LengthRefusal:
    """Return the refusal of an answer's limit. The next lower number is what is allowed."""
    allowed = max((number for number in numbers if _MIN_LIMIT <= number < limit), default=None)
    whole = _first(_CONTEXT_NAMES, text)
    if whole is not None and whole == allowed:
        return LengthRefusal("answer", context=whole)
    return LengthRefusal("answer", answer=allowed)


def _about_context(
    numbers: list[int], context: int | None, prompt: int | None, limit: int, estimate: int
) -> LengthRefusal:
    """Return the refusal of a request, with the numbers that no words explain."""
    others = set(numbers) - {context, prompt}
    if prompt is not None and prompt == context and max(others, default=0) > prompt + limit:
        prompt = max(others)  # the words belong to the limit
    elif prompt is not None and context is None:
        others -= {prompt + limit}
        if max(others, default=0) > prompt + limit:
            context, prompt = prompt, max(others)
        else:
            context = max(others, default=None)
    elif prompt is None:
        if context is None and len(others) == 1 and min(others) < estimate + limit:
            context = others.pop()
        prompt = _prompt_among(others, limit, estimate)
        if context is None and prompt is not None:
            left = others - {prompt, prompt + limit}
            context = max((each for each in left if each < prompt + limit), default=None)
    if context is not None and prompt is not None and prompt + limit <= context:
        prompt = None  # what is refused is longer
    return LengthRefusal("context", context, prompt)


def _prompt_among(numbers: set[int], limit: int, estimate: int) -> int | None:
    """Return the number that is the prompt, or the sum of prompt and answer less the answer."""
    sums = [each - limit for each in numbers if each - limit in numbers]
    largest = max(numbers, default=0)
    candidates = sums or [largest, largest - limit]
    return min(
        (each for each in candidates if estimate / _FAR < each < estimate * _FAR),
        key=lambda each: max(each / estimate, estimate / each),
        default=None,
    )


def _first(patterns: Iterable[str], text: str, *, but: int = 0) -> int | None:
    """Return the first number that a pattern finds, other than `but`."""
    for pattern in patterns:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            if int(found[1]) != but:
                return int(found[1])
    return None


def _integers(body: object) -> Iterator[tuple[str, int]]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                yield str(name), value
            elif isinstance(value, Mapping):
                yield from _integers(value)
