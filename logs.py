"""Logging of all processes: one line per event on standard error, with data as `key=value`."""

from __future__ import annotations

import json
import logging
import time

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes of each record. All others come from `extra`."""

_TEMPORAL = frozenset({"temporal_workflow", "temporal_activity"})
"""Attributes that Temporal's SDK adds, a dozen fields each. Our records name the useful ones."""


class KeyValueFormatter(logging.Formatter):
    """A formatter of lines `TIME LEVEL logger: message key=value …` with the record's `extra`."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """Return the line, without the stack trace that may follow."""
        pairs = [
            f"{name}={value if _is_plain(value) else json.dumps(value, default=str)}"
            for name, value in vars(record).items()
            if name not in _STANDARD and name not in _TEMPORAL
        ]
        return " ".join([super().formatMessage(record), *pairs])


def _is_plain(value: object) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, str) and value.isprintable() and " " not in value and value != ""
    )


def configure_logging(level: str) -> None:
    """Log to standard error, from `level` up: `debug`, `info`, `warning` or `error`."""
    handler = logging.StreamHandler()
    handler.setFormatter(KeyValueFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for private in ("openai", "httpx2", "httpcore2"):  # they log prompts and pages
        logging.getLogger(private).setLevel(logging.WARNING)
    if level != "debug":
        for chatty in ("botocore", "boto3", "urllib3", "alembic"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
