"""A publish that could not be taken back whole: the next one sends what is approved now, and nothing else starts."""

from models.domain.schedule import Schedule, Split
from models.domain.states import PlatformKind, WriteOp
from models.tables.plan import PlanVersion, ScheduleVersion
from tests.activities.publishing_desk import Desk


async def approve_less(desk: Desk) -> None:
    """Half the money, and only the first of the two ads."""
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        (planned,) = await desk.documents(session, PlanVersion)
        planned.body = {**planned.body, "ads": planned.body["ads"][:1]}  # type: ignore[index]
        (version,) = await desk.documents(session, ScheduleVersion)
        part = Split(plan_key="broad_en", initial_minor=10_000, floor_minor=1, ceiling_minor=10_000)
        changes = {"total_cap_minor": 140_000, "daily_cap_minor": 10_000, "split": [part]}
        version.body = Schedule.model_validate(version.body).model_copy(update=changes).model_dump(mode="json")


async def test_the_next_try_takes_over_with_the_money_that_is_approved_now(desk: Desk) -> None:
    await desk.build()
    await desk.next_try()
    await approve_less(desk)

    await desk.build()
    await desk.go_live()

    (campaign,), (ad_set,) = desk.standing("campaigns"), desk.standing("adsets")
    assert int(ad_set["budget"]) == 10_000
    limits = await desk.reader.read_node(PlatformKind.CAMPAIGN, campaign["id"], desk.shop.token)
    assert limits.spend_cap == 140_000
    started = {entry["id"] for entry in desk.shop.books()["activations"]}
    ads = {entry["created_name"].split()[0]: entry["id"] in started for entry in desk.standing("ads")}
    assert ads == {"Evening": True, "Workshop": False}, "what is not approved any more never runs, not for a second"


async def test_going_live_is_asked_of_this_try_and_not_of_an_earlier_one(desk: Desk) -> None:
    """The activations of the first try are dropped with it; the second has its own."""
    await desk.build()
    await desk.run(desk.publishing.permit_activation, desk.ref)
    await desk.next_try()

    await desk.build()
    await desk.go_live()

    assert [entry["status"] for entry in desk.standing("campaigns")] == ["ACTIVE"]


async def test_taking_back_the_next_try_deletes_what_the_first_one_left(desk: Desk) -> None:
    await desk.build()
    await desk.next_try()
    await desk.plan()

    report = await desk.persist(desk.tree.roll_back, desk.ref)

    assert {leftover.kind for leftover in report.leftovers} == {PlatformKind.CREATIVE}
    assert [desk.standing(kind) for kind in ("campaigns", "adsets", "ads")] == [[], [], []]
    assert len(await desk.intents(op=WriteOp.DELETE)) == 1
