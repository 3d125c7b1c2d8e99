"""Running batches survive a change of the workflow's code: recorded histories replay.

They replay in the sandbox, which rejects code that is not deterministic, and without it, as
workers run them. A change after which a history does not replay needs `workflow.patched()`. Each
release records new histories: `python -m tests.workflows.record_histories VERSION`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from workflows.batch import BatchWorkflow

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def test_there_are_histories() -> None:
    names = {path.stem.partition("-")[0] for path in HISTORIES}
    assert names >= {"plain", "cookies", "cancelled", "refused", "retried", "limited"}


@pytest.mark.parametrize("runner", [SandboxedWorkflowRunner, UnsandboxedWorkflowRunner])
@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path, runner: type[WorkflowRunner]) -> None:
    replayer = Replayer(
        workflows=[BatchWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=runner(),
    )
    recorded = await asyncio.to_thread(path.read_text)
    await replayer.replay_workflow(WorkflowHistory.from_json("batch-recorded", recorded))
