"""Carries what a form asks for to its campaign; a refusal comes back on the campaign's own page, with what to do."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api import campaign_client
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.field_errors import invalid
from api.pages.reading import read
from api.pages.rendering import render
from api.pages.views.campaign import campaign_page
from api.pages.views.done import DONE
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.problems import ApiError
from api.render_models import offer_of
from api.security import require_editor
from api.services import Services
from models.contracts.commands import AnyCommand
from records.campaigns import looking_back

Work = Callable[[], Awaitable[None]]
Command = Callable[[], AnyCommand]
# Where on the page a form stands, so that the person comes back to it.
ANCHOR = re.compile(r"^[\w-]{1,160}$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What stood in the way, and the words that the person had typed."""

    problem: ProblemWords
    status: int
    typed: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One form about one campaign, from one person."""

    services: Services
    visitor: Visitor
    campaign_id: UUID
    form: FormData

    async def send(self, command: AnyCommand, *, version: int | None = None) -> None:
        """Raises what `campaign_client.send` raises."""
        key = text_of(self.form, "key") or None
        await campaign_client.send(
            self.services, self.visitor.caller, self.campaign_id, command, key=key, expected_version=version
        )

    async def store(self, body: BaseModel) -> UUID:
        return await campaign_client.store_input(self.services, self.visitor.caller, body)

    async def carry_out(self, command: Command, done: str, *, for_editors: bool = True) -> Response:
        """`command` makes the command from the form, which may hold anything."""

        async def work() -> None:
            if for_editors:
                require_editor(self.visitor.caller)
            await self.send(command())

        return await self.finish(work, done)

    async def finish(self, work: Work, done: str) -> Response:
        """Back to the campaign with a word on what was done, or with what stood in the way."""
        try:
            await work()
        except ValidationError as error:
            return await self.refused(invalid(error.errors()))
        except TRANSLATED as error:
            return await self.refused(translate(error))
        return self.back(done)

    def back(self, done: str = "") -> Response:
        query, anchor = f"?{urlencode({'done': done})}" if done else "", text_of(self.form, "anchor")
        return RedirectResponse(
            f"/campaigns/{self.campaign_id}{query}{f'#{anchor}' if ANCHOR.match(anchor) else ''}", status_code=303
        )

    async def refused(self, error: ApiError) -> Response:
        """The campaign as it is now, with the refusal on top and the reason that was typed."""
        return await show_campaign(
            self.services,
            self.visitor,
            self.campaign_id,
            refusal=Refusal(
                problem_words(error),
                error.status_code,
                text_of(self.form, "reason") or text_of(self.form, "body") or text_of(self.form, "instruction"),
            ),
        )

    async def looked(self) -> None:
        """The person saw everything that is submitted now."""
        reading = await read(self.services.database, self.visitor.caller, self.campaign_id)
        caller = self.visitor.caller
        await looking_back.remember_look(self.services.database, caller.user_id, reading.facts)


async def get_desk(campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Desk:
    return Desk(services, visitor, campaign_id, form)


DeskDep = Annotated[Desk, Depends(get_desk)]


async def show_campaign(
    services: Services, visitor: Visitor, campaign_id: UUID, *, refusal: Refusal | None = None, done: str = ""
) -> Response:
    page = campaign_page(await read(services.database, visitor.caller, campaign_id), offer_of(services))
    return render(
        "campaign.html",
        services.settings,
        visitor,
        status=refusal.status if refusal else 200,
        page=page,
        problem=refusal.problem if refusal else None,
        typed=refusal.typed if refusal else "",
        done=DONE.get(done, ""),
        # A refusal stays until it is read.
        refresh=None if refusal else page.next.refresh,
        refresh_to=f"/campaigns/{campaign_id}",
    )
