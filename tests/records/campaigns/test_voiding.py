"""Which edit voids which approval, on the records; the pure rules are tested row by row elsewhere."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from models.contracts import commands as c
from models.domain.schedule import Envelope
from models.domain.states import ApprovalState, CampaignStatus, OptimizerMode, Scope, Verdict
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk

Change = Callable[[Desk], Awaitable[None]]
EVERYTHING = {"strategy", "schedule", "ads", EVENING, WORKSHOP}


async def one_text(desk: Desk) -> None:
    await desk.edit_item(EVENING, disclaimer="While stocks last")
    await desk.submitted(Scope.CONTENT)


async def tags_in_the_link(desk: Desk) -> None:
    await desk.edit_item(EVENING, link_url="https://shop.example.com/lamps?utm_source=x")
    await desk.submitted(Scope.CONTENT)


async def total(desk: Desk) -> None:
    schedule = (await desk.facts()).schedule
    assert schedule is not None
    await desk.edit("schedule", total_cap_minor=schedule.total_cap_minor + 100)
    await desk.submitted(Scope.SCHEDULE)


async def start(desk: Desk) -> None:
    await desk.edit("schedule", start=desk.now + timedelta(days=3))
    await desk.submitted(Scope.SCHEDULE)


async def envelope(desk: Desk) -> None:
    await desk.edit("schedule", envelope=Envelope(mode_max=OptimizerMode.AUTO))
    await desk.submitted(Scope.SCHEDULE)


async def rename(desk: Desk) -> None:
    await desk.do(c.Rename(title="Winter lamps"))


async def page(desk: Desk) -> None:
    await desk.edit("plan", page_id="2")
    await desk.submitted(Scope.ADS)


async def note_on_the_strategy(desk: Desk) -> None:
    await desk.edit("strategy", summary="A note")
    await desk.submitted(Scope.STRATEGY)


async def proposition(desk: Desk) -> None:
    strategy = (await desk.facts()).strategy
    assert strategy is not None
    await desk.edit("strategy", message=strategy.message.model_copy(update={"proposition": "Light for less"}))
    await desk.submitted(Scope.STRATEGY)


async def a_draft_only(desk: Desk) -> None:
    await desk.edit_item(EVENING, disclaimer="While stocks last")
    await desk.edit("plan", page_id="2")


ROWS: list[tuple[Change, set[str]]] = [
    (one_text, {EVENING}),
    (tags_in_the_link, set()),
    (total, {"schedule"}),
    (start, {"schedule"}),
    (envelope, {"schedule"}),
    (rename, set()),
    (page, {"ads"}),
    (note_on_the_strategy, set()),
    (proposition, EVERYTHING),
    (a_draft_only, set()),
]


@pytest.mark.parametrize(("change", "expected"), ROWS, ids=[row[0].__name__ for row in ROWS])
async def test_a_submitted_change_voids_exactly_what_it_touches(
    approved: Desk, change: Change, expected: set[str]
) -> None:
    assert await approved.voided() == set()

    await change(approved)

    assert await approved.voided() == expected
    campaign = (await approved.facts()).campaign
    assert campaign.status is (CampaignStatus.AWAITING_APPROVAL if expected else CampaignStatus.READY)


async def test_after_a_revised_strategy_all_four_are_asked_again_and_one_command_confirms(approved: Desk) -> None:
    await proposition(approved)

    facts = await approved.facts()
    assert all(facts.requested(scope) for scope in Scope)
    assert facts.scope_views[Scope.SCHEDULE].unchanged_since is not None
    assert facts.item_views[EVENING].unchanged_since is not None
    assert facts.scope_views[Scope.STRATEGY].unchanged_since is None
    before = len(facts.ballots)

    answer = await approved.approve_everything()

    assert answer.snapshot.status is CampaignStatus.READY
    assert len((await approved.facts()).ballots) == before + len(EVERYTHING)


async def test_going_back_to_what_was_sent_back_finds_the_rejection_standing(approved: Desk) -> None:
    rejected = await approved.decide(Scope.CONTENT, Verdict.REQUEST_CHANGES, EVENING, "Say 20 %")
    await approved.do(c.Withdraw(scope=Scope.CONTENT, item=EVENING, reason="Wrong number"), approved.office.ben)
    await approved.do(rejected, approved.office.ben)
    old = (await approved.facts()).items[EVENING].working
    assert old is not None
    await one_text(approved)
    await approved.do(await approved.decide(Scope.CONTENT, Verdict.APPROVE, EVENING), approved.office.ben)

    await approved.edit_item(EVENING, **{name: getattr(old, name) for name in type(old).model_fields})
    await approved.submitted(Scope.CONTENT)

    assert (await approved.facts()).item_views[EVENING].state is not ApprovalState.APPROVED


async def test_the_rows_for_lists_show_what_the_ballots_amount_to(approved: Desk) -> None:
    await total(approved)

    facts = await approved.facts()
    assert {scope: row.state for scope, row in facts.approvals.items()} == {
        scope: view.state for scope, view in facts.scope_views.items()
    }
    row = facts.approvals[Scope.SCHEDULE]
    assert (row.content_hash, row.basis_hash) == (facts.hashes[Scope.SCHEDULE], facts.basis)
    assert facts.approvals[Scope.STRATEGY].decided_at is not None
    assert row.decided_at is None
