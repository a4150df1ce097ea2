"""The person, workspace and API key that `make up` prints. Made in the embedded database only, never in an own one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress

from models.tables.identity import UserAccount
from records.access import caller_by_api_key, create_api_key
from records.database import Database
from records.identity import LoginTaken, create_user, create_workspace, workspaces_of

# Fixed ids: a run killed half-way is completed by the next one.
USER_ID = uuid.uuid5(uuid.NAMESPACE_DNS, "demo-user.greenlight.example")
WORKSPACE_ID = uuid.uuid5(uuid.NAMESPACE_DNS, "demo-workspace.greenlight.example")


async def ensure_demo_account(environment: Mapping[str, str]) -> None:
    database = Database(environment["DATABASE_URL"], pool_size=1)
    try:
        if await caller_by_api_key(database, environment["GREENLIGHT_DEMO_API_KEY"]) is None:
            await _create(database, environment)
    finally:
        await database.close()


async def _create(database: Database, environment: Mapping[str, str]) -> None:
    email = environment["GREENLIGHT_DEMO_EMAIL"]
    user = UserAccount(id=USER_ID, email=email, username="demo", first_name="Dana", last_name="Demo")
    with suppress(LoginTaken):  # An earlier start came this far.
        await create_user(database, user, environment["GREENLIGHT_DEMO_PASSWORD"])
    if not await workspaces_of(database, USER_ID):
        await create_workspace(database, "Demo workspace", USER_ID, workspace_id=WORKSPACE_ID)
    async with database.workspace_transaction(WORKSPACE_ID) as session:
        key = environment["GREENLIGHT_DEMO_API_KEY"]
        await create_api_key(session, WORKSPACE_ID, USER_ID, "Demo", key=key)
