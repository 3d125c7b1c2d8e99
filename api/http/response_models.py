"""What all response bodies are built from, and the body of every error.

The descriptions are what a reader of the OpenAPI document sees.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

from api.http.responses import timestamp

Timestamp = Annotated[
    datetime,
    PlainSerializer(timestamp),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Count = Annotated[int, Field(ge=0)]
Megabytes = Annotated[float, Field(ge=0)]
"""Traffic in megabytes of 1,000,000 bytes."""


class ResponseModel(BaseModel):
    """The body of a response, or a part of one. Clients see its fields in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


def left_out_if_none(description: str, **options: Any) -> Any:
    """Return a field that is absent from the JSON, instead of null, if it is None."""

    def no_default(schema: dict[str, Any]) -> None:
        del schema["default"]

    return Field(
        default=None,
        exclude_if=lambda value: value is None,
        description=description,
        json_schema_extra=no_default,
        **options,
    )


class ErrorResponse(ResponseModel):
    """The form of every error."""

    status: Literal["error"]
    message: str = Field(description="What is wrong, for a person.")
    error: str = Field(description="The same text as `message`.")
    code: str = Field(description="What is wrong, for a program.")
    errors: list[str] | SkipJsonSchema[None] = left_out_if_none(
        "Everything that is wrong with the request, one sentence each, with field and index. "
        "Present only with 422."
    )
    retry_after: int | SkipJsonSchema[None] = left_out_if_none(
        "Seconds to wait before the next try. Present only with 429 and 503.", alias="retry_after"
    )
