"""What went wrong or came to an end reaches the people of the workspace, and clients are spared what is internal."""

from models.domain.roles import Role
from records import notifications
from records.database import Database
from tests.api.people import Join, Member


async def test_a_notice_is_shown_until_it_is_marked_as_read(owner: Member, join: Join, records: Database) -> None:
    client = await join(Role.CLIENT, owner.workspace_id)
    async with records.workspace_transaction(owner.workspace_id) as session:
        await notifications.add(
            session,
            workspace_id=owner.workspace_id,
            kind="step_failed",
            title="White Friday needs you",
            body="The budget is below the account's minimum.",
            dedupe_key="first",
        )

    [notice] = (await owner.http.get("/api/v1/notifications", params={"unread": True})).json()
    read = await owner.http.post(f"/api/v1/notifications/{notice['id']}/read")

    assert notice["title"] == "White Friday needs you"
    assert read.status_code == 204
    assert (await owner.http.get("/api/v1/notifications", params={"unread": True})).json() == []
    assert (await client.http.get("/api/v1/notifications")).json() == []


async def test_a_strangers_notice_does_not_exist(owner: Member, join: Join, records: Database) -> None:
    stranger = await join()
    async with records.workspace_transaction(owner.workspace_id) as session:
        await notifications.add(
            session, workspace_id=owner.workspace_id, kind="publish_live", title="Live", body="", dedupe_key="second"
        )
    [notice] = (await owner.http.get("/api/v1/notifications", params={"unread": True})).json()

    assert (await stranger.http.post(f"/api/v1/notifications/{notice['id']}/read")).status_code == 404
