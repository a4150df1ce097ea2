"""Commands as Updates and as Signals: what is refused and how, what a repeat does, and what leaves no trace."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import WorkflowUpdateFailedError

from models.contracts import commands as c
from models.contracts.commands import SignalledCommand
from models.domain.states import ApprovalState, CampaignStatus, Channel, Scope, Verdict
from models.tables.approval import Ballot
from records import audit
from tests.workflows.campaign_desk import Run, Shop
from tests.workflows.test_campaign_creation import BARE
from workflows.campaign import CampaignWorkflow


@pytest_asyncio.fixture
async def bare(shop: Shop) -> Run:
    """A campaign that waits for its brief."""
    run = await shop.prepared(None, BARE)
    await run.create()
    return run


@pytest_asyncio.fixture
async def asked(shop: Shop) -> Run:
    """A campaign that waits for all four approvals."""
    run = await shop.started()
    await run.submitted()
    return run


class TestRefusals:
    async def test_what_the_status_does_not_allow_names_the_status_and_what_it_allows(self, bare: Run) -> None:
        before = await bare.events()

        refused = await bare.refused(c.Publish())

        assert refused.type == "not_allowed"
        assert "approvals" in refused.message
        assert refused.details[0]["status"] == "draft"
        assert "edit_brief" in refused.details[0]["allowed"]
        assert "publish" not in refused.details[0]["allowed"]
        assert await bare.events() == before, "a refusal must leave no event behind"

    async def test_an_edit_of_an_old_version_is_refused_with_the_present_one(self, bare: Run) -> None:
        seen = (await bare.now()).version
        await bare.do(c.Rename(title="Winter lamps"), expected_version=seen)
        before = await bare.events()

        refused = await bare.refused(c.Rename(title="Summer lamps"), expected_version=seen)

        assert (refused.type, refused.details[0]) == ("version_mismatch", {"present_version": seen + 1})
        assert await bare.events() == before
        assert (await bare.row()).name == "Winter lamps"

    async def test_a_wrong_body_names_each_wrong_field(self, bare: Run) -> None:
        wrong = await bare.office.store({"name": "Lamps", "budget": {"amount": {"amount_minor": -5}}})

        refused = await bare.refused(c.EditBrief(input_id=wrong))

        assert refused.type == "invalid"
        fields = {error["field"] for error in refused.details[0]["errors"]}
        assert {"budget.amount.currency", "budget.kind"} <= fields

    async def test_a_brand_that_does_not_exist_is_refused_and_not_tried_for_ever(self, bare: Run) -> None:
        stored = await bare.office.store({"name": "Lamps", "brand_id": str(uuid4())})

        refused = await bare.refused(c.EditBrief(input_id=stored))

        assert refused.type == "invalid"
        assert "does not exist" in refused.message

    async def test_a_body_of_another_workspace_cannot_be_used(self, bare: Run) -> None:
        refused = await bare.refused(c.EditBrief(input_id=uuid4()))

        assert refused.type == "invalid"
        assert "send the command again" in refused.message

    async def test_deciding_on_what_changed_since_answers_with_the_changes(self, asked: Run) -> None:
        seen = await asked.now()
        old = next(item for item in seen.items if item.key == "evening.en")
        await _reword(asked, "evening.en", "Come home to the light.")

        refused = await asked.refused(_approve(Scope.CONTENT, old.hash, "evening.en"), asked.office.ben)

        present = next(item for item in (await asked.now()).items if item.key == "evening.en").hash
        detail = refused.details[0]
        assert (refused.type, detail["present_hash"]) == ("stale_hash", present)
        assert present != old.hash
        changed = {str(change["path"]): change["after"] for change in detail["changes"]}
        assert changed == {"texts.feed.headline": "Come home to the light."}

    async def test_who_may_not_decide_is_told_who_may(self, asked: Run) -> None:
        seen = await asked.now()

        refused = await asked.refused(_approve(Scope.STRATEGY, seen.scopes[Scope.STRATEGY].hash), asked.office.client)

        assert refused.type == "forbidden"
        assert "ask owner or manager or approver" in refused.message

    async def test_an_item_that_is_not_there_is_not_found(self, asked: Run) -> None:
        refused = await asked.refused(_approve(Scope.CONTENT, "0" * 64, "nothing.en"))

        assert refused.type == "not_found"
        assert refused.details[0]["items"] == ["evening.en", "workshop.en"]


class TestOnce:
    async def test_a_repeated_command_answers_and_does_nothing(self, bare: Run) -> None:
        request = bare.request(c.Rename(title="Winter lamps"))
        first = await bare.send(request)
        await bare.do(c.Rename(title="Summer lamps"))

        again = await bare.send(request)

        assert first.snapshot.title == "Winter lamps"
        assert again.snapshot.title == "Summer lamps"
        assert again.snapshot.version == first.snapshot.version + 1

    async def test_two_commands_at_once_are_carried_out_one_after_the_other(self, bare: Run) -> None:
        version = (await bare.now()).version
        requests = [bare.request(c.Rename(title=title), expected_version=version) for title in ("Ana's", "Ben's")]

        answers = await asyncio.gather(*(bare.send(request) for request in requests), return_exceptions=True)

        refused = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
        assert len(refused) == 1
        assert getattr(refused[0].cause, "type", None) == "version_mismatch"
        assert (await bare.now()).version == version + 1


class TestSignals:
    async def test_an_operator_decides_with_the_start_of_a_hash_and_is_recorded_as_unverified(self, asked: Run) -> None:
        shown = (await asked.now()).scopes[Scope.STRATEGY].hash or ""

        await asked.signal("decide", seen_hash=shown[:8], scope="strategy", verdict="approve")
        await asked.until(lambda now: now.scopes[Scope.STRATEGY].state is ApprovalState.APPROVED)

        ballot = await _ballot(asked)
        assert (ballot.decider_user_id, ballot.decider_name) == (None, "operator, unverified")
        assert (ballot.channel, ballot.seen_hash) == (Channel.OPERATOR_UNVERIFIED, shown)

    @pytest.mark.parametrize(
        ("name", "payload"),
        [
            ("decide", {"scope": "strategy", "verdict": "approve"}),
            ("publish", {}),
            ("fly", {"to": "the moon"}),
            ("rename", {"title": ""}),
        ],
    )
    async def test_a_signal_that_is_not_valid_changes_nothing(
        self, bare: Run, name: str, payload: dict[str, str]
    ) -> None:
        before = await bare.now()

        await bare.signal(name, **payload)
        await bare.do(c.Rename(title="Still at work"))

        after = await bare.now()
        assert (after.version, after.title) == (before.version + 1, "Still at work")

    async def test_one_signal_to_many_campaigns_is_a_command_of_each(self, shop: Shop, bare: Run) -> None:
        """As Temporal's batch signals send it: the same payload, id included."""
        other = await shop.prepared(None, BARE)
        await other.create()
        sent = SignalledCommand(name="rename", payload={"title": "Winter"}, command_id="winter-1")

        for run in (bare, other):
            await run.handle.signal("command", sent)
            await run.handle.signal("command", sent)

        for run in (bare, other):
            await run.until(lambda now: now.title == "Winter")
            assert [event.action for event in await run.trail()] == ["create", "rename"]

    async def test_a_workspace_that_takes_no_signals_takes_none(self, bare: Run) -> None:
        await bare.office.change_settings(signals_enabled=False)

        await bare.signal("rename", title="By nobody")
        answer = await bare.do(c.Rename(title="By Ana"))

        async with bare.office.db.workspace_transaction(bare.office.workspace_id) as session:
            events = await audit.trail(session, bare.campaign_id)
        assert answer.snapshot.title == "By Ana"
        assert [event.actor_name for event in events] == ["Ana", "Ana"]


async def test_a_cancelled_campaign_ends_its_run_and_takes_nothing_more(bare: Run) -> None:
    await bare.do(c.Cancel())

    ended = await bare.handle.result(rpc_timeout=timedelta(seconds=20))

    assert ended is not None
    assert ended.status is CampaignStatus.CANCELLED
    assert (await bare.row()).status is CampaignStatus.CANCELLED
    closed = await bare.handle.query(CampaignWorkflow.progress)
    assert closed == ended


async def test_an_archived_campaign_ends_its_run(bare: Run) -> None:
    await bare.do(c.Archive())

    ended = await bare.handle.result(rpc_timeout=timedelta(seconds=20))

    assert ended is not None
    assert ended.archived
    assert (await bare.row()).archived_at is not None


def _approve(scope: Scope, seen: str | None, item: str | None = None) -> c.Decide:
    return c.Decide(scope=scope, item=item, verdict=Verdict.APPROVE, seen_hash=seen or "")


async def _reword(run: Run, item: str, headline: str) -> None:
    """A person's new headline, submitted."""
    body = await run.item(item)
    body["texts"][0]["headline"] = headline
    await run.do(c.EditItem(item=item, input_id=await run.office.store(body)))
    await run.do(c.Submit(scopes=[Scope.CONTENT]))


async def _ballot(run: Run) -> Ballot:
    (found,) = await run.ballots()
    return found
