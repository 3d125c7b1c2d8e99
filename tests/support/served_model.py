"""A model with a context of its own, behind a server that refuses in the words of a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.model_server import Json, Reply, openai_error, says, vllm_error

Refuse = Callable[[int, int, int], Reply]
"""Returns the refusal for the tokens of a prompt, a limit of the answer, and a context."""


def small_tokens(text: str) -> int:
    """Return the tokens of `text` for a small model: English is known, other letters cost more."""
    ascii_letters = sum(character.isascii() and not character.isdigit() for character in text)
    digits = sum("0" <= character <= "9" for character in text)
    others = len(text) - ascii_letters - digits
    # A letter of an alphabet is 1.2 tokens, and one of India's scripts or of Han is two.
    far = sum(character >= "ࠀ" for character in text)
    return int(ascii_letters / 4 + digits + 1.2 * (others - far) + 2 * far)


def large_tokens(text: str) -> int:
    """Return the tokens of `text` for a large model, which knows all scripts."""
    digits = sum("0" <= character <= "9" for character in text)
    others = sum(not character.isascii() for character in text)
    return int((len(text) - digits - others) / 4.5 + 0.8 * digits + others / 2.5)


@dataclass
class ServedModel:
    """A script of `ModelServer` for a model that has `context` tokens."""

    answer: Callable[[Json], Reply]
    context: int
    refuse: Refuse
    tokens: Callable[[str], int] = small_tokens
    reserves_answer: bool = True
    """Whether the limit of the answer has to have room beside the prompt."""
    cuts_silently: bool = False
    """Whether a prompt that is too long is cut, and not refused."""
    refused: int = 0
    """How many requests were refused."""

    def __call__(self, body: Json) -> Reply:
        """Return the reply to a request."""
        prompt = sum(self.tokens(message["content"]) for message in body["messages"])
        limit = body.get("max_tokens") or body["max_completion_tokens"]
        if self.cuts_silently:
            prompt = min(prompt, self.context)
        elif prompt + (limit if self.reserves_answer else 0) > self.context:
            self.refused += 1
            return self.refuse(prompt, limit, self.context)
        reply = self.answer(body)
        return Reply(content=reply.content, tokens=(prompt, 20))


def vllm(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like vLLM, which looks at the limit of the answer first."""
    if limit > context:
        return vllm_error(
            400,
            f"max_tokens={limit} cannot be greater than max_model_len={context}. Please request "
            f"fewer output tokens. (parameter=max_tokens, value={limit})",
        )
    return vllm_error(
        400,
        f"This model's maximum context length is {context} tokens. However, you requested "
        f"{prompt + limit} tokens ({prompt} in the messages, {limit} in the completion). Please "
        "reduce the length of the messages or completion.",
    )


def vllm_of_2026(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like a vLLM that stops counting where the prompt is too long."""
    least = min(prompt, context - limit + 1)
    return vllm_error(
        400,
        f"This model's maximum context length is {context} tokens. However, you requested {limit} "
        f"output tokens and your prompt contains at least {least} input tokens, for a total of at "
        f"least {least + limit} tokens. Please reduce the length of the input prompt or the number "
        f"of requested output tokens. (parameter=input_tokens, value={least})",
    )


def dashscope(_prompt: int, _limit: int, context: int) -> Reply:
    """Refuse like Alibaba's DashScope, whose sentences begin with a status."""
    what = (
        f"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, {context}]"
    )
    return openai_error(400, what, code="invalid_parameter_error")


def vllm_of_2025(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like a vLLM that names both names of the limit."""
    return vllm_error(
        400,
        f"'max_tokens' or 'max_completion_tokens' is too large: {limit}. This model's maximum "
        f"context length is {context} tokens and your request has {prompt} input tokens "
        f"({limit} > {context} - {prompt}).",
    )


def openai(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like OpenAI, which names the prompt only if it is too long by itself."""
    return openai_error(
        400,
        f"This model's maximum context length is {context} tokens. However, your messages "
        f"resulted in {prompt} tokens. Please reduce the length of the messages.",
        param="messages",
        code="context_length_exceeded",
    )


def llama_cpp(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like llama.cpp, with the numbers in fields of their own."""
    error = {
        "code": 400,
        "message": f"request ({prompt} tokens) exceeds the available context size ({context} "
        "tokens), try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": prompt,
        "n_ctx": context,
    }
    return Reply(status=400, body={"error": error})


def sglang(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like SGLang, whose errors have no wrapper."""
    message = (
        f"Requested token count exceeds the model's maximum context length of {context} tokens. "
        f"You requested a total of {prompt + limit} tokens: {prompt} tokens from the input "
        f"messages and {limit} tokens for the completion. Please reduce the number of tokens in "
        "the input messages or the completion to fit within the limit."
    )
    error = {"object": "error", "message": message, "type": "BadRequestError", "code": 400}
    return Reply(status=400, body=error)


def tgi(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like text-generation-inference."""
    message = (
        f"Input validation error: `inputs` tokens + `max_new_tokens` must be <= {context}. Given: "
        f"{prompt} `inputs` tokens and {limit} `max_new_tokens`"
    )
    return Reply(status=422, body={"error": message, "error_type": "validation"})


def litellm(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like LiteLLM in front of Anthropic, with an error in its error."""
    message = (
        'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":'
        '"invalid_request_error","message":"input length and `max_tokens` exceed context limit: '
        f'{prompt} + {limit} > {context}, decrease input length or `max_tokens` and try again"}}}}'
    )
    return openai_error(400, message, kind="None", code="400")


def lm_studio(prompt: int, limit: int, context: int) -> Reply:
    """Refuse like LM Studio, whose error is a text."""
    message = (
        f"Trying to keep the first {prompt} tokens when context the overflows. However, the model "
        f"is loaded with context length of only {context} tokens, which is not enough. Try to load "
        "the model with a larger context length, or provide a shorter input."
    )
    return Reply(status=400, body={"error": message})


def groq(prompt: int, limit: int, context: int) -> Reply:
    """Refuse without any number."""
    return openai_error(
        400,
        "Please reduce the length of the messages or completion.",
        param="messages",
        code="context_length_exceeded",
    )


def never(prompt: int, limit: int, context: int) -> Reply:
    """Refuse nothing, like Ollama: it cuts the prompt."""
    return says({})
