from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from models.tables.asset import Asset, AssetKind
from models.tables.identity import Workspace
from records import asset_search, assets
from records.asset_search import AssetQuery
from records.database import Database


def picture(workspace_id: UUID, filename: str = "oud.png", **fields: object) -> Asset:
    digest = sha256(filename.encode()).hexdigest()
    values: dict[str, object] = {
        "workspace_id": workspace_id,
        "kind": AssetKind.IMAGE,
        "sha256": digest,
        "content_type": "image/png",
        "byte_size": 1024,
        "filename": filename,
        "storage_key": f"{workspace_id}/{digest}.png",
        **fields,
    }
    return Asset.model_validate(values)


async def add(db: Database, *rows: Asset) -> list[UUID]:
    added = []
    for row in rows:
        async with db.workspace_transaction(row.workspace_id) as session:
            stored, _ = await assets.add(session, row)
            added.append(stored.id)
    return added


async def names(db: Database, workspace: Workspace, query: AssetQuery) -> list[str]:
    async with db.workspace_transaction(workspace.id) as session:
        return [row.filename for row in await asset_search.search(session, query)]


async def test_the_same_bytes_are_one_asset(db: Database, workspace: Workspace) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        first, first_is_new = await assets.add(session, picture(workspace.id))
        again, again_is_new = await assets.add(session, picture(workspace.id))

    assert (first.id, first_is_new, again_is_new) == (again.id, True, False)


async def test_two_workspaces_keep_the_same_bytes_apart(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    mine, theirs = await add(db, picture(workspace.id), picture(stranger.id))

    async with db.workspace_transaction(workspace.id) as session:
        assert await assets.read(session, theirs) is None
        assert set(await assets.read_many(session, {mine, theirs})) == {mine}


async def test_an_archived_asset_leaves_the_library_until_it_is_uploaded_again(
    db: Database, workspace: Workspace
) -> None:
    [asset_id] = await add(db, picture(workspace.id))
    async with db.workspace_transaction(workspace.id) as session:
        assert await assets.archive(session, asset_id)
    assert await names(db, workspace, AssetQuery()) == []

    await add(db, picture(workspace.id))

    assert await names(db, workspace, AssetQuery()) == ["oud.png"]


async def test_expired_rights_are_found(db: Database, workspace: Workspace) -> None:
    ends = datetime(2026, 6, 1, tzinfo=UTC)
    limited, free = await add(
        db, picture(workspace.id, "limited.png", rights_until=ends), picture(workspace.id, "free.png")
    )

    async with db.workspace_transaction(workspace.id) as session:
        before = await assets.expired_rights(session, {limited, free}, datetime(2026, 5, 31, tzinfo=UTC))
        after = await assets.expired_rights(session, {limited, free}, ends)

    assert before == []
    assert [row.id for row in after] == [limited]


async def test_an_edit_tells_what_changed_and_leaves_the_rest(db: Database, workspace: Workspace) -> None:
    [asset_id] = await add(db, picture(workspace.id, tags=["tea"]))
    ends = datetime(2027, 1, 1, tzinfo=UTC)

    async with db.workspace_transaction(workspace.id) as session:
        edited = await assets.edit(session, asset_id, {"tags": ["tea"], "rights_until": ends, "focal_x": 100})

    assert edited is not None
    assert edited.before == {"rights_until": None, "focal_x": 5_000}
    assert edited.after == {"rights_until": "2027-01-01T00:00:00+00:00", "focal_x": 100}
    assert (edited.asset.tags, edited.asset.filename) == (["tea"], "oud.png")


async def test_an_archived_asset_is_restored(db: Database, workspace: Workspace) -> None:
    [asset_id] = await add(db, picture(workspace.id))

    async with db.workspace_transaction(workspace.id) as session:
        await assets.archive(session, asset_id)
        assert await assets.restore(session, asset_id)

    assert await names(db, workspace, AssetQuery()) == ["oud.png"]


async def replace(db: Database, workspace_id: UUID, old: UUID, new: UUID) -> None:
    async with db.workspace_transaction(workspace_id) as session:
        row = await assets.read(session, new)
        assert row is not None
        await assets.replace(session, old, row)


async def test_the_library_shows_the_newest_version_and_knows_the_others(db: Database, workspace: Workspace) -> None:
    first, second, third = await add(db, *(picture(workspace.id, f"v{number}.png") for number in (1, 2, 3)))
    await replace(db, workspace.id, first, second)
    await replace(db, workspace.id, second, third)

    assert await names(db, workspace, AssetQuery()) == ["v3.png"]
    for asset_id in (first, second, third):
        async with db.workspace_transaction(workspace.id) as session:
            row = await assets.read(session, asset_id)
            assert row is not None
            assert [version.id for version in await assets.versions(session, row)] == [third, second, first]


async def test_an_asset_has_one_successor_and_no_history_in_a_circle(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    first, second, other = await add(db, *(picture(workspace.id, f"v{number}.png") for number in (1, 2, 3)))
    [video] = await add(db, picture(workspace.id, "v.mp4", kind=AssetKind.VIDEO))
    [theirs] = await add(db, picture(stranger.id, "theirs.png"))
    await replace(db, workspace.id, first, second)
    await replace(db, workspace.id, first, second)

    for old, new, words in (
        (first, other, r"v2\.png replaced it already"),
        (second, first, "in the library already"),
        (other, second, "in the library already"),
        (second, second, "same file"),
        (second, video, "only be replaced by a picture"),
        (theirs, other, "does not exist"),
    ):
        with pytest.raises(assets.CannotReplace, match=words):
            await replace(db, workspace.id, old, new)


async def test_the_still_of_a_video_is_not_listed_beside_it(db: Database, workspace: Workspace) -> None:
    [still] = await add(db, picture(workspace.id, "still.jpg"))
    await add(db, picture(workspace.id, "film.mp4", kind=AssetKind.VIDEO, poster_asset_id=still))

    assert await names(db, workspace, AssetQuery()) == ["film.mp4"]
