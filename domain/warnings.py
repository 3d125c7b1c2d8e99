"""What the client must know of an item's result: for each code, what it means and what helps.

A test compares the documented table "Warnings" with `WARNING_KINDS`.
"""

from __future__ import annotations

from domain.items import ItemWarning

WARNING_KINDS: dict[str, str] = {
    "NO_TEXT": "The page has no text. Open it in a browser to see what it shows.",
    "LITTLE_TEXT": "The page has almost no text. Open it in a browser to see whether it is right.",
    "PAGE_CUT": "Only a part of the page could be read. Retry, and compare the results.",
    "TEXT_DAMAGED": "Characters of the page could not be read. The site names a wrong encoding.",
    "ERROR_STATUS": "The HTTP status is an error, but there is a page. Check that it is right.",
    "ERROR_PAGE": "The page reads like an error page of the site. Check its URL, or retry later.",
    "LEADS_ON": "The page leads on to another one. Scrape that one, if it is what you look for.",
    "INCOMPLETE": "The page was still loading when it was taken. Retry, or check the result.",
    "NEEDS_BROWSER": "A part of the page is not in its HTML. Ask for it without the fast mode.",
    "LOGIN_FORM": "The page asks for a login. Send the cookies of a visitor who is logged in.",
    "NEAR_COPY": "Other URLs of the batch have the same text. Check that the site has each page.",
    "STYLE_NOT_READ": "The result may have text that no reader sees. Look at the page.",
    "SCRIPT_STOPPED": "A script of the page was stopped; what it would have written is missing.",
    "MORE_ON_SCROLL": "The page goes on while it is scrolled; the result has its beginning.",
    "CONNECTIONS_REFUSED": "The page may be incomplete: some of its connections were not made.",
    "SCREENSHOT_CUT": "The page is higher than a screenshot can be; its end is not shown.",
    "NO_MODEL": "No model read the page: the result holds only what the page declares.",
    "DECLARATIONS_DISAGREE": "The page declares different values; check the named properties.",
    "VALUES_UNCERTAIN": "Values have more than one meaning, so they are empty. Look at the page.",
    "DECLARATIONS_CUT": "The model did not see all that the page declares, but all of its text.",
    "MAIN_CONTENT_ONLY": "The model read only the main content, because the page is too long.",
    "NOTHING_FOUND": "The model found none of the values. Check the schema and the page.",
    "VALUES_LEFT_OUT": "The result lacks values that the model gave, as they are not allowed.",
    "VALUES_NOT_ON_PAGE": "The model gave values that the page does not have; they are empty.",
    "ANSWER_REPEATED": "The model repeated itself. Check the named properties; try another model.",
    "EMPTY_ANSWER": "The model answered without a text. Retry, or rephrase the prompt.",
    "ANSWERS_NOT_JOINED": "The answers for parts of a long page follow each other.",
    "RESULT_GONE": "The stored result was deleted from the bucket. Submit the URL again.",
    "OTHER": "An earlier version of the worker wrote this warning, without a code.",
}
"""What each warning means, by code."""


def item_warning(code: str, message: str) -> ItemWarning:
    """Return the warning `code`; `message` says in full sentences what it means for this item.

    Raises `KeyError` if `WARNING_KINDS` does not have the code.
    """
    if code not in WARNING_KINDS:
        raise KeyError(code)
    return ItemWarning(code=code, message=message)
