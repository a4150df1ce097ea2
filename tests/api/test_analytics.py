"""What a campaign's figures say over HTTP, against readings written by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.domain.account_days import day_start
from models.domain.roles import Role
from models.domain.states import CampaignStatus, PlatformKind
from records.database import Database
from tests.api.people import Join, Member
from tests.readings import Market, market

DAY: dict[str, Any] = {
    "spend_minor": 10_000,
    "impressions": 50_000,
    "clicks": 500,
    "conversions": 10,
    "conversion_value_minor": 60_000,
}


async def analytics(member: Member, ads: Market, **wanted: Any) -> Any:  # noqa: ANN401 - JSON
    reply = await member.http.get(f"/api/v1/campaigns/{ads.campaign.id}/analytics", params=wanted)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_the_last_word_on_each_day_counts_and_later_words_are_marked(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id)
    one, two = await ads.add("Broad"), await ads.add("Retargeting")
    for hour in (6, 12, 18):
        await ads.read(one, 2, ads.clock(2, hour), spend_minor=hour * 100, impressions=hour, clicks=hour, conversions=1)
    await ads.read(one, 2, ads.clock(1, 0.1), spend_minor=2_400, impressions=24, clicks=24, conversions=2)
    await ads.read(one, 2, ads.clock(0, 0), spend_minor=2_300, impressions=24, clicks=24, conversions=5)
    await ads.read(two, 2, ads.clock(1, 0.1), spend_minor=600, impressions=76, clicks=1, conversions=None)

    found = await analytics(owner, ads)

    [day] = found["days"]
    assert (day["day"], day["restated"]) == (str(ads.day(2)), True)
    assert (day["figures"]["spend_minor"], day["figures"]["conversions"]) == (2_900, 5)
    assert (day["at_close"]["spend_minor"], day["at_close"]["conversions"]) == (3_000, 2)
    assert [(line["name"], line["figures"]["spend_minor"]) for line in found["lines"]] == [
        ("Broad", 2_300),
        ("Retargeting", 600),
    ]
    retargeting = found["lines"][1]
    assert retargeting["figures"]["conversions"] is None
    assert retargeting["figures"]["rates"]["cpa_minor"] is None, "unknown is not zero"
    assert found["total"]["rates"]["ctr"] == pytest.approx(0.25)
    assert found["total"]["rates"]["cpa_minor"] == 580
    assert found["attributions"] == ["7d_click"]
    assert found["data"]["words"].endswith("12 minutes old")
    assert not found["data"]["stale"]


async def test_reach_is_shown_for_one_object_and_day_and_never_added(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id)
    one, two = await ads.add("Broad"), await ads.add("Retargeting")
    for ago in (1, 2):
        await ads.read(one, ago, **DAY, reach=40_000)
        await ads.read(two, ago, **DAY, reach=1_000)

    found = await analytics(owner, ads)

    assert found["total"]["reach"] is None
    assert [day["figures"]["reach"] for day in found["days"]] == [None, None]
    line = next(line for line in found["lines"] if line["name"] == "Broad")
    assert line["figures"]["reach"] is None
    assert [day["figures"]["reach"] for day in line["days"]] == [40_000, 40_000]
    assert line["days"][0]["figures"]["rates"]["frequency"] == 1.25


async def test_ads_are_lines_of_their_own_under_their_ad_set(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id)
    ad_set = await ads.add("Broad")
    ad = await ads.add("Lamp", PlatformKind.AD, parent=ad_set)
    await ads.read(ad_set, 1, **DAY)
    await ads.read(ad, 1, **DAY | {"spend_minor": 4_000})

    found = await analytics(owner, ads, level="ad")

    assert found["total"]["spend_minor"] == 10_000, "the ads are not counted once more"
    [line] = found["lines"]
    assert (line["level"], line["name"], line["parent"], line["platform_id"]) == ("ad", "Lamp", "Broad", ad)


async def test_uploaded_figures_fill_days_that_the_platform_says_nothing_of(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id)
    ad_set, whole = await ads.add("Broad"), await ads.add("All", PlatformKind.CAMPAIGN)
    await ads.read(ad_set, 1, **DAY)
    await ads.read(ad_set, 1, **DAY | {"spend_minor": 77, "source": "posted"})
    await ads.read(whole, 1, **DAY | {"spend_minor": 88, "source": "csv"})
    await ads.read(whole, 3, **DAY | {"spend_minor": 99, "source": "csv"})

    found = await analytics(owner, ads)
    overview = (await owner.http.get("/api/v1/dashboard")).json()

    assert [day["figures"]["spend_minor"] for day in found["days"]] == [99, 10_000]
    assert found["sources"] == ["csv", "platform"]
    assert [day["spend_minor"] for day in overview["days"][0]["days"]] == [99, 10_000]


async def test_hours_follow_the_accounts_clock_and_missing_ones_stay_together(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id, timezone="Asia/Kolkata", currency="INR")
    ad_set = await ads.add("Broad")
    for hour, spend in ((1, 100), (2, 250), (8, 900), (24.1, 2_000), (30, 2_100)):
        await ads.read(ad_set, 2, ads.clock(2, hour), spend_minor=spend)

    found = await analytics(owner, ads, since=str(ads.day(2)), until=str(ads.day(2)), grain="hour")

    day = ads.day(2)
    assert found["days"] is None
    assert [(hour["local"], hour["counts"]["spend_minor"], hour["later"]) for hour in found["hours"]] == [
        (f"{day}T00:00+05:30", 100, False),
        (f"{day}T01:00+05:30", 150, False),
        (f"{day}T02:00+05:30", 650, False),
        (f"{day}T08:00+05:30", 1_100, False),
        (f"{ads.day(1)}T00:06+05:30", 100, True),
    ]


async def test_the_day_of_twenty_five_hours_has_all_of_them(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id, timezone="America/New_York", currency="USD")
    ad_set = await ads.add("Broad")
    long_day = next(
        day
        for day in (ads.today - timedelta(days=ago) for ago in range(366))
        if day_start(day + timedelta(days=1), "America/New_York") - day_start(day, "America/New_York")
        == timedelta(hours=25)
    )
    ago = (ads.today - long_day).days
    begins = day_start(long_day, "America/New_York")
    for hour in range(1, 26):
        await ads.read(ad_set, ago, begins + timedelta(hours=hour), spend_minor=hour * 10)

    found = await analytics(owner, ads, until=str(long_day), grain="hour")

    assert len(found["hours"]) == 25
    assert [hour["local"][-6:] for hour in found["hours"][:3]] == ["-04:00", "-04:00", "-05:00"]
    assert sum(hour["counts"]["spend_minor"] for hour in found["hours"]) == 250


async def test_pace_trend_and_comparison_come_with_the_figures(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id, currency="JPY", timezone="Asia/Tokyo", running_days=16)
    good, poor = await ads.add("Broad"), await ads.add("Retargeting")
    for ago in range(1, 17):
        await ads.read(good, ago, **DAY | {"spend_minor": 6_000, "conversions": 20 if ago < 8 else 10})
        await ads.read(poor, ago, **DAY | {"spend_minor": 2_000, "conversions": 1})

    found = await analytics(owner, ads)

    pace, comparison = found["pacing"], found["comparison"]
    assert (pace["spent_minor"], pace["total_minor"], pace["pace"]) == (128_000, 300_000, "behind")
    assert pace["projected_minor"] < 300_000
    assert pace["worst_day_minor"] == 17_500
    assert comparison["enough"] == "yes"
    assert comparison["clear"]
    assert comparison["equal_split_high"] < comparison["conversions"] == 16 + 7 * 20 + 9 * 10
    assert "assumes" in comparison["words"]
    cpa = next(change for change in found["trend"]["changes"] if change["name"] == "cpa")
    assert (cpa["events"], cpa["clear"]) == ([147, 77], True)
    assert Decimal(str(cpa["percent"])) < -40


async def test_before_there_are_figures_nothing_is_made_up(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id, running_days=0)
    await ads.change(metrics_read_at=None)

    found = await analytics(owner, ads)

    assert (found["total"], found["days"], found["lines"], found["trend"]) == (None, [], [], None)
    assert found["pacing"] is None
    assert found["data"]["words"] == "No figures were read yet"
    assert found["comparison"]["equal_split"] is None


async def test_a_campaign_without_an_ad_account_has_nothing_to_tell_and_still_answers(
    owner: Member, records: Database
) -> None:
    ads = await market(records, owner.workspace_id, status=CampaignStatus.DRAFT)
    async with records.workspace_transaction(owner.workspace_id) as session:
        bare = "update campaign set ad_account_id = null, live_at = null, timezone = null where id = :id"
        await session.execute(sa.text(bare), {"id": ads.campaign.id})

    found = await analytics(owner, ads)
    report = await owner.http.get(f"/api/v1/reports/campaign/{ads.campaign.id}")

    assert (found["total"], found["pacing"], found["timezone"]) == (None, None, "UTC")
    assert (report.status_code, report.json()["moves"]) == (200, {})
    assert (await owner.http.get("/api/v1/reports/performance")).json()["items"] == []


async def test_old_figures_and_failed_readings_are_said(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id)
    await ads.change(metrics_read_at=datetime.now(UTC) - timedelta(hours=7), metrics_problem="Meta did not answer.")

    found = await analytics(owner, ads)

    assert found["data"]["stale"]
    assert found["data"]["problem"] == "Meta did not answer."


async def test_of_a_campaign_that_has_ended_nobody_waits_for_newer_figures(owner: Member, records: Database) -> None:
    ads = await market(records, owner.workspace_id, status=CampaignStatus.ENDED)
    await ads.change(metrics_read_at=datetime.now(UTC) - timedelta(days=9), metrics_problem="Meta did not answer.")

    found = await analytics(owner, ads)

    assert (found["data"]["stale"], found["data"]["problem"]) == (False, None)
    assert found["data"]["words"].endswith("9 days old")


async def test_clients_see_figures_and_no_ids(owner: Member, join: Join, records: Database) -> None:
    client = await join(Role.CLIENT, owner.workspace_id)
    ads = await market(records, owner.workspace_id)
    await ads.read(await ads.add("Broad"), 1, **DAY)

    found = await analytics(client, ads)

    [line] = found["lines"]
    assert (line["name"], line["platform_id"], line["plan_key"]) == ("Broad", None, None)
    assert found["total"]["conversions"] == 10


async def test_strangers_and_impossible_ranges_are_refused_with_words(
    owner: Member, join: Join, records: Database
) -> None:
    ads = await market(records, owner.workspace_id)
    stranger = await join()
    path = f"/api/v1/campaigns/{ads.campaign.id}/analytics"

    assert (await stranger.http.get(path)).status_code == 404
    for wanted in (
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"since": "2020-01-01"},
        {"since": "2026-01-01", "until": "2026-02-01", "grain": "hour"},
    ):
        reply = await owner.http.get(path, params=wanted)
        assert reply.status_code == 400, wanted
        assert reply.json()["detail"].endswith(".")


class TestDashboard:
    async def test_money_is_grouped_by_currency_and_by_each_accounts_own_day(
        self, owner: Member, records: Database
    ) -> None:
        for currency, zone, spend in (
            ("SAR", "Asia/Riyadh", 100),
            ("SAR", "Pacific/Auckland", 10),
            ("JPY", "Asia/Tokyo", 1),
        ):
            ads = await market(records, owner.workspace_id, currency=currency, timezone=zone)
            ad_set = await ads.add("Broad")
            for ago in (0, 1, 6, 7, 29, 30):
                await ads.read(ad_set, ago, spend_minor=spend, conversions=1)

        found = (await owner.http.get("/api/v1/dashboard/summary")).json()

        assert found["campaigns"] == {"live": 3}
        spent = {
            one["currency"]: [one[span]["spend_minor"] for span in ("today", "last_7_days", "last_30_days")]
            for one in found["currencies"]
        }
        assert spent == {"JPY": [1, 3, 5], "SAR": [110, 330, 550]}

    async def test_figures_that_are_old_by_their_own_accounts_clock_are_left_out(
        self, owner: Member, records: Database
    ) -> None:
        for currency, ahead in (("SAR", 0), ("USD", 60 * 86_400)):
            ads = await market(records, owner.workspace_id, currency=currency)
            await ads.read(await ads.add("Broad"), 1, **DAY)
            await ads.change(clock_ahead_s=ahead)

        found = (await owner.http.get("/api/v1/dashboard")).json()

        assert [one["currency"] for one in found["summary"]["currencies"]] == ["SAR"]
        assert [one["currency"] for one in found["days"]] == ["SAR"]

    async def test_what_wants_a_person_is_named_and_clients_are_spared_it(
        self, owner: Member, join: Join, records: Database
    ) -> None:
        client = await join(Role.CLIENT, owner.workspace_id)
        ads = await market(records, owner.workspace_id)
        await ads.change(metrics_problem="Meta did not answer.", state="needs_reconnect")
        async with records.workspace_transaction(owner.workspace_id) as session:
            await session.execute(
                sa.text("update campaign set hold_reason = 'the total is nearly spent' where id = :id"),
                {"id": ads.campaign.id},
            )

        found = (await owner.http.get("/api/v1/dashboard")).json()
        theirs = (await client.http.get("/api/v1/dashboard")).json()

        assert [point["topic"] for point in found["summary"]["attention"]] == ["account", "held", "stale"]
        assert "Meta did not answer" in found["summary"]["attention"][2]["words"]
        assert (theirs["summary"]["attention"], theirs["summary"]["data"]) == ([], [])
        assert [line["name"] for line in theirs["campaigns"]] == ["White Friday"]

    async def test_a_new_workspace_has_nothing_and_says_so(self, owner: Member) -> None:
        found = (await owner.http.get("/api/v1/dashboard")).json()

        assert found == {
            "summary": {"campaigns": {}, "currencies": [], "attention": [], "data": []},
            "campaigns": [],
            "days": [],
        }


async def test_a_campaign_that_ended_long_ago_is_in_reports_and_not_on_the_dashboard(
    owner: Member, records: Database
) -> None:
    ads = await market(records, owner.workspace_id, status=CampaignStatus.ENDED, running_days=80)
    await ads.read(await ads.add("Broad"), 70, **DAY)
    async with records.workspace_transaction(owner.workspace_id) as session:
        ended = datetime.now(UTC) - timedelta(days=50)
        await session.execute(
            sa.text("update campaign set ended_at = :at where id = :id"), {"at": ended, "id": ads.campaign.id}
        )

    dashboard = (await owner.http.get("/api/v1/dashboard")).json()
    report = await owner.http.get(
        f"/api/v1/reports/campaign/{ads.campaign.id}", params={"since": str(ads.day(75)), "until": str(ads.day(0))}
    )

    assert dashboard["campaigns"] == []
    assert dashboard["summary"]["campaigns"] == {"ended": 1}
    assert report.json()["analytics"]["total"]["spend_minor"] == 10_000
