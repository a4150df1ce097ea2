from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.pages.views.monitor import rows_of, sections_of
from api.pages.views.renders import dollars, eta_words, render_words, worth_showing
from models.domain.states import Ratio, RenderKind, RenderStage, RenderState
from models.tables.campaign import Campaign
from models.tables.render import RenderJob

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def job(**changes: Any) -> RenderJob:  # noqa: ANN401 - any column
    values: dict[str, Any] = {
        "id": uuid4(),
        "workspace_id": uuid4(),
        "campaign_id": uuid4(),
        "concept_key": "evening",
        "items": ["evening.en"],
        "kind": RenderKind.IMAGE,
        "ratio": Ratio.SQUARE,
        "model": "runway/gen4_turbo",
        "prompt": "",
        "created_at": NOW,
        **changes,
    }
    return RenderJob(**values)


def campaign_of(render: RenderJob) -> Campaign:
    return Campaign(
        id=render.campaign_id, workspace_id=render.workspace_id, name="Lamps", create_key="key", request_hash="0"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (600, "about 10 minutes left"),
        (43, "about 40 seconds left"),
        (0, "any moment now"),
        (-60, "takes longer than usual"),
    ],
)
def test_the_time_left_is_as_precise_as_it_is_known(seconds: int, words: str) -> None:
    assert eta_words(NOW + timedelta(seconds=seconds), NOW) == words
    assert eta_words(None, NOW) == ""


def test_costs_below_a_cent_are_not_rounded_away() -> None:
    assert [dollars(micros) for micros in (3_000, 45_000, 250_000, 1_234_000)] == [
        "USD 0.003",
        "USD 0.045",
        "USD 0.25",
        "USD 1.23",
    ]


@pytest.mark.parametrize(
    ("changes", "badge", "stage"),
    [
        ({}, "Waits its turn", "Begins in a moment"),
        ({"state": RenderState.QUEUED, "attempt": 1}, "In the making", "Waits for the next try"),
        ({"state": RenderState.RUNNING, "stage": RenderStage.IN_QUEUE}, "In the making", "Waiting in Runway's queue"),
        ({"state": RenderState.RUNNING, "stage": RenderStage.RENDERING}, "In the making", "Runway is making it"),
        ({"state": RenderState.RUNNING, "cancel_requested_at": NOW}, "Being cancelled", "Begins in a moment"),
        ({"state": RenderState.SUCCEEDED}, "Ready", ""),
        ({"state": RenderState.FAILED}, "Could not be made", ""),
        ({"state": RenderState.UNKNOWN}, "Nobody knows whether it was made", ""),
    ],
)
def test_every_state_has_words_of_its_own(changes: dict[str, object], badge: str, stage: str) -> None:
    shown = render_words(job(**changes), [], NOW, edits=True)

    assert (shown.state.words, shown.stage) == (badge, stage)
    assert shown.may_cancel is (stage != "" and badge != "Being cancelled")
    assert shown.may_repeat is (badge in ("Could not be made", "Nobody knows whether it was made"))
    assert not render_words(job(**changes), [], NOW, edits=False).may_repeat


def test_an_item_shows_what_runs_and_the_trouble_that_nobody_has_mended_since() -> None:
    mended = [job(state=RenderState.SUCCEEDED), job(state=RenderState.FAILED)]
    failed = [job(state=RenderState.FAILED, ratio=Ratio.PORTRAIT), job(ratio=Ratio.PORTRAIT, state=RenderState.FAILED)]
    running = [job(ratio=Ratio.VERTICAL), job(ratio=Ratio.VERTICAL, state=RenderState.FAILED)]

    assert worth_showing([*mended, *failed, *running]) == [failed[0], running[0]]


def test_what_runs_comes_first_then_what_nobody_knows_then_what_failed() -> None:
    jobs = [job(state=state) for state in RenderState]
    campaigns = {one.campaign_id: campaign_of(one) for one in jobs}

    sections = sections_of(rows_of(jobs, {}, campaigns, NOW, edits=True), {RenderState.RUNNING: 7}, first_page=True)

    assert [section.title for section in sections] == ["In the making (7)", "Could not be made", "Finished"]
    assert [[row.state.value for row in section.rows] for section in sections] == [
        ["queued", "running"],
        ["unknown", "failed"],
        ["succeeded", "cancelled"],
    ]
