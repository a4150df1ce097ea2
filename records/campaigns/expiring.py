"""When the rights to an item's files end, also to the files that those were made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.domain.brief import AssetUse
from models.domain.expiry import Ending
from models.tables.asset import Asset, AssetSource
from models.tables.render import RenderJob, RenderOutput


@dataclass(frozen=True, slots=True)
class _File:
    """An asset as far as its rights go; `made_from` are the assets that went into it."""

    filename: str
    rights_until: datetime | None
    made_from: frozenset[UUID]


async def rights_endings(
    session: AsyncSession, used: Mapping[str, set[UUID]], uses: Iterable[AssetUse]
) -> dict[str, list[Ending]]:
    """When the rights to what each item shows end, as the library or the brief says it.

    Args:
        used: item key → the assets that it names.
        uses: what the brief says of assets; where library and brief differ, both dates hold.
    """
    files = await _files(session, set().union(*used.values()))
    in_brief = {use.id: use.rights_until for use in uses}
    return {key: _endings(_reached(assets, files), files, in_brief) for key, assets in used.items()}


def _endings(
    assets: Iterable[UUID], files: Mapping[UUID, _File], in_brief: Mapping[UUID, datetime | None]
) -> list[Ending]:
    dates = ((files[asset].filename, at) for asset in assets for at in (files[asset].rights_until, in_brief.get(asset)))
    return [Ending(f"the rights to {filename}", at) for filename, at in dict.fromkeys(dates) if at is not None]


def _reached(assets: Iterable[UUID], files: Mapping[UUID, _File]) -> list[UUID]:
    """The assets that are there, and everything that they were made from, over any number of steps."""
    found: dict[UUID, None] = {}
    waiting = sorted(assets)
    while waiting:
        asset = waiting.pop()
        if asset in files and asset not in found:
            found[asset] = None
            waiting += sorted(files[asset].made_from)
    return list(found)


async def _files(session: AsyncSession, wanted: set[UUID]) -> dict[UUID, _File]:
    """The assets with those ids, and all that went into them."""
    files: dict[UUID, _File] = {}
    asked: set[UUID] = set()
    while missing := wanted - asked:
        asked |= missing
        rows = list((await session.execute(select(Asset).where(col(Asset.id).in_(missing)))).scalars())
        made = [row for row in rows if row.source is not AssetSource.UPLOAD]
        references = await _references(session, [row.id for row in made])
        for row in rows:
            made_from = references.get(row.id, frozenset()) | _made_from(row)
            files[row.id] = _File(row.filename, row.rights_until, made_from)
            wanted = wanted | made_from
    return files


async def _references(session: AsyncSession, made: list[UUID]) -> dict[UUID, frozenset[UUID]]:
    """The pictures that a model was shown when it made these."""
    if not made:
        return {}
    query = (
        select(RenderOutput.asset_id, RenderJob.reference_ids)
        .join(RenderJob, col(RenderJob.id) == col(RenderOutput.render_job_id))
        .where(col(RenderOutput.asset_id).in_(made))
    )
    found: dict[UUID, frozenset[UUID]] = {}
    for asset_id, reference_ids in (await session.execute(query)).all():
        found[asset_id] = found.get(asset_id, frozenset()) | frozenset(reference_ids)
    return found


def _made_from(row: Asset) -> frozenset[UUID]:
    """What a composed picture was drawn from, as its recipe says."""
    named = (row.recipe or {}).get("made_from")
    return frozenset(UUID(str(asset_id)) for asset_id in named) if isinstance(named, list) else frozenset()
