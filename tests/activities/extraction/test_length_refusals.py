"""What servers say about lengths, in the words of each, and the numbers in it."""

from __future__ import annotations

import pytest

from activities.extraction.length_refusals import LengthRefusal, read_length_refusal

# Each with the limit of the answer in the request, the estimate of its prompt, the context, and
# the tokens of the prompt.
ABOUT_CONTEXT = [
    (
        "This model's maximum context length is 4097 tokens. However, you "
        'requested 4203 tokens (3703 in the messages, 500 in the completion). '
        'Please reduce the length of the messages or completion.',
        500, 3000, 4097, 3703,
    ),
    (
        "This model's maximum context length is 2049 tokens, however you "
        'requested 2054 tokens (2049 in your prompt, 5 for the completion). '
        'Please reduce your prompt or completion length.',
        5, 3000, 2049, 2049,
    ),
    (
        "This model's maximum context length is 8192 tokens. However, your "
        'messages resulted in 8202 tokens. Please reduce the length of the '
        'messages.',
        4096, 6000, 8192, 8202,
    ),
    (
        "'max_tokens' or 'max_completion_tokens' is too large: 64000. This "
        "model's maximum context length is 64001 tokens and your request has "
        '24235 input tokens (64000 > 64001 - 24235).',
        64000, 20000, 64001, 24235,
    ),
    (
        'Range of input length should be [1, 30720]',
        4096, 50000, 30720, None,
    ),
    (
        'the request exceeds the available context size. try increasing the '
        'context size or enable context shift',
        4096, 9000, None, None,
    ),
    (
        'request (10021 tokens) exceeds the available context size (8192 '
        'tokens), try increasing it',
        512, 6000, 8192, 10021,
    ),
    (
        'Input validation error: `inputs` tokens + `max_new_tokens` must be '
        '<= 1512. Given: 1000 `inputs` tokens and 1024 `max_new_tokens`',
        1024, 900, 1512, 1000,
    ),
    (
        'Input validation error: `inputs` must have less than 1024 tokens. '
        'Given: 1872',
        512, 1500, 1024, 1872,
    ),
    (
        'Trying to keep the first 10136 tokens when context the overflows. '
        'However, the model is loaded with context length of only 7866 '
        'tokens, which is not enough. Try to load the model with a larger '
        'context length, or provide a shorter input.',
        4096, 8000, 7866, 10136,
    ),
    (
        'The number of tokens to keep from the initial prompt is greater than '
        'the context length (n_keep: 10247 >= n_ctx: 4096). Try to load the '
        'model with a larger context length, or provide a shorter prompt.',
        4096, 8000, 4096, 10247,
    ),
    (
        'input length and `max_tokens` exceed context limit: 178959 + 64000 > '
        '200000, decrease input length or `max_tokens` and try again',
        64000, 150000, 200000, 178959,
    ),
    (
        'prompt is too long: 208310 tokens > 200000 maximum',
        64000, 150000, 200000, 208310,
    ),
    (
        'The input token count (1200293) exceeds the maximum number of tokens '
        'allowed (1048576).',
        4096, 900000, 1048576, 1200293,
    ),
    (
        'The input token count exceeds the maximum number of tokens allowed '
        '(1048576).',
        4096, 900000, 1048576, None,
    ),
    (
        'Input tokens exceed the configured limit of 272000 tokens. Your '
        'messages resulted in 509178 tokens. Please reduce the length of the '
        'messages.',
        4096, 400000, 272000, 509178,
    ),
    (
        "This endpoint's maximum context length is 32768 tokens. However, you "
        'requested about 42832 tokens (42832 of text input). Please reduce '
        'the length of either one, or use the "middle-out" transform to '
        'compress your prompt automatically.',
        4096, 30000, 32768, 42832,
    ),
    (
        "Requested token count exceeds the model's maximum context length of "
        '131072 tokens. You requested a total of 254837 tokens: 123765 tokens '
        'from the input messages and 131072 tokens for the completion. Please '
        'reduce the number of tokens in the input messages or the completion '
        'to fit within the limit.',
        131072, 100000, 131072, 123765,
    ),
    (
        'Input length (160062 tokens) exceeds the maximum allowed length '
        '(59862 tokens).',
        4096, 100000, 59862, 160062,
    ),
    (
        "The input (5000 tokens) is longer than the model's context length "
        '(4096 tokens).',
        512, 4000, 4096, 5000,
    ),
    (
        'The decoder prompt (length 9000) is longer than the maximum model '
        'length of 8192. Make sure that `max_model_len` is no smaller than '
        'the number of text tokens.',
        512, 4000, 8192, 9000,
    ),
    (
        'Please reduce the length of the messages or completion.',
        512, 4000, None, None,
    ),
    (
        'Requested tokens (5166) exceed context window of 512',
        100, 4000, 512, 5166,
    ),
    (
        'Prompt contains 35311 tokens and 0 draft tokens, too large for model '
        'with 32768 maximum context length',
        100, 30000, 32768, 35311,
    ),
    (
        'Request too large for model `x` in organization `org_01` service '
        'tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested '
        '9425, please reduce your message size and try again.',
        4096, 5000, 6000, 5329,
    ),
    (
        'Prompt contains 4821 tokens and 0 draft tokens, too large for model '
        'with 4096 maximum context length',
        4096, 3000, 4096, 4821,
    ),
    (
        'max tokens of 4096 exceeded',
        1500, 5000, 4096, None,
    ),
    (
        'Prompt 超长',
        4096, 5000, None, None,
    ),
    (
        'Die Eingabe ist zu lang: 4821 Token bei höchstens 4096',
        4096, 3000, 4096, 4821,
    ),
    (
        'prompt_tokens=4821 exceeds allowed 4096',
        1500, 4500, 4096, 4821,
    ),
    (
        'An error occurred (ValidationException) when calling the InvokeModel '
        'operation: Input is too long for requested model.',
        4096, 9000, None, None,
    ),
    (
        'too many tokens: total number of tokens (prompt and prediction) '
        'cannot exceed 2048 - received 6354. Try using a shorter prompt or a '
        'smaller max_tokens value.',
        512, 5000, 2048, 5842,
    ),
    (
        "This model's maximum prompt length is 131072 but the request "
        'contains 136973 tokens.',
        4096, 100000, 131072, 136973,
    ),
    (
        'Invalid request: Your request exceeded model token limit: 262144 '
        '(requested: 269030)',
        4096, 200000, 262144, 264934,
    ),
    (
        'Please reduce the length of the messages or completion. Current '
        'length is 42328 while limit is 40000',
        4096, 30000, 40000, 38232,
    ),
    (
        'Request length 71599 + 2048 is greater than max_seq_len 65536',
        2048, 60000, 65536, 71599,
    ),
    (
        'Request body too large for gpt-4o model. Max size: 8000 tokens.',
        1000, 9000, 8000, None,
    ),
    (
        'Request too large for gpt-4o in organization org-z on tokens per min '
        '(TPM): Limit 30000, Requested 132819. The input or output tokens '
        'must be reduced in order to run successfully.',
        4096, 100000, 30000, 128723,
    ),
    (
        'prompt token count of 93854 exceeds the limit of 90000',
        4096, 70000, 90000, 93854,
    ),
    (
        'ModelError: Your input is too long. Max input length is 4096 tokens, '
        'but you supplied 5441 tokens.',
        512, 5000, 4096, 5441,
    ),
    (
        'Prompt is 11543 tokens but the model context window is 4096 tokens.',
        512, 9000, 4096, 11543,
    ),
    (
        'Input tokens exceed the configured limit of 272000 tokens.',
        512, 309000, 272000, None,
    ),
    (
        'Context size has been exceeded.',
        512, 9000, None, None,
    ),
    (
        'The total number of tokens in the prompt (9120) and max_tokens (512) '
        'exceeds the model context window of 8192',
        512, 8000, 8192, 9120,
    ),
    (
        'Prompt token length 5000 exceeds maximum context 4096',
        512, 4500, 4096, 5000,
    ),
    (
        'You passed 4097 input tokens and requested 512 output tokens. '
        "However, the model's context length is only 4096 tokens, resulting "
        'in a maximum input length of 3584 tokens.',
        512, 3500, 4096, 4097,
    ),
    (
        'BAD_REQUEST: prompt is too long: 140211 tokens > 131072 limit',
        4096, 120000, 131072, 140211,
    ),
    (
        'The prompt is longer than the context (prompt: 9120, n_ctx: 8192)',
        512, 8000, 8192, 9120,
    ),
    (
        'The sequence length 9632 (9120 input, 512 generated) is over the '
        'model limit: 8192',
        512, 8000, 8192, 9120,
    ),
    (
        'the number of input tokens 5120 cannot exceed the total tokens limit '
        '4096 for this model',
        512, 4700, 4096, 5120,
    ),
    (
        'The request requires 9632 tokens, but the context holds 8192.',
        512, 8000, 8192, 9120,
    ),
    (
        'Token count (9632) exceeds the limit (8192)',
        512, 8000, 8192, 9632,
    ),
    (
        'Input is longer than model context: 9120/8192',
        512, 8000, 8192, 8608,
    ),
    (
        "Conversation too long for this model's context",
        512, 8000, None, None,
    ),
    (
        'Your request has 9,120 prompt tokens; this deployment accepts no '
        'more than 8,192.',
        512, 8000, 8192, 9120,
    ),
]  # fmt: skip

# Each with the limit in the request, the context if it is named instead, and the limit that is
# allowed.
ABOUT_ANSWER = [
    (
        'max_tokens=4096 cannot be greater than max_model_len=2048. Please '
        'request fewer output tokens. (parameter=max_tokens, value=4096)',
        4096, 2048, None,
    ),
    (
        'max_tokens is too large: 6000. This model supports at most 4096 '
        'completion tokens, whereas you provided 6000.',
        6000, None, 4096,
    ),
    (
        'The parameter `max_completion_tokens` specified in the request are '
        'not valid: integer above maximum value, expected a value <= 12288, '
        'but got 32000 instead. Request id: '
        '0217752964393142fa50af54af66c5cfb922304bfd59ea286af93',
        32000, None, 12288,
    ),
    (
        'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
        16000, None, 8192,
    ),
    (
        '<400> InternalError.Algo.InvalidParameter: Range of max_tokens '
        'should be [1, 2048]',
        4096, None, 2048,
    ),
    (
        'Input validation error: `max_new_tokens` must be <= 192. Given: 1024',
        1024, None, 192,
    ),
    (
        'max_tokens must be at least 1, got -186.',
        4096, None, None,
    ),
    (
        'The maximum tokens you requested exceeds the model limit of 2048. '
        'Try again with a maximum tokens value that is lower than 2048.',
        4096, None, 2048,
    ),
    (
        'Malformed input request: 8192 is not less or equal to 8191, please '
        'reformat your input and try again.',
        8192, None, 8191,
    ),
    (
        'max_tokens: 1000000 > 64000, which is the maximum allowed number of '
        'output tokens for claude-sonnet-4-20250514',
        1000000, None, 64000,
    ),
    (
        'max_tokens: Input should be less than or equal to 8192',
        16000, None, 8192,
    ),
    (
        "Field 'max_tokens': Value must be between -1 <= value <= 4096, but "
        'got 16000',
        16000, None, 4096,
    ),
    (
        '`max_tokens` must be less than or equal to `8192`, the maximum value '
        'for `max_tokens` is less than the `context_window` for this model',
        16000, None, 8192,
    ),
    (
        'Unable to submit request because it has a maxOutputTokens value of '
        '16000 but the supported range is from 1 (inclusive) to 8193 '
        '(exclusive). Update the value and try again.',
        16000, None, 8193,
    ),
    (
        'INVALID_PARAMETER_VALUE: Model max_tokens 4096 exceeds output limit '
        '2048',
        4096, None, 2048,
    ),
    (
        'Validation error: `max_tokens` value 4096 is above the maximum of '
        '2048 for this model.',
        4096, None, 2048,
    ),
    (
        'max_new_tokens should be less than 1024, but got 4096',
        4096, None, 1024,
    ),
    (
        'max_completion_tokens=4096 too big; allowed: 1..2000',
        4096, None, 2000,
    ),
    (
        'max_tokens 参数非法。取值范围为 [1, 512]',
        4096, None, 512,
    ),
    (
        '<400> InternalError.Algo.InvalidParameter: Range of max_tokens should '
        'be [1, 512]',
        4096, None, 512,
    ),
    (
        'this model can generate up to 2048 tokens; max_tokens was 4096',
        4096, None, 2048,
    ),
]  # fmt: skip

ABOUT_OTHERS = [
    "The model `x` does not exist.",
    "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead.",
    "temperature must be between 0 and 1",
    "The response_format is not supported",
    "Too many requests in the last minute, limit 60",
    "The parameter top_p must be less than or equal to 1.",
    "Image inputs are not supported by this model",
    "System role not supported",
    "Conversation roles must alternate user/assistant",
    "This model does not support assistant message prefill.",
    "Invalid schema for response_format 'result': too many properties: 120, maximum 100",
]


@pytest.mark.parametrize(("message", "limit", "estimate", "context", "prompt"), ABOUT_CONTEXT)
def test_the_context_and_the_prompt_are_read(
    message: str, limit: int, estimate: int, context: int | None, prompt: int | None
) -> None:
    found = read_length_refusal(message, {}, limit=limit, estimate=estimate)
    assert found == LengthRefusal("context", context, prompt)


@pytest.mark.parametrize(("message", "limit", "context", "allowed"), ABOUT_ANSWER)
def test_the_limit_of_an_answer_is_read(
    message: str, limit: int, context: int | None, allowed: int | None
) -> None:
    found = read_length_refusal(message, {}, limit=limit, estimate=700)
    assert found == LengthRefusal("answer", context=context, answer=allowed)


@pytest.mark.parametrize("message", ABOUT_OTHERS)
def test_other_refusals_are_about_no_length(message: str) -> None:
    assert read_length_refusal(message, {}, limit=4096, estimate=700) is None


def test_a_count_that_the_server_broke_off_is_not_that_of_the_prompt() -> None:
    message = (
        "This model's maximum context length is 4096 tokens. However, you requested 4096 output "
        "tokens and your prompt contains at least 1 input tokens, for a total of at least 4097 "
        "tokens. Please reduce the length of the input prompt or the number of requested output "
        "tokens. (parameter=input_tokens, value=1)"
    )
    found = read_length_refusal(message, {}, limit=4096, estimate=900)
    assert found == LengthRefusal("context", 4096, least_prompt=1)


def test_the_fields_of_llama_cpp_count_more_than_its_words() -> None:
    body = {"error": {"code": 400, "n_prompt_tokens": 14429, "n_ctx": 8192}}
    message = "the request exceeds the available context size. try increasing the context size"
    found = read_length_refusal(message, body, limit=4096, estimate=9000)
    assert found == LengthRefusal("context", 8192, 14429)
