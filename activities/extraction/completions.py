"""The text in a response of a model's server, and what the response tells about the model."""

from __future__ import annotations

from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion import Choice

from activities.extraction import errors
from activities.extraction.errors import ModelError, OutputTooLongError
from activities.extraction.model_limits import ModelLimits
from activities.extraction.model_request import ModelRequest
from activities.extraction.refusals import ServerRefusal
from domain.items import Usage

_THINKING_FIELDS = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks, beside its answer."""


def refusal_in(completion: object) -> ServerRefusal | None:
    """Return the refusal in a response with an HTTP status of success.

    Some gateways answer so if the model's server behind them refuses.
    """
    if not isinstance(completion, ChatCompletion) or completion.choices:
        return None
    body = (completion.model_extra or {}).get("error")
    if not body:
        return None
    status = body.get("code") if isinstance(body, dict) else None
    if not isinstance(status, int) or not 400 <= status <= 599:
        status = 400
    return ServerRefusal.from_body(status, {"error": body})


def read_completion(
    completion: object, request: ModelRequest, limits: ModelLimits, usage: Usage
) -> str:
    """Return the text of the answer to `request`; its tokens are added to `usage`.

    Raises:
        ModelError: The response has no usable answer.
        InputTooLongError: The server has read only a part of the request.
        OutputTooLongError: The answer is longer than its limit.
    """
    # A server may answer with anything: the `openai` client does not validate answers.
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        raise errors.no_completion()
    _learn(completion, request, limits, usage)
    choice = completion.choices[0]
    if choice.message is None:
        raise errors.no_completion()
    if choice.message.refusal:
        raise ModelError("LLM_REFUSED", "The model refuses to answer for this page.")
    if choice.finish_reason == "content_filter":
        raise errors.filtered()
    if choice.finish_reason == "length":
        by_thinking = _was_thinking(completion, choice)
        raise OutputTooLongError(choice.message.content or "", by_thinking=by_thinking)
    return choice.message.content or ""


def _learn(
    completion: ChatCompletion, request: ModelRequest, limits: ModelLimits, usage: Usage
) -> None:
    used = completion.usage
    if used is None:
        return
    usage.tokens += max(used.total_tokens or 0, 0)
    prompt, answer = used.prompt_tokens or 0, used.completion_tokens or 0
    if completion.choices[0].finish_reason == "length":
        limits.learn_full_context(prompt, answer, request.max_tokens)
    details = used.prompt_tokens_details
    cached = details.cached_tokens or 0 if details is not None else 0
    limits.learn_counted(request, prompt, cached=cached)


def _was_thinking(completion: ChatCompletion, choice: Choice) -> bool:
    """Return whether the model had not begun its answer when it was cut off."""
    content = (choice.message.content or "").strip()
    if content:
        return content.startswith("<think") and "</think" not in content
    details = completion.usage.completion_tokens_details if completion.usage else None
    extra = choice.message.model_extra or {}
    return bool(
        (details is not None and details.reasoning_tokens)
        or any(extra.get(name) for name in _THINKING_FIELDS)
    )
