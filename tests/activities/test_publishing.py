"""A publish, activity by activity, against real Postgres, S3 and the simulated platform over HTTP."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.errors import ErrorType
from models.domain.states import DocumentState, LedgerState
from models.tables.content import ItemVersion
from models.tables.ledger import ObjectStatus
from tests.activities.publishing_desk import Desk


async def test_a_small_plan_goes_live_exactly_once_and_without_markers(desk: Desk) -> None:
    await desk.build()

    assert {entry["status"] for kind in ("campaigns", "adsets", "ads") for entry in desk.standing(kind)} == {"PAUSED"}

    audit = await desk.run(desk.tree.audit_tree, desk.ref)
    await desk.go_live()

    books = desk.shop.books()
    assert audit.clean
    assert [books["counts"][kind] for kind in ("campaigns", "adsets", "ads", "creatives")] == [1, 1, 2, 2]
    assert books["duplicates"] == 0
    assert [entry["name"] for entry in desk.standing("campaigns")] == ["Lamps"]
    assert books["activations"][-1]["id"] == desk.standing("campaigns")[0]["id"], "the campaign goes last"
    assert {row.state for row in await desk.intents()} == {LedgerState.CONFIRMED}
    active = [row for row in await desk.objects() if row.status is ObjectStatus.ACTIVE]
    assert len(active) == 4


async def test_a_plan_without_any_item_left_is_refused_before_anything_is_sent(desk: Desk) -> None:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        for version in await desk.documents(session, ItemVersion):
            version.state = DocumentState.SUPERSEDED

    with pytest.raises(ApplicationError, match="No ad is left") as caught:
        await desk.plan()

    assert caught.value.type == ErrorType.REFUSED
    assert await desk.intents() == []
