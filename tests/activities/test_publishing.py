"""A publish, activity by activity, against real Postgres, S3 and the simulated platform over HTTP."""

from models.domain.states import LedgerState
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
