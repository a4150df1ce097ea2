"""Reading nodes and edges: fields, nesting, filters, pages, units, times."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.simulator.meta.advertiser import Advertiser, MakeAdvertiser, made, refusal

JSON = {"Content-Type": "application/json"}


class TestNodes:
    def test_a_read_without_fields_gives_the_id_only(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign())

        assert advertiser.get(campaign).json() == {"id": campaign}

    def test_budgets_read_as_strings_and_times_in_the_accounts_zone(self, make_advertiser: MakeAdvertiser) -> None:
        tokyo = make_advertiser(currency="JPY", timezone="Asia/Tokyo")
        adset = made(tokyo.adset(made(tokyo.campaign())))

        read = tokyo.get(adset, fields="daily_budget,created_time,campaign{name}").json()

        assert read["daily_budget"] == "2000"
        assert read["created_time"].endswith("+0900")
        assert read["campaign"]["name"] == "Spring gl-abc"

    def test_values_that_meta_spells_its_own_way(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign())
        targeting = {"geo_locations": {"countries": ["US"]}}
        adset = made(advertiser.adset(campaign, destination_type=None, targeting=targeting))

        read = advertiser.get(adset, fields="lifetime_budget,destination_type,targeting").json()

        assert (read["lifetime_budget"], read["destination_type"]) == ("0", "UNDEFINED")
        assert read["targeting"]["age_max"] == 65
        assert "daily_budget" not in advertiser.get(campaign, fields="daily_budget").json()

    def test_edges_nest_inside_fields(self, advertiser: Advertiser) -> None:
        campaign, adset, ad = advertiser.tree()

        read = advertiser.get(campaign, fields="name,adsets.limit(5){id,ads{id,effective_status}}").json()

        assert [row["id"] for row in read["adsets"]["data"]] == [adset]
        assert read["adsets"]["data"][0]["ads"]["data"][0]["id"] == ad

    @pytest.mark.parametrize(
        "fields", ["colour", "adsets{colour}", "name{", "name,,id", '["name"', "insights.date_preset{spend}"]
    )
    def test_unknown_or_broken_fields_are_refused(self, advertiser: Advertiser, fields: str) -> None:
        campaign, _, _ = advertiser.tree()

        assert advertiser.get(campaign, fields=fields).json()["error"]["code"] in (100, 2500)

    def test_a_write_can_read_fields_back(self, advertiser: Advertiser) -> None:
        reply = advertiser.campaign(fields="name,effective_status").json()

        assert (reply["name"], reply["effective_status"]) == ("Spring gl-abc", "PAUSED")
        assert reply["id"]

    def test_the_account_shows_what_a_preflight_needs(self, advertiser: Advertiser) -> None:
        fields = "account_status,currency,timezone_name,timezone_offset_hours_utc,funding_source,tos_accepted,spend_cap"
        read = advertiser.get(advertiser.act, fields=fields).json()

        assert read["account_status"] == 1
        assert read["timezone_offset_hours_utc"] in (-4.0, -5.0)
        assert read["funding_source"]

    def test_the_surroundings_of_an_account_are_there(self, advertiser: Advertiser) -> None:
        info = advertiser.info
        page = advertiser.get(info["page_id"], fields="name,instagram_business_account{id}").json()
        stats = advertiser.get(f"{info['pixel_id']}/stats", aggregation="event").json()["data"]

        assert page["instagram_business_account"]["id"] == info["instagram_user_id"]
        assert {row["value"] for row in stats[-1]["data"]} == {"PURCHASE", "LEAD", "CONTENT_VIEW"}
        assert len(advertiser.get(f"{advertiser.act}/customaudiences").json()["data"]) == 3

    def test_lead_forms_answer_to_a_token_of_their_page(self, advertiser: Advertiser) -> None:
        page_id = advertiser.info["page_id"]
        page = advertiser.get("me/accounts", fields="access_token,instagram_business_account{username}").json()["data"][
            0
        ]
        assert page["instagram_business_account"]["username"]

        assert refusal(advertiser.get(f"{page_id}/leadgen_forms")) == (190, 2069032)
        forms = advertiser.get(f"{page_id}/leadgen_forms", access_token=page["access_token"], fields="name,status")
        assert [row["id"] for row in forms.json()["data"]] == [advertiser.info["lead_form_id"]]

    def test_reported_issues_show_on_the_object(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(status="ACTIVE"))
        issue = {"error_code": 1815869, "error_summary": "Account issue", "level": "CAMPAIGN"}
        advertiser.control.put(f"meta/objects/{campaign}/issues", json={"issues": [issue]}).raise_for_status()

        read = advertiser.get(campaign, fields="effective_status,issues_info").json()

        assert read["effective_status"] == "WITH_ISSUES"
        assert read["issues_info"] == [issue]

    @pytest.mark.parametrize("targeting", ["{", "[]", {"geo_locations": "everywhere"}, {"genders": [True]}])
    def test_a_part_of_a_wrong_shape_is_an_invalid_parameter(self, advertiser: Advertiser, targeting: object) -> None:
        campaign = made(advertiser.campaign())

        assert refusal(advertiser.adset(campaign, targeting=targeting)) == (100, None)

    def test_bodies_may_be_json(self, advertiser: Advertiser) -> None:
        campaign = {"name": "J", "objective": "OUTCOME_TRAFFIC", "special_ad_categories": ["NONE"], "status": "PAUSED"}
        edge = f"{advertiser.act}/campaigns"

        made(advertiser.graph.post(edge, json=campaign | {"is_adset_budget_sharing_enabled": False}))
        assert refusal(advertiser.graph.post(edge, content=b"{", headers=JSON))[0] == 100


class TestEdges:
    def test_pages_lead_from_one_to_the_next_by_cursor_or_link(self, advertiser: Advertiser) -> None:
        names = [f"C{number}" for number in range(5)]
        for name in names:
            made(advertiser.campaign(name=name))
        edge = f"{advertiser.act}/campaigns"
        first = advertiser.get(edge, fields="name", limit=2, summary=True).json()
        second = advertiser.get(edge, fields="name", limit=2, after=first["paging"]["cursors"]["after"]).json()
        headers = {"Authorization": advertiser.graph.headers["Authorization"]}
        third = httpx.get(second["paging"]["next"], headers=headers).json()

        assert first["summary"] == {"total_count": 5}
        assert [row["name"] for page in (first, second, third) for row in page["data"]] == list(reversed(names))
        assert "next" not in third["paging"]

    def test_names_filter_exactly_or_by_part(self, advertiser: Advertiser) -> None:
        for name in ("Spring gl-abc", "Spring gl-abcd", "Autumn"):
            made(advertiser.campaign(name=name))
        edge = f"{advertiser.act}/campaigns"

        def named(operator: str, value: str) -> list[str]:
            filtering = [{"field": "name", "operator": operator, "value": value}]
            return [row["name"] for row in advertiser.get(edge, fields="name", filtering=filtering).json()["data"]]

        assert named("EQUAL", "Spring gl-abc") == ["Spring gl-abc"]
        assert named("CONTAIN", "gl-abc") == ["Spring gl-abcd", "Spring gl-abc"]
        assert named("EQUAL", "Winter") == []

    def test_ad_sets_and_ads_filter_by_what_is_above_them(self, advertiser: Advertiser) -> None:
        campaign, adset, ad = advertiser.tree()
        advertiser.tree(name="Other")

        for edge, field, value, found in (
            ("adsets", "campaign.id", campaign, adset),
            ("ads", "campaign.name", "Spring gl-abc", ad),
            ("ads", "adset.id", adset, ad),
        ):
            filtering = [{"field": field, "operator": "EQUAL", "value": value}]
            rows = advertiser.get(f"{advertiser.act}/{edge}", filtering=filtering).json()["data"]
            assert [row["id"] for row in rows] == [found]

    @pytest.mark.parametrize(
        "options",
        [
            {"filtering": [{"field": "colour", "operator": "EQUAL", "value": "red"}]},
            {"filtering": [{"field": "name", "operator": "LIKE", "value": "x"}]},
            {"filtering": [{"field": "name", "operator": "IN", "value": "x"}]},
            {"filtering": [{"field": "adset.name", "operator": "EQUAL", "value": "x"}]},
            {"filtering": "name=x"},
            {"limit": 0},
            {"limit": "many"},
            {"after": "nonsense!"},
        ],
    )
    def test_bad_filters_limits_and_cursors_are_refused(
        self, advertiser: Advertiser, options: dict[str, object]
    ) -> None:
        made(advertiser.campaign())

        assert refusal(advertiser.get(f"{advertiser.act}/campaigns", **options))[0] == 100

    def test_unknown_paths_versions_and_methods_are_refused(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign())

        assert refusal(advertiser.get(f"{campaign}/colours"))[0] == 100
        assert refusal(advertiser.delete(advertiser.act))[0] == 100
        assert httpx.get(f"{advertiser.url}/v3.2/me").json()["error"]["code"] == 2635
        assert refusal(advertiser.get("", ids="1,2"))[0] == 100
        assert refusal(advertiser.get(campaign, date_format="U"))[0] == 100
        assert refusal(advertiser.get(""))[0] == 2500


class TestMarketClock:
    def test_the_date_header_is_the_accounts_clock_and_real_time_elsewhere(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign())
        advertiser.advance(48)

        of_account = parsedate_to_datetime(advertiser.get(campaign).headers["Date"])
        of_person = parsedate_to_datetime(advertiser.get("me").headers["Date"])

        assert 47.9 < (of_account - datetime.now(UTC)).total_seconds() / 3600 < 48.1
        assert abs((of_person - datetime.now(UTC)).total_seconds()) < 60
        later = made(advertiser.campaign())
        rows = {entry["id"]: entry["created_time"] for entry in advertiser.books()["campaigns"]}
        assert rows[later] > rows[campaign]

    def test_every_other_reply_has_one_date_too(self, advertiser: Advertiser) -> None:
        for reply in (advertiser.control.get("health"), advertiser.get("nothing"), advertiser.get(advertiser.act)):
            assert len(reply.headers.get_list("date")) == 1

    def test_one_accounts_clock_moves_no_other(self, advertiser: Advertiser, make_advertiser: MakeAdvertiser) -> None:
        other = make_advertiser()
        advertiser.advance(48)

        other_clock = parsedate_to_datetime(other.get(other.act).headers["Date"])

        assert abs((other_clock - datetime.now(UTC)).total_seconds()) < 60


class TestBooks:
    def test_the_books_tell_all_that_ever_was_and_in_which_order_it_went_live(self, advertiser: Advertiser) -> None:
        campaign, adset, ad = advertiser.tree()
        for node in (ad, adset, campaign):
            advertiser.post(node, status="ACTIVE")
        advertiser.post(campaign, name="Spring")
        made(advertiser.campaign())
        gone = made(advertiser.campaign())
        advertiser.delete(gone)

        books = advertiser.books()

        assert books["counts"] == {"campaigns": 3, "adsets": 1, "ads": 1, "creatives": 1, "images": 1, "videos": 0}
        assert [row["id"] for row in books["activations"]] == [ad, adset, campaign]
        first, _, last = books["campaigns"]
        assert (first["name"], first["created_name"]) == ("Spring", "Spring gl-abc")
        assert (last["id"], last["deleted"]) == (gone, True)
        assert (books["ads"][0]["parent"], books["adsets"][0]["parent"]) == (adset, campaign)
        assert books["duplicates"] == 1
        assert books["requests"]["POST account/campaigns"] == 3
        assert books["requests"]["DELETE campaign"] == 1

    def test_books_of_an_unknown_account_are_missing(self, advertiser: Advertiser) -> None:
        assert advertiser.control.get("meta/accounts/1/books").status_code == 404
