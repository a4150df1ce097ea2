"""Reading briefs and writing copy, also while the model is away, refuses or costs too much."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.contracts import commands as c
from models.contracts.campaign import Step
from models.domain.brief import Source
from models.domain.states import CampaignStatus
from records import ai_usage
from tests.workflows.campaign_desk import Run, Shop

TEXT = (
    "We sell handmade brass lamps at https://shop.example.com/lamps. Get us online sales in Saudi Arabia, "
    "ads in English. The budget is 600 USD a day."
)
Fault = Callable[..., None]


@pytest.fixture
def model_fault(shop: Shop) -> Iterator[Fault]:
    """A fault of the simulated OpenAI, until the test ends or takes it away."""
    control = shop.meta.control

    def strike(name: str, **more: Any) -> None:  # noqa: ANN401 - JSON
        control.post("/faults", json={"service": "openai", "name": name, **more}).raise_for_status()

    yield strike
    control.delete("/faults").raise_for_status()


async def texts(run: Run) -> dict[str, str]:
    """The first headline of each item, as it is being worked on."""
    items = (await run.facts()).items
    return {key: item.working.texts[0].headline for key, item in items.items() if item.working is not None}


async def test_free_text_fills_the_gaps_and_says_where_it_came_from(shop: Shop) -> None:
    run = await shop.prepared(None, {"brief": {"name": "Lamps", "raw_text": TEXT, "languages": ["en"]}})
    await run.create()

    await run.until_row(lambda row: "parsed_brief" in row.work)

    brief = (await run.facts()).brief
    assert brief.landing_urls == ["https://shop.example.com/lamps"]
    assert brief.budget is not None
    assert (brief.budget.amount.amount_minor, brief.budget.amount.currency) == (60_000, "USD")
    assert brief.provenance["budget"].source is Source.PARSED
    quoted = brief.provenance["budget"]
    assert "600" in TEXT[quoted.start : quoted.end]
    assert "languages" not in brief.provenance, "what a person entered stays theirs"


async def test_a_complete_brief_becomes_strategy_copy_and_plan_without_anybody(shop: Shop) -> None:
    run = await shop.prepared(None, shop.office.body(strategy=False))
    await run.create()

    seen = await run.drafted()

    assert seen.problem is None
    facts = await run.facts()
    assert facts.working_strategy is not None
    assert set(await texts(run)) == set(facts.expected_items)
    assert facts.plans.working is not None
    assert facts.schedules.working is not None


async def test_while_the_model_is_away_the_page_says_so_and_then_it_goes_on(shop: Shop, model_fault: Fault) -> None:
    model_fault("throttle", times=2, params={"retry_after": 1})
    run = await shop.started()

    await run.until_row(lambda row: "Trying again by itself" in (row.waiting_on or ""))
    seen = await run.drafted()

    assert seen.problem is None
    assert (await run.row()).waiting_on == "Marketer: ask for approval"


async def test_a_publish_and_a_cancel_wait_for_no_model_that_is_away(shop: Shop, model_fault: Fault) -> None:
    ready, given_up = await shop.started(), await shop.started()
    await ready.approved()
    await given_up.drafted()
    model_fault("http_500")
    for run in (ready, given_up):
        item = (await run.facts()).expected_items[0]
        await run.do(c.Regenerate(items=[item]))
        await run.until_row(lambda row: "Trying again by itself" in (row.waiting_on or ""))

    await ready.do(c.Publish())
    await given_up.do(c.Cancel())

    published = await ready.until(lambda now: now.status is not CampaignStatus.PUBLISHING)
    assert published.status is CampaignStatus.SCHEDULED
    ended = await given_up.handle.result()
    assert ended is not None
    assert ended.status is CampaignStatus.CANCELLED


async def test_a_refusal_is_told_in_words_and_retry_takes_the_step_up_again(shop: Shop, model_fault: Fault) -> None:
    model_fault("refusal", times=1)
    run = await shop.started()
    seen = await run.until(lambda now: bool(now.problem))

    row = await run.row()
    assert seen.step is None
    assert row.problem is not None
    assert row.problem["step"] == Step.WRITE_COPY
    assert len(str(row.problem["message"])) > 20
    assert [notice.kind for notice in await run.notices()] == ["step_failed"]
    assert len(await texts(run)) == 1, "the other item is written all the same"

    await run.do(c.Retry())
    assert (await run.drafted()).problem is None


async def test_answers_that_stay_nonsense_are_shown_instead_of_paid_for_again_and_again(
    shop: Shop, model_fault: Fault
) -> None:
    # Three tries for each of the two items.
    model_fault("invalid_json", times=6)
    run = await shop.started()

    seen = await run.until(lambda now: bool(now.problem))
    assert seen.step is None
    assert await texts(run) == {}

    await run.do(c.Retry())
    assert (await run.drafted()).problem is None


async def test_the_spending_cap_stops_before_money_is_spent_and_says_how_to_go_on(shop: Shop) -> None:
    await shop.office.change_settings(ai_monthly_cap_micros=0)
    run = await shop.started()

    seen = await run.until(lambda now: bool(now.problem))

    assert "cap" in (seen.problem or "")
    async with run.office.db.workspace_transaction(run.office.workspace_id) as session:
        assert await ai_usage.spent_this_month(session, run.office.workspace_id) == 0

    await shop.office.change_settings(ai_monthly_cap_micros=100_000_000)
    await run.do(c.Retry())
    assert (await run.drafted()).problem is None


async def test_an_item_is_written_anew_as_often_as_it_is_asked_and_the_others_stay(shop: Shop) -> None:
    run = await shop.started()
    await run.drafted()
    written = [await texts(run)]
    instruction = await run.office.store({"instruction": "Make it shorter."})

    for _ in range(2):
        await run.do(c.Regenerate(items=["evening.en"], input_id=instruction))
        await run.idle()
        written.append(await texts(run))

    assert len({now["evening.en"] for now in written}) == 3
    assert len({now["workshop.en"] for now in written}) == 1
    assert [event.action for event in await run.trail()].count("copy_written") == 4
