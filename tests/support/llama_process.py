"""Run llama.cpp's server: `python -m tests.support.llama_process MODEL PORT CONTEXT_TOKENS`."""

from __future__ import annotations

import signal
import sys

import xllamacpp

_THREADS = 1
"""Threads that compute. They wait for each other in a busy loop, so two threads on two cores that
other processes use too are slower than one."""


def main() -> None:
    """Serve the model until a signal ends the process."""
    model, port, context_tokens = sys.argv[1:]
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    parameters.n_ctx = int(context_tokens)
    parameters.n_parallel = 1  # slots divide the context among them
    parameters.fit_params = False  # the context is as given, however much memory is free
    parameters.cpuparams.n_threads = _THREADS
    parameters.cpuparams_batch.n_threads = _THREADS
    parameters.endpoint_metrics = True
    parameters.ui = False
    _server = xllamacpp.Server(parameters)
    signal.pause()


if __name__ == "__main__":
    main()
