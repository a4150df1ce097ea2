import pytest

from models.domain.commands import ALLOWED, CHANGE_SETS, DECISIONS, EDITS, Command, refusal
from models.domain.states import CampaignStatus

PUBLISHED = (CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED)
UNPUBLISHED = (CampaignStatus.DRAFT, CampaignStatus.AWAITING_APPROVAL, CampaignStatus.READY)


def said(status: CampaignStatus, command: Command) -> str:
    refused = refusal(status, command)
    assert refused is not None, f"{command} is taken while {status}"
    return refused.detail


@pytest.mark.parametrize("status", CampaignStatus)
@pytest.mark.parametrize("command", Command)
def test_every_command_is_taken_or_refused_with_words_and_what_is_possible(
    status: CampaignStatus, command: Command
) -> None:
    refused = refusal(status, command)

    if command in ALLOWED[status]:
        assert refused is None
    else:
        assert refused is not None
        assert len(refused.detail) > 15
        assert set(refused.allowed) == ALLOWED[status]


@pytest.mark.parametrize("command", sorted(EDITS | DECISIONS | CHANGE_SETS | {Command.RENAME, Command.END}))
def test_while_publishing_everything_is_frozen_until_the_publish_is_cancelled(command: Command) -> None:
    assert "cancel the publish first" in said(CampaignStatus.PUBLISHING, command)
    assert refusal(CampaignStatus.PUBLISHING, Command.CANCEL_PUBLISH) is None


@pytest.mark.parametrize("status", PUBLISHED)
@pytest.mark.parametrize("command", sorted(EDITS))
def test_published_campaigns_change_through_change_sets_only(status: CampaignStatus, command: Command) -> None:
    assert "open a change set" in said(status, command)
    assert refusal(status, Command.OPEN_CHANGE_SET) is None


@pytest.mark.parametrize("status", [*UNPUBLISHED, CampaignStatus.CANCELLED])
def test_what_never_ran_can_be_archived(status: CampaignStatus) -> None:
    assert refusal(status, Command.ARCHIVE) is None


@pytest.mark.parametrize("status", PUBLISHED)
def test_what_runs_is_ended_and_not_archived_or_cancelled(status: CampaignStatus) -> None:
    assert "end it instead" in said(status, Command.ARCHIVE)
    assert "end it instead" in said(status, Command.CANCEL)
    assert refusal(status, Command.END) is None


@pytest.mark.parametrize("status", sorted(set(CampaignStatus) - {CampaignStatus.READY}))
def test_only_a_ready_campaign_is_published(status: CampaignStatus) -> None:
    assert said(status, Command.PUBLISH)
    assert refusal(CampaignStatus.READY, Command.PUBLISH) is None


def test_editing_a_ready_campaign_is_possible_and_its_approval_can_be_withdrawn() -> None:
    assert refusal(CampaignStatus.READY, Command.EDIT_ITEM) is None
    assert refusal(CampaignStatus.READY, Command.WITHDRAW) is None


def test_pausing_and_resuming_take_turns() -> None:
    assert refusal(CampaignStatus.LIVE, Command.PAUSE) is None
    assert "only a paused campaign" in said(CampaignStatus.LIVE, Command.RESUME)
    assert refusal(CampaignStatus.PAUSED, Command.RESUME) is None
    assert "only a running campaign" in said(CampaignStatus.PAUSED, Command.PAUSE)
