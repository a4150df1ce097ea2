from sqlmodel import select

from models.domain.roles import Role
from models.tables.brand import Brand
from models.tables.identity import ApiKey, UserAccount
from records import access, demo_seed, identity
from records.database import Database
from records.demo_seed import DemoLogins
from tests import servers

LOGINS = DemoLogins(email="demo@greenlight.example", password="a demo password", api_key="glk_demo_0123456789")


async def test_a_seeded_workspace_has_everyone_and_a_second_seed_changes_nothing(database: servers.Database) -> None:
    db = Database(database.app_url, pool_size=2)
    for _ in range(2):
        workspace_id = await demo_seed.seed_demo(db, LOGINS)

    signed_in = await access.sign_in(db, "client@greenlight.example", LOGINS.password)
    caller = await access.caller_by_api_key(db, LOGINS.api_key)
    async with db.workspace_transaction(workspace_id) as session:
        team = [(person.first_name, member.role) for member, person in await identity.members(session)]
        brands = (await session.scalars(select(Brand))).all()
        keys = (await session.scalars(select(ApiKey))).all()
    await db.close()

    assert signed_in.workspace_id == workspace_id
    assert caller is not None
    assert caller.role is Role.OWNER
    assert team == [("Ana", Role.APPROVER), ("Dana", Role.OWNER), ("Karim", Role.CLIENT)]
    assert (len(brands), len(keys)) == (1, 1)


async def test_a_seed_that_was_killed_half_way_is_completed(database: servers.Database) -> None:
    db = Database(database.app_url, pool_size=2)
    owner = UserAccount(id=demo_seed.OWNER.user_id, email=LOGINS.email, username="demo")
    await identity.create_user(db, owner, LOGINS.password)
    await identity.create_workspace(db, "Demo agency", owner.id, workspace_id=demo_seed.WORKSPACE_ID)

    workspace_id = await demo_seed.seed_demo(db, LOGINS)

    async with db.workspace_transaction(workspace_id) as session:
        assert len(await identity.members(session)) == 3
    assert await access.caller_by_api_key(db, LOGINS.api_key) is not None
    await db.close()
