"""One campaign: everything that will run and cost, and every decision about it."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api import campaign_client, publish_client
from api.deps import ServicesDep
from api.pages.desk import Desk, DeskDep, show_campaign
from api.pages.rendering import render
from api.pages.visitor import VisitorDep, text_of, texts_of
from api.problems import ApiError, ProblemType, not_found
from api.schemas.commands import Instruction, ResolutionBody
from api.security import require_editor
from models.contracts import commands as c
from models.contracts.publishing import UnconfirmedVerdict
from models.domain.states import Scope, Verdict

router = APIRouter(prefix="/campaigns/{campaign_id}")

# Commands that need nothing but the button.
PLAIN: dict[str, Callable[[], c.AnyCommand]] = {
    "publish": c.Publish,
    "cancel-publish": c.CancelPublish,
    "pause": c.Pause,
    "resume": c.Resume,
    "end": c.End,
    "cancel": c.Cancel,
    "archive": c.Archive,
    "retry": c.Retry,
}
CONFIRM = {
    "end": (
        "End this campaign?",
        "All ads are switched off for good. It cannot be started again; its results stay.",
        "End the campaign",
    ),
    "cancel": (
        "Give this campaign up?",
        "It will not be published. Everything written stays readable.",
        "Give it up",
    ),
    "archive": ("Archive this campaign?", "It leaves the list and rests among the archived ones.", "Archive it"),
    "cancel-publish": (
        "Cancel publishing?",
        "What was built on Meta so far is taken back. The approvals stay; you can publish again.",
        "Cancel publishing",
    ),
}


@router.get("")
async def campaign(
    campaign_id: UUID,
    services: ServicesDep,
    visitor: VisitorDep,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    if await campaign_client.visible_campaign(services, visitor.caller, campaign_id) is not None:
        return await show_campaign(services, visitor, campaign_id, done=done)
    if await campaign_client.is_being_recorded(services, visitor.caller, campaign_id):
        return render(
            "recording.html", services.settings, visitor, status=202, refresh=2, refresh_to=f"/campaigns/{campaign_id}"
        )
    raise not_found("campaign")


@router.get("/confirm/{name}")
async def confirm(
    campaign_id: UUID, services: ServicesDep, visitor: VisitorDep, name: Annotated[str, Path(max_length=40)]
) -> Response:
    """Asks once more before what cannot be undone."""
    found = await campaign_client.visible_campaign(services, visitor.caller, campaign_id)
    if found is None or name not in CONFIRM:
        raise not_found("page")
    title, words, label = CONFIRM[name]
    return render(
        "confirm.html",
        services.settings,
        visitor,
        title=title,
        words=words,
        label=label,
        campaign=found,
        action=f"/campaigns/{campaign_id}/{name}",
    )


@router.post("/submit")
async def submit(desk: DeskDep) -> Response:
    return await desk.carry_out(
        lambda: c.Submit(scopes=[_scope(value) for value in texts_of(desk.form, "scope")]), "submit"
    )


@router.post("/decide")
async def decide(desk: DeskDep) -> Response:
    verdict = text_of(desk.form, "verdict")
    if verdict not in set(Verdict):
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again and use one of its buttons.")
    return await desk.carry_out(lambda: _decision(desk, Verdict(verdict)), verdict, for_editors=False)


def _decision(desk: Desk, verdict: Verdict) -> c.AnyCommand:
    scope, item, reason = _scope(text_of(desk.form, "scope")), text_of(desk.form, "item"), text_of(desk.form, "reason")
    if verdict is Verdict.WITHDRAW:
        return c.Withdraw(scope=scope, item=item or None, reason=reason)
    seen_hash = text_of(desk.form, "seen_hash")
    return c.Decide(scope=scope, item=item or None, verdict=verdict, seen_hash=seen_hash, reason=reason)


@router.post("/approve-all")
async def approve_all(desk: DeskDep) -> Response:
    return await desk.finish(lambda: _approve(desk), "approve-all")


@router.post("/approve-and-publish")
async def approve_and_publish(desk: DeskDep) -> Response:
    """One recorded decision for each thing that was shown, then the publish."""

    async def work() -> None:
        require_editor(desk.visitor.caller)
        await _approve(desk)
        await desk.send(c.Publish())

    return await desk.finish(work, "approve-and-publish")


@router.post("/regenerate")
async def regenerate(desk: DeskDep) -> Response:
    async def work() -> None:
        require_editor(desk.visitor.caller)
        wish = text_of(desk.form, "instruction")
        stored = await desk.store(Instruction(instruction=wish)) if wish else None
        await desk.send(c.Regenerate(items=texts_of(desk.form, "item"), input_id=stored))

    return await desk.finish(work, "regenerate")


@router.post("/seen")
async def seen(desk: DeskDep) -> Response:
    await desk.looked()
    return desk.back()


@router.post("/changes/{number}")
async def decide_change(desk: DeskDep, number: int) -> Response:
    verdict = text_of(desk.form, "verdict")
    if verdict == "discard":
        return await desk.carry_out(lambda: c.DiscardChangeSet(number=number), "change-discard")
    approves = verdict == Verdict.APPROVE
    seen_hash, reason = text_of(desk.form, "seen_hash"), text_of(desk.form, "reason")
    return await desk.carry_out(
        lambda: c.DecideChangeSet(
            number=number,
            verdict=Verdict.APPROVE if approves else Verdict.REQUEST_CHANGES,
            seen_hash=seen_hash,
            reason=reason,
        ),
        "change-approve" if approves else "change-request",
        for_editors=False,
    )


@router.post("/continue")
async def go_on(desk: DeskDep) -> Response:
    """A person's word that a publish which waits for one may go on."""

    async def work() -> None:
        require_editor(desk.visitor.caller)
        await publish_client.go_on(desk.services, desk.visitor.caller, desk.campaign_id, text_of(desk.form, "key"))

    return await desk.finish(work, "continue")


@router.post("/writes/{write_id}")
async def resolve_write(desk: DeskDep, write_id: UUID) -> Response:
    """What a person found in Ads Manager about something that Meta did not confirm."""

    async def work() -> None:
        require_editor(desk.visitor.caller)
        verdict, number = text_of(desk.form, "verdict"), text_of(desk.form, "platform_id")
        there = verdict == UnconfirmedVerdict.EXISTS
        if there and not number:
            raise ApiError(ProblemType.INVALID, "Write its number on Meta beside it; Ads Manager shows it.")
        body = ResolutionBody.model_validate({"verdict": verdict, "platform_id": number if there else None})
        key = text_of(desk.form, "key")
        await publish_client.resolve(desk.services, desk.visitor.caller, desk.campaign_id, write_id, body, key)

    return await desk.finish(work, "resolved")


@router.post("/{name}")
async def plain(desk: DeskDep, name: Annotated[str, Path(max_length=40)]) -> Response:
    if name not in PLAIN:
        raise not_found("page")
    return await desk.carry_out(PLAIN[name], name)


async def _approve(desk: Desk) -> None:
    shown = [value.split("|") for value in texts_of(desk.form, "seen") if value.count("|") == 2]
    if not shown:
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again; nothing on it waited for your decision.")
    seen_parts = [c.Seen(scope=_scope(scope), item=item or None, hash=digest) for scope, item, digest in shown]
    await desk.send(c.ApproveAll(seen=seen_parts))
    await desk.looked()


def _scope(value: str) -> Scope:
    try:
        return Scope(value)
    except ValueError:
        raise ApiError(ProblemType.BAD_REQUEST, "Load the page again and use one of its buttons.") from None
