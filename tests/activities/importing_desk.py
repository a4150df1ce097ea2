"""Somebody else's campaigns in a desk's ad account, and the steps that import everything there."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlmodel import select

from activities.importing import Importing
from models.contracts.importing import ImportObjects, ImportProgress
from models.contracts.optimizing import AccountRef
from models.domain.platform_tree import TREE_KINDS
from models.tables.ad_account import AdAccount
from models.tables.platform_node import PlatformNode
from records import account_imports
from tests.activities.publishing_desk import Desk
from tests.servers import Simulator
from tests.simulator.meta.advertiser import Advertiser, made
from tests.simulator.meta.market.live import Live


@contextmanager
def stranger(simulator: Simulator, desk: Desk) -> Iterator[Live]:
    """Somebody who works in the desk's ad account without Greenlight."""
    headers = {"Authorization": f"Bearer {desk.shop.token.get_secret_value()}"}
    with httpx.Client(base_url=f"{simulator.url}/v26.0", headers=headers, timeout=30) as graph:
        advertiser = Advertiser(simulator.url, desk.shop.info, graph, simulator.control)
        yield Live(advertiser, made(advertiser.creative()))


def ref(desk: Desk) -> AccountRef:
    return AccountRef(workspace_id=desk.workspace_id, ad_account_id=desk.account_id)


async def import_all(desk: Desk) -> ImportProgress:
    """What the workflow does, each step as often as it asks for."""
    importing, account = Importing(desk.platform), ref(desk)
    await desk.run(importing.begin_import, account)
    for kind in TREE_KINDS:
        await desk.persist(importing.import_objects, ImportObjects(**account.model_dump(), kind=kind))
    plan = await desk.run(importing.plan_figures, account)
    for stretch in plan.stretches:
        await desk.persist(importing.import_figures, stretch)
    return await desk.run(importing.finish_import, account)


async def nodes(desk: Desk) -> dict[str, PlatformNode]:
    """Everything that was ever seen, by the platform's number."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return {row.platform_id: row for row in await session.scalars(select(PlatformNode))}


async def account(desk: Desk) -> AdAccount:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        return await session.get_one(AdAccount, desk.account_id)


async def progress(desk: Desk) -> ImportProgress:
    found = account_imports.progress_of(await account(desk))
    assert found is not None
    return found
