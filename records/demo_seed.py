"""The workspace that a first look starts in: an agency with owner, approver, client, a brand and an API key."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.brand import Brand
from models.tables.identity import UserAccount, Workspace
from records.access import caller_by_api_key, create_api_key
from records.database import Database
from records.identity import add_member, create_user, create_workspace

# Fixed ids: a seed that was killed half-way is completed by the next one.
NAMESPACE = UUID("6f0c8a52-5f0e-4a5e-9c0b-2f6d7c1b9e10")
WORKSPACE_ID = uuid5(NAMESPACE, "workspace")
BRAND_ID = uuid5(NAMESPACE, "brand")
# In the agency preset the client decides on all but the technical ads plan.
CLIENT_SCOPES = (Scope.STRATEGY, Scope.CONTENT, Scope.SCHEDULE)


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    first_name: str
    last_name: str
    role: Role
    scopes: tuple[Scope, ...]

    @property
    def user_id(self) -> UUID:
        return uuid5(NAMESPACE, f"user-{self.key}")


OWNER = Person("demo", "Dana", "Demo", Role.OWNER, tuple(Scope))
APPROVER = Person("approver", "Ana", "Approver", Role.APPROVER, tuple(Scope))
CLIENT = Person("client", "Karim", "Client", Role.CLIENT, CLIENT_SCOPES)


@dataclass(frozen=True, slots=True)
class DemoLogins:
    """The owner logs in with `email`; the others as `approver@` and `client@` its domain, all with one password."""

    email: str
    password: str
    api_key: str

    def email_of(self, person: Person) -> str:
        return self.email if person is OWNER else f"{person.key}@{self.email.partition('@')[2]}"


async def seed_demo(database: Database, logins: DemoLogins) -> UUID:
    """Completes whatever is missing and changes nothing that is there; returns the workspace's id."""
    for person in (OWNER, APPROVER, CLIENT):
        await _ensure_user(database, person, logins)
    async with database.workspace_transaction(WORKSPACE_ID) as session:
        exists = await session.get(Workspace, WORKSPACE_ID) is not None
    if not exists:
        await create_workspace(database, "Demo agency", OWNER.user_id, workspace_id=WORKSPACE_ID)
    await _ensure_team_and_brand(database)
    if await caller_by_api_key(database, logins.api_key) is None:
        async with database.workspace_transaction(WORKSPACE_ID) as session:
            await create_api_key(session, WORKSPACE_ID, OWNER.user_id, "Demo", key=logins.api_key)
    return WORKSPACE_ID


async def _ensure_user(database: Database, person: Person, logins: DemoLogins) -> None:
    async with database.user_transaction(person.user_id) as session:
        if await session.get(UserAccount, person.user_id) is not None:
            return
    user = UserAccount(
        id=person.user_id,
        email=logins.email_of(person),
        username=person.key,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    await create_user(database, user, logins.password)


async def _ensure_team_and_brand(database: Database) -> None:
    async with database.workspace_transaction(WORKSPACE_ID) as session:
        for person in (APPROVER, CLIENT):
            if await session.get(UserAccount, person.user_id) is None:
                await add_member(session, WORKSPACE_ID, person.user_id, person.role, person.scopes)
        if await session.get(Brand, BRAND_ID) is None:
            session.add(
                Brand(
                    id=BRAND_ID,
                    workspace_id=WORKSPACE_ID,
                    name="Oud & Amber",
                    colours=["#4a2c17", "#d9a441", "#fff8ec"],
                    banned_words=["cheap", "miracle"],
                    claims=[{"text": "Blended by hand in Riyadh", "evidence": "Workshop visit, 2026"}],
                )
            )
