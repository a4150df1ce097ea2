"""What an ad account ran before is read into the record, told apart from ours, and read again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from activities.importing import Importing, stretches
from models.contracts.importing import ImportObjects, ImportOutcome
from models.domain.states import AdAccountState, PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.metrics import MetricReading
from providers.ads.meta import object_pages
from records import account_objects
from records.account_objects import ObjectQuery
from tests.activities.acting import fails
from tests.activities.importing_desk import account, import_all, nodes, progress, ref, stranger
from tests.activities.publishing_desk import Desk
from tests.servers import Simulator


async def test_foreign_campaigns_are_read_with_budgets_texts_and_figures_and_ours_are_recognised(
    desk: Desk, simulator: Simulator
) -> None:
    await desk.build()
    with stranger(simulator, desk) as live:
        campaign, (ad_set, _) = live.shop(2, daily_budget=7_000)
        live.advance(50)

        done = await import_all(desk)

    found, ours = await nodes(desk), {row.platform_id: row for row in await desk.objects()}
    assert (found[campaign].object_id, found[campaign].campaign_id) == (None, None)
    assert (found[ad_set].daily_budget_minor, found[ad_set].parent_platform_id) == (7_000, campaign)
    (ad,) = [row for row in found.values() if row.parent_platform_id == ad_set]
    creative = ad.detail["creative"]
    assert isinstance(creative, dict)
    assert (creative["texts"], creative["headlines"]) == (["Fresh coffee"], ["Order today"])
    assert str(creative["pictures"]).startswith("['http")
    assert found[campaign].detail["objective"] == "OUTCOME_SALES"
    assert {row.object_id for row in found.values() if row.object_id} == {
        row.id for number, row in ours.items() if number in found
    }
    assert (done.campaigns, done.ad_sets, done.ads) == (2, 3, 4)
    assert (done.state, done.days_read, (await account(desk)).imported_at is not None) == (ImportOutcome.DONE, 90, True)

    readings = await readings_of(desk)
    assert {(row.level, row.campaign_id, row.source) for row in readings} == {("ad_set", None, "platform")}
    assert {row.external_id for row in readings} == {row for row in found if found[row].parent_platform_id == campaign}
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        until = max(row.account_day for row in readings)
        figures = await account_objects.figures(session, desk.account_id, [campaign, ad_set], until)
    assert figures[campaign].spend_minor == sum(row.spend_minor for row in readings) > figures[ad_set].spend_minor > 0


async def readings_of(desk: Desk) -> list[MetricReading]:
    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        query = sa.select(MetricReading).where(col(MetricReading.ad_account_id) == desk.account_id)
        return list(await session.scalars(query))


async def test_an_import_again_shows_what_changed_and_what_is_gone_and_adds_no_figure_twice(
    desk: Desk, simulator: Simulator
) -> None:
    with stranger(simulator, desk) as live:
        campaign, (ad_set, other) = live.shop(2)
        live.advance(30)
        await import_all(desk)
        before = len(await readings_of(desk))

        live.advertiser.post(campaign, name="Renamed", status="PAUSED").raise_for_status()
        live.advertiser.delete(other).raise_for_status()
        # Otherwise the second listing is of the same second as the first.
        live.advance(0.01)
        await import_all(desk)

    found = await nodes(desk)
    assert (found[campaign].name, found[campaign].status) == ("Renamed", "PAUSED")
    assert (found[ad_set].gone_at, found[ad_set].effective_status) == (None, "CAMPAIGN_PAUSED")
    assert found[other].gone_at is not None
    assert len(await readings_of(desk)) == before


async def test_it_leaves_quota_to_running_ads_waits_out_an_outage_and_goes_on_from_the_last_page(
    desk: Desk, simulator: Simulator, fault: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(object_pages._SIZES, PlatformKind.CAMPAIGN, 2)
    importing, wanted = Importing(desk.platform), ImportObjects(**ref(desk).model_dump(), kind=PlatformKind.CAMPAIGN)
    with stranger(simulator, desk) as live:
        made = [live.campaign(name=f"Campaign {number}") for number in range(5)]
        await desk.run(importing.begin_import, ref(desk))
        desk.shop.change(usage={"percent": 82, "regain_minutes": 3})
        crowded = await fails(desk, importing.import_objects, wanted)
        desk.shop.change(usage={"percent": 1, "regain_minutes": 0})
        assert (sorted(await nodes(desk)), (await progress(desk)).waiting) == (made[3:], crowded.message)
        assert "82 %" in crowded.message

        fault("http_500", "*/campaigns")
        broken = await fails(desk, importing.import_objects, wanted)
        assert (broken.type, (await progress(desk)).waiting) == ("publish.waiting", broken.message)
        live.advertiser.post(made[4], name="Renamed meanwhile").raise_for_status()
        read = await desk.run(importing.import_objects, wanted)

    found, reached = await nodes(desk), await progress(desk)
    assert (read, reached.campaigns, reached.waiting, sorted(found)) == (5, 5, None, made)
    assert found[made[4]].name == "Campaign 4", "a page that was kept is not read a second time"


async def test_a_disconnected_account_is_not_waited_for(desk: Desk) -> None:
    importing, wanted = Importing(desk.platform), ImportObjects(**ref(desk).model_dump(), kind=PlatformKind.AD)
    await desk.run(importing.begin_import, ref(desk))
    await desk.change(AdAccount, state=AdAccountState.DISCONNECTED)

    refused = await fails(desk, importing.import_objects, wanted)

    assert refused.non_retryable
    assert "Connect it again" in refused.message


@pytest.mark.parametrize(("ad_sets", "length"), [(1, 30), (2_000, 30), (10_000, 6), (200_000, 1)])
def test_large_accounts_are_read_in_shorter_stretches_that_cover_every_day(ad_sets: int, length: int) -> None:
    first, last = date(2026, 8, 1), date(2026, 10, 29)

    found = stretches(first, last, ad_sets)

    days = [since + timedelta(days=n) for since, until in found for n in range((until - since).days + 1)]
    assert sorted(days) == [first + timedelta(days=n) for n in range(90)]
    assert max((until - since).days + 1 for since, until in found) == length
    assert found[0][1] == last


async def test_a_page_of_objects_follows_the_one_before(desk: Desk, simulator: Simulator) -> None:
    with stranger(simulator, desk) as live:
        made = [live.campaign(name=f"Campaign {number}") for number in range(5)]
        await import_all(desk)

    async with desk.database.workspace_transaction(desk.workspace_id) as session:
        first = await account_objects.page(session, desk.account_id, ObjectQuery(limit=3))
        query = ObjectQuery(after=first[-1].platform_id, limit=3)
        rest = await account_objects.page(session, desk.account_id, query)

    assert [row.platform_id for row in [*first, *rest]] == sorted(made, reverse=True)
