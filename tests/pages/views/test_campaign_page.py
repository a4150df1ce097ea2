"""What one campaign's page says to each person, from the records as they are."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api.pages.reading import Reading, read
from api.pages.rendering import templates
from api.pages.views.campaign import CampaignPage, campaign_page
from api.pages.views.words import APPROVAL
from api.pages.visitor import Visitor
from models.contracts import commands as c
from models.contracts.base import Actor
from models.domain.roles import Role
from models.domain.states import (
    ApprovalState,
    CampaignStatus,
    LedgerState,
    PlatformKind,
    Scope,
    Verdict,
    WriteClass,
    WriteOp,
)
from models.tables.ledger import LedgerIntent, PublishRun, PublishRunState
from records.access import Caller
from records.campaigns import looking_back, results
from tests.office import AGENCY
from tests.records.campaigns.desk import EVENING, WORKSHOP, Desk
from tests.records.campaigns.test_running import end_rights, give_picture

TECHNICAL = re.compile(r"workflow|\bhash|saga|needs_review|None|Scope\.|<[A-Z]", re.IGNORECASE)


def caller(desk: Desk, actor: Actor) -> Caller:
    assert actor.user_id is not None
    return Caller(
        actor.user_id, desk.office.workspace_id, Role(actor.role or ""), frozenset(Scope), actor.name, "a@example.com"
    )


async def reading(desk: Desk, actor: Actor) -> Reading:
    return await read(desk.office.db, caller(desk, actor), desk.campaign_id)


async def page(desk: Desk, actor: Actor) -> CampaignPage:
    return campaign_page(await reading(desk, actor))


def labels(shown: CampaignPage) -> list[str]:
    return [action.label for action in shown.next.actions]


def visible_words(shown: CampaignPage, visitor: Visitor) -> str:
    html = templates.get_template("campaign.html").render(
        page=shown, visitor=visitor, simulated=[], refresh=None, problem=None, done="", typed=""
    )
    return re.sub(r"<[^>]+>", " ", html)


def visiting(desk: Desk, actor: Actor) -> Visitor:
    return Visitor(caller(desk, actor), "Agency One", [], "csrf", "key")


async def test_drafts_are_put_up_for_approval_with_one_button(desk: Desk) -> None:
    await desk.drafted()

    shown = await page(desk, desk.office.ana)

    assert shown.next.title == "Everything is drafted"
    assert labels(shown) == ["Ask for approval"]
    assert shown.card is not None
    assert (shown.card.total_label, shown.card.ads) == ("Total, not approved yet", 2)
    assert shown.card.worst_day == "USD 1,050.00"


async def test_one_person_approves_and_publishes_with_one_button(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()

    shown = await page(desk, desk.office.ana)

    assert labels(shown)[0] == "Approve everything and publish"
    seen = [value for name, value in shown.next.actions[0].fields if name == "seen"]
    assert len(seen) == 5
    await desk.do(c.ApproveAll(seen=[as_seen(value) for value in seen]))
    assert (await desk.facts()).campaign.status is CampaignStatus.READY


def as_seen(value: str) -> c.Seen:
    scope, item, digest = value.split("|")
    return c.Seen(scope=Scope(scope), item=item or None, hash=digest)


async def test_an_approver_is_offered_no_publish(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()

    shown = await page(desk, desk.office.ben)

    assert labels(shown) == ["Approve everything as shown"]


async def test_after_a_revised_strategy_everything_unchanged_is_one_tap(desk: Desk) -> None:
    await desk.approved()
    strategy = (await desk.facts()).strategy
    assert strategy is not None
    await desk.edit("strategy", message=strategy.message.model_copy(update={"proposition": "Light that stays"}))
    await desk.submitted(Scope.STRATEGY)
    approve = await desk.decide(Scope.STRATEGY, Verdict.APPROVE)
    changed = (await page(desk, desk.office.ben)).approvals["strategy"].changes
    await desk.do(approve, desk.office.ben)

    shown = await page(desk, desk.office.ben)

    assert [change.after for change in changed] == ["Light that stays"]
    assert shown.next.title == "Unchanged since your decision"
    assert all(item.unchanged_since for item in shown.items)
    fields = [value for name, value in shown.next.actions[0].fields if name == "seen"]
    await desk.do(c.ApproveAll(seen=[as_seen(value) for value in fields]), desk.office.ben)
    assert (await desk.facts()).campaign.status is CampaignStatus.READY


async def test_one_item_goes_back_with_its_reason_while_the_other_goes_on(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()
    back = await desk.decide(Scope.CONTENT, Verdict.REQUEST_CHANGES, EVENING, "20 %, not 30 %")
    await desk.do(back, desk.office.ben)

    theirs, mine = await page(desk, desk.office.ben), await page(desk, desk.office.ana)
    evening, workshop = ({item.key: item for item in theirs.items}[key] for key in (EVENING, WORKSHOP))

    assert (evening.reason, evening.may_approve, workshop.may_approve) == ("20 %, not 30 %", False, True)
    assert "Approve everything and publish" not in labels(mine)


async def test_an_item_whose_rights_have_ended_says_so_and_what_to_do(desk: Desk) -> None:
    picture = await give_picture(desk, EVENING)
    await desk.submitted()
    await desk.approve_everything()
    await end_rights(desk, picture, datetime.now(UTC))

    shown = await page(desk, desk.office.ana)

    evening, workshop = shown.items
    assert evening.expired.startswith("the rights to lamp.png ended on ")
    assert evening.expired.endswith("Replace it, or leave this item out.")
    assert (evening.open, evening.may_approve, evening.state) == (True, False, APPROVAL[ApprovalState.NEEDS_REVIEW])
    assert (workshop.expired, workshop.open) == ("", False)
    assert "This may not be shown any more" in visible_words(shown, visiting(desk, desk.office.ana))


async def test_a_client_decides_after_the_team_and_sees_nothing_technical(desk: Desk) -> None:
    await desk.drafted(**AGENCY)
    await desk.submitted()

    before = await page(desk, desk.office.client)
    await desk.approve_everything(desk.office.ben)
    after = await page(desk, desk.office.client)
    waiting = await page(desk, desk.office.ana)

    assert before.next.actions == []
    assert "Waiting for Ben" in before.next.title
    assert labels(after) == ["Approve everything as shown"]
    assert (after.plan, after.readiness) == (None, None)
    assert "Waiting for Carla" in waiting.next.title


async def test_the_card_says_what_changed_since_the_person_last_looked(desk: Desk) -> None:
    await desk.drafted()
    await desk.submitted()
    first = await page(desk, desk.office.ben)
    schedule = (await desk.facts()).schedule
    assert schedule is not None
    await desk.edit("schedule", total_cap_minor=schedule.total_cap_minor + 10_000)
    await desk.submitted(Scope.SCHEDULE)

    second = await page(desk, desk.office.ben)
    looked = await reading(desk, desk.office.ben)
    await looking_back.remember_look(desk.office.db, looked.caller.user_id, looked.facts)
    third = await page(desk, desk.office.ben)

    assert first.card is not None
    assert first.card.changed is None
    assert second.card is not None
    assert [(part.part, change.label) for part in second.card.changed or [] for change in part.changes] == [
        ("Budget and dates", "total budget")
    ]
    assert third.card is not None
    assert third.card.changed == []


async def test_a_failed_publish_says_why_and_offers_another(desk: Desk) -> None:
    await desk.approved()
    await desk.do(c.Publish())
    await desk.store(results.publish_ended("failed", {"type": "refused", "message": "The card was declined."}, {}))

    shown = await page(desk, desk.office.ana)

    assert (shown.next.title, shown.next.words) == ("Publishing did not work", "The card was declined.")
    assert labels(shown) == ["Publish again"]


async def test_a_running_campaign_can_be_paused_and_ended_but_not_edited(desk: Desk) -> None:
    await desk.live()

    shown, seen = await page(desk, desk.office.ana), await page(desk, desk.office.ben)

    assert labels(shown) == ["Pause", "End"]
    assert seen.next.actions == []
    assert "edit_schedule" not in shown.allowed


async def test_a_publish_in_doubt_asks_a_person_to_look(desk: Desk) -> None:
    await desk.approved()
    await desk.do(c.Publish())
    seen = await reading(desk, desk.office.ana)
    waiting = PublishRun(
        workspace_id=desk.office.workspace_id,
        campaign_id=desk.campaign_id,
        ad_account_id=desk.office.account_id,
        number=1,
        state=PublishRunState.NEEDS_PERSON,
        phase="ad_sets",
        gate_epoch=0,
        waiting_reason="One ad set could not be confirmed.",
        planned={"campaign": 1, "ad_set": 2},
    )
    intent = LedgerIntent(
        workspace_id=desk.office.workspace_id,
        campaign_id=desk.campaign_id,
        ad_account_id=desk.office.account_id,
        object_id=uuid4(),
        object_kind=PlatformKind.AD_SET,
        plan_key="broad__en",
        op=WriteOp.CREATE,
        write_class=WriteClass.PUBLISH,
        name="Lamps_sales_broad",
        marker="gl-1",
        request_hash="0",
        state=LedgerState.UNCONFIRMED,
    )

    doubtful = campaign_page(replace(seen, run=waiting, doubtful=[intent]))
    settled = campaign_page(replace(seen, run=waiting, doubtful=[]))

    assert doubtful.publish is not None
    assert doubtful.publish.doubts[0].words.startswith("Ad set Lamps_sales_broad: could not confirm with Meta")
    assert labels(doubtful) == ["Cancel publishing"]
    assert labels(settled) == ["Go on publishing", "Cancel publishing"]
    assert doubtful.next.refresh is None, "nobody's words are lost to a page that loads again"


async def test_while_it_publishes_the_page_counts_and_looks_again(desk: Desk) -> None:
    await desk.approved()
    await desk.do(c.Publish())

    shown = await page(desk, desk.office.ana)

    assert (shown.next.refresh, labels(shown)) == (3, ["Cancel publishing"])


@pytest.mark.parametrize("state", ["drafted", "submitted", "sent back", "live"])
@pytest.mark.parametrize("who", ["ana", "ben", "client"])
async def test_no_person_meets_technical_words(desk: Desk, state: str, who: str) -> None:
    if state == "live":
        await desk.live()
    else:
        await desk.drafted()
    if state in ("submitted", "sent back"):
        await desk.submitted()
    if state == "sent back":
        await desk.do(await desk.decide(Scope.CONTENT, Verdict.REQUEST_CHANGES, EVENING, "Shorter"), desk.office.ben)
    actor: Actor = getattr(desk.office, who)

    shown = await page(desk, actor)
    words = visible_words(shown, visiting(desk, actor))

    assert TECHNICAL.findall(words) == []
