"""A workspace with its people, an ad account that is ready, and the documents that a small campaign starts from."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, JsonValue

from models.contracts.base import Actor
from models.domain.base import Money
from models.domain.brief import ApprovalPreset, ApprovalWish, Brief, Budget, BudgetKind, Flight, Product
from models.domain.roles import Role
from models.domain.states import Channel, Ratio
from models.domain.strategy import Strategy
from models.tables.ad_account import AdAccount
from models.tables.identity import UserAccount, Workspace
from records import ad_accounts, command_inputs, identity
from records.ad_accounts import Connection
from records.database import Database
from records.secrets import SecretBox
from tests.models.domain import examples

# The key of the settings that `make_settings` makes.
BOX = SecretBox({"k1": bytes(32)}, "k1")


@dataclass
class Office:
    """`ana` owns the workspace, `ben` approves for the team, `client` for the client."""

    db: Database
    workspace_id: UUID
    account_id: UUID
    ana: Actor
    ben: Actor
    client: Actor
    pictures: list[UUID] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=lambda: [Ratio.SQUARE, Ratio.VERTICAL])
    """Of each concept. Two, for each is drawn anew in every test."""

    async def store(self, body: BaseModel | dict[str, JsonValue]) -> UUID:
        """Stores a command's body, as the API does before it sends the command."""
        plain = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        async with self.db.workspace_transaction(self.workspace_id) as session:
            return await command_inputs.store_input(session, self.workspace_id, plain, self.ana.user_id)

    async def change_settings(self, **settings: JsonValue) -> None:
        async with self.db.workspace_transaction(self.workspace_id) as session:
            workspace = await session.get_one(Workspace, self.workspace_id)
            workspace.settings = {**workspace.settings, **settings}

    def brief(self, **changes: Any) -> Brief:  # noqa: ANN401 - any field of a brief
        """The lamp shop in English, for three weeks from tomorrow on, with what pictures the office has."""
        product = Product(name="Oryx lamp", url="https://shop.example.com/oryx", images=self.pictures)
        base = {
            "products": [product],
            "languages": ["en"],
            "budget": Budget(amount=Money(amount_minor=60_000, currency="USD"), kind=BudgetKind.DAILY),
            "flight": Flight(end=datetime.now(UTC) + timedelta(days=22)),
            "offer": examples.OFFER.model_copy(update={"valid_to": datetime.now(UTC) + timedelta(days=60)}),
            "economics": {},
        }
        return Brief.model_validate({**examples.shop_brief().model_dump(), **base, **changes})

    def strategy(self) -> Strategy:
        """Two concepts for one broad audience, so two items and two ads in one ad set."""
        strategy = examples.shop_strategy()
        concepts = [concept.model_copy(update={"ratios": self.ratios}) for concept in strategy.message.concepts]
        message = strategy.message.model_copy(
            update={"languages": ["en"], "offer": self.brief().offer, "concepts": concepts}
        )
        audience = strategy.audience.model_copy(update={"segments": [examples.segment("broad", 10_000)]})
        return strategy.model_copy(update={"message": message, "audience": audience})

    def body(self, *, strategy: bool = True, **brief: Any) -> dict[str, JsonValue]:  # noqa: ANN401
        """The body of a create. Without a strategy the campaign has to draft one."""
        given = self.strategy().model_dump(mode="json") if strategy else None
        return {"brief": self.brief(**brief).model_dump(mode="json"), "strategy": given}


AGENCY = {"approval": ApprovalWish(preset=ApprovalPreset.AGENCY_CLIENT)}


async def open_office(db: Database, account: dict[str, Any] | None = None, **settings: JsonValue) -> Office:
    """`account` is what the simulator says of a new advertiser; without one nothing can reach a platform."""
    owner = await _user(db, "Ana")
    workspace = await identity.create_workspace(db, "Agency One", owner, dict(settings))
    people = {Role.APPROVER: await _user(db, "Ben"), Role.CLIENT: await _user(db, "Carla")}
    async with db.workspace_transaction(workspace.id) as session:
        for role, user_id in people.items():
            await identity.add_member(session, workspace.id, user_id, role)
    return Office(
        db,
        workspace.id,
        await _account(db, workspace.id, account or _nowhere()),
        ana=Actor(user_id=owner, name="Ana", role=Role.OWNER, channel=Channel.API),
        ben=Actor(user_id=people[Role.APPROVER], name="Ben", role=Role.APPROVER, channel=Channel.API),
        client=Actor(user_id=people[Role.CLIENT], name="Carla", role=Role.CLIENT, channel=Channel.WEB),
    )


async def _user(db: Database, name: str) -> UUID:
    user = UserAccount(email=f"{name.lower()}-{uuid4().hex}@example.com", first_name=name)
    async with db.user_transaction(user.id) as session:
        session.add(user)
    return user.id


def _nowhere() -> dict[str, Any]:
    names = ("page_id", "instagram_user_id", "pixel_id", "lead_form_id")
    return {"account_id": uuid4().hex, "access_token": "none", **dict.fromkeys(names, "1")}


async def _account(db: Database, workspace_id: UUID, info: dict[str, Any]) -> UUID:
    connection = Connection(
        platform="meta",
        external_id=str(info["account_id"]),
        name="Lamp shop",
        currency="USD",
        timezone="America/New_York",
        token=info["access_token"],
    )
    async with db.workspace_transaction(workspace_id) as session:
        account: AdAccount = await ad_accounts.connect(session, workspace_id, BOX, connection)
        for name in ("page_id", "instagram_user_id", "pixel_id", "lead_form_id"):
            setattr(account, name, info[name])
        account.pixel_event = "PURCHASE"
        account.preflight = {"obstacles": [], "min_daily_minor": 500}
        return account.id
