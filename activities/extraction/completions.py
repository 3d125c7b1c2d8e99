"""The text in a response of a model's server, and what the response tells about the model."""

from __future__ import annotations

from activities.extraction import errors
from activities.extraction.errors import ModelError, OutputTooLongError
from activities.extraction.model_limits import ModelLimits
from activities.extraction.model_request import ModelRequest
from activities.extraction.refusals import ServerRefusal
from activities.extraction.response_bodies import (
    Json,
    count_in,
    first_choice,
    member,
    text_in,
)
from domain.items import Usage

_THINKING_FIELDS = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks, beside its answer."""

# Gateways pass on the reasons of other interfaces than that of OpenAI.
_CUT_REASONS = frozenset(("length", "max_tokens", "max_output_tokens", "model_length"))
_FILTER_REASONS = frozenset(
    ("content_filter", "content_filtered", "safety", "recitation", "blocklist",
     "prohibited_content", "spii", "guardrail_intervened")
)  # fmt: skip


def refusal_in(completion: Json | None) -> ServerRefusal | None:
    """Return the refusal in a response with an HTTP status of success.

    Some gateways answer so if the model's server behind them refuses.
    """
    if completion is None:
        return None
    choice = first_choice(completion)
    body = (completion if choice is None else choice).get("error")
    if not body:
        return None
    status = body.get("code") if isinstance(body, dict) else None
    if not isinstance(status, int) or not 400 <= status <= 599:
        status = 400
    return ServerRefusal.from_body(status, {"error": body})


def read_completion(
    completion: Json | None, request: ModelRequest, limits: ModelLimits, usage: Usage
) -> str:
    """Return the text of the answer to `request`; its tokens are added to `usage`.

    Raises:
        ModelError: The response has no usable answer.
        InputTooLongError: The server has read only a part of the request.
        OutputTooLongError: The answer is longer than its limit.
    """
    choice = None if completion is None else first_choice(completion)
    if completion is None or choice is None or not isinstance(choice.get("message"), dict):
        raise errors.no_completion()
    reason = str(choice.get("finish_reason")).lower()
    is_cut = reason in _CUT_REASONS
    _learn(member(completion, "usage"), request, limits, usage, is_cut=is_cut)
    message = member(choice, "message")
    if text_in(message.get("refusal")):
        raise ModelError("LLM_REFUSED", "The model refuses to answer for this page.")
    if reason in _FILTER_REASONS:
        raise errors.filtered()
    text = _answer_in(message, wants_json=request.wants_json)
    if is_cut:
        by_thinking = _was_thinking(completion, message)
        raise OutputTooLongError("" if by_thinking else text, by_thinking=by_thinking)
    if reason == "error" and not text:
        raise ModelError("LLM_OVERLOADED", "The model's server broke off its answer.")
    return text


def _answer_in(message: Json, *, wants_json: bool) -> str:
    """Return the answer in `message`, which servers put into different places."""
    text = text_in(message.get("content"))
    if text.strip() or not wants_json:
        return text
    # Some gateways ask for the schema as a tool, and give back the call of the tool.
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and calls else {}
    for function in (member(call if isinstance(call, dict) else {}, "function"),
                     member(message, "function_call")):  # fmt: skip
        if arguments := text_in(function.get("arguments")):
            return arguments
    # A parser of thoughts takes everything for thoughts, if the model has not thought.
    thoughts = (text_in(message.get(name)) for name in _THINKING_FIELDS)
    return next((each for each in thoughts if each.lstrip().startswith(("{", "```"))), text)


def _learn(
    used: Json, request: ModelRequest, limits: ModelLimits, usage: Usage, *, is_cut: bool
) -> None:
    prompt, answer = count_in(used, "prompt_tokens"), count_in(used, "completion_tokens")
    usage.tokens += count_in(used, "total_tokens") or prompt + answer
    if is_cut:
        limits.learn_full_context(prompt, answer, request.max_tokens)
    cached = count_in(member(used, "prompt_tokens_details"), "cached_tokens")
    limits.learn_counted(request, prompt, cached=cached)


def _was_thinking(completion: Json, message: Json) -> bool:
    """Return whether the model had not begun its answer when it was cut off."""
    content = text_in(message.get("content")).strip()
    if content:
        return content.startswith("<think") and "</think" not in content
    details = member(member(completion, "usage"), "completion_tokens_details")
    return bool(
        count_in(details, "reasoning_tokens") or any(message.get(name) for name in _THINKING_FIELDS)
    )
