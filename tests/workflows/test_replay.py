"""Every stored history still replays, so a new version of a workflow can carry on what an older one began.

A failure here means that runs which are open in production would get stuck: gate the change with `workflow.patched`, or
show that no such run can be open any more. Only then store new histories, from real runs on the simulator:

    .venv/bin/python -m pytest tests/workflows/store_histories.py

They are stored as the server gave them, but for what names the machine: worker identities and stack traces.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.workflows.careless import CarelessWorkflow
from worker import WORKFLOWS, sandbox

HISTORIES = Path(__file__).parents[1] / "histories"
STORED = sorted(path.stem for path in HISTORIES.glob("*.json"))


def replayer(*more: type) -> Replayer:
    """Strict: a module that is loaded anew for every campaign, because nobody passed it through, is an error."""
    policy = workflow.SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    restrictions = sandbox().restrictions.with_import_notification_policy(policy)
    return Replayer(
        workflows=[*WORKFLOWS, *more],
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    )


@pytest.mark.parametrize("name", STORED)
async def test_a_stored_history_replays(name: str) -> None:
    history = WorkflowHistory.from_json(name, json.loads((HISTORIES / f"{name}.json").read_text()))

    await replayer().replay_workflow(history)


def test_there_is_a_stored_history_of_each_kind_of_story() -> None:
    kinds = ("drafted", "story", "refused", "cancelled", "continued-1", "continued-2", "rendered")
    assert {f"campaign-{kind}" for kind in kinds} <= set(STORED)
    assert {"publish-live", "publish-refused", "publish-cancelled", "publish-person"} <= set(STORED)
    renders = ("webhook", "retried", "cancelled", "unknown", "continued-1", "continued-2")
    assert {f"render-{kind}" for kind in renders} <= set(STORED)
    assert {"hour-decided", "hour-signs", "hour-stopped", "hour-unreachable"} <= set(STORED)
    assert {"moves-undone", "stop-finished"} <= set(STORED)
    assert {"upkeep-hourly", "upkeep-nightly-1", "upkeep-nightly-2", "upkeep-stops"} <= set(STORED)
    assert {"import-done", "import-failed"} <= set(STORED)


@pytest.mark.parametrize("name", STORED)
def test_a_stored_history_names_no_machine(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text()

    assert "/site-packages/" not in text
    assert str(Path(__file__).parents[2]) not in text
    assert set(_identities(json.loads(text))) <= {"worker"}


async def test_a_module_that_nobody_passed_through_is_found() -> None:
    """Else the replays above would say nothing about it."""
    history = WorkflowHistory.from_json("any", json.loads((HISTORIES / "campaign-refused.json").read_text()))

    with pytest.raises(RuntimeError, match="Failed validating workflow CarelessWorkflow"):
        await replayer(CarelessWorkflow).replay_workflow(history)


def _identities(part: Any) -> list[str]:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        own = [part["identity"]] if "identity" in part else []
        return own + [found for value in part.values() for found in _identities(value)]
    return [found for value in part for found in _identities(value)] if isinstance(part, list) else []
