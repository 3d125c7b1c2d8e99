"""Examples for `/api/batch/scrape`."""

from __future__ import annotations

from typing import Any

_BATCH_ID = "17526d55-a824-4bca-a222-1fa7794c41f8"

SUBMIT_BODIES: dict[str, Any] = {
    "oneUrl": {"urls": ["https://example.com/"]},
    "screenshots": {
        "urls": ["https://example.com/plain", "https://example.com/nothing"],
        "screenshot": True,
        "extractContentOnly": True,
    },
    "structured": {
        "urls": ["https://example.com/concert"],
        "prompt": "When and where does it take place?",
        "schema": {
            "type": "object",
            "properties": {
                "at": {"type": "string", "format": "date"},
                "city": {"type": "string"},
            },
            "required": ["at"],
        },
    },
}

SUBMIT: dict[str, Any] = {
    "accepted": {"status": "queued", "batchId": _BATCH_ID, "total": 2},
    "withSchemaWarnings": {
        "status": "queued",
        "batchId": "73e266a3-149d-48dd-af33-b385c996c004",
        "total": 1,
        "schema_warnings": [
            "schema.properties.at.format: the format is told to the model but not checked."
        ],
    },
}

_PENDING_ITEM: dict[str, Any] = {
    "uuid": "df6455e0-5b57-4d45-a1fa-7cafa32c3312",
    "url": "https://example.com/plain",
    "jobId": f"batch-{_BATCH_ID}/item-0",
    "status": "pending",
    "error": None,
    "errorCode": None,
    "retryable": None,
    "creditsUsed": 0,
    "proxyMb": 0.0,
    "startedAt": None,
    "finishedAt": None,
    "screenshotUrl": None,
    "attempts": 0,
    "httpStatus": None,
    "finalUrl": None,
    "warnings": [],
    "result": None,
}

_COMPLETED_ITEM: dict[str, Any] = {
    **_PENDING_ITEM,
    "status": "completed",
    "creditsUsed": 2,
    "startedAt": "2026-11-23T23:42:05.994Z",
    "finishedAt": "2026-11-23T23:42:07.133Z",
    "screenshotUrl": f"https://s3.example.com/spidra/batches/{_BATCH_ID}/"
    "df6455e0-5b57-4d45-a1fa-7cafa32c3312/1-1/screenshot.png?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=7901893658fce4e7e920%2F20261123%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20261123T234220Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=a4620a05d0ef07efe7efa1c1599fc8b86c66197b2089c761854e54d0059077b1",
    "attempts": 1,
    "httpStatus": 200,
    "finalUrl": "https://example.com/plain",
    "result": "# On reading pages\n\nA scraper has to read what a person would read, and nothing "
    "else.\n\nSee [the price](https://example.com/js).",
}

_FAILED_ITEM: dict[str, Any] = {
    **_PENDING_ITEM,
    "uuid": "4d4fd622-5573-4177-83c7-a95c80f3a67e",
    "url": "https://example.com/nothing",
    "jobId": f"batch-{_BATCH_ID}/item-1",
    "status": "failed",
    "error": "The server answered with HTTP status 404. The server refuses this request; check "
    "the URL in a browser.",
    "errorCode": "HTTP_404",
    "retryable": False,
    "startedAt": "2026-11-23T23:42:05.989Z",
    "finishedAt": "2026-11-23T23:42:06.398Z",
    "attempts": 1,
    "httpStatus": 404,
    "finalUrl": "https://example.com/nothing",
}

BATCH: dict[str, Any] = {
    "running": {
        "status": "running",
        "totalUrls": 2,
        "completedCount": 0,
        "failedCount": 1,
        "proxyMb": 0.0,
        "createdAt": "2026-11-23T23:42:05.855Z",
        "finishedAt": None,
        "items": [
            {**_PENDING_ITEM, "status": "running", "startedAt": "2026-11-23T23:42:05.994Z"},
            _FAILED_ITEM,
        ],
    },
    "completed": {
        "status": "completed",
        "totalUrls": 2,
        "completedCount": 1,
        "failedCount": 1,
        "proxyMb": 0.0,
        "createdAt": "2026-11-23T23:42:05.855Z",
        "finishedAt": "2026-11-23T23:42:07.171Z",
        "items": [_COMPLETED_ITEM, _FAILED_ITEM],
    },
}

BATCH_LIST: dict[str, Any] = {
    "twoBatches": {
        "jobs": [
            {
                "uuid": "73e266a3-149d-48dd-af33-b385c996c004",
                "status": "running",
                "totalUrls": 1,
                "completedCount": 0,
                "failedCount": 0,
                "outputFormat": "json",
                "scrapingChannel": "api",
                "createdAt": "2026-11-23T23:42:07.012Z",
                "finishedAt": None,
            },
            {
                "uuid": _BATCH_ID,
                "status": "completed",
                "totalUrls": 2,
                "completedCount": 1,
                "failedCount": 1,
                "outputFormat": "markdown",
                "scrapingChannel": "api",
                "createdAt": "2026-11-23T23:42:05.855Z",
                "finishedAt": "2026-11-23T23:42:07.171Z",
            },
        ],
        "pagination": {"page": 1, "limit": 20, "total": 2, "totalPages": 1},
    }
}

RETRY_BODIES: dict[str, Any] = {
    "empty": {},
    "onlyRetryable": {"onlyRetryable": True},
    "moreTraffic": {"maxProxyMb": 25},
}

RETRY: dict[str, Any] = {"accepted": {"status": "queued", "retriedCount": 1}}

CANCEL: dict[str, Any] = {
    "accepted": {"status": "cancelled", "cancelledItems": 4, "creditsRefunded": 8}
}
