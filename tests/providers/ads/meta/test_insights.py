"""Figures of ad sets and ads: exactly what Meta said, in our units, at once or by a report."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs

import pytest
from pydantic import JsonValue, SecretStr

from models.domain.metrics import Counts
from models.domain.states import PlatformKind
from providers.ads.insights import InsightsQuery, ReportLimits
from providers.ads.meta.insight_rows import insight_row
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.errors import RetryLater
from tests.providers.ads.meta.wire_stub import WireStub, reply, wire_stub
from tests.simulator.meta.conftest import make_advertiser
from tests.simulator.meta.market.conftest import make_live
from tests.simulator.meta.market.live import Live, minor

__all__ = ["make_advertiser", "make_live"]

TOKEN = SecretStr("secret")
PURCHASE = "offsite_conversion.fb_pixel_purchase"
DAY = date(2027, 1, 10)
QUERY = InsightsQuery("1", "USD", PlatformKind.AD_SET, DAY, DAY, {"7": PURCHASE})
QUICK = ReportLimits(
    rows_at_once=0,
    first=timedelta(milliseconds=10),
    longest=timedelta(milliseconds=20),
    deadline=timedelta(milliseconds=50),
)
TOO_MUCH = {"error": {"code": 1, "message": "Please reduce the amount of data you're asking for, then retry"}}
DONE = {"async_status": "Job Completed", "async_percent_completion": 100}


def row(**more: JsonValue) -> dict[str, JsonValue]:
    return {"campaign_id": "1", "adset_id": "7", "adset_name": "Set", "date_start": "2027-01-10", **more}


def counts(**more: JsonValue) -> Counts:
    return insight_row(PlatformKind.AD_SET, row(**more), PURCHASE, "USD").counts


def read_by(stub: WireStub) -> MetaTransport:
    return MetaTransport(stub.url)


class TestRows:
    def test_one_name_of_a_conversion_counts_and_its_other_names_do_not(self) -> None:
        names = ("purchase", "omni_purchase", PURCHASE)
        actions: list[JsonValue] = [{"action_type": name, "value": "3"} for name in names]
        found = counts(
            spend="17.42",
            impressions="1204",
            reach="1100",
            clicks="33",
            inline_link_clicks="30",
            actions=[*actions, {"action_type": "lead", "value": "2"}],
            action_values=[{"action_type": name, "value": "89.5"} for name in names],
        )

        assert found == Counts(1742, 1204, 33, 1100, 30, 0, None, None, 3, 8950, 2)

    def test_what_did_not_happen_is_zero_and_what_meta_does_not_tell_is_nothing(self) -> None:
        silent = counts(spend="1", impressions="9", clicks="0")
        worthless = counts(actions=[{"action_type": PURCHASE, "value": "1"}])
        aimless = insight_row(PlatformKind.AD_SET, row(), None, "USD").counts

        assert (silent.conversions, silent.conversion_value_minor, silent.leads, silent.link_clicks) == (0, 0, 0, 0)
        assert (silent.reach, silent.video_3s_views, silent.thruplays) == (None, None, None)
        assert (worthless.conversions, worthless.conversion_value_minor) == (1, None)
        assert (aimless.conversions, aimless.conversion_value_minor) == (None, None)

    @pytest.mark.parametrize(
        ("currency", "spend", "expected"),
        [("USD", "0.29", 29), ("JPY", "1234", 1234), ("KWD", "1.5", 1500), ("TWD", "500", 50_000), ("HUF", "0.5", 50)],
    )
    def test_money_is_in_minor_units_of_the_currency_to_the_last_one(
        self, currency: str, spend: str, expected: int
    ) -> None:
        found = insight_row(PlatformKind.AD_SET, row(spend=spend), PURCHASE, currency)

        assert found.counts.spend_minor == expected

    @pytest.mark.parametrize("wrong", [{"spend": "a lot"}, {"impressions": "many"}, {"date_start": None}])
    def test_a_row_that_is_none_is_an_error_and_no_zero(self, wrong: dict[str, JsonValue]) -> None:
        with pytest.raises(RetryLater):
            counts(**wrong)


class TestReading:
    async def test_pages_are_read_to_the_end_and_a_row_that_moved_counts_once(self) -> None:
        first = {"data": [row(spend="1")], "paging": {"cursors": {"after": "x"}, "next": "https://next"}}
        second = {"data": [row(spend="2"), row(adset_id="8", spend="5")]}
        async with wire_stub(reply(first), reply(second)) as stub, read_by(stub) as transport:
            found = await MetaReader(transport).insights(QUERY, TOKEN)

        assert [(each.platform_id, each.counts.spend_minor) for each in found.rows] == [("7", 200), ("8", 500)]
        assert found.calls == 2

    async def test_too_much_at_once_becomes_a_report(self) -> None:
        answers = (reply(TOO_MUCH, status=500), reply({"report_run_id": "9"}), reply(DONE), reply({"data": [row()]}))
        async with wire_stub(*answers) as stub, read_by(stub) as transport:
            found = await MetaReader(transport, reports=replace(QUICK, rows_at_once=5_000)).insights(QUERY, TOKEN)

        assert [request.split()[0] for request in stub.requests] == [b"GET", b"POST", b"GET", b"GET"]
        assert len(found.rows) == 1

    async def test_a_report_that_is_too_large_is_asked_for_in_halves(self) -> None:
        large = {"async_status": "Job Failed", "error_code": -3, "error_subcode": 1504045}
        half = (reply({"report_run_id": "9"}), reply(DONE), reply({"data": []}))
        answers = (reply({"report_run_id": "9"}), reply(large), *half, *half)
        query = replace(QUERY, until=DAY + timedelta(days=2), objects=1)
        async with wire_stub(*answers) as stub, read_by(stub) as transport:
            await MetaReader(transport, reports=QUICK).insights(query, TOKEN)

        bodies = [parse_qs(request.rpartition(b"\r\n")[2].decode()) for request in stub.requests]
        assert [json.loads(body["time_range"][0]) for body in bodies if "time_range" in body] == [
            {"since": "2027-01-10", "until": "2027-01-12"},
            {"since": "2027-01-10", "until": "2027-01-10"},
            {"since": "2027-01-11", "until": "2027-01-12"},
        ]

    async def test_throttled_it_says_how_long_to_wait(self) -> None:
        error = {"error": {"code": 80000, "error_subcode": 2446079, "message": "Too many calls"}}
        usage = '{"1":[{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":7}]}'
        blocked = reply(error, status=400, X_Business_Use_Case_Usage=usage)
        async with wire_stub(blocked) as stub, read_by(stub) as transport:
            with pytest.raises(RetryLater) as caught:
                await MetaReader(transport).insights(QUERY, TOKEN)

        assert caught.value.retry_after == timedelta(minutes=7)


class TestReports:
    """Against the simulator's market, with every reading by report."""

    @pytest.fixture
    def sold(self, make_live: Callable[..., Live]) -> Live:
        live = make_live()
        live.shop(2)
        live.advance(6)
        return live

    def query(self, live: Live) -> InsightsQuery:
        return replace(QUERY, account_id=live.advertiser.number, objects=1)

    async def read(self, live: Live, transport: MetaTransport) -> list[int]:
        token = SecretStr(live.advertiser.info["access_token"])
        limits = replace(QUICK, first=timedelta(milliseconds=200), longest=timedelta(milliseconds=400))
        limits = replace(limits, deadline=timedelta(seconds=1.5))
        found = await MetaReader(transport, reports=limits).insights(self.query(live), token)
        return sorted(each.counts.spend_minor for each in found.rows)

    def truth(self, live: Live) -> list[int]:
        return sorted(each["spend_minor"] for each in live.books()["adsets"])

    async def test_a_report_agrees_with_the_books(self, sold: Live, transport: MetaTransport) -> None:
        assert await self.read(sold, transport) == self.truth(sold)
        assert sum(self.truth(sold)) > 0

    @pytest.mark.parametrize("trouble", ["stuck_report", "failed_report"])
    async def test_one_that_sticks_or_fails_is_asked_for_again(
        self, trouble: str, sold: Live, transport: MetaTransport, fault: Callable[..., None]
    ) -> None:
        fault(trouble, f"*/act_{sold.advertiser.number}/insights", method="POST")

        assert await self.read(sold, transport) == self.truth(sold)

    async def test_one_that_sticks_twice_is_given_up_for_the_hour(
        self, sold: Live, transport: MetaTransport, fault: Callable[..., None]
    ) -> None:
        fault("stuck_report", f"*/act_{sold.advertiser.number}/insights", method="POST", times=2)

        with pytest.raises(RetryLater, match="did not get the report"):
            await self.read(sold, transport)

    async def test_campaigns_asked_for_leave_out_the_others(self, sold: Live, transport: MetaTransport) -> None:
        other, _ = sold.shop(1)
        sold.advance(3)
        query = replace(self.query(sold), campaign_ids=(other,))
        found = await MetaReader(transport).insights(query, SecretStr(sold.advertiser.info["access_token"]))

        assert {each.campaign_id for each in found.rows} == {other}
        assert found.rows[0].counts.spend_minor == minor(sold.rows(other)[0])
