"""The brand kits of the workspace's clients."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import ServicesDep
from api.errors import TRANSLATED, translate
from api.pages.rendering import render
from api.pages.views.brands import LABELS, body_of, first_values
from api.pages.views.previews import picture_url
from api.pages.views.problems import ProblemWords, problem_words
from api.pages.views.typed import Typed
from api.pages.visitor import FormDep, Visitor, VisitorDep, text_of
from api.routers import brands as kits
from api.schemas.brands import BrandBody
from api.security import require_editor
from api.services import Services
from api.visibility import require_team
from models.tables.asset import Asset, AssetKind
from records import asset_search, assets
from records.asset_search import AssetQuery

router = APIRouter(prefix="/brands")

SHOWN_PICTURES = 48
THUMB_PX = 240


@router.get("")
async def brands(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_team(visitor.caller)
    known = await kits.list_brands(services, visitor.caller)
    logos = {brand.id: picture_url(brand.logo_asset_id, width=THUMB_PX) for brand in known if brand.logo_asset_id}
    return render("brands.html", services.settings, visitor, brands=known, logos=logos)


@router.get("/new")
async def begin(services: ServicesDep, visitor: VisitorDep) -> Response:
    require_editor(visitor.caller)
    return await _form(services, visitor, Typed())


@router.post("/new")
async def create(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)
    typed = Typed.of(form)

    async def save(body: BrandBody) -> None:
        await kits.create_brand(body, services, visitor.caller, text_of(form, "key"), Response())

    return await _save(services, visitor, typed, save)


@router.get("/{brand_id}")
async def show(brand_id: UUID, services: ServicesDep, visitor: VisitorDep) -> Response:
    require_team(visitor.caller)
    brand = await kits.get_brand(brand_id, services, visitor.caller)
    return await _form(services, visitor, Typed(first_values(brand)), brand_id)


@router.post("/{brand_id}")
async def edit(brand_id: UUID, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response:
    require_editor(visitor.caller)

    async def save(body: BrandBody) -> None:
        await kits.edit_brand(brand_id, body, services, visitor.caller)

    return await _save(services, visitor, Typed.of(form), save, brand_id)


async def _save(
    services: Services,
    visitor: Visitor,
    typed: Typed,
    save: Callable[[BrandBody], Awaitable[None]],
    brand_id: UUID | None = None,
) -> Response:
    body = body_of(typed)
    if body is None:
        return await _form(services, visitor, typed, brand_id, status=422)
    try:
        await save(body)
    except TRANSLATED as error:
        refused = translate(error)
        problem = problem_words(refused)
        return await _form(services, visitor, typed, brand_id, problem=problem, status=refused.status_code)
    return RedirectResponse("/brands", status_code=303)


async def _form(
    services: Services,
    visitor: Visitor,
    typed: Typed,
    brand_id: UUID | None = None,
    *,
    problem: ProblemWords | None = None,
    status: int = 200,
) -> Response:
    async with services.database.workspace_transaction(visitor.caller.workspace_id) as session:
        query = AssetQuery(kind=AssetKind.IMAGE, limit=SHOWN_PICTURES)
        pictures = await asset_search.search(session, query)
        chosen = await _chosen(session, typed, {picture.id for picture in pictures})
    return render(
        "brand.html",
        services.settings,
        visitor,
        status=status,
        brand_id=brand_id,
        typed=typed,
        labels=LABELS,
        pictures=[(str(p.id), p.filename, picture_url(p.id, width=THUMB_PX)) for p in [*chosen, *pictures]],
        problem=problem,
    )


async def _chosen(session: AsyncSession, typed: Typed, listed: set[UUID]) -> list[Asset]:
    """The present logo where the newest pictures do not show it."""
    try:
        logo_id = UUID(typed.one("logo_asset_id"))
    except ValueError:
        return []
    if logo_id in listed:
        return []
    logo = await assets.read(session, logo_id)
    return [logo] if logo else []
