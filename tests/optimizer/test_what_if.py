"""What another way of deciding is told to differ by: counted per campaign and day, of both sides by the same rule."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import pytest

from optimizer.problem import Decision, OwnerDecision, Pool, PoolDecision, Why
from optimizer.what_if import MOST_CAMPAIGNS, Compared, Tally, add
from tests.optimizer.problems import BUDGET, NOW, earning, pool, problem


def answer(of: Pool, *after: int, why: Why = Why.NOTHING_TO_GAIN, pause: bool = False) -> PoolDecision:
    """Without amounts nothing moves."""
    amounts = list(after) or [owner.now_minor for owner in of.owners]
    owners = [
        OwnerDecision(
            object_id=owner.object_id,
            before_minor=owner.now_minor,
            after_minor=amount,
            why=Why.MOVED if after else why,
            words=f"{owner.name} is worth it",
            pause=pause and amount == owner.now_minor,
        )
        for owner, amount in zip(of.owners, amounts, strict=True)
    ]
    moves = bool(after)
    return PoolDecision(
        campaign_id=of.campaign_id,
        moves=moves,
        why=Why.MOVED if moves else why,
        words="more for the money" if moves else "nothing to gain",
        owners=owners,
    )


@pytest.fixture
def shop() -> Pool:
    return pool([earning("broad", 2), earning("cart", 8)])


def hour(
    of: Pool, ago: int, then: PoolDecision, candidate: PoolDecision, *, refused: Collection[UUID] = ()
) -> Compared:
    asked = problem(of).model_copy(update={"now": NOW - timedelta(hours=ago)})
    return Compared(
        UUID(int=ago),
        asked,
        Decision(engine="then", pools=[then]),
        Decision(engine="new", pools=[candidate]),
        (),
        refused,
    )


def tallied(*hours: Compared) -> Tally:
    tally = Tally()
    for each in hours:
        add(tally, each)
    return Tally.model_validate_json(tally.model_dump_json())


def test_of_each_day_one_move_counts_however_many_hours_would_have_made_it(shop: Pool) -> None:
    still, moving = answer(shop), answer(shop, 9_000, 11_000)

    [campaign] = tallied(*(hour(shop, ago, still, moving) for ago in range(0, 48))).campaigns.values()

    assert (campaign.hours, campaign.same) == (48, 0)
    assert (campaign.candidate.hours, campaign.candidate.days) == (48, 3)
    assert (campaign.candidate.up, campaign.candidate.down, campaign.candidate.moved_minor) == (3, 3, 3_000)
    assert campaign.candidate.largest_step_bp == 1_000
    assert (campaign.then.days, campaign.then.left_alone) == (0, {"nothing_to_gain": 48})


def test_equal_decisions_are_the_same_whatever_their_words(shop: Pool) -> None:
    moving = answer(shop, 9_000, 11_000)
    tally = tallied(hour(shop, 0, moving, moving), hour(shop, 1, answer(shop), answer(shop, why=Why.TOO_SOON)))

    [campaign] = tally.campaigns.values()
    assert (campaign.hours, campaign.same, campaign.differing) == (2, 2, None)
    assert [(run.then, run.candidate, run.differing) for run in tally.runs] == [(1, 1, 0), (0, 0, 0)]


def test_the_newest_hour_in_which_they_differ_is_shown_budget_by_budget(shop: Pool) -> None:
    same = hour(shop, 0, answer(shop), answer(shop))
    newest = hour(shop, 1, answer(shop), answer(shop, 8_000, 12_000))
    older = hour(shop, 2, answer(shop, 9_000, 11_000), answer(shop))

    [campaign] = tallied(same, newest, older).campaigns.values()

    assert campaign.differing is not None
    assert campaign.differing.run_id == UUID(int=1)
    assert [
        (line.name, line.before_minor, line.then_minor, line.candidate_minor) for line in campaign.differing.lines
    ] == [
        ("broad", BUDGET, BUDGET, 8_000),
        ("cart", BUDGET, BUDGET, 12_000),
    ]


def test_what_the_guard_refuses_counts_as_left_alone(shop: Pool) -> None:
    refused = hour(shop, 0, answer(shop), answer(shop, 0, 20_000), refused={shop.campaign_id})

    tally = tallied(refused)

    [campaign] = tally.campaigns.values()
    assert (tally.refused, campaign.candidate.days, campaign.candidate.left_alone) == (1, 0, {"refused": 1})
    assert campaign.same == 1


def test_a_pause_differs_although_no_amount_does(shop: Pool) -> None:
    [campaign] = tallied(hour(shop, 0, answer(shop), answer(shop, BUDGET, BUDGET, pause=True))).campaigns.values()

    assert (campaign.same, campaign.candidate.paused, campaign.candidate.moved_minor) == (0, 2, 0)


def test_of_very_many_campaigns_the_others_are_counted_only() -> None:
    pools = [pool([earning("one", 2)], campaign_id=UUID(int=number)) for number in range(MOST_CAMPAIGNS + 3)]
    still = Decision(engine="any", pools=[answer(each) for each in pools])
    tally = Tally()

    add(tally, Compared(UUID(int=1), problem(*pools), still, still))

    assert (len(tally.campaigns), tally.others, tally.runs[0].campaigns) == (MOST_CAMPAIGNS, 3, MOST_CAMPAIGNS + 3)


def test_an_answer_for_other_campaigns_is_an_error(shop: Pool) -> None:
    other = answer(pool([earning("broad", 2), earning("cart", 8)], campaign_id=UUID(int=9)))
    asked, answered = problem(shop), Decision(engine="b", pools=[other])

    for then in (Decision(engine="a", pools=[answer(shop)]), Decision(engine="a", pools=[])):
        with pytest.raises(ValueError, match=r"another campaign|zip"):
            add(Tally(), Compared(UUID(int=1), asked, then, answered))
