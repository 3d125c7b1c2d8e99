"""One result from the answers for the parts of a page."""

from __future__ import annotations

from typing import Any

from activities.conversion import normalise
from activities.conversion.tasks import ConformedAnswer, ModelPage
from activities.extraction import answers, marks, prompts
from activities.extraction.answers import FoundObject
from activities.extraction.asking import Ask
from activities.extraction.errors import InputTooLongError, OutputTooLongError
from activities.extraction.merge import merge_results
from activities.extraction.object_answer import Conform
from activities.extraction.page_check import PageCheck
from activities.extraction.question import Question
from domain.failures import ScrapeError
from domain.items import ItemWarning
from domain.schema.references import value_at
from domain.warnings import item_warning

_MAX_NAMED = 5
"""Lists or objects that a warning names."""


async def empty_page_result(question: Question, conform: Conform) -> dict[str, Any] | str:
    """Return the result for a page without content. A model could only invent values for it."""
    if not question.wants_json:
        return ""
    if question.schema is None:
        return {}
    conformed = await conform({}, question.schema)
    if conformed.violation is not None:
        raise ScrapeError(
            "EXTRACTION_INVALID",
            f"An empty page does not fit the schema: {conformed.violation}",
        )
    return conformed.result


async def object_result(
    objects: list[FoundObject],
    schema: dict[str, Any] | None,
    conform: Conform,
    warnings: list[ItemWarning],
    *,
    page: ModelPage | None = None,
) -> dict[str, Any]:
    """Return `objects` as one result that fits `schema`, after comparing it with `page`.

    Raises:
        ScrapeError: The result breaks the schema.
    """
    values = [found.value for found in objects]
    if schema is None:
        result: dict[str, Any] = normalise.without_nulls(merge_results(values))
    else:
        check = None if page is None else PageCheck(page, schema)
        result = await _schema_result(values, schema, conform, check, warnings)
    _warn_of_unusable(objects, result, warnings)
    if repeated := {pointer for found in objects for pointer in found.repeated}:
        warnings.append(
            item_warning(
                "ANSWER_REPEATED",
                "The model wrote the same again and again, until it was cut off. What it wrote "
                f"before counts; values may be missing in {_listed(repeated)}.",
            )
        )
    if normalise.is_empty(result):
        warnings.append(
            item_warning(
                "NOTHING_FOUND", "The model found none of the requested values on the page."
            )
        )
    return result


async def _schema_result(
    objects: list[dict[str, Any]],
    schema: dict[str, Any],
    conform: Conform,
    check: PageCheck | None,
    warnings: list[ItemWarning],
) -> dict[str, Any]:
    # Each object is brought into the schema's form before merging. Then lists have entries of the
    # same form, and properties without a value are null.
    parts = [await conform(found, schema) for found in objects]
    conformed = parts[0]
    if len(parts) > 1:
        conformed = await conform(merge_results([part.result for part in parts]), schema)
    if conformed.violation is not None:
        raise ScrapeError(
            "EXTRACTION_INVALID",
            f"The model's answer does not fit the schema: {conformed.violation}",
        )
    _warn_of_losses([*parts, conformed], warnings)
    result = conformed.result
    if check is not None:
        result = await _compared(result, check, schema, conform, warnings)
    noted = {pointer for part in parts for pointer in part.uncertain}
    if uncertain := {place for place in noted if value_at(result, place) is None}:
        warnings.append(
            item_warning(
                "VALUES_UNCERTAIN",
                "The model wrote numbers whose separators have two meanings, as 1.250 has. They "
                f"are left empty: {_listed(uncertain)}.",
            )
        )
    return result


async def _compared(
    result: dict[str, Any],
    check: PageCheck,
    schema: dict[str, Any],
    conform: Conform,
    warnings: list[ItemWarning],
) -> dict[str, Any]:
    """Return `result` as its page confirms it, or as it is if the rest would break the schema."""
    checked = check.checked(result)
    if checked == result:
        return result
    conformed = await conform(checked, schema)
    if conformed.violation is not None:
        return result
    if check.invented:
        warnings.append(
            item_warning(
                "VALUES_NOT_ON_PAGE",
                "The model gave numbers or addresses that the page does not have. They are left "
                f"empty: {_listed(set(check.invented))}.",
            )
        )
    return conformed.result


def _warn_of_unusable(
    objects: list[FoundObject], result: dict[str, Any], warnings: list[ItemWarning]
) -> None:
    """Add a warning for values that no part of the page gave in a usable form."""
    empty = set()
    for found in objects:
        for pointer in found.lost:
            parent = pointer.rpartition("/")[0]
            if isinstance(value_at(found.value, parent), list):
                empty.add(parent)  # the list is shorter now
            elif value_at(result, pointer) is None:
                empty.add(pointer)
    if empty:
        message = (
            "The model wrote numbers that JSON does not have, or words of its instructions, in the "
            f"place of values. They are left out: {_listed(empty)}."
        )
        warnings.append(item_warning("VALUES_LEFT_OUT", message))


def _warn_of_losses(conformed: list[ConformedAnswer], warnings: list[ItemWarning]) -> None:
    """Add a warning for each kind of values that the model gave and the result does not have."""
    lists = {pointer for each in conformed for pointer in each.left_out}
    objects = {pointer for each in conformed for pointer in each.unnamed}
    if lists:
        message = f"Values that the enum does not allow were left out of {_listed(lists)}."
        warnings.append(item_warning("VALUES_LEFT_OUT", message))
    if objects:
        message = (
            "The model gave properties that the schema does not name. They were left out of "
            f"{_listed(objects)}."
        )
        warnings.append(item_warning("VALUES_LEFT_OUT", message))


def _listed(pointers: set[str]) -> str:
    shown = [pointer or "the result itself" for pointer in sorted(pointers)[:_MAX_NAMED]]
    more = len(pointers) - len(shown)
    return ", ".join(shown) + (f" and {more} more places" if more else "")


async def markdown_result(
    texts: list[str], prompt: str | None, ask: Ask, warnings: list[ItemWarning]
) -> str:
    """Return `texts` as one text, joined by the model if there are several."""
    texts = [text for text in texts if text]
    if not texts:
        warnings.append(item_warning("EMPTY_ANSWER", "The model's answer is empty."))
    if len(texts) < 2:
        return "".join(texts)
    boundary = marks.new_boundary()
    messages = prompts.joining_messages(boundary, prompt, texts)
    try:
        return answers.markdown(await ask(messages), boundary)
    except (InputTooLongError, OutputTooLongError):
        warnings.append(
            item_warning(
                "ANSWERS_NOT_JOINED",
                "The page was read in parts. The answers for the parts follow each other, because "
                "they are too long for the model to join them.",
            )
        )
        return "\n\n".join(texts)
