"""The documented operations that tell how the service does."""

from __future__ import annotations

from api.health import HealthResponse, ReadinessResponse, VersionResponse
from api.openapi.examples import health as examples
from api.openapi.operations.common_errors import INTERNAL_ERROR
from api.openapi.operations.terms import Operation, Response

OPERATIONS = (
    Operation(
        method="get",
        path="/healthz",
        id="getHealth",
        tag="Health",
        summary="Does the process live?",
        description="200 as long as the process answers at all.",
        responses=(Response(200, HealthResponse, examples.HEALTH),),
        is_public=True,
    ),
    Operation(
        method="get",
        path="/readyz",
        id="getReadiness",
        tag="Health",
        summary="Would a batch be processed?",
        description="Whether the database, the bucket, Temporal and a worker are ready.",
        responses=(
            Response(200, ReadinessResponse, examples.READY),
            Response(503, ReadinessResponse, examples.NOT_READY),
        ),
        is_public=True,
        errors=(INTERNAL_ERROR,),
    ),
    Operation(
        method="get",
        path="/version",
        id="getVersion",
        tag="Health",
        summary="Which version is this?",
        description="The version of the server that answers.",
        responses=(Response(200, VersionResponse, examples.VERSION),),
        is_public=True,
    ),
)
