"""An approved change of a running campaign on the simulated platform: what was approved is what stands there."""

from dataclasses import replace
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
from models.domain.states import CampaignStatus, ChangeSetState, LedgerState, PlatformKind, WriteClass, WriteOp
from models.tables.base import JsonObject
from models.tables.campaign import Campaign
from models.tables.ledger import PlatformObject
from models.tables.plan import ChangeSet as ChangeSetRow
from models.tables.plan import ScheduleVersion
from records import ledger
from records.campaigns import facts as campaign_facts
from records.campaigns.refusals import needed
from records.campaigns.running import running_schedule
from records.ledger import NewIntent
from tests.activities import moving_desk
from tests.activities.moving_desk import Watching
from tests.activities.publishing_desk import Desk
from tests.activities.stop_desk import set_on_platform


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


async def test_budgets_that_were_moved_since_become_what_the_change_says_so_that_they_add_up(desk: Desk) -> None:
    await moving_desk.go_live(desk, {"broad": 10_000, "look": 10_000})
    rows = await moving_desk.owners(desk)
    for key, amount in (("broad", 9_000), ("look", 11_000)):
        await _moved(desk, rows[key], amount)
    due = await approve(desk, budgets={"broad": 12_000})

    await desk.persist(changing(desk).apply_change_set, due)

    stands = {entry["name"]: entry["budget"] for entry in desk.standing("adsets")}
    assert {name.split()[0]: int(budget) for name, budget in stands.items()} == {"Broad": 12_000, "Look": 10_000}


async def test_nobody_takes_the_money_that_a_change_has_freed_before_it_is_through(desk: Desk) -> None:
    """A change that is refused in the middle is taken back, and needs that money again."""
    await moving_desk.go_live(desk, {"broad": 10_000, "look": 10_000})
    await approve(desk, budgets={"broad": 8_000, "look": 12_000})
    set_id = await moving_desk.decide(desk, {"broad": (10_000, 9_000), "look": (10_000, 11_000)})

    await moving_desk.apply(desk, set_id)

    assert await moving_desk.held(desk) == {"broad": 10_000, "look": 10_000}
    assert (await moving_desk.actions(desk, set_id))["broad"].error == (
        "Change 1 of the campaign is being applied, which goes first."
    )


async def test_a_change_does_not_wait_for_a_run_that_was_cut_off_in_the_middle_of_a_write(desk: Desk) -> None:
    await moving_desk.go_live(desk, {"broad": 10_000, "look": 10_000})
    await _moved(desk, (await moving_desk.owners(desk))["look"], 9_000, LedgerState.UNKNOWN)
    due = await approve(desk, budgets={"broad": 12_000})

    await desk.run(changing(desk).apply_change_set, due)

    assert await moving_desk.held(desk) == {"broad": 12_000, "look": 10_000}


async def _moved(desk: Desk, row: PlatformObject, amount: int, state: LedgerState = LedgerState.CONFIRMED) -> None:
    """As the ledger and the platform stand after the optimizer moved money."""
    await set_on_platform(desk, row.kind, row.platform_id, daily_budget=amount)
    moved: JsonObject = {"daily_budget": amount}
    update = replace(NewIntent.on(row, WriteOp.UPDATE, WriteClass.OPTIMIZER, "move"), payload=moved, target=moved)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (intent_id,) = await ledger.intend_next(session, [update])
        intent = await ledger.load(session, intent_id)
        intent.state, intent.confirmed_at = state, await ledger.database_now(session)


async def test_a_change_of_several_budgets_never_asks_for_more_than_before_or_after(desk: Desk) -> None:
    await moving_desk.go_live(desk, {"broad": 12_000, "look": 9_000, "cart": 9_000})
    due = await approve(desk, budgets={"broad": 8_000, "look": 13_000})
    watching = Watching(desk.writer, desk)

    await desk.persist(Changing(desk.platform, desk.writes(watching)).apply_change_set, due)

    assert await moving_desk.held(desk) == {"broad": 8_000, "look": 13_000, "cart": 9_000}
    assert max(watching.sums) <= 30_000
