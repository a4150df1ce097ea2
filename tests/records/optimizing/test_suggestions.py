"""Proposals of the optimizer and of people: made, edited, decided once, and closed when their time is over."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from models.contracts.base import Actor
from models.domain.budget_moves import BudgetMoves
from models.domain.states import AnomalyKind, Channel, SuggestionState
from models.tables.ad_account import AdAccount
from models.tables.campaign import Campaign
from models.tables.identity import Workspace
from models.tables.optimization import OptimizerRun, Suggestion
from providers.storage.s3 import S3Store
from records import audit, signs
from records.database import Database
from records.optimizing import proposals, suggestions
from records.optimizing.proposals import Proposal
from records.optimizing.suggestions import By, NotDecidable
from records.signs import Seen
from tests import servers
from tests.activities.deciding_desk import BUDGET, DecidingDesk

ANA = Actor(name="Ana", channel=Channel.WEB)
Change = Callable[[AsyncSession], Awaitable[Suggestion]]


@pytest_asyncio.fixture
async def desk(db: Database, workspace: Workspace, s3: servers.ObjectStore) -> DecidingDesk:
    store = S3Store(
        endpoint=s3.endpoint,
        region="auto",
        bucket=s3.bucket,
        access_key_id=s3.access_key_id,
        secret_access_key=s3.secret_access_key,
    )
    desk = DecidingDesk(db, store, workspace.id)
    await desk.open_account()
    return desk


@pytest_asyncio.fixture
async def proposed(desk: DecidingDesk) -> Suggestion:
    campaign = await desk.running(2, 8)
    await desk.decide()
    (suggestion,) = await desk.suggestions(campaign)
    return suggestion


def by(command_id: str = "") -> By:
    return By(ANA, command_id or uuid4().hex)


async def do(desk: DecidingDesk, change: Change) -> Suggestion:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await change(session)


async def refused(desk: DecidingDesk, change: Change) -> str:
    with pytest.raises(NotDecidable) as caught:
        await do(desk, change)
    return str(caught.value)


def amounts_of(suggestion: Suggestion) -> dict[str, int]:
    return {move.name: move.after_minor for move in BudgetMoves.model_validate(suggestion.action).budgets}


def owners_of(suggestion: Suggestion) -> dict[str, UUID]:
    return {move.name: move.object_id for move in BudgetMoves.model_validate(suggestion.action).budgets}


async def test_a_proposal_is_approved_once_and_keeps_who_did_it(desk: DecidingDesk, proposed: Suggestion) -> None:
    command = by()
    approved = await do(desk, lambda session: suggestions.approve(session, proposed.id, command))
    again = await do(desk, lambda session: suggestions.approve(session, proposed.id, command))

    assert (approved.status, approved.decided_name) == (SuggestionState.APPROVED, "Ana")
    assert again.decided_at == approved.decided_at
    words = await refused(desk, lambda session: suggestions.dismiss(session, proposed.id, "Too early.", by()))
    assert words == "This suggestion is approved already."
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        events = await audit.trail(session, proposed.id)
    assert [event.action for event in events] == ["approve_suggestion"]


async def test_a_dismissed_proposal_says_why_and_is_not_made_again_that_day(
    desk: DecidingDesk, proposed: Suggestion
) -> None:
    dismissed = await do(desk, lambda session: suggestions.dismiss(session, proposed.id, "A sale starts.", by()))

    assert (dismissed.status, dismissed.reason) == (SuggestionState.DISMISSED, "A sale starts.")
    words = await refused(desk, lambda session: suggestions.approve(session, proposed.id, by()))
    assert words == "This suggestion is dismissed already: A sale starts."
    assert (await desk.decide()).proposed == 0


async def test_an_edit_keeps_the_sum_and_what_was_proposed_first(desk: DecidingDesk, proposed: Suggestion) -> None:
    owners = owners_of(proposed)
    half = {owners["set-0"]: 9_000, owners["set-1"]: 11_000}

    edited = await do(desk, lambda session: suggestions.edit(session, proposed.id, half, by()))

    assert amounts_of(edited) == {"set-0": 9_000, "set-1": 11_000}
    assert edited.proposed == proposed.action
    assert edited.status is SuggestionState.OPEN


async def test_an_edit_that_makes_no_move_is_refused_with_words(desk: DecidingDesk, proposed: Suggestion) -> None:
    owners = owners_of(proposed)

    async def said(amounts: dict[UUID, int]) -> str:
        return await refused(desk, lambda session: suggestions.edit(session, proposed.id, amounts, by()))

    assert (await said({owners["set-1"]: 12_000})).startswith("The amounts add up to SAR 1.00 more than before;")
    assert "is not part of this suggestion" in await said({uuid4(): 1})
    assert await said({owners["set-0"]: BUDGET, owners["set-1"]: BUDGET}) == "These amounts change nothing."


async def test_nobody_decides_on_a_proposal_whose_time_is_over(desk: DecidingDesk, proposed: Suggestion) -> None:
    """Over on the platform's clock, which may be ahead of ours."""
    await desk.change(AdAccount, desk.account_id, clock_ahead_s=timedelta(hours=25).total_seconds())

    words = await refused(desk, lambda session: suggestions.approve(session, proposed.id, by()))

    assert words == "This suggestion is expired already: Nobody decided in time; what it rests on is too old by now."
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        assert await suggestions.expire(session) == 1
        assert await suggestions.expire(session) == 0


async def test_nobody_approves_what_the_optimizer_proposed_before_its_campaign_was_held_out(
    desk: DecidingDesk, proposed: Suggestion
) -> None:
    await desk.change(Campaign, proposed.campaign_id, held_out_at=desk.now)

    words = await refused(desk, lambda session: suggestions.approve(session, proposed.id, by()))

    assert words.startswith("The campaign is held out to measure the optimizer.")
    await desk.change(Campaign, proposed.campaign_id, held_out_at=None)
    approved = await do(desk, lambda session: suggestions.approve(session, proposed.id, by()))
    assert approved.status is SuggestionState.APPROVED


async def test_nobody_approves_what_the_optimizer_proposed_while_tracking_may_be_broken(
    desk: DecidingDesk, proposed: Suggestion
) -> None:
    fault = Seen(AnomalyKind.TRACKING, desk.now, 4.0, True, "clicks without conversions, 0 in 6 h")
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        account = await session.get_one(AdAccount, desk.account_id)
        ((row,), _) = await signs.settle(session, account, desk.now, [fault])

    words = await refused(desk, lambda session: suggestions.approve(session, proposed.id, by()))

    assert "clicks without conversions, 0 in 6 h" in words
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        await signs.dismiss(session, row.id, ANA, uuid4().hex)
    approved = await do(desk, lambda session: suggestions.approve(session, proposed.id, by()))
    assert approved.status is SuggestionState.APPROVED


async def test_a_person_proposes_a_move_of_their_own_once(desk: DecidingDesk) -> None:
    campaign = await desk.running(2, 8)
    nodes = {node.name: node.object_id or node.id for node in await desk.nodes(campaign)}
    amounts, command = {nodes["set-0"]: 9_000, nodes["set-1"]: 11_000}, by()

    async def create(session: AsyncSession) -> Suggestion:
        return await suggestions.create(session, campaign, ("More for broad", "It sells."), amounts, command)

    made, again = await do(desk, create), await do(desk, create)

    assert made.id == again.id
    assert (made.kind, made.title, made.optimizer_run_id) == ("move_budget", "More for broad", None)
    assert amounts_of(made) == {"set-0": 9_000, "set-1": 11_000}
    # A run's proposal does not take the place of a person's.
    await desk.decide()
    assert {row.status for row in await desk.suggestions(campaign)} == {SuggestionState.OPEN}


async def test_what_holds_no_budget_of_the_campaign_cannot_be_moved(desk: DecidingDesk) -> None:
    campaign, other = await desk.running(2, 8), await desk.running(2, 8)
    foreign = (await desk.nodes(other))[0]
    ours = (await desk.nodes(campaign))[0]

    async def said(amounts: dict[UUID, int]) -> str:
        return await refused(desk, lambda session: suggestions.create(session, campaign, ("Move", ""), amounts, by()))

    words = await said({ours.object_id or ours.id: 9_000, foreign.object_id or foreign.id: 11_000})
    assert words.endswith("holds no budget of this campaign on the platform.")
    assert (await said({ours.object_id or ours.id: 12_000})).startswith("The amounts add up to SAR 20.00 more")


async def test_an_approved_one_ends_applied_or_failed_with_the_reason(desk: DecidingDesk, proposed: Suggestion) -> None:
    async def settle(state: SuggestionState, reason: str | None) -> Suggestion:
        async with desk.database.workspace_transaction(desk.workspace_id) as session:
            await suggestions.settle(session, proposed.id, state, reason)
        return (await desk.suggestions(proposed.campaign_id))[0]

    assert (await settle(SuggestionState.APPLIED, None)).status is SuggestionState.OPEN

    await do(desk, lambda session: suggestions.approve(session, proposed.id, by()))
    failed = await settle(SuggestionState.FAILED, "Somebody changed the budget meanwhile.")
    assert (failed.status, failed.reason) == (SuggestionState.FAILED, "Somebody changed the budget meanwhile.")
    assert (await settle(SuggestionState.APPLIED, None)).status is SuggestionState.FAILED


async def test_nobody_else_sees_or_decides(desk: DecidingDesk, proposed: Suggestion, stranger: Workspace) -> None:
    async with desk.database.workspace_transaction(stranger.id) as session:
        with pytest.raises(NotDecidable, match="no such suggestion in this workspace"):
            await suggestions.approve(session, proposed.id, by())
        assert await proposals.last_proposed(session, [proposed.campaign_id]) == {}


async def test_a_late_twin_of_a_run_proposes_nothing_twice(desk: DecidingDesk, proposed: Suggestion) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        run = await session.get_one(OptimizerRun, proposed.optimizer_run_id)
        twin = Proposal(desk.workspace_id, proposed.campaign_id, run.id, "Again", "", proposed_at=desk.now)
        assert await proposals.propose(session, [twin]) == []
    assert [row.title for row in await desk.suggestions(proposed.campaign_id)] == [proposed.title]


async def test_a_newer_proposal_takes_the_place_of_an_older_open_one(desk: DecidingDesk, proposed: Suggestion) -> None:
    action = BudgetMoves.model_validate(proposed.action)
    note, newer = [
        Proposal(desk.workspace_id, proposed.campaign_id, (await desk.begin()).run_id, title, "", desk.now, moved)
        for title, moved in (("Advice", None), ("Newer", action))
    ]

    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        assert await proposals.propose(session, [note]) == [note.id]
    assert {row.status for row in await desk.suggestions(proposed.campaign_id)} == {SuggestionState.OPEN}
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        assert await proposals.propose(session, [newer]) == [newer.id]
        assert await proposals.last_noted(session, [proposed.campaign_id]) == {proposed.campaign_id: desk.now}

    rows = {row.title: row for row in await desk.suggestions(proposed.campaign_id)}
    assert rows["Newer"].status is rows["Advice"].status is SuggestionState.OPEN
    assert rows[proposed.title].status is SuggestionState.EXPIRED
    assert rows[proposed.title].reason == "A newer proposal took its place."
