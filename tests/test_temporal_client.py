"""The connection to Temporal: what is said when there is none."""

from __future__ import annotations

import pytest

from settings import Settings
from temporal_client import connect, connection_reason


async def test_a_refused_connection_is_told_in_plain_words() -> None:
    with pytest.raises(RuntimeError) as caught:
        await connect(Settings(temporal_address="127.0.0.1:1"))
    assert connection_reason(caught.value) == "Connection refused"
