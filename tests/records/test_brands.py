from uuid import UUID, uuid4

import pytest

from models.tables.asset import AssetKind
from models.tables.identity import Workspace
from records import brands
from records.brands import BrandKit, NoLogo
from records.database import Database
from tests.records.test_assets import add, picture


def kit(logo: UUID | None = None, name: str = "Bayt Qahwa") -> BrandKit:
    return BrandKit(name, logo, ("#6d4c1e", "#efe6d5"), ("cheap",))


async def test_a_kit_is_kept_and_changed_as_a_whole(db: Database, workspace: Workspace) -> None:
    [logo] = await add(db, picture(workspace.id))
    async with db.workspace_transaction(workspace.id) as session:
        made = await brands.create(session, workspace.id, uuid4(), kit(logo))
        edited = await brands.edit(session, made.id, BrandKit("Qahwa", None, (), ("best", "free")))

    assert edited is not None
    brand, before = edited
    assert before == kit(logo)
    assert brands.kit_of(brand) == BrandKit("Qahwa", None, (), ("best", "free"))


async def test_a_repeated_creation_finds_the_brand_that_it_made(db: Database, workspace: Workspace) -> None:
    brand_id = uuid4()
    for _ in range(2):
        async with db.workspace_transaction(workspace.id) as session:
            await brands.create(session, workspace.id, brand_id, kit())

    async with db.workspace_transaction(workspace.id) as session:
        assert [brand.id for brand in await brands.all_of_workspace(session)] == [brand_id]


async def test_a_logo_is_a_picture_of_the_same_workspace(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    video, theirs = await add(
        db, picture(workspace.id, "v.mp4", kind=AssetKind.VIDEO), picture(stranger.id, "logo.png")
    )

    for logo in (video, theirs, uuid4()):
        with pytest.raises(NoLogo):
            async with db.workspace_transaction(workspace.id) as session:
                await brands.create(session, workspace.id, uuid4(), kit(logo))


async def test_another_workspaces_brand_cannot_be_read_or_changed(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    async with db.workspace_transaction(workspace.id) as session:
        made = await brands.create(session, workspace.id, uuid4(), kit())

    async with db.workspace_transaction(stranger.id) as session:
        assert await brands.read(session, made.id) is None
        assert await brands.edit(session, made.id, kit()) is None
        assert await brands.all_of_workspace(session) == []
