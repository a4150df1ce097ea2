"""The person in front of a page: who, in which workspace, and the token that each of the page's forms carries."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Request
from starlette.datastructures import FormData

from api.deps import CallerDep, ServicesDep
from api.pages.views.stops import Banner, banners
from api.security import EDITORS, STOPPERS, csrf_token, moves_money
from models.domain.roles import Role
from records import identity, notifications, stop_lists
from records.access import Caller


@dataclass(frozen=True, slots=True)
class OtherWorkspace:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """`form_key` is new for each rendered page: a form sent twice from one page takes effect once.

    `stops` are those that hold now, and `unread` the notices that nobody has marked as read.
    """

    caller: Caller
    workspace: str
    others: list[OtherWorkspace]
    csrf: str
    form_key: str
    stops: list[Banner] = field(default_factory=list)
    unread: int = 0

    @property
    def edits(self) -> bool:
        return self.caller.role in EDITORS

    @property
    def may_stop(self) -> bool:
        return self.caller.role in STOPPERS

    @property
    def moves_money(self) -> bool:
        return moves_money(self.caller)


async def get_visitor(services: ServicesDep, caller: CallerDep) -> Visitor:
    found = [workspace for workspace, _ in await identity.workspaces_of(services.database, caller.user_id)]
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        stops = await stop_lists.open_stops(session)
        stopped = banners(stops, await stop_lists.names_of(session, stops))
        unread = await notifications.unread_count(session, caller.user_id, own_only=caller.role is Role.CLIENT)
    return Visitor(
        caller=caller,
        workspace=next((w.name for w in found if w.id == caller.workspace_id), ""),
        others=[OtherWorkspace(w.id, w.name) for w in found if w.id != caller.workspace_id],
        csrf=csrf_token(services.settings, caller.session_id) if caller.session_id else "",
        form_key=uuid4().hex,
        stops=stopped,
        unread=unread,
    )


VisitorDep = Annotated[Visitor, Depends(get_visitor)]


async def get_form(request: Request) -> AsyncIterator[FormData]:
    """Closed after the answer, and with it the temporary files of an upload."""
    async with request.form() as form:
        yield form


FormDep = Annotated[FormData, Depends(get_form)]


def text_of(form: FormData, name: str) -> str:
    """A field as typed, without the line ends that forms add; empty where it was not sent."""
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def texts_of(form: FormData, name: str) -> list[str]:
    """All values of a field that may be sent several times, such as check boxes."""
    return [value for value in form.getlist(name) if isinstance(value, str)]
