"""Changes of a running campaign: decided on their own, written to the platform, or taken back as a whole."""

import httpx
from pydantic import JsonValue

from models.contracts import commands as c
from models.domain.states import ApprovalState, CampaignStatus, ChangeSetState, Scope, Verdict
from tests.workflows.campaign_desk import Run, Shop


async def proposed(run: Run, body: dict[str, JsonValue]) -> c.DecideChangeSet:
    """Opens the change and returns the approval of it."""
    answer = await run.do(c.OpenChangeSet(input_id=await run.office.store(body)))
    change = answer.snapshot.change_sets[0]
    return c.DecideChangeSet(number=change.number, verdict=Verdict.APPROVE, seen_hash=change.hash)


def edit_by_hand(shop: Shop, node: str, **fields: object) -> None:
    """As a buyer does in the platform's own page."""
    url = shop.meta.control.base_url.join(f"/v26.0/{node}")
    data = {**{name: str(value) for name, value in fields.items()}, "access_token": shop.meta.token.get_secret_value()}
    httpx.post(url, data=data, trust_env=False).raise_for_status()


def budgets(shop: Shop) -> list[str]:
    return [str(entry["budget"]) for entry in shop.meta.books()["adsets"] if not entry["deleted"]]


def statuses(shop: Shop, kind: str) -> list[str]:
    return sorted(entry["status"] for entry in shop.meta.books()[kind] if not entry["deleted"])


async def test_an_approved_change_reaches_the_platform_and_leaves_everything_approved(shop: Shop) -> None:
    run = await shop.started()
    await run.live()
    facts = await run.facts()
    assert facts.schedule is not None
    assert facts.plan is not None
    [owner] = [part.plan_key for part in facts.schedule.split]
    approval = await proposed(run, {"budgets": {owner: 50_000}, "pause_ads": [facts.plan.ads[0].key]})
    assert budgets(shop) == ["60000"], "nothing is written before somebody approves it"

    await run.do(approval, run.office.ben)
    seen = await run.until(lambda now: not now.change_sets)

    assert not seen.problem
    assert budgets(shop) == ["50000"]
    assert statuses(shop, "ads") == ["ACTIVE", "PAUSED"]
    after = await run.facts()
    assert after.schedule is not None
    assert after.schedule.pool_minor == 50_000
    assert {view.state for view in after.scope_views.values()} == {ApprovalState.APPROVED}
    assert after.change_sets[0].state is ChangeSetState.APPLIED


async def test_a_change_of_status_pauses_the_campaign(shop: Shop) -> None:
    run = await shop.started()
    await run.live()

    await run.do(await proposed(run, {"status": "pause"}), run.office.ben)
    await run.until(lambda now: not now.change_sets)

    assert (await run.now()).status is CampaignStatus.PAUSED
    assert statuses(shop, "campaigns") == ["PAUSED"]


async def test_what_somebody_changed_on_the_platform_meanwhile_stops_the_change_and_takes_it_back(shop: Shop) -> None:
    run = await shop.started()
    await run.live()
    facts = await run.facts()
    assert facts.schedule is not None
    assert facts.plan is not None
    [owner] = [part.plan_key for part in facts.schedule.split]
    [ad_set] = [entry["id"] for entry in shop.meta.books()["adsets"] if not entry["deleted"]]
    edit_by_hand(shop, ad_set, daily_budget=45_000)
    change: dict[str, JsonValue] = {"budgets": {owner: 50_000}, "pause_ads": [facts.plan.ads[0].key]}

    await run.do(await proposed(run, change), run.office.ben)
    seen = await run.until(lambda now: bool(now.problem))

    assert budgets(shop) == ["45000"]
    assert statuses(shop, "ads") == ["ACTIVE", "ACTIVE"]
    assert seen.status in (CampaignStatus.LIVE, CampaignStatus.SCHEDULED)
    await run.do(c.DiscardChangeSet(number=1))
    assert not (await run.now()).change_sets
    assert (await run.facts()).hashes[Scope.SCHEDULE] == facts.hashes[Scope.SCHEDULE]


async def test_only_one_change_waits_at_a_time_and_nothing_unknown_is_proposed(shop: Shop) -> None:
    run = await shop.started()
    await run.live()
    await proposed(run, {"status": "pause"})

    second = await run.refused(c.OpenChangeSet(input_id=await run.office.store({"status": "pause"})))
    await run.do(c.DiscardChangeSet(number=1))
    unknown = await run.refused(c.OpenChangeSet(input_id=await run.office.store({"budgets": {"nobody": 100}})))

    assert (second.type, unknown.type) == ("not_allowed", "invalid")
    assert "holds no budget" in unknown.message
