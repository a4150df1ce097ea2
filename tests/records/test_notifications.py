from uuid import UUID

from models.tables.identity import UserAccount, Workspace
from records import notifications
from records.database import Database
from tests.records.conftest import make_user


async def add(db: Database, workspace: Workspace, key: str, user_id: UUID | None = None) -> bool:
    async with db.workspace_transaction(workspace.id) as session:
        fields = {"user_id": user_id} if user_id else {}
        return await notifications.add(
            session, workspace_id=workspace.id, kind="step_failed", title=key, body="", dedupe_key=key, **fields
        )


async def titles(db: Database, workspace: Workspace, user_id: UUID, *, unread_only: bool = False) -> list[str]:
    async with db.workspace_transaction(workspace.id) as session:
        found = await notifications.notices_for(session, user_id, unread_only=unread_only)
        return [notice.title for notice in found]


async def test_a_retried_step_tells_people_once(db: Database, user: UserAccount, workspace: Workspace) -> None:
    assert [await add(db, workspace, "publish failed") for _ in range(2)] == [True, False]
    assert await titles(db, workspace, user.id) == ["publish failed"]


async def test_people_see_their_own_notices_and_those_for_everyone(
    db: Database, user: UserAccount, workspace: Workspace
) -> None:
    other = await make_user(db, "Lina")
    for key, user_id in (("for all", None), ("for Ana", user.id), ("for Lina", other.id)):
        await add(db, workspace, key, user_id)

    assert await titles(db, workspace, user.id) == ["for Ana", "for all"]


async def test_a_read_notice_is_no_longer_unread_and_a_foreign_one_cannot_be_marked(
    db: Database, user: UserAccount, workspace: Workspace
) -> None:
    other = await make_user(db, "Lina")
    await add(db, workspace, "for Ana", user.id)
    async with db.workspace_transaction(workspace.id) as session:
        [notice] = await notifications.notices_for(session, user.id)
        assert not await notifications.mark_read(session, other.id, notice.id)
        assert await notifications.mark_read(session, user.id, notice.id)

    assert await titles(db, workspace, user.id, unread_only=True) == []
    assert await titles(db, workspace, user.id) == ["for Ana"]
