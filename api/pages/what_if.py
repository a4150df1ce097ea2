"""What another way of deciding would have done: asked for, looked at, cancelled; and the engine that decides."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import engine_desk, rule_desk, what_if_desk
from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.problems import problem_words
from api.pages.views.what_if import campaign_cards, run_lines, what_if_row
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of, texts_of
from api.problems import ApiError, ProblemType
from api.schemas.base import next_cursor, place_of
from api.schemas.evidence import EngineBody, WhatIfBody
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from api.what_if_words import NOTE, tally_of
from models.domain.states import WhatIfState

router = APIRouter()

PER_PAGE = 20
DAYS = (2, 7, 14, 28)
WRONG = "Choose an engine, or at least one rule, and how many days."
DONE = {"engine": "Saved. It decides from the next run on.", "begun": "It has begun; it takes a minute or two."}


@router.get("/what-ifs")
async def what_ifs(
    services: ServicesDep,
    visitor: VisitorDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    require_team(visitor.caller)
    return await _list(services, visitor, cursor, done=done)


@router.post("/what-ifs")
async def begin(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    rules = [each for each in texts_of(form, "rule") if each]
    asked = {"engine": text_of(form, "engine") or None, "rule_ids": rules or None, "days": text_of(form, "days")}
    try:
        wanted = WhatIfBody.model_validate(asked)
    except ValidationError:
        return await _list(services, visitor, None, refused=ApiError(ProblemType.BAD_REQUEST, WRONG))
    try:
        row = await what_if_desk.begin(services, visitor.caller, wanted, text_of(form, "key") or None)
    except TRANSLATED as error:
        return await _list(services, visitor, None, refused=translate(error))
    return RedirectResponse(f"/what-ifs/{row.id}", status_code=303)


@router.post("/what-ifs/engine")
async def choose_engine(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    asked = {"engine": text_of(form, "engine") or None, "reason": text_of(form, "reason") or None}
    try:
        wanted = EngineBody.model_validate(asked)
    except ValidationError:
        refused = ApiError(
            ProblemType.BAD_REQUEST, "Choose an engine of the list, and give a reason of 3 to 500 letters."
        )
        return await _list(services, visitor, None, refused=refused, switching=asked)
    try:
        await engine_desk.choose(services, visitor.caller, wanted)
    except TRANSLATED as error:
        return await _list(services, visitor, None, refused=translate(error), switching=asked)
    return RedirectResponse("/what-ifs?done=engine", status_code=303)


@router.get("/what-ifs/{what_if_id}")
async def one(what_if_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    """Loads itself again while it is worked on."""
    require_team(visitor.caller)
    row = await what_if_desk.one(services, visitor.caller, what_if_id)
    tally = tally_of(row)
    working = row.state is WhatIfState.WORKING
    return render(
        "what_if.html",
        services.settings,
        visitor,
        refresh=3 if working else None,
        refresh_to=f"/what-ifs/{row.id}",
        row=what_if_row(row),
        working=working,
        campaigns=campaign_cards(tally),
        runs=run_lines(tally),
        others=tally.others,
        note=NOTE,
    )


@router.post("/what-ifs/{what_if_id}/cancel")
async def cancel(what_if_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    await what_if_desk.cancel(services, visitor.caller, what_if_id)
    return RedirectResponse(f"/what-ifs/{what_if_id}", status_code=303)


@router.get("/optimizer-runs/{run_id}/again")
async def compute_again(run_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    """A recorded decision computed again from its stored inputs: the same, bit for bit, or what differs."""
    require_team(visitor.caller)
    return render(
        "again.html",
        services.settings,
        visitor,
        found=await what_if_desk.compute_again(services, visitor.caller, run_id),
    )


async def _list(
    services: Services,
    visitor: Visitor,
    cursor: str | None,
    *,
    done: str = "",
    refused: ApiError | None = None,
    switching: Mapping[str, str | None] | None = None,
) -> Response:
    """`switching`: what was typed to switch to another engine, where that was refused."""
    after = place_of(cursor)
    rows = await what_if_desk.page(services, visitor.caller, PER_PAGE + 1, after)
    return render(
        "what_ifs.html",
        services.settings,
        visitor,
        status=refused.status_code if refused else 200,
        rows=[what_if_row(row) for row in rows[:PER_PAGE]],
        more=next_cursor(rows, PER_PAGE),
        first_page=after is None,
        engine=await engine_desk.engine(services, visitor.caller),
        rules=[(rule.id, rule.rule.name, rule.enabled) for rule in await rule_desk.all_rules(services, visitor.caller)],
        days=DAYS,
        note=NOTE,
        switching=switching,
        done=DONE.get(done, ""),
        problem=problem_words(refused) if refused else None,
    )
