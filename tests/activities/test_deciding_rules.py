"""People's rules in a real run: what they move, propose and tell, what is stored of every look, and the replay."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from activities.run_blobs import read_blob, replay
from models.domain.budget_moves import BudgetMoves
from models.domain.rule_templates import template
from models.domain.rules import Comparison, Metric, RuleAction, RuleBody, RuleSchedule
from models.domain.schedule import EnvelopeAction, Schedule
from models.domain.states import AnomalyKind, MoveState, OptimizerMode, PlatformKind, SuggestionState, Trend
from models.tables.campaign import Campaign
from models.tables.identity import UserAccount
from models.tables.notification import Notification
from models.tables.optimization import Suggestion
from models.tables.plan import ScheduleVersion
from models.tables.platform_node import PlatformNode
from models.tables.rules import BudgetRule, RuleEvaluation
from models.tables.signals import Anomaly, OwnerSignal
from providers.storage.s3 import S3Store
from records import identity
from records.database import Database
from records.rules import looks, written
from records.rules.written import Written
from tests.activities.deciding_desk import BUDGET, DecidingDesk
from tests.optimizer.rules.written import ALWAYS, CUT_A_FIFTH, NEVER_EARNS, PAUSE, RAISE_A_TENTH, TELL, body, condition


@pytest_asyncio.fixture
async def desk(db: Database, store: S3Store) -> DecidingDesk:
    user = UserAccount(email=f"ana-{uuid4().hex}@example.com", first_name="Ana")
    async with db.user_transaction(user.id) as session:
        session.add(user)
    desk = DecidingDesk(db, store, (await identity.create_workspace(db, "Agency One", user.id)).id)
    await desk.open_account()
    return desk


@pytest_asyncio.fixture
async def alike(desk: DecidingDesk) -> UUID:
    """A campaign whose ad sets are as good as each other, so that the engine leaves them alone."""
    return await desk.running(4, 4, 4)


async def put_in_force(desk: DecidingDesk, rule: RuleBody, campaign_id: UUID | None = None) -> UUID:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        row = await written.create(session, desk.workspace_id, uuid4(), Written(rule, campaign_id), (None, "Ana"))
        await written.switch(session, row, enabled=True)
        return row.id


async def looked(desk: DecidingDesk, rule_id: UUID) -> list[RuleEvaluation]:
    """Newest last."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = sa.select(RuleEvaluation).where(col(RuleEvaluation.rule_id) == rule_id)
        return list((await session.execute(query.order_by(col(RuleEvaluation.created_at)))).scalars())


def cut_the_first(**more: object) -> RuleBody:
    return body(CUT_A_FIFTH, ALWAYS, ad_sets_named="set-0", **more)


async def test_in_auto_mode_a_rule_leads_to_moves_and_every_look_is_stored(desk: DecidingDesk, alike: UUID) -> None:
    await desk.allow(OptimizerMode.AUTO)
    rule_id = await put_in_force(desk, cut_the_first(name="Stop the eater"))

    decided = await desk.decide()

    assert (decided.moved, decided.actions) == (1, 3)
    (moves,) = await desk.move_sets(alike)
    assert moves.state is MoveState.APPLYING
    assert moves.reason.startswith("By rules: “Stop the eater”: set-0, SAR 100.00 → SAR 80.00 a day")
    amounts = {action.name: action.after["amount_minor"] for action in await desk.actions(moves.id)}
    assert amounts == {"set-0": 8_000, "set-1": 11_000, "set-2": 11_000}
    (row,) = await looked(desk, rule_id)
    assert (row.checked, row.matched, row.acted, row.rule_version) == (1, 1, 1, 1)
    assert row.details[0]["outcome"] == "SAR 100.00 → SAR 80.00 a day"


async def test_in_suggest_mode_a_rule_leads_to_a_suggestion_once_until_it_has_rested(
    desk: DecidingDesk, alike: UUID
) -> None:
    rule_id = await put_in_force(desk, cut_the_first())

    await desk.decide()
    await desk.decide()

    (suggestion,) = await desk.suggestions(alike)
    assert [move.after_minor for move in BudgetMoves.model_validate(suggestion.action).budgets] == [
        8_000,
        11_000,
        11_000,
    ]
    first, second = await looked(desk, rule_id)
    assert (first.acted, second.matched, second.acted) == (1, 1, 0)
    assert "leaves it alone" in str(second.details[0]["outcome"])


async def test_a_proposal_that_people_look_at_is_not_replaced_by_a_rule_and_the_rule_comes_after_it(
    desk: DecidingDesk,
) -> None:
    campaign = await desk.running(2, 8)
    await desk.decide()
    rule_id = await put_in_force(desk, cut_the_first())
    (proposed,) = await desk.suggestions(campaign)

    await desk.decide()
    assert [(each.id, each.status) for each in await desk.suggestions(campaign)] == [
        (proposed.id, SuggestionState.OPEN)
    ]
    await desk.change(Suggestion, proposed.id, status=SuggestionState.DISMISSED)
    await desk.decide()

    waited, acted = await looked(desk, rule_id)
    assert "it waits for their decision" in str(waited.details[0]["outcome"])
    assert (waited.acted, acted.acted) == (0, 1)
    assert [each.status for each in await desk.suggestions(campaign)] == [
        SuggestionState.DISMISSED,
        SuggestionState.OPEN,
    ]


async def test_where_the_optimizer_is_off_rules_move_nothing_and_do_not_rest_for_it(
    desk: DecidingDesk, alike: UUID
) -> None:
    await desk.change(Campaign, alike, optimizer_mode=OptimizerMode.OFF)
    rule_id = await put_in_force(desk, cut_the_first())

    await desk.decide()

    (moves,) = await desk.move_sets(alike)
    assert (moves.state, moves.reason) == (MoveState.NO_ACTION, "The optimizer is off for this campaign.")
    (row,) = await looked(desk, rule_id)
    assert (row.matched, row.acted) == (1, 0)
    assert row.details[0]["outcome"] == "not done: The optimizer is off for this campaign."


async def test_a_look_that_found_nothing_names_the_condition_that_failed(desk: DecidingDesk, alike: UUID) -> None:
    rule_id = await put_in_force(desk, body(PAUSE, ALWAYS, NEVER_EARNS))

    decided = await desk.decide()

    assert decided.left_alone == 1
    (row,) = await looked(desk, rule_id)
    assert (row.checked, row.matched, row.acted) == (3, 0, 0)
    assert [look["failed"] for look in row.details] == ["results 28, not at most 0"] * 3


async def test_a_run_with_rules_is_computed_again_to_the_bit(desk: DecidingDesk) -> None:
    await desk.running(1, 4, 9)
    rule_id = await put_in_force(desk, body(RAISE_A_TENTH, ALWAYS, ad_sets_named="set-0"))
    run = await desk.begin()
    await desk.decide(run)

    blob = await read_blob(desk.store, desk.workspace_id, (await desk.run_row(run)).inputs_sha256 or "")

    assert [rule.id for rule in blob.rules] == [rule_id]
    assert blob.decision.pools[0].owners[0].after_minor == BUDGET + BUDGET // 10
    assert replay(blob).model_dump_json() == blob.decision.model_dump_json()
    assert replay(blob.model_copy(update={"rules": []})) != blob.decision


async def test_a_pause_is_proposed_where_it_is_approved_and_nowhere_else(desk: DecidingDesk) -> None:
    approved, other = await desk.running(0, 4, 4), await desk.running(0, 4, 4)
    await _allow_pausing(desk, approved)
    await put_in_force(desk, body(PAUSE, NEVER_EARNS))
    await desk.allow(OptimizerMode.AUTO)

    await desk.decide()

    (paused,) = [each for each in (await desk.actions((await desk.move_sets(approved))[0].id)) if each.kind == "pause"]
    assert (paused.name, paused.after) == ("set-0", {"status": "PAUSED"})
    elsewhere = [each.kind for each in await desk.actions((await desk.move_sets(other))[0].id)]
    assert "pause" not in elsewhere


async def _allow_pausing(desk: DecidingDesk, campaign_id: UUID) -> None:
    """Approved, and with an ad in each ad set that could run on."""
    nodes = await desk.nodes(campaign_id)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = sa.select(ScheduleVersion).where(col(ScheduleVersion.campaign_id) == campaign_id)
        version = (await session.execute(query)).scalar_one()
        schedule = Schedule.model_validate(version.body)
        envelope = schedule.envelope.model_copy(update={"actions": list(EnvelopeAction)})
        version.body = schedule.model_copy(update={"envelope": envelope}).model_dump(mode="json")
        for node in nodes:
            ad = {**node.model_dump(exclude={"id", "daily_budget_minor", "object_id"}), "kind": PlatformKind.AD}
            ad |= {"platform_id": f"{uuid4().int % 10**15}", "parent_platform_id": node.platform_id}
            session.add(PlatformNode.model_validate(ad))


async def test_a_rule_that_only_tells_moves_nothing_and_tells_once_a_day(desk: DecidingDesk, alike: UUID) -> None:
    told = body(TELL, condition(Metric.CONVERSIONS, Comparison.AT_LEAST, 28), name="Look here", ad_sets_named="set-1")
    await put_in_force(desk, told, alike)

    await desk.decide()
    await desk.decide()

    assert {moves.state for moves in await desk.move_sets(alike)} == {MoveState.NO_ACTION}
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (notice,) = (await session.execute(sa.select(Notification))).scalars()
    assert (notice.title, notice.campaign_id) == ("“Look here” holds in Autumn sale", alike)
    assert notice.body == "set-1: results 28, at least 28."


async def test_what_the_learned_parts_noted_is_what_rules_look_at(desk: DecidingDesk, alike: UUID) -> None:
    fault, low_score, falling = [
        await put_in_force(desk, each.body.model_copy(update={"schedule": RuleSchedule()}))
        for key in ("fault", "low_score", "falling")
        if (each := template(key))
    ]
    sick, poor, steady = await desk.nodes(alike)
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        session.add(
            Anomaly(
                workspace_id=desk.workspace_id,
                ad_account_id=desk.account_id,
                campaign_id=alike,
                external_id=sick.platform_id,
                kind=AnomalyKind.DELIVERY,
                since=desk.now - timedelta(hours=5),
                score=9.0,
                words="It has a budget and spends next to nothing.",
            )
        )
        for node, score, trend in ((poor, 0.2, Trend.STEADY), (steady, 0.5, Trend.FALLING)):
            signal = {"workspace_id": desk.workspace_id, "campaign_id": alike, "object_id": node.object_id}
            session.add(OwnerSignal.model_validate({**signal, "as_of": desk.now, "score": score, "trend": trend}))

    await desk.decide()

    held = {
        rule_id: [look["name"] for look in (await looked(desk, rule_id))[0].details if look["matched"]]
        for rule_id in (fault, low_score, falling)
    }
    assert held == {fault: ["set-0"], low_score: ["set-1"], falling: ["set-2"]}
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        notices = (await session.execute(sa.select(Notification).where(col(Notification.kind) == "rule"))).scalars()
        assert [notice.body for notice in notices] == ["set-0: It has a budget and spends next to nothing."]


async def test_rules_that_are_off_deleted_or_of_another_campaign_are_not_looked_at(
    desk: DecidingDesk, alike: UUID
) -> None:
    other = await desk.running(4, 4)
    off, gone, elsewhere = [await put_in_force(desk, cut_the_first(), campaign) for campaign in (alike, alike, other)]
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await written.switch(session, await session.get_one(BudgetRule, off), enabled=False)
        await written.delete(session, await session.get_one(BudgetRule, gone))

    await desk.decide()

    assert await looked(desk, off) == await looked(desk, gone) == []
    assert [row.campaign_id for row in await looked(desk, elsewhere)] == [other]
    (untouched,) = await desk.move_sets(alike)
    assert untouched.state is MoveState.NO_ACTION


async def test_old_looks_are_thrown_away_and_new_ones_kept(desk: DecidingDesk) -> None:
    await desk.running(4, 4)
    rule_id = await put_in_force(desk, cut_the_first())
    await desk.decide()
    (row,) = await looked(desk, rule_id)

    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        assert await looks.drop_old(session, row.created_at - timedelta(seconds=1)) == 0
        assert await looks.drop_old(session, row.created_at + timedelta(seconds=1)) == 1


def test_a_rule_with_an_amount_keeps_it_through_the_records() -> None:
    amount = body(RuleAction.model_validate({"kind": "set", "amount_minor": 5_000}), ALWAYS)

    assert RuleBody.model_validate(written.as_json(amount)) == amount
