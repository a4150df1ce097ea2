"""Workflow ids, built from our own ids, so that cancelling and signalling never need a search."""

from uuid import UUID


def campaign_workflow_id(campaign_id: UUID) -> str:
    return f"campaign-{campaign_id}"


def publish_workflow_id(campaign_id: UUID, number: int) -> str:
    return f"publish-{campaign_id}-{number}"


def render_workflow_id(render_id: UUID) -> str:
    return f"render-{render_id}"
