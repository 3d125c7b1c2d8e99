"""The model's server of these tests."""

from __future__ import annotations

import pytest

from tests.support.extraction import FOUND
from tests.support.model_server import ModelServer, says


@pytest.fixture
def model(running_model: ModelServer) -> ModelServer:
    """Return the running server, which answers each request with `FOUND`."""
    running_model.reset(lambda _: says(FOUND))
    return running_model
