"""Reports over campaigns, and the same figures as files for spreadsheets."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from models.domain.roles import Role
from models.domain.states import PlatformKind
from records.database import Database
from tests.api.people import Join, Member
from tests.readings import Market, market

PERFORMANCE = "/api/v1/reports/performance"
EXPORT = "/api/v1/reports/export"


async def spending(
    records: Database, owner: Member, name: str, spend: int, conversions: int | None = 1, currency: str = "SAR"
) -> Market:
    ads = await market(records, owner.workspace_id, name=name, currency=currency)
    await ads.read(await ads.add("Broad"), 1, spend_minor=spend, impressions=1_000, clicks=10, conversions=conversions)
    return ads


async def performance(member: Member, **wanted: Any) -> Any:  # noqa: ANN401 - JSON
    reply = await member.http.get(PERFORMANCE, params=wanted)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def export(member: Member, **wanted: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    reply = await member.http.post(EXPORT, json=wanted)
    assert reply.status_code == 200, reply.text
    return reply


def rows(reply: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"), newline="")))


async def test_campaigns_are_ordered_inside_their_currency_and_unknown_ones_come_last(
    owner: Member, records: Database
) -> None:
    await spending(records, owner, "small", 1_000)
    await spending(records, owner, "large", 9_000)
    await spending(records, owner, "yen", 5_000, currency="JPY")
    await market(records, owner.workspace_id, name="silent")

    by_spend = await performance(owner)
    upwards = await performance(owner, sort="spend", order="asc", currency="SAR")
    by_name = await performance(owner, sort="name", order="asc")

    assert [line["name"] for line in by_spend["items"]] == ["yen", "large", "small", "silent"]
    assert [line["name"] for line in upwards["items"]] == ["small", "large", "silent"]
    assert [line["name"] for line in by_name["items"]] == ["large", "silent", "small", "yen"]
    assert by_spend["items"][-1]["figures"] is None
    totals = {total["currency"]: total["figures"]["spend_minor"] for total in by_spend["totals"]}
    assert totals == {"JPY": 5_000, "SAR": 10_000}


async def test_the_report_pages_without_gap_or_repeat(owner: Member, records: Database) -> None:
    for place in range(5):
        await spending(records, owner, f"campaign {place}", 100 * place)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await performance(owner, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [line["name"] for line in page["items"]]
        assert page["totals"][0]["figures"]["spend_minor"] == 1_000, "of all campaigns, not of the page"
        if (cursor := page["next_cursor"]) is None:
            break

    assert seen == [f"campaign {place}" for place in (4, 3, 2, 1, 0)]
    strange = await owner.http.get(PERFORMANCE, params={"cursor": str(owner.user_id)})
    assert strange.status_code == 400


async def test_one_campaign_in_full(owner: Member, join: Join, records: Database) -> None:
    client = await join(Role.CLIENT, owner.workspace_id)
    ads = await spending(records, owner, "White Friday", 5_000)
    [ad_set] = ads.nodes
    ad = await ads.add("Lamp", PlatformKind.AD, parent=ad_set)
    await ads.read(ad, 1, spend_minor=5_000, impressions=10, clicks=1)
    path = f"/api/v1/reports/campaign/{ads.campaign.id}"

    report, theirs = (await owner.http.get(path)).json(), (await client.http.get(path)).json()

    assert report["analytics"]["total"]["spend_minor"] == 5_000
    assert [line["name"] for line in report["analytics"]["lines"]] == ["Broad"]
    assert [(line["name"], line["platform_id"]) for line in report["ads"]] == [("Lamp", ad)]
    assert theirs["ads"][0]["platform_id"] is None
    assert (await (await join()).http.get(path)).status_code == 404


class TestFiles:
    async def test_amounts_have_their_currencys_decimals_and_the_head_line_says_the_unit(
        self, owner: Member, records: Database
    ) -> None:
        await spending(records, owner, "riyals", 12_345, 2)
        await spending(records, owner, "yen", 12_345, None, currency="JPY")

        reply = await export(owner)

        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        assert reply.headers["content-disposition"].startswith('attachment; filename="greenlight-performance-20')
        assert reply.content.startswith(b"\xef\xbb\xbf")
        yen, riyals = rows(reply)
        assert (riyals["Spend (currency units)"], riyals["Currency"]) == ("123.45", "SAR")
        assert (yen["Spend (currency units)"], yen["Currency"]) == ("12345", "JPY")
        assert riyals["Cost per conversion (currency units)"] == "61.7250"
        assert (riyals["CTR (%)"], yen["Conversions"], yen["Reach"]) == ("1.0000", "", "")

    async def test_lines_end_as_the_standard_says_and_hostile_or_awkward_names_stay_names(
        self, owner: Member, records: Database
    ) -> None:
        awkward = 'Say "hi", then\nleave'
        names = ('=HYPERLINK("https://evil.example")', "+1", "-2", "@sum", "＝1", awkward, "حملة الشتاء")  # noqa: RUF001
        for name in names:
            await spending(records, owner, name, 100)

        reply = await export(owner, bom=False, sort="name", order="asc")

        assert not reply.content.startswith(b"\xef\xbb\xbf")
        assert reply.content.count(b"\r\n") == len(names) + 1
        found = {row["Campaign"] for row in rows(reply)}
        assert found == {*(f"'{name}" for name in names[:5]), awkward, "حملة الشتاء"}

    async def test_each_row_says_as_of_when_it_is(self, owner: Member, records: Database) -> None:
        ads = await spending(records, owner, "riyals", 100)
        await ads.change(metrics_read_at=datetime(2026, 11, 20, 12, 5, 59, tzinfo=UTC))

        [row] = rows(await export(owner))

        assert row["Figures as of (UTC)"] == "2026-11-20 12:05"

    async def test_a_campaigns_days_say_where_they_come_from_and_what_changed(
        self, owner: Member, join: Join, records: Database
    ) -> None:
        client = await join(Role.CLIENT, owner.workspace_id)
        ads = await market(records, owner.workspace_id, name="حملة الشتاء", running_days=50)
        ad_set = await ads.add("Broad")
        for ago in (45, 2):
            await ads.read(ad_set, ago, ads.clock(ago - 1, 0.1), spend_minor=100, conversions=1)
        await ads.read(ad_set, 2, ads.clock(0, 0), spend_minor=100, conversions=3)
        wanted = {"report": "campaign", "campaign_id": str(ads.campaign.id), "by_day": True, "since": str(ads.day(46))}

        reply = await export(owner, **wanted)
        theirs = await export(client, **wanted)

        assert [
            (row["Day"], row["Conversions"], row["Changed since the day ended"], row["Platform ID"], row["Source"])
            for row in rows(reply)
        ] == [
            (str(ads.day(45)), "1", "", f"'{ad_set}", "platform"),
            (str(ads.day(2)), "3", "yes", f"'{ad_set}", "platform"),
        ]
        assert "Platform ID" not in rows(theirs)[0]
        assert 'filename="greenlight-campaign-' in reply.headers["content-disposition"]

    @pytest.mark.parametrize(
        "body",
        [
            {"report": "campaign"},
            {"campaign_id": "5b0b8f0e-9a5e-4a4c-8a3e-0a2f1f5f7c11"},
            {"currency": "COINS"},
            {"sort": "beauty"},
            {"colour": "red"},
        ],
    )
    async def test_what_makes_no_report_is_refused(self, owner: Member, body: dict[str, str]) -> None:
        assert (await owner.http.post(EXPORT, json=body)).status_code == 422

    async def test_somebody_elses_campaign_makes_no_file(self, owner: Member, join: Join, records: Database) -> None:
        ads = await market(records, owner.workspace_id)
        stranger = await join()

        reply = await stranger.http.post(EXPORT, json={"report": "campaign", "campaign_id": str(ads.campaign.id)})

        assert reply.status_code == 404
