"""Workflow ids, built from our own ids, so that cancelling and signalling never need a search."""

from uuid import UUID


def campaign_workflow_id(campaign_id: UUID) -> str:
    return f"campaign-{campaign_id}"


def publish_workflow_id(campaign_id: UUID, number: int) -> str:
    return f"publish-{campaign_id}-{number}"


def render_workflow_id(render_id: UUID) -> str:
    return f"render-{render_id}"


def optimize_schedule_id(ad_account_id: UUID) -> str:
    """Of the schedule; Temporal adds the time of each run to it."""
    return f"optimize-{ad_account_id}"


def optimize_now_workflow_id(ad_account_id: UUID) -> str:
    """Of a run that a person asked for; one at a time."""
    return f"optimize-{ad_account_id}-now"


def moves_workflow_id(request_id: UUID) -> str:
    return f"moves-{request_id}"


def stop_workflow_id(stop_id: UUID) -> str:
    return f"stop-{stop_id}"


def resync_workflow_id(ad_account_id: UUID, day: str) -> str:
    """`day` is the UTC date of the nightly sweep that asked for it."""
    return f"resync-{ad_account_id}-{day}"


def import_workflow_id(ad_account_id: UUID) -> str:
    """One at a time; an import that runs already is the answer to the next wish for one."""
    return f"import-{ad_account_id}"


def forecast_workflow_id(campaign_id: UUID) -> str:
    """One at a time; it looks at the plan as it is when it looks."""
    return f"forecast-{campaign_id}"


def advice_workflow_id(campaign_id: UUID) -> str:
    """One at a time; whoever asks meanwhile gets the same answer."""
    return f"advice-{campaign_id}"


def train_workflow_id(workspace_id: UUID) -> str:
    """One at a time; a training that runs already is the answer to the next wish for one."""
    return f"train-{workspace_id}"


def what_if_workflow_id(what_if_id: UUID) -> str:
    return f"what-if-{what_if_id}"


UPKEEP_HOURLY = "upkeep-hourly"
UPKEEP_DAILY = "upkeep-daily"
UPKEEP_STOPS = "upkeep-stops"
"""Of the one workflow that sees to it that every stop has a run of its own."""
