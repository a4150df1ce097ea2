"""Who uses the pages in the tests, and the browser that each of them sits at."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
from playwright.async_api import Page, Response, TimeoutError

from models.domain.roles import Role
from models.domain.states import Scope
from models.tables.identity import UserAccount
from records import access, identity
from records.database import Database
from records.passwords import store_password_hash
from tests.api.advertisers import connect_whole, new_advertiser
from tests.api.people import Member
from tests.servers import Simulator

PASSWORD = "correct horse battery"
# Far more than anything takes here, so that a hang fails instead of stopping the run.
PATIENCE_MS = 40_000


@dataclass
class Person:
    id: UUID
    workspace_id: UUID
    email: str


@dataclass
class People:
    """Makes people; the password is hashed once, which takes longer than all else."""

    database: Database
    hashed: str

    async def join(self, name: str = "Ana", role: Role = Role.OWNER, workspace_id: UUID | None = None) -> Person:
        user = UserAccount(email=f"{uuid4().hex}@example.com", first_name=name)
        async with self.database.user_transaction(user.id) as session:
            session.add(user)
            await session.flush()
            await store_password_hash(session, user.id, self.hashed)
        if workspace_id is None:
            workspace_id = (await identity.create_workspace(self.database, "Bayt Qahwa", user.id)).id
        else:
            async with self.database.workspace_transaction(workspace_id) as session:
                await identity.add_member(session, workspace_id, user.id, role, tuple(Scope))
        return Person(user.id, workspace_id, user.email)

    async def api_key(self, person: Person) -> str:
        async with self.database.workspace_transaction(person.workspace_id) as session:
            _, key = await access.create_api_key(session, person.workspace_id, person.id, "tests")
        return key


@dataclass
class Visit:
    """One person's browser. Collects what the browser complains about; a test ends with `sound`."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Response | None:
        return await self.page.goto(self.site + path)

    async def log_in(self, person: Person) -> None:
        await self.open("/login")
        await self.page.get_by_label("E-mail address").fill(person.email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_url(re.compile("/campaigns"))

    async def press(self, name: str) -> None:
        """The first visible button or link with this name, and then the page it leads to."""
        target = (
            self.page.locator("main")
            .locator("button:not(.hidden), a, summary")
            .filter(has_text=re.compile(f"^\\s*{name}"))
        )
        await target.and_(self.page.locator(":visible")).first.click()
        await self.page.wait_for_load_state()

    async def until(self, words: str) -> None:
        """Pages of a working campaign load again by themselves until the words are there."""
        try:
            await self.page.get_by_text(re.compile(words)).first.wait_for(timeout=PATIENCE_MS)
        except TimeoutError:
            raise AssertionError(f"{words!r} never came; the page says: {(await self.text())[:2_000]}") from None

    async def text(self) -> str:
        return await self.page.locator("main").inner_text()

    async def usable(self) -> None:
        """Nothing scrolls sideways at a phone's width, and every field has a name that is read out."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        nameless = await self.page.evaluate(
            """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
               .filter(field => !field.labels.length && !field.ariaLabel).map(field => field.name)"""
        )
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the screen"
        assert nameless == []

    def sound(self) -> None:
        assert self.complaints == []


Visits = Callable[[], Awaitable[Visit]]


async def connected(site: str, people: People, person: Person, simulator: Simulator) -> None:
    """The person's workspace gets an ad account that is ready to publish."""
    key = await people.api_key(person)
    async with httpx.AsyncClient(base_url=site, headers={"X-API-Key": key}, timeout=20) as http:
        await connect_whole(Member(person.id, person.workspace_id, person.email, key, http), new_advertiser(simulator))
