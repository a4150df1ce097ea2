"""Writes to the platform through ledger and gate, beside the same two HTTP calls without them."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
from temporalio.testing import ActivityEnvironment

from activities import wiring
from bench.timing import Pair, Work, rates
from models.contracts.publishing import IntentRef
from models.domain.markers import marker_for
from models.domain.states import PlatformKind, WriteClass, WriteOp
from models.tables.ad_account import AdAccount
from models.tables.ledger import PlatformObject
from records import ledger, platform_objects
from records.database import Database
from records.ledger import NewIntent
from settings import Settings

Ensure = Callable[[IntentRef], Coroutine[Any, Any, str | None]]

WRITES = 90
# As many as a publish sends at a time.
AT_ONCE = 4


async def measure(settings: Settings, database: Database, workspace_id: UUID, campaign_id: UUID) -> Pair:
    """Renames of running ads: an update, so each reads the object, passes the gate, writes, and stores the answer."""
    async with database.workspace_transaction(workspace_id) as session:
        rows = await platform_objects.of_campaign(session, campaign_id)
        account = await session.get_one(AdAccount, rows[0].ad_account_id)
    ads = [row for row in rows if row.kind is PlatformKind.AD]
    async with AsyncExitStack() as closing:
        built = await wiring.build(settings, closing)
        ensure = next(method for method in built.ads_meta if method.__name__ == "ensure_write")
        token = await _token(settings, account.external_id)
        graph = f"{settings.meta_graph_url}/{settings.meta_api_version}"
        http = await closing.enter_async_context(
            httpx.AsyncClient(base_url=graph, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        )
        ours = [_ensured(ensure, ref) for ref in await _intents(database, ads)]
        bare = [_raw(http, ads[n % len(ads)], n) for n in range(WRITES)]
        return await rates("writes through the ledger, beside GET and POST", ours, bare, at_once=AT_ONCE)


async def _intents(database: Database, ads: Sequence[PlatformObject]) -> list[IntentRef]:
    ids: list[UUID] = []
    async with database.workspace_transaction(ads[0].workspace_id) as session:
        for first in range(0, WRITES, len(ads)):
            ids += await ledger.intend_next(session, [_rename(ad, first + n) for n, ad in enumerate(ads)])
    return [IntentRef(workspace_id=ads[0].workspace_id, intent_id=intent_id) for intent_id in ids]


def _rename(ad: PlatformObject, number: int) -> NewIntent:
    """Expects nothing of the name before: the bare calls change it in between."""
    if ad.campaign_id is None:
        raise ValueError("an ad belongs to a campaign")
    target = {"name": f"Bench {number}"}
    return NewIntent(
        workspace_id=ad.workspace_id,
        campaign_id=ad.campaign_id,
        ad_account_id=ad.ad_account_id,
        object_id=ad.id,
        kind=ad.kind,
        plan_key=ad.plan_key,
        op=WriteOp.UPDATE,
        write_class=WriteClass.PERSON,
        name=ad.name,
        marker=marker_for(ad.id),
        request_hash=f"bench:{uuid4()}",
        payload=dict(target),
        expected_before={},
        target=dict(target),
    )


def _ensured(ensure: Ensure, ref: IntentRef) -> Work:
    async def work() -> None:
        await ActivityEnvironment().run(ensure, ref)

    return work


async def _token(settings: Settings, account_id: str) -> str:
    """The advertiser's own, as the simulator tells it."""
    async with httpx.AsyncClient(base_url=settings.simulator_url, trust_env=False) as control:
        accounts = (await control.get("/control/meta/accounts")).json()
    return next(str(one["access_token"]) for one in accounts if one["account_id"] == account_id)


def _raw(http: httpx.AsyncClient, ad: PlatformObject, number: int) -> Work:
    async def work() -> None:
        (await http.get(f"/{ad.platform_id}", params={"fields": "name,status,effective_status"})).raise_for_status()
        (await http.post(f"/{ad.platform_id}", data={"name": f"Bare {number}"})).raise_for_status()

    return work
