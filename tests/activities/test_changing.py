"""An approved change of a running campaign on the simulated platform: what was approved is what stands there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.changing import Changing
from activities.errors import ErrorType
from models.contracts.base import CampaignRef
from models.contracts.campaign import ChangeSetRef
from models.domain.change_sets import ChangeSet, change_set_hash, scopes
from models.domain.change_sets import apply as changed
from models.domain.schedule import IfLate, Schedule
from models.domain.states import CampaignStatus, ChangeSetState, PlatformKind
from models.tables.campaign import Campaign
from models.tables.plan import ChangeSet as ChangeSetRow
from models.tables.plan import ScheduleVersion
from records.campaigns import facts as campaign_facts
from records.campaigns.refusals import needed
from records.campaigns.running import running_schedule
from tests.activities.publishing_desk import Desk


async def approve(desk: Desk, **change: Any) -> ChangeSetRef:  # noqa: ANN401 - fields of a change
    """A change as `open_change_set` and the last approval leave it."""
    body = ChangeSet.model_validate(change)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        facts = await campaign_facts.load(session, desk.campaign_id)
        before = needed(await running_schedule(session, facts), "?")
        after = changed(body, before, needed(facts.plan, "?"))
        row = ChangeSetRow(
            workspace_id=desk.workspace_id,
            campaign_id=desk.campaign_id,
            number=len(facts.change_sets) + 1,
            state=ChangeSetState.APPROVED,
            body=body.model_dump(mode="json"),
            before={"schedule": before.model_dump(mode="json"), "after": after.model_dump(mode="json")},
            scopes=[scope.value for scope in scopes(body)],
            content_hash=change_set_hash(body),
            submitted_at=datetime.now(UTC),
        )
        session.add(row)
        number = row.number
    return ChangeSetRef(ref=CampaignRef(workspace_id=desk.workspace_id, campaign_id=desk.campaign_id), number=number)


async def go_live(desk: Desk) -> None:
    await desk.build()
    await desk.go_live()
    await desk.change(Campaign, status=CampaignStatus.LIVE)


async def value(desk: Desk, kind: PlatformKind, platform_id: str, field: str) -> str:
    node = await desk.reader.read_node(kind, platform_id, desk.shop.token, also=[field])
    return str(node.fields[field])


def changing(desk: Desk) -> Changing:
    return Changing(desk.platform, desk.writes())


async def test_money_and_end_of_a_campaign_that_began_late_become_exactly_what_was_approved(desk: Desk) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (version,) = await desk.documents(session, ScheduleVersion)
        planned = Schedule.model_validate(version.body).model_copy(
            update={"start": began - timedelta(days=9), "end": began + timedelta(days=5), "if_late": IfLate.SHIFT}
        )
        version.body = planned.model_dump(mode="json")
    await go_live(desk)
    end = began + timedelta(days=20)
    due = await approve(desk, end=end, budgets={"broad_en": 15_000})

    first = await desk.persist(changing(desk).apply_change_set, due)
    again = await desk.persist(changing(desk).apply_change_set, due)

    (ad_set,) = desk.standing("adsets")
    assert datetime.fromisoformat(await value(desk, PlatformKind.AD_SET, ad_set["id"], "end_time")) == end
    assert int(await value(desk, PlatformKind.AD_SET, ad_set["id"], "daily_budget")) == 15_000
    assert (first.ends_at, first.problem) == (end, None)
    assert again == first, "a worker that died after recording it finds it done"


async def test_a_total_below_what_meta_can_limit_is_refused_rather_than_left_at_the_old_limit(desk: Desk) -> None:
    await go_live(desk)
    due = await approve(desk, total_cap_minor=9_000, budgets={"broad_en": 600})

    with pytest.raises(ApplicationError, match="spend_cap") as caught:
        await desk.persist(changing(desk).apply_change_set, due)

    assert caught.value.type == ErrorType.REFUSED
    (campaign,) = desk.standing("campaigns")
    assert int(await value(desk, PlatformKind.CAMPAIGN, campaign["id"], "spend_cap")) == 280_000
