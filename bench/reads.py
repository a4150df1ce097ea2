"""How long lists and single campaigns take to read, with few and with many campaigns in the workspace."""

from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import httpx
import sqlalchemy as sa
from pydantic import JsonValue

from bench.timing import Pair, Work, latencies
from models.contracts.base import SYSTEM
from models.contracts.campaign import CreateCampaign
from records import command_inputs
from records.campaigns.creating import create_campaign
from records.database import Database

MANY = 500
TIMES = 150
CAMPAIGNS = "/api/v1/campaigns"


async def measure(api: httpx.AsyncClient, bare_url: str, database: Database, campaign_id: str) -> list[Pair]:
    """With the campaigns there are and with many. `campaign_id` is a whole one; the added ones are empty drafts."""
    me = (await api.get("/api/v1/auth/me")).json()
    workspace_id, user_id = UUID(me["workspace_id"]), UUID(me["user_id"])
    pairs: list[Pair] = []
    there = await _count(database, workspace_id)
    async with httpx.AsyncClient(base_url=bare_url, trust_env=False) as bare:
        for wanted in (there, max(MANY, there)):
            await _add(database, workspace_id, user_id, wanted - there)
            for name, path in (("list of 25", CAMPAIGNS), ("one campaign", f"{CAMPAIGNS}/{campaign_id}")):
                pairs += await latencies(f"{name} among {wanted}", _get(api, path), _get(bare, "/"), times=TIMES)
    return pairs


async def _count(database: Database, workspace_id: UUID) -> int:
    async with database.workspace_transaction(workspace_id) as session:
        return int(await session.scalar(sa.text("select count(*) from campaign")) or 0)


async def _add(database: Database, workspace_id: UUID, user_id: UUID, count: int) -> None:
    """Rows as the first activity of a campaign writes them; no workflow stands behind these."""
    body: dict[str, JsonValue] = {"brief": {"name": "Bench"}, "strategy": None}
    async with database.workspace_transaction(workspace_id) as session:
        input_id = await command_inputs.store_input(session, workspace_id, body, user_id)
        for _ in range(count):
            key = uuid4().hex
            create = CreateCampaign(
                workspace_id=workspace_id,
                campaign_id=uuid5(workspace_id, key),
                input_id=input_id,
                request_hash="",
                create_key=key,
                title="Bench",
                actor=SYSTEM,
            )
            await create_campaign(session, create, datetime.now(UTC))


def _get(client: httpx.AsyncClient, path: str) -> Work:
    async def work() -> None:
        (await client.get(path)).raise_for_status()

    return work
