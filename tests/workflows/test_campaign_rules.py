"""When a running campaign looks again, and when its run is over."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.contracts.campaign import CampaignSnapshot, Step
from models.domain.states import CampaignStatus
from workflows.campaign_rules import is_over, next_look

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECONDS = timedelta(seconds=1)


def campaign(status: CampaignStatus, **more: Any) -> CampaignSnapshot:  # noqa: ANN401 - fields of a snapshot
    base = {"workspace_id": uuid4(), "campaign_id": uuid4(), "title": "Lamps", "status": status, "version": 1}
    return CampaignSnapshot.model_validate({**base, **more})


@pytest.mark.parametrize("status", ["draft", "awaiting_approval", "ready", "publishing"])
def test_nobody_is_looked_after_before_anything_runs(status: CampaignStatus) -> None:
    assert next_look(campaign(status, ends_at=NOW + HOUR), 0, NOW) is None


@pytest.mark.parametrize(("looks", "seconds"), [(0, 5), (1, 15), (4, 900), (5, 3600), (500, 3600)])
def test_looks_at_reviews_become_rare(looks: int, seconds: int) -> None:
    assert next_look(campaign(CampaignStatus.LIVE), looks, NOW) == seconds * SECONDS


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("scheduled", {"starts_at": NOW + 2 * SECONDS}, 2 * SECONDS),
        ("scheduled", {"starts_at": NOW - HOUR}, timedelta(0)),
        ("live", {"starts_at": NOW - HOUR}, 5 * SECONDS),
        ("live", {"ends_at": NOW + 3 * SECONDS}, 3 * SECONDS),
        ("paused", {"ends_at": NOW - HOUR}, timedelta(0)),
        ("live", {"ends_at": NOW - HOUR, "platform_command": "end"}, 5 * SECONDS),
        ("live", {"ends_at": NOW - HOUR, "platform_command": "pause"}, timedelta(0)),
    ],
)
def test_the_start_and_the_end_come_in_time_and_the_end_is_asked_for_once(
    status: CampaignStatus, more: dict[str, object], expected: timedelta
) -> None:
    assert next_look(campaign(status, **more), 0, NOW) == expected


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (None, HOUR),
        (NOW + 10 * SECONDS, 10 * SECONDS),
        (NOW + 2 * HOUR, HOUR),
        (NOW - HOUR, 60 * SECONDS),
    ],
)
def test_it_looks_when_a_right_ends_and_again_soon_while_its_ad_still_runs(
    expires: datetime | None, expected: timedelta
) -> None:
    assert next_look(campaign(CampaignStatus.LIVE), 9, NOW, expires) == expected


def test_a_run_is_over_once_nothing_is_left_to_do() -> None:
    assert is_over(campaign(CampaignStatus.ENDED))
    assert is_over(campaign(CampaignStatus.DRAFT, archived=True))
    assert not is_over(campaign(CampaignStatus.CANCELLED, step=Step.PLATFORM_STATUS))
    assert not is_over(campaign(CampaignStatus.PAUSED))
