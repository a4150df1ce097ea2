"""An exported ads report is looked at, mapped, taken over, and taken back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest_asyncio

from models.domain.roles import Role
from records import readings
from records.database import Database
from records.readings import DayReading, Span
from tests.api.advertisers import connect, new_advertiser
from tests.api.people import Join, Member
from tests.api.running import LONG_AGO, NEXT_DAY, seen
from tests.servers import Simulator

PATH = "/api/v1/metric-imports"
HEADER = "Ad set ID,Ad set name,Day,Amount spent (SAR),Impressions,Clicks (all),Purchases"
SUMMER, RETARGET = "120210000000000011", "120210000000000012"


@dataclass(frozen=True)
class Shop:
    """Somebody's ad account with two ad sets."""

    member: Member
    account_id: UUID
    database: Database

    async def upload(self, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> httpx.Response:
        content = "\r\n".join((header, *lines, "")).encode(encoding)
        files = {"file": ("C:\\exports\\ads.csv", content, "text/csv")}
        return await self.member.http.post(PATH, files=files, data={"ad_account_id": str(self.account_id)})

    async def applied(self, *lines: str) -> str:
        """A report that was uploaded and applied; its address."""
        address = f"{PATH}/{(await self.upload(*lines)).json()['id']}"
        reply = await self.member.http.post(f"{address}/apply")
        assert reply.status_code == 200, reply.text
        return address

    async def figures(self, *sources: str) -> dict[str, list[DayReading]]:
        async with self.database.workspace_transaction(self.member.workspace_id) as session:
            return await readings.days(session, self.account_id, Span(LONG_AGO, NEXT_DAY, sources or ("csv",)))

    async def spends(self) -> dict[str, list[int]]:
        return {number: [row.counts.spend_minor for row in rows] for number, rows in (await self.figures()).items()}


@pytest_asyncio.fixture(loop_scope="session")
async def shop(owner: Member, simulator: Simulator, records: Database) -> Shop:
    account_id = UUID(str((await connect(owner, new_advertiser(simulator)))["id"]))
    await seen(records, owner.workspace_id, account_id, {SUMMER: "Summer", RETARGET: "Retarget"})
    return Shop(owner, account_id, records)


async def test_a_preview_shows_what_would_be_taken_over_and_stores_no_figure(shop: Shop) -> None:
    reply = await shop.upload(
        f'{SUMMER},Summer,{LONG_AGO},"1,234.50","10,000",321,12',
        f",Retarget,{LONG_AGO},7.00,50,2,",
        f"999,Gone,{LONG_AGO},1,1,1,1",
        ",,,1241.50,10050,323,12",
    )

    found = reply.json()
    assert reply.status_code == 201, reply.text
    assert reply.headers["Location"] == f"{PATH}/{found['id']}"
    assert (found["filename"], found["state"], found["rows"], found["good_rows"]) == ("ads.csv", "previewed", 4, 2)
    assert found["mapping"]["columns"]["spend"] == "Amount spent (SAR)"
    assert found["preview"]["spend_minor"] == 124_150
    assert [(problem["row"], problem["field"]) for problem in found["preview"]["problems"]] == [(4, "ad_set_id")]
    assert [remark["row"] for remark in found["preview"]["skipped"]] == [5]
    assert [row["name"] for row in found["preview"]["sample"]] == ["Summer", "Retarget"]
    assert (await shop.member.http.get(f"{PATH}/{found['id']}")).json() == found
    assert await shop.figures() == {}


async def test_good_rows_become_figures_of_their_own_source_and_a_repeat_changes_nothing(shop: Shop) -> None:
    lines = (f"{SUMMER},,{LONG_AGO},12.50,100,5,1", f"{SUMMER},,{NEXT_DAY},13,110,6,2", f"{RETARGET},,nonsense,1,1,1,1")
    first = (await shop.member.http.get(await shop.applied(*lines))).json()
    again = (await shop.member.http.get(await shop.applied(*lines))).json()

    assert (first["state"], first["preview"]["stored"], again["preview"]["stored"]) == ("applied", 2, 0)
    assert first["applied_at"] is not None
    assert await shop.spends() == {SUMMER: [1_250, 1_300]}
    assert await shop.figures("platform") == {}
    second_time = await shop.member.http.post(f"{PATH}/{first['id']}/apply")
    assert (second_time.status_code, second_time.json()["type"]) == (409, "urn:greenlight:problem:not_allowed")


async def test_what_an_applied_report_brought_is_taken_back_and_what_stood_before_counts_again(shop: Shop) -> None:
    await shop.applied(f"{SUMMER},,{LONG_AGO},10,100,5,1")
    wrong = await shop.applied(f"{SUMMER},,{LONG_AGO},99,990,50,9", f"{RETARGET},,{LONG_AGO},5,5,5,5")
    assert await shop.spends() == {SUMMER: [9_900], RETARGET: [500]}

    reply = await shop.member.http.post(f"{wrong}/discard")

    assert reply.json()["state"] == "discarded"
    assert await shop.spends() == {SUMMER: [1_000], RETARGET: [0]}
    assert (await shop.member.http.post(f"{wrong}/discard")).status_code == 200
    assert (await shop.member.http.post(f"{wrong}/apply")).status_code == 409


async def test_taking_an_older_report_back_leaves_what_a_later_one_said(shop: Shop) -> None:
    older = await shop.applied(f"{SUMMER},,{LONG_AGO},10,100,5,1", f"{RETARGET},,{LONG_AGO},10,100,5,1")
    await shop.applied(f"{SUMMER},,{LONG_AGO},20,200,10,2")

    await shop.member.http.post(f"{older}/discard")

    assert await shop.spends() == {SUMMER: [2_000], RETARGET: [0]}


async def test_open_questions_are_answered_before_anything_is_taken_over(shop: Shop) -> None:
    day = LONG_AGO.replace(day=4).strftime("%d/%m/%Y") if LONG_AGO.day < 4 else "04/03/" + str(LONG_AGO.year)
    header = "Set,When,Cost,Impressions,Clicks (all)"
    found = (await shop.upload(f'{SUMMER},{day},"1,500",100,5', header=header)).json()
    address = f"{PATH}/{found['id']}"
    assert [question["about"] for question in found["preview"]["questions"]] == ["object", "day", "spend"]
    refused = await shop.member.http.post(f"{address}/apply")
    assert (refused.status_code, "Which column" in refused.json()["detail"]) == (409, True)

    columns = found["mapping"]["columns"] | {"ad_set_id": "Set", "day": "When", "spend": "Cost"}
    half = (await shop.member.http.put(f"{address}/mapping", json={"columns": columns})).json()
    assert [question["about"] for question in half["preview"]["questions"]] == ["day_order", "decimal_mark"]
    said = {"columns": columns, "day_order": "day_first", "decimal_mark": "."}
    whole = (await shop.member.http.put(f"{address}/mapping", json=said)).json()

    assert (whole["preview"]["questions"], whole["good_rows"]) == ([], 1)
    assert whole["preview"]["sample"][0]["spend_minor"] == 150_000


async def test_a_file_in_german_of_a_spreadsheet_is_read(shop: Shop) -> None:
    header = "Anzeigengruppenname;Tag;Ausgegebener Betrag (SAR);Impressionen;Klicks (alle)"
    day = LONG_AGO.strftime("%d.%m.%Y")

    for encoding in ("utf-16", "cp1252"):
        found = (await shop.upload(f"Summer;{day};1.234,50;10.000;7", header=header, encoding=encoding)).json()
        assert (found["good_rows"], found["preview"]["spend_minor"]) == (1, 123_450), found


async def test_what_is_no_report_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    for content, words in ((b"PK\x03\x04...", "save it as CSV"), (b"", "no row of column titles")):
        files = {"file": ("ads.xlsx", content)}
        reply = await shop.member.http.post(PATH, files=files, data={"ad_account_id": str(shop.account_id)})
        assert (reply.status_code, words in reply.json()["detail"]) == (422, True)

    listed = await shop.member.http.get(PATH, params={"ad_account_id": str(shop.account_id)})
    assert listed.json() == []


async def test_figures_of_months_that_nobody_had_read_find_their_place(shop: Shop) -> None:
    old = LONG_AGO - timedelta(days=900)
    await shop.applied(f"{SUMMER},,{old},12.50,100,5,1")

    async with shop.database.workspace_transaction(shop.member.workspace_id) as session:
        found = await readings.days(session, shop.account_id, Span(old, old, ("csv",)))

    assert found[SUMMER][0].counts.spend_minor == 1_250


async def test_only_editors_bring_reports_and_nobody_sees_those_of_another_workspace(shop: Shop, join: Join) -> None:
    address = await shop.applied(f"{SUMMER},,{LONG_AGO},10,100,5,1")
    stranger, approver = await join(), await join(Role.APPROVER, shop.member.workspace_id)
    client = await join(Role.CLIENT, shop.member.workspace_id)
    files = {"file": ("ads.csv", b"a,b\n1,2\n")}
    account = {"ad_account_id": str(shop.account_id)}

    assert (await approver.http.get(address)).status_code == 200
    assert (await approver.http.post(f"{address}/discard")).status_code == 403
    assert (await approver.http.post(PATH, files=files, data=account)).status_code == 403
    assert (await client.http.get(address)).status_code == 403
    assert (await stranger.http.get(address)).status_code == 404
    assert (await stranger.http.post(f"{address}/discard")).status_code == 404
    assert (await stranger.http.post(PATH, files=files, data=account)).status_code == 404
    assert (await stranger.http.get(PATH, params=account)).json() == []
