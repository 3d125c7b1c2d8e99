"""The documented operations of `/api/account`."""

from __future__ import annotations

from api.account import AccountResponse
from api.openapi.examples import account as examples
from api.openapi.operations.common_errors import KEY_ERRORS
from api.openapi.operations.terms import Operation, Response

OPERATIONS = (
    Operation(
        method="get",
        path="/api/account",
        id="getAccount",
        tag="Account",
        summary="Get the account's credits and proxy traffic",
        description="Plan, credits and proxy traffic of the account of the API key.",
        responses=(Response(200, AccountResponse, examples.ACCOUNT),),
        errors=KEY_ERRORS,
    ),
)
