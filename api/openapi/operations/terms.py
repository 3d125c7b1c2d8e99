"""The terms in which operations are documented: those of OpenAPI, in a shorter form.

`api.openapi.document` writes them as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from api.http.errors import ApiError

Examples = Mapping[str, Any]
"""Values of a body, each under a short name."""


@dataclass(frozen=True)
class Link:
    """An operation that a client may call next, for the batch that a response is about."""

    operation_id: str
    description: str
    batch_id: str
    """Where the `batchId` is: a runtime expression of OpenAPI."""


@dataclass(frozen=True)
class Response:
    """A response with its own body, not that of an error."""

    status: int
    model: type[BaseModel]
    examples: Examples
    headers: tuple[str, ...] = ()
    """Headers besides the request's id, by their names in the document."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class ErrorCase:
    """An error of an operation."""

    error: ApiError
    """The error itself. Its body is the example in the document."""
    when: str
    """Completes the sentence "This is the response if …"."""


@dataclass(frozen=True)
class Parameter:
    """What a request may contain besides the id in its path and its body."""

    name: str
    where: Literal["query", "header"]
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: Literal["get", "post", "delete"]
    path: str
    id: str
    tag: str
    summary: str
    description: str
    responses: tuple[Response, ...]
    errors: tuple[ErrorCase, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    not_modified: str | None = None
    """When the response is 304; None if it never is."""
    body: type[BaseModel] | None = None
    body_examples: Examples = field(default_factory=dict)
    is_body_required: bool = True
    is_public: bool = False
    """Whether the operation needs no key."""
