"""Ids inside a brief must name things of the workspace before the brief goes anywhere.

The database would refuse some of them too, but only inside a workflow's step, which cannot ask the sender.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.problems import FieldProblem, wrong_fields
from models.domain.brief import Brief
from models.tables.brand import Brand
from records import assets


async def check_references(session: AsyncSession, brief: Brief) -> None:
    """Raises a 422 that names each unknown id by its place in the request's body."""
    problems = await _unknown_brand(session, brief) + await _unknown_assets(session, brief)
    if problems:
        raise wrong_fields("The brief names things that this workspace does not have; `errors` lists them.", problems)


async def _unknown_brand(session: AsyncSession, brief: Brief) -> list[FieldProblem]:
    if brief.brand_id is None or await session.get(Brand, brief.brand_id) is not None:
        return []
    words = "There is no such brand here. Choose another or leave it out."
    return [FieldProblem(pointer="/brief/brand_id", message=words)]


async def _unknown_assets(session: AsyncSession, brief: Brief) -> list[FieldProblem]:
    wanted = list(_assets_of(brief))
    there = await assets.read_many(session, {asset_id for _, asset_id in wanted})
    words = "There is no such asset here. Upload it first, or choose another."
    return [FieldProblem(pointer=pointer, message=words) for pointer, asset_id in wanted if asset_id not in there]


def _assets_of(brief: Brief) -> Iterable[tuple[str, UUID]]:
    yield from ((f"/brief/attachments/{place}", asset) for place, asset in enumerate(brief.attachments))
    yield from ((f"/brief/assets/{place}/id", use.id) for place, use in enumerate(brief.assets))
    for place, product in enumerate(brief.products):
        yield from ((f"/brief/products/{place}/images/{image}", asset) for image, asset in enumerate(product.images))
