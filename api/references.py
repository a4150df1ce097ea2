"""Ids inside a document must name things of the workspace before the document goes anywhere.

The database would refuse some of them too, but only inside a workflow's step, which cannot ask the sender.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.problems import ApiError, FieldProblem, ProblemType
from models.domain.brief import Brief
from models.domain.content import ItemContent
from models.tables.asset import Asset
from models.tables.brand import Brand
from records import assets

Named = Iterable[tuple[str, UUID]]


async def check_references(session: AsyncSession, document: BaseModel, at: str = "") -> None:
    """Raises a 422 that names each unknown id; `at` is where the document lies in the request's body."""
    match document:
        case Brief():
            found = await _brand(session, document) + await _missing(session, _assets_of_brief(document))
        case ItemContent():
            found = await _pictures(session, document)
        case _:
            found = []
    if found:
        problems = [FieldProblem(pointer=at + one.pointer, message=one.message) for one in found]
        raise ApiError(
            ProblemType.INVALID,
            "The document names things that this workspace does not have; `errors` lists them.",
            members={"errors": [problem.model_dump() for problem in problems]},
        )


async def _brand(session: AsyncSession, brief: Brief) -> list[FieldProblem]:
    if brief.brand_id is None or await session.get(Brand, brief.brand_id) is not None:
        return []
    return [FieldProblem(pointer="/brand_id", message="There is no such brand here. Choose another or leave it out.")]


def _assets_of_brief(brief: Brief) -> Named:
    yield from ((f"/attachments/{place}", asset) for place, asset in enumerate(brief.attachments))
    yield from ((f"/assets/{place}/id", use.id) for place, use in enumerate(brief.assets))
    for place, product in enumerate(brief.products):
        yield from ((f"/products/{place}/images/{image}", asset) for image, asset in enumerate(product.images))


async def _missing(session: AsyncSession, named: Named) -> list[FieldProblem]:
    wanted = list(named)
    there = await assets.read_many(session, {asset_id for _, asset_id in wanted})
    return [_unknown(pointer) for pointer, asset_id in wanted if asset_id not in there]


async def _pictures(session: AsyncSession, content: ItemContent) -> list[FieldProblem]:
    """The hash is what people approve, the id is what is sent: they must belong together."""
    used = [(f"/assets/{place}", one.asset_id, one.sha256) for place, one in enumerate(content.assets)]
    used += [(f"/cards/{place}", one.asset_id, one.sha256) for place, one in enumerate(content.cards)]
    there = await assets.read_many(session, {asset_id for _, asset_id, _ in used})
    return [problem for one in used if (problem := _mismatch(there, *one)) is not None]


def _mismatch(there: Mapping[UUID, Asset], pointer: str, asset_id: UUID, sha256: str) -> FieldProblem | None:
    asset = there.get(asset_id)
    if asset is None:
        return _unknown(f"{pointer}/asset_id")
    if asset.sha256 != sha256:
        return FieldProblem(pointer=f"{pointer}/sha256", message=f"This asset's content is {asset.sha256}. Use that.")
    return None


def _unknown(pointer: str) -> FieldProblem:
    return FieldProblem(pointer=pointer, message="There is no such asset here. Upload it first, or choose another.")
