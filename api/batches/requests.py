"""The bodies of requests, and the sentences about what is wrong with them.

The descriptions here are what a reader of the OpenAPI document sees.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from api.batches.urls import MAX_URL_CHARACTERS
from domain.cookies import MAX_CHARACTERS as MAX_COOKIE_CHARACTERS
from domain.cookies import CookieError, parse_cookies
from domain.items import BatchRequest, OutputFormat, ScrapeMode
from domain.proxies import Proxies, ProxyCountry
from domain.schema import validation
from settings import Settings

MAX_URLS = 50
MAX_PROMPT_CHARACTERS = 10_000

_SECRET_FIELDS = frozenset({"cookies"})
"""Their values are never repeated in an error."""


Url = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_URL_CHARACTERS,
            "pattern": "^ *[Hh][Tt][Tt][Pp][Ss]?:",
        }
    ),
]
"""Checked by `api.batches.urls.check_urls`; the schema says as much of that as a schema can."""


def _allow_null(schema: dict[str, Any]) -> None:
    """Documents what `RequestBody` does with `null`."""
    for name, field in schema["properties"].items():
        if name in schema.get("required", ()) or {"type": "null"} in field.get("anyOf", ()):
            continue
        kept = {key: field.pop(key) for key in ("title", "description", "default") if key in field}
        schema["properties"][name] = {**kept, "anyOf": [field, {"type": "null"}]}


class RequestBody(BaseModel):
    """A JSON object with no other fields than those declared. `null` counts as absent, except
    for required fields."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=to_camel, json_schema_extra=_allow_null
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, body: Mapping[str, Any]) -> dict[str, Any]:
        optional = {
            field.alias or name
            for name, field in cls.model_fields.items()
            if not field.is_required()
        }
        return {
            name: value for name, value in body.items() if value is not None or name not in optional
        }


class BatchScrapeRequest(RequestBody):
    """Which pages to scrape, and how. Fields that are left out or `null` have their defaults."""

    urls: Annotated[
        list[Url],
        Field(
            min_length=1,
            max_length=MAX_URLS,
            description="The pages, http or https, parsed as browsers parse URLs: absolute, "
            "without user name, password, backslashes or control characters. A host that is, or "
            "resolves to, an address that is not public is refused. Equal URLs are separate "
            "items. The items of the batch are in this order.",
        ),
    ]
    prompt: Annotated[
        str,
        Field(
            max_length=MAX_PROMPT_CHARACTERS,
            description="What to extract from each page, in plain words. Blank counts as absent.",
        ),
    ] = ""
    output: OutputFormat | None = Field(
        default=None,
        description="The form of the results. By default `json` with a prompt or a schema, else "
        "`markdown`; `json` whenever there is a schema. Without a prompt and a schema, `json` is "
        "the main thing of the page. Where no language model is configured, it is filled from what "
        "the page declares about itself.",
    )
    json_schema: Annotated[
        dict[str, Any] | None,
        Field(
            alias="schema",
            description="A JSON Schema, draft 2020-12 unless `$schema` names another, that each "
            f"result has to fulfil. At most {validation.MAX_LEVELS} levels, "
            f"{validation.MAX_PROPERTIES} properties, {validation.MAX_ENUM_VALUES} enum values and "
            f"{validation.MAX_BYTES} bytes; `$ref` only within it.",
        ),
        WithJsonSchema(
            {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"type": {"const": "object"}},
                        "required": ["type"],
                    },
                    {"type": "null"},
                ]
            }
        ),
    ] = None
    extract_content_only: bool = Field(
        default=False,
        description="Only the main content: no navigation, header, sidebars, footer.",
    )
    screenshot: bool = Field(
        default=False, description="Also take a PNG of the viewport, 1280 by 720 pixels."
    )
    full_page_screenshot: bool = Field(
        default=False,
        description="The screenshot shows the whole page instead. Needs `screenshot: true`.",
    )
    use_proxy: bool = Field(
        default=False,
        description="Open the pages through a proxy: each item by one exit, and by another if that "
        "fails. Refused if this server has none.",
    )
    proxy_country: ProxyCountry | None = Field(
        default=None,
        description="The country of the exit; `eu` for one of the European Union, chosen anew for "
        "each item, `global` or nothing for any. Refused if this server has no exit there. Needs "
        "`useProxy: true`.",
    )
    cookies: Annotated[
        str,
        Field(
            repr=False,
            max_length=MAX_COOKIE_CHARACTERS,
            description="As in a Cookie header, `a=1; b=2`. Each page gets them for its own site "
            "only: the registrable domain of its URL. They are sealed while the batch runs, and "
            "deleted when it ends. Blank counts as absent.",
        ),
    ] = ""
    scrape_mode: ScrapeMode = Field(
        default="default",
        description="`fast` fetches the pages without a browser: about twenty times as many in the "
        "same time, without what scripts would add to them, and without screenshots.",
    )

    @property
    def given_cookies(self) -> str:
        """Empty if there are none."""
        return self.cookies.strip()

    @property
    def output_format(self) -> OutputFormat:
        """The format of the results, by the contract's rules."""
        if self.json_schema is not None:
            return "json"
        return self.output or ("json" if self.prompt.strip() else "markdown")

    def to_batch_request(self) -> BatchRequest:
        """What the worker needs to know."""
        return BatchRequest(
            prompt=self.prompt.strip() or None,
            output="json" if self.json_schema is not None else self.output,
            json_schema=self.json_schema,
            extract_content_only=self.extract_content_only,
            screenshot=self.screenshot,
            full_page_screenshot=self.full_page_screenshot,
            scrape_mode=self.scrape_mode,
            use_proxy=self.use_proxy,
            proxy_country=self.proxy_country,
            has_cookies=bool(self.given_cookies),
        )


class RetryRequestBody(RequestBody):
    """What a retry may bring along. The body may be absent as well."""

    cookies: Annotated[
        str,
        Field(
            repr=False,
            max_length=MAX_COOKIE_CHARACTERS,
            description="Fresh cookies. A batch that had some needs them: those were deleted.",
        ),
    ] = ""

    @property
    def given_cookies(self) -> str:
        """Empty if there are none."""
        return self.cookies.strip()


BodyT = TypeVar("BodyT", bound=RequestBody)


def parse_body(model: type[BodyT], body: Mapping[str, Any]) -> BodyT | list[str]:
    """`body` as that model, or what is wrong with its fields: a sentence each."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        return [_sentence(model, detail) for detail in error.errors(include_url=False)]


def check_combinations(request: BatchScrapeRequest) -> list[str]:
    """What is wrong with how the fields go together."""
    errors = []
    if request.full_page_screenshot and not request.screenshot:
        errors.append("fullPageScreenshot: needs screenshot to be true as well.")
    if request.scrape_mode == "fast" and request.screenshot:
        errors.append("screenshot: fast mode has no browser to take one with.")
    if request.proxy_country is not None and not request.use_proxy:
        errors.append("proxyCountry: needs useProxy to be true as well.")
    return errors


def check_proxy(request: BatchScrapeRequest, proxies: Proxies) -> list[str]:
    """What is wrong with the exit that is asked for: at most one sentence."""
    if not request.use_proxy:
        return []
    choices = proxies.choices
    if not choices:
        return ["useProxy: no proxy exit is configured on this server (SPIDRA_PROXIES)."]
    country = request.proxy_country
    if country is None or country in choices:
        return []
    return [f"proxyCountry: this server has no exit in {country!r}; it has {', '.join(choices)}."]


def check_cookies(cookies: str, settings: Settings) -> list[str]:
    """What is wrong with `cookies`: at most one sentence, which shows none of them."""
    if not cookies.strip():
        return []
    try:
        if not parse_cookies(cookies):
            return ["cookies: there is none in it."]
    except CookieError as error:
        return [f"cookies: {error}."]
    if not settings.secret_key:
        return [
            "cookies: this server takes none, since it has no key to seal them with "
            "(SPIDRA_SECRET_KEY)."
        ]
    return []


def _sentence(model: type[RequestBody], detail: ErrorDetails) -> str:
    path = _path(detail["loc"])
    field = str(detail["loc"][0]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return f"{path}: is required."
        case "extra_forbidden":
            return f"{path}: is not a known field.{_nearest(model, path)}"
        case "too_short":
            return f"{path}: must have at least one entry."
        case "too_long":
            return f"{path}: has {len(detail['input'])} entries; at most {MAX_URLS} are allowed."
        case "string_too_long":
            limit = detail["ctx"]["max_length"]
            return f"{path}: has {len(detail['input'])} characters; at most {limit} are allowed."
        case _:
            message = detail["msg"].replace("Input should be", "must be")
            got = "" if field in _SECRET_FIELDS else f", not {excerpt(detail['input'])}"
            return f"{path}: {message}{got}."


def _nearest(model: type[RequestBody], name: str) -> str:
    known = [field.alias or own for own, field in model.model_fields.items()]
    lowered = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower().replace("_", ""), lowered, n=1)
    if close:
        return f" Did you mean {lowered[close[0]]}?"
    return f" Known are {', '.join(known)}."


def _path(location: Sequence[str | int]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path[:100] or "body"


def excerpt(value: object) -> str:
    """`value` as an error may show it: short, and nothing that is inside an object or a list,
    since it may be a secret."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
