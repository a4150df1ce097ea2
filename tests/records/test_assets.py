from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from models.tables.asset import Asset, AssetKind
from models.tables.identity import Workspace
from records import assets
from records.assets import AssetQuery
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
        return [row.filename for row in await assets.search(session, query)]


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


async def test_a_search_is_newest_first_and_paged(db: Database, workspace: Workspace) -> None:
    await add(db, *(picture(workspace.id, f"{number}.png") for number in range(5)))

    assert await names(db, workspace, AssetQuery(limit=2)) == ["4.png", "3.png"]
    assert await names(db, workspace, AssetQuery(limit=2, offset=4)) == ["0.png"]


async def test_a_search_filters_by_kind_all_tags_and_filename_in_any_case(db: Database, workspace: Workspace) -> None:
    await add(
        db,
        picture(workspace.id, "Oud-Summer.png", tags=["summer", "product"]),
        picture(workspace.id, "amber.png", tags=["summer"]),
        picture(workspace.id, "oud.mp4", kind=AssetKind.VIDEO),
    )

    assert await names(db, workspace, AssetQuery(filename="OUD")) == ["oud.mp4", "Oud-Summer.png"]
    assert await names(db, workspace, AssetQuery(filename="OUD", kind=AssetKind.VIDEO)) == ["oud.mp4"]
    assert await names(db, workspace, AssetQuery(tags=("product", "summer"))) == ["Oud-Summer.png"]


async def test_wildcards_in_a_filename_are_plain_characters(db: Database, workspace: Workspace) -> None:
    await add(db, picture(workspace.id, "100%_wool.png"), picture(workspace.id, "plain.png"))

    assert await names(db, workspace, AssetQuery(filename="%_")) == ["100%_wool.png"]


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
