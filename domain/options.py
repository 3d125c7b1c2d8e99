"""The options of a batch, declared once.

`BatchOptions` is what a client may ask for. `BatchScrapeRequest` adds the URLs: it is the body of
the request. `StoredOptions` is what the bucket keeps and what workers read. The OpenAPI document
and the table in the README show the same descriptions.

A new option is one field here, the one place that acts on it, and its test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)

from domain.cookies import MAX_CHARACTERS as MAX_COOKIE_CHARACTERS
from domain.cookies import CookieError, parse_cookies
from domain.items import OutputFormat, ScrapeMode
from domain.proxies import ProxyCountry
from domain.request_body import RequestBody, Rule
from domain.schema import validation

MAX_URLS = 50
"""URLs of one batch (the contract)."""

MAX_URL_CHARACTERS = 8192
"""Characters of one URL: as many as common servers read of a request line."""

MAX_PROXY_MB = 1_000_000.0
"""Largest limit of proxy traffic, in megabytes. A terabyte is no limit for 50 pages."""

MIN_PROXY_MB = 0.001
"""Smallest limit of proxy traffic, in megabytes. No page takes less than a kilobyte."""

MAX_PROMPT_CHARACTERS = 10_000
"""Characters of a prompt. Longer ones leave little room for the page in a model's context."""


def _cookie_problem(text: str) -> str | None:
    try:
        return None if parse_cookies(text) else "there is none in it"
    except CookieError as error:
        return str(error)


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
"""A URL as the client writes it. `api.batches.urls` checks what a JSON Schema cannot."""


MegabytesLimit = Annotated[
    float | None, Field(ge=MIN_PROXY_MB, le=MAX_PROXY_MB, allow_inf_nan=False)
]
"""A limit of proxy traffic in megabytes; None for no limit."""


class _Urls(RequestBody):
    """The pages of a batch. A base class of its own, so that clients see the field first."""

    urls: Annotated[
        list[Url],
        Field(
            min_length=1,
            max_length=MAX_URLS,
            description=f"The pages: 1 to {MAX_URLS} URLs, http or https, absolute, at most "
            f"{MAX_URL_CHARACTERS:,} characters each. They are parsed as browsers do. A user name, "
            "a password, backslashes and control characters are refused. So is a host that leads "
            "to an address that is not public. Equal URLs are separate items. The items of the "
            "batch have this order.",
        ),
    ]


class BatchOptions(RequestBody):
    """What a client may ask of each page of a batch."""

    prompt: Annotated[
        str,
        Field(
            max_length=MAX_PROMPT_CHARACTERS,
            description="What to extract from each page, in plain words. Blank counts as absent. "
            "Refused if this server has no language model.",
        ),
        AfterValidator(str.strip),
    ] = ""
    output: OutputFormat | None = Field(
        default=None,
        description="The form of the results. The default is `json` with a prompt or a schema, "
        "else `markdown`. With a schema it is always `json`. Without a prompt and a schema, `json` "
        "is the main thing of the page. A server without a language model fills it from what the "
        "page declares about itself.",
    )
    json_schema: Annotated[
        dict[str, Any] | None,
        Field(
            alias="schema",
            description="A JSON Schema that each result must fulfil, draft 2020-12 unless "
            f"`$schema` names another. At most {validation.MAX_LEVELS} levels, "
            f"{validation.MAX_PROPERTIES} properties, {validation.MAX_ENUM_VALUES} enum values and "
            f"{validation.MAX_BYTES} bytes. `$ref` may point only within the schema.",
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
        description="Keep only the main content: no navigation, header, sidebars, footer.",
    )
    screenshot: Annotated[bool, Rule(not_in_fast="fast mode has no browser to take one with")] = (
        Field(default=False, description="Also take a PNG of the viewport, 1280 by 720 pixels.")
    )
    full_page_screenshot: Annotated[bool, Rule(needs="screenshot")] = Field(
        default=False,
        description="The screenshot shows the whole page, up to 16,384 pixels high. Needs "
        "`screenshot: true`.",
    )
    use_proxy: bool = Field(
        default=False,
        description="Open the pages through a proxy. Each item leaves by one exit, and by another "
        "one if that fails. Refused if this server has no exit.",
    )
    proxy_country: Annotated[ProxyCountry | None, Rule(needs="use_proxy")] = Field(
        default=None,
        description="The country of the exit. `eu` chooses a country of the European Union, anew "
        "for each item. `global`, or no value, is any country. Refused if this server has no exit "
        "there. Needs `useProxy: true`.",
    )
    max_proxy_mb: Annotated[MegabytesLimit, Rule(needs="use_proxy")] = Field(
        default=None,
        description="Megabytes of 1,000,000 bytes that the batch may take through proxies, both "
        "ways and over all its runs. Once they are used up, no further page is opened, pages that "
        "load are given up, and their items fail with `TRAFFIC_BUDGET`. A retry may raise the "
        "limit. Needs `useProxy: true`.",
    )
    max_item_proxy_mb: Annotated[MegabytesLimit, Rule(needs="use_proxy")] = Field(
        default=None,
        description="Megabytes that one item may take through proxies, its tries by all exits "
        "together. An item that takes more fails with `TRAFFIC_LIMIT`. Needs `useProxy: true`.",
    )
    cookies: Annotated[
        str,
        Field(
            repr=False,
            max_length=MAX_COOKIE_CHARACTERS,
            description="Cookies as in a Cookie header, `a=1; b=2`. A page gets them only for its "
            "own site, the registrable domain of its URL. They are sealed while the batch runs, "
            "and deleted when it ends. Blank counts as absent.",
        ),
        AfterValidator(str.strip),
        Rule(is_secret=True, check=_cookie_problem),
    ] = ""
    scrape_mode: ScrapeMode = Field(
        default="default",
        description="`fast` fetches the pages without a browser. It is several times as fast, but "
        "runs no scripts and takes no screenshots.",
    )

    @property
    def output_format(self) -> OutputFormat:
        """The form of the results, by the contract's rules."""
        if self.json_schema is not None:
            return "json"
        return self.output or ("json" if self.prompt else "markdown")

    @property
    def is_fast(self) -> bool:
        """Whether the pages are fetched without a browser."""
        return self.scrape_mode == "fast"

    @property
    def needs_extraction(self) -> bool:
        """Whether the result is more than the page's own markdown, so that a model reads it."""
        return bool(self.prompt or self.json_schema or self.output == "json")

    def to_stored(self) -> bytes:
        """Return the JSON that the bucket keeps: without URLs, and names in place of secrets."""
        fields = set(type(self).model_fields) - set(_Urls.model_fields) - set(self.secret_names())
        stored = self.model_dump(mode="json", by_alias=False, include=fields)
        stored["output"] = "json" if self.json_schema is not None else self.output
        return json.dumps({**stored, "secrets": sorted(self.secrets)}).encode()


class BatchScrapeRequest(BatchOptions, _Urls):
    """Which pages to scrape, and how. Fields that are left out or `null` have their defaults."""


class StoredOptions(BatchOptions):
    """The options of a batch as workers read them.

    The values of its secrets are sealed elsewhere; `with_secrets` puts them back.
    """

    model_config = ConfigDict(extra="ignore")  # a newer version may have written more

    secrets_given: list[str] = Field(default_factory=list, alias="secrets")
    """Names of the options whose values the client gave and the vault keeps."""

    @model_validator(mode="before")
    @classmethod
    def _read_former_name(cls, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read what version 0.1.0 has stored, where cookies were the only secret."""
        return {"secrets": ["cookies"], **body} if body.get("has_cookies") else body

    @classmethod
    def from_stored(cls, body: bytes) -> StoredOptions:
        """Return the options in `body`, which `to_stored` made. Raises `ValidationError`."""
        return cls.model_validate_json(body)

    def with_secrets(self, secrets: Mapping[str, Any]) -> StoredOptions:
        """Return the same options with the values of `secrets`."""
        return self.model_copy(update=dict(secrets))


class RetryOptions(RequestBody):
    """What a client may ask of a retry."""

    only_retryable: bool = Field(
        default=False,
        description="Whether to leave out failed items that would fail again, as their "
        "`retryable` says.",
    )
    max_proxy_mb: MegabytesLimit = Field(
        default=None,
        description="The limit of the batch's proxy traffic from now on, in place of its "
        "`maxProxyMb`. What earlier runs have taken counts too. Needs a batch with `useProxy`.",
    )


RetryRequestBody: type[RetryOptions] = create_model(
    "RetryRequestBody",
    __base__=RetryOptions,
    __doc__="Which failed items to retry, and the secrets of the batch, which were deleted when it "
    "ended. The body may be absent as well.",
    **{
        name: (BatchOptions.model_fields[name].annotation, BatchOptions.model_fields[name])
        for name in BatchOptions.secret_names()
    },  # type: ignore[call-overload]
)
"""The body of a retry: its own options, and each secret as `BatchOptions` declares it."""


def seal_text(secrets: Mapping[str, Any]) -> str:
    """Return the text to seal for `secrets`, which are not empty.

    Cookies alone are sealed as they are: workers of version 0.1.0 know no other form.
    """
    if set(secrets) == {"cookies"}:
        return str(secrets["cookies"])
    return json.dumps(secrets)


def read_sealed(text: str) -> dict[str, Any]:
    """Return the secrets in `text`, which `seal_text` made.

    No list of cookies begins like a JSON object with a name, since `"` is in no cookie's name.
    """
    if text.startswith('{"'):
        return dict(json.loads(text))
    return {"cookies": text}
