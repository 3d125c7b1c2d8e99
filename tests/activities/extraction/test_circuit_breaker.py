"""A server that is down gets no requests until one of them succeeds."""

from __future__ import annotations

import pytest

from activities.extraction.circuit_breaker import CircuitBreaker
from activities.extraction.errors import ModelError
from tests.support import model_server as server
from tests.support.extraction import LANTERN, extract, extractor_of
from tests.support.model_server import ModelServer


async def test_a_dead_server_gets_no_more_requests(model: ModelServer) -> None:
    model.script = lambda _: server.OVERLOADED
    async with extractor_of(model.url) as extractor:
        errors = []
        for _ in range(6):
            with pytest.raises(ModelError) as caught:
                await extract(extractor, schema=LANTERN)
            errors.append(caught.value)
    assert len(model.requests) == 5
    assert errors[-1].failure.code == "LLM_OVERLOADED"
    assert "gets no requests" in errors[-1].failure.message
    assert errors[-1].retry_after


def test_the_circuit_breaker_lets_one_call_probe() -> None:
    now = 0.0
    breaker = CircuitBreaker(lambda: now)

    def call(code: str | None = "LLM_TIMEOUT") -> bool:
        """Return whether the circuit breaker let the call through."""
        reached = False
        try:
            with breaker.call():
                reached = True
                if code is not None:
                    raise ModelError(code, "No.")
        except ModelError:
            pass
        return reached

    assert [call() for _ in range(6)] == [True] * 5 + [False]
    now += 2.1
    assert (call(), call()) == (True, False), "one call probes: the server is still down"
    now += 2.1
    assert not call(), "the pause has doubled"
    now += 2.1
    with breaker.call():
        assert not call(None), "other calls wait for the probe"
    assert call(None)
    # A server that refuses requests is not down.
    assert [call("LLM_REJECTED") for _ in range(9)] == [True] * 9
