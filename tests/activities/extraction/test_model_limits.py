"""The context of a model and the tokens of its pages, as its server tells them."""

from __future__ import annotations

import json
import re

import pytest

from activities.conversion.tasks import ModelPage
from activities.extraction.errors import InputTooLongError
from activities.extraction.length_refusals import LengthRefusal
from activities.extraction.model_limits import ModelLimits
from activities.extraction.model_request import ModelRequest
from domain.failures import ScrapeError
from tests.support import model_server as server
from tests.support import served_model
from tests.support.extraction import FOUND, LANTERN, PAGE, codes, extract, extractor_of
from tests.support.model_server import ModelServer, Reply, openai_error, says
from tests.support.served_model import Refuse, ServedModel

SENTENCES = {
    "Russian": "Латунная лампа высотой сто двадцать сантиметров, цена двенадцать тысяч рублей. ",
    "Hindi": "पीतल का दीपक एक सौ बीस सेंटीमीटर ऊँचा है, और कीमत बारह हज़ार रुपये है। ",
    "Arabic": "مصباح من النحاس ارتفاعه مئة وعشرون سنتيمترا، والسعر اثنا عشر ألف درهم. ",
    "Japanese": "高さ百二十センチの真鍮のランプで、価格は一万二千円です。",
    "Thai": "โคมไฟทองเหลืองสูงหนึ่งร้อยยี่สิบเซนติเมตร ราคาหนึ่งหมื่นสองพันบาท ",
    "Finnish": "Messinkinen lamppu, jonka korkeus on satakaksikymmentä senttimetriä. ",
}
ENGLISH = "A lantern of tin, made by hand in a small workshop by the sea. " * 200
NUMBERED = {
    "type": "object",
    "properties": {"numbers": {"type": "array", "items": {"type": "integer"}}},
    "required": ["numbers"],
}
REFUSALS: dict[str, Refuse] = {
    name: getattr(served_model, name)
    for name in (
        "vllm", "vllm_of_2025", "vllm_of_2026", "openai", "llama_cpp", "sglang", "tgi", "litellm",
        "lm_studio", "groq", "dashscope",
    )
}  # fmt: skip


def long_page(language: str, letters: int) -> ModelPage:
    """Return a page of about so many letters, in numbered paragraphs."""
    sentence = SENTENCES[language] * 3
    count = letters // len(sentence)
    text = "\n\n".join(f"No. {number}. {sentence}" for number in range(count))
    return ModelPage(PAGE.url, text, "", None)


def answer_numbers(body: server.Json) -> Reply:
    return says(
        {"numbers": [int(each) for each in re.findall(r"No\. (\d+)", server.page_of(body))]}
    )


def count_paragraphs(page: ModelPage) -> int:
    return page.main.count("No. ")


@pytest.mark.parametrize("language", SENTENCES)
async def test_a_long_page_in_any_script_takes_the_parts_that_it_needs(
    model: ModelServer, language: str
) -> None:
    served = ServedModel(answer_numbers, 8192, served_model.llama_cpp, reserves_answer=False)
    model.script = served
    # About six requests for this model, of the eight that are allowed.
    sentence = SENTENCES[language]
    letters = int(38_000 * len(sentence) / served_model.small_tokens(sentence))
    page = long_page(language, letters)
    async with extractor_of(model.url, context_tokens=8000, max_output_tokens=512) as extractor:
        result, _, warnings = await extract(extractor, page, schema=NUMBERED)
        assert result["numbers"] == list(range(count_paragraphs(page)))
        assert codes(warnings) == []
        # What was learnt from the first page serves the next one.
        served.refused = 0
        await extract(extractor, page, schema=NUMBERED)
    assert served.refused == 0


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_the_limits_of_each_server_are_learnt_from_its_refusals(
    model: ModelServer, refusal: str
) -> None:
    reserves = refusal not in ("llama_cpp", "lm_studio", "openai", "dashscope")
    served = ServedModel(answer_numbers, 4096, REFUSALS[refusal], reserves_answer=reserves)
    model.script = served
    page = long_page("Russian", 9000)
    # The settings know nothing of the context: they are the defaults.
    async with extractor_of(model.url, context_tokens=32_000, max_output_tokens=4096) as extractor:
        result, _, _ = await extract(extractor, page, schema=NUMBERED)
        assert result["numbers"] == list(range(count_paragraphs(page)))
        first = served.refused
        served.refused = 0
        await extract(extractor, page, schema=NUMBERED)
    most = 4 if refusal in ("groq", "vllm_of_2026", "dashscope") else 1
    assert 1 <= first <= most, "one refusal has all numbers, except with these servers"
    assert served.refused == 0


async def test_a_page_is_too_long_only_by_the_learnt_tokens(model: ModelServer) -> None:
    page = long_page("Hindi", 60_000)  # 180,000 bytes
    model.script = ServedModel(
        answer_numbers, 8192, served_model.vllm, tokens=served_model.large_tokens
    )
    async with extractor_of(model.url, context_tokens=8000, max_output_tokens=512) as extractor:
        result, _, _ = await extract(extractor, page, schema=NUMBERED)
        assert len(result["numbers"]) == count_paragraphs(page)
    model.script = ServedModel(answer_numbers, 8192, served_model.vllm)
    async with extractor_of(model.url, context_tokens=8000, max_output_tokens=512) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, page, schema=NUMBERED)
    assert caught.value.failure.code == "PAGE_TOO_LONG"
    assert "more than 8 requests" in caught.value.failure.message


async def test_a_page_that_turns_out_too_long_is_read_by_its_main_content(
    model: ModelServer,
) -> None:
    model.script = ServedModel(answer_numbers, 8192, served_model.vllm)
    main = long_page("Hindi", 9000)
    page = ModelPage(PAGE.url, main.main, long_page("Hindi", 40_000).main, None)
    async with extractor_of(model.url, context_tokens=8000, max_output_tokens=512) as extractor:
        result, _, warnings = await extract(extractor, page, schema=NUMBERED)
    assert result["numbers"] == list(range(count_paragraphs(main)))
    assert codes(warnings) == ["MAIN_CONTENT_ONLY"]


async def test_a_prompt_that_the_server_cuts_silently_is_noticed(model: ModelServer) -> None:
    served = ServedModel(answer_numbers, 4096, served_model.never, cuts_silently=True)
    model.script = served
    page = ModelPage(PAGE.url, long_page("Finnish", 60_000).main, "", None)
    async with extractor_of(model.url) as extractor:
        await extract(extractor, page, schema=NUMBERED)
        model.requests.clear()
        await extract(extractor, page, schema=NUMBERED)
    prompts = [
        sum(map(len, (each["content"] for each in body["messages"]))) for body in model.requests
    ]
    assert all(served_model.small_tokens("x" * length) <= 4096 for length in prompts)


@pytest.mark.parametrize(
    ("message", "param", "allowed"),
    [
        ("max_tokens is too large: 4096. This model supports at most 2048 completion tokens, "
         "whereas you provided 4096.", "max_tokens", 2048),
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 2000]", None, 2000),
        ("max_tokens: Input should be less than or equal to 1,024", None, 1024),
        ("The requested number of output tokens is too high.", None, 2048),
    ],
)  # fmt: skip
async def test_the_limit_of_answers_is_lowered_once(
    model: ModelServer, message: str, param: str | None, allowed: int
) -> None:
    def script(body: server.Json) -> Reply:
        if body["max_tokens"] > allowed:
            return openai_error(400, message, param=param)
        return says(FOUND)

    model.script = script
    async with extractor_of(model.url, max_output_tokens=4096) as extractor:
        for _ in range(2):
            assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    assert [body["max_tokens"] for body in model.requests] == [4096, allowed, allowed]


async def test_a_server_that_refuses_each_limit_is_asked_a_few_times(model: ModelServer) -> None:
    model.script = lambda _: openai_error(400, "max_tokens is too large.", param="max_tokens")
    async with extractor_of(model.url, max_output_tokens=4096) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, schema=LANTERN)
    assert caught.value.failure.code == "LLM_REJECTED"
    assert "SPIDRA_LLM_MAX_OUTPUT_TOKENS" in caught.value.failure.message
    assert [body["max_tokens"] for body in model.requests] == [4096, 2048, 1024, 512, 256]


async def test_an_answer_limit_above_the_whole_context_is_lowered_and_logged(
    model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    served = ServedModel(lambda _: says(FOUND), 2048, served_model.vllm)
    model.script = served
    async with extractor_of(model.url, max_output_tokens=4096) as extractor:
        for _ in range(2):
            assert (await extract(extractor, schema=LANTERN))[0] == FOUND
    assert served.refused == 1
    logged = [vars(each)["answer"] for each in caplog.records if "answer" in vars(each)]
    assert len(logged) == 1
    assert logged[0].startswith("max_tokens=4096 cannot be greater than max_model_len=2048.")
    assert {each.levelname for each in caplog.records if "answer" in vars(each)} == {"WARNING"}


async def test_a_context_that_an_answer_fills_is_learnt(model: ModelServer) -> None:
    """llama.cpp accepts a prompt that leaves little room, and cuts the answer off."""

    def script(body: server.Json) -> Reply:
        if len(model.requests) == 1:
            return says('{"numbers": [', finish_reason="length", tokens=(3900, 196))
        return answer_numbers(body)

    model.script = script
    page = long_page("Finnish", 12_000)
    async with extractor_of(model.url) as extractor:
        result, _, _ = await extract(extractor, page, schema=NUMBERED)
        model.requests.clear()
        await extract(extractor, page, schema=NUMBERED)
    assert len(result["numbers"]) == count_paragraphs(page)
    assert len(model.requests) > 1, "the context is known by now"


async def test_a_lower_limit_of_answers_is_no_smaller_context(model: ModelServer) -> None:
    """Some servers cut answers off before the limit in the request, with any prompt."""
    page = long_page("Finnish", 12_000)

    def script(body: server.Json) -> Reply:
        if len(model.requests) == 1:
            return says('{"numbers": [', finish_reason="length", tokens=(3901, 500))
        return answer_numbers(body)

    model.script = script
    async with extractor_of(model.url) as extractor:
        await extract(extractor, page, schema=NUMBERED)
        model.requests.clear()
        model.script = answer_numbers
        await extract(extractor, page, schema=NUMBERED)
    assert len(model.requests) == 1


@pytest.mark.parametrize("adds", [True, False])
def test_a_schema_that_the_server_adds_makes_pages_no_longer(adds: bool) -> None:
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(300)}}
    page = ENGLISH[:8000]
    tokens = served_model.small_tokens(page + (json.dumps(schema) if adds else ""))
    limits = ModelLimits()
    request = ModelRequest([{"role": "user", "content": page}], 100, schema=schema)
    for _ in range(3):
        limits.learn_counted(request, tokens, cached=0)
    assert limits.tokens.count(page) < served_model.small_tokens(page) * 1.3


@pytest.mark.parametrize(
    ("content", "thinking"), [("", "Let me see."), ("<think>Let me see. The page", None)]
)
async def test_a_model_that_only_thinks_says_so(
    model: ModelServer, content: str, thinking: str | None
) -> None:
    model.script = lambda _: Reply(content=content, finish_reason="length", thinking=thinking)
    async with extractor_of(model.url) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(extractor, long_page("Finnish", 20_000), schema=NUMBERED)
    assert caught.value.failure.code == "LLM_LENGTH"
    assert "with thinking" in caught.value.failure.message
    assert "SPIDRA_LLM_MAX_OUTPUT_TOKENS" in caught.value.failure.message
    assert len(model.requests) == 1


@pytest.mark.parametrize("context", [2048, 4096])
async def test_a_question_that_fills_the_context_says_so_at_once(
    model: ModelServer, context: int
) -> None:
    model.script = ServedModel(answer_numbers, context, served_model.llama_cpp)
    async with extractor_of(model.url) as extractor:
        with pytest.raises(ScrapeError) as caught:
            await extract(
                extractor, long_page("Finnish", 9000), schema=NUMBERED, prompt="Number? " * 1250
            )
    assert caught.value.failure.code == "QUESTION_TOO_LONG"
    assert f"{context} tokens" in caught.value.failure.message
    assert len(model.requests) == 1


def counted(length: int) -> ModelRequest:
    return ModelRequest([{"role": "user", "content": ENGLISH[:length]}], 1000)


def test_a_server_that_stops_counting_is_asked_with_less_each_time() -> None:
    limits = ModelLimits()
    request = counted(4000)
    prompt, limit, tries = 1900, 4096, 0  # the prompt is twice as long as it looks
    while prompt + limit > 4096:
        refusal = LengthRefusal("context", 4096, least_prompt=4096 - limit + 1)
        limit = limits.adapt(refusal, request, limit)
        tries += 1
    assert tries <= 6
    assert limit > 500


def test_a_server_that_comes_back_with_less_room_is_believed() -> None:
    limits = ModelLimits()
    limits.learn_counted(counted(12_000), 3000, cached=0)
    with pytest.raises(InputTooLongError):
        limits.adapt(LengthRefusal("context", 2048, 2600), counted(11_000), 1000)
    assert limits.context(32_000) == 2048


def test_a_limit_is_forgotten_after_ten_minutes() -> None:
    moment = 1000.0
    limits = ModelLimits(now=lambda: moment)
    limits.adapt(LengthRefusal("answer", answer=512), counted(400), 1000)
    limits.adapt(LengthRefusal("context", 2048), counted(400), 512)
    moment += 550
    assert limits.context(32_000) == 2048
    assert limits.answer_limit(counted(400)) == 512
    moment += 100
    assert limits.context(32_000) == 32_000
    assert limits.answer_limit(counted(400)) == 1000


def test_what_a_server_kept_and_does_not_count_is_not_cut() -> None:
    limits = ModelLimits()
    page = counted(12_000)
    limits.learn_counted(page, 3000, cached=0)
    limits.learn_counted(page, 1100, cached=0)
    assert limits.context(32_000) == 32_000


@pytest.mark.parametrize("share", [0.1, 0.12])
def test_a_server_that_counts_too_few_tokens_is_no_reason_to_cut_pages(share: float) -> None:
    limits = ModelLimits()
    for length in (60_000, 45_000):
        request = ModelRequest([{"role": "user", "content": (ENGLISH * 10)[:length]}], 1000)
        tokens = int(length / 4 * share)
        if length == 60_000:
            with pytest.raises(InputTooLongError):
                limits.learn_counted(request, tokens, cached=0)
        else:
            limits.learn_counted(request, tokens, cached=0)
    assert limits.context(32_000) == 32_000


def test_prompts_of_several_lengths_with_one_count_were_cut() -> None:
    limits = ModelLimits()
    for length in (60_000, 45_000):
        request = ModelRequest([{"role": "user", "content": (ENGLISH * 10)[:length]}], 1000)
        with pytest.raises(InputTooLongError):
            limits.learn_counted(request, 3_000, cached=0)
    assert limits.context(32_000) == 3_000
