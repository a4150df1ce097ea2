"""Brand kits: name, logo, colours, banned words. Briefs name the one they are for."""

from uuid import UUID, uuid5

from fastapi import APIRouter, Response, status

from api.auditing import entry
from api.deps import CallerDep, EditorDep, IdempotencyKey, ServicesDep
from api.problems import FieldProblem, not_found, wrong_fields
from api.responses import problems
from api.schemas.brands import BrandBody, BrandView
from records import audit, brands
from records.brands import BrandKit, NoLogo

router = APIRouter(prefix="/brands", tags=["brands"])


@router.get("", operation_id="list_brands", responses=problems(401))
async def list_brands(services: ServicesDep, caller: CallerDep) -> list[BrandView]:
    """All of the workspace, by name."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        return [BrandView.model_validate(row) for row in await brands.all_of_workspace(session)]


@router.post(
    "",
    operation_id="create_brand",
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 422),
)
async def create_brand(
    body: BrandBody, services: ServicesDep, caller: EditorDep, key: IdempotencyKey, response: Response
) -> BrandView:
    """A new brand. A repeat with its key answers with the brand as it is now."""
    brand_id, kit = uuid5(caller.workspace_id, f"brand {key}"), _kit(body)
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            known = await brands.read(session, brand_id)
            brand = await brands.create(session, caller.workspace_id, brand_id, kit)
            if known is None:
                await audit.record(session, entry(caller, "create_brand", ("brand", brand.id), after=kit.as_json()))
    except NoLogo as error:
        raise _no_logo() from error
    response.headers["Location"] = f"/api/v1/brands/{brand.id}"
    return BrandView.model_validate(brand)


@router.get("/{brand_id}", operation_id="get_brand", responses=problems(401, 404))
async def get_brand(brand_id: UUID, services: ServicesDep, caller: CallerDep) -> BrandView:
    """One brand kit."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        brand = await brands.read(session, brand_id)
    if brand is None:
        raise not_found("brand")
    return BrandView.model_validate(brand)


@router.put("/{brand_id}", operation_id="edit_brand", responses=problems(401, 403, 404, 422))
async def edit_brand(brand_id: UUID, body: BrandBody, services: ServicesDep, caller: EditorDep) -> BrandView:
    """Put this kit in place of the old one. What was drawn with the old one stays until it is drawn anew."""
    kit = _kit(body)
    try:
        async with services.database.workspace_transaction(caller.workspace_id) as session:
            edited = await brands.edit(session, brand_id, kit)
            if edited is None:
                raise not_found("brand")
            brand, before = edited
            if before != kit:
                about = ("brand", brand_id)
                change = entry(caller, "edit_brand", about, before=before.as_json(), after=kit.as_json())
                await audit.record(session, change)
    except NoLogo as error:
        raise _no_logo() from error
    return BrandView.model_validate(brand)


def _kit(body: BrandBody) -> BrandKit:
    return BrandKit(body.name, body.logo_asset_id, tuple(body.colours), tuple(body.banned_words))


def _no_logo() -> Exception:
    words = "There is no such picture in this workspace. Upload it first, or choose another."
    return wrong_fields(words, [FieldProblem(pointer="/logo_asset_id", message=words)])
