"""What a campaign's workflow decides from its snapshot alone: whom to refuse, when to look again, when it is over."""

from datetime import datetime, timedelta

from temporalio.exceptions import ActivityError, ApplicationError

from models.contracts.base import CampaignRef
from models.contracts.campaign import CampaignSnapshot, Step, StepProblem
from models.contracts.commands import CommandRequest
from models.domain.commands import Command, refusal
from models.domain.states import UNPUBLISHED, CampaignStatus

OVER = {CampaignStatus.ENDED, CampaignStatus.CANCELLED}
ON_PLATFORM = {CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED}
# Reviews mostly end within minutes in practice and a day by the platform's word; then an hourly look is enough.
REVIEW_LOOKS = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
REVIEW_LATER = timedelta(hours=1)
# An ad that shows what has expired was to be paused already; the platform may be away.
OVERDUE = timedelta(minutes=1)
# Steps that wait for a provider as long as it is away, while nothing is on the platform yet.
PREPARING = {Step.PARSE_BRIEF, Step.DRAFT_STRATEGY, Step.WRITE_COPY, Step.COMPOSE, Step.DRY_RUN}
# A render tells its end by signal; one whose workflow somebody terminated in Temporal is found by looking.
RENDER_WATCH = timedelta(minutes=10)


def has_left_preparation(snapshot: CampaignSnapshot | None) -> bool:
    """Nothing that is still being prepared matters any more, or not now."""
    if snapshot is None:
        return False
    return snapshot.archived or snapshot.status in OVER or snapshot.status is CampaignStatus.PUBLISHING


def is_over(snapshot: CampaignSnapshot) -> bool:
    return (snapshot.archived or snapshot.status in OVER) and snapshot.step is None


def refuse(snapshot: CampaignSnapshot | None, request: CommandRequest) -> None:
    """Raises what the sender is told when the present state does not allow the command."""
    if snapshot is None:
        raise ApplicationError("The campaign is still being recorded; try again in a moment.", type="not_allowed")
    if is_over(snapshot):
        raise ApplicationError("This campaign is closed; duplicate it to go on.", type="not_allowed")
    if request.expected_version not in (None, snapshot.version):
        raise ApplicationError(
            "Somebody else changed this meanwhile; load it again and repeat your edit.",
            {"present_version": snapshot.version},
            type="version_mismatch",
        )
    if refused := refusal(snapshot.status, Command(request.command.name)):
        allowed = [command.value for command in refused.allowed]
        raise ApplicationError(
            refused.detail, {"status": snapshot.status.value, "allowed": allowed}, type="not_allowed"
        )


def next_look(
    snapshot: CampaignSnapshot, looks: int, now: datetime, expires_at: datetime | None = None
) -> timedelta | None:
    """How long until the platform, the start, the end or a right that expires calls; None while people are awaited."""
    if snapshot.status not in ON_PLATFORM:
        return RENDER_WATCH if snapshot.open_renders and snapshot.status in UNPUBLISHED else None
    look = REVIEW_LOOKS[looks] if looks < len(REVIEW_LOOKS) else REVIEW_LATER
    starts = snapshot.starts_at if snapshot.status is CampaignStatus.SCHEDULED else None
    until = [moment - now for moment in (starts, end_due(snapshot)) if moment is not None]
    if expires_at is not None:
        until.append(expires_at - now if expires_at > now else OVERDUE)
    return max(min([look, *until]), timedelta(0))


def end_due(snapshot: CampaignSnapshot) -> datetime | None:
    """None also once the end was asked for: the platform may have refused it, and then a person is awaited."""
    return None if snapshot.platform_command == "end" else snapshot.ends_at


def step_problem(ref: CampaignRef, step: Step, error: ActivityError) -> StepProblem:
    """In the words of whoever failed it, where it has any."""
    if isinstance(error.cause, ApplicationError):
        return StepProblem(ref=ref, step=step, error_type=error.cause.type or "error", message=error.cause.message)
    return StepProblem(ref=ref, step=step, error_type="timeout", message="The step took too long; try it again.")
