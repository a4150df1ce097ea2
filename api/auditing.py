"""The audit entry of what a person did through the API itself, without a campaign's command."""

from uuid import UUID, uuid4

from api.deps import actor_of
from models.tables.base import JsonObject
from records.access import Caller
from records.audit import AuditEntry


def entry(
    caller: Caller,
    action: str,
    about: tuple[str, UUID],
    *,
    before: JsonObject | None = None,
    after: JsonObject | None = None,
) -> AuditEntry:
    """`about` is kind and id of the object."""
    actor = actor_of(caller)
    kind, object_id = about
    return AuditEntry(
        workspace_id=caller.workspace_id,
        command_id=str(uuid4()),
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        channel=actor.channel,
        action=action,
        object_kind=kind,
        object_id=object_id,
        before=before,
        after=after,
    )
