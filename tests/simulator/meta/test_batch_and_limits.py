"""Several calls in one, and how many are allowed."""

import json

from tests.simulator.meta.advertiser import Advertiser, made, refusal


class TestBatch:
    def test_later_items_use_the_ids_of_earlier_ones(self, advertiser: Advertiser) -> None:
        first = (
            "name=B&objective=OUTCOME_TRAFFIC&status=PAUSED&special_ad_categories=[]"
            "&is_adset_budget_sharing_enabled=false"
        )
        items = [
            {"method": "POST", "relative_url": f"{advertiser.act}/campaigns", "body": first, "name": "made"},
            {"method": "GET", "relative_url": "{result=made:$.id}?fields=name"},
            {"method": "GET", "relative_url": "{result=never:$.id}"},
            {"method": "DELETE", "relative_url": "120219999999999999"},
        ]

        reply = advertiser.post("", batch=items).json()

        assert [item and item["code"] for item in reply] == [200, 200, None, 400]
        assert json.loads(reply[1]["body"])["name"] == "B"

    def test_more_than_fifty_items_or_broken_json_are_refused(self, advertiser: Advertiser) -> None:
        items = [{"method": "GET", "relative_url": "me"}] * 51

        assert refusal(advertiser.post("", batch=items))[0] == 100
        assert refusal(advertiser.post("", batch="[{"))[0] == 100


class TestLimits:
    def test_the_fifth_budget_change_in_an_hour_is_blocked(self, advertiser: Advertiser) -> None:
        adset = made(advertiser.adset(made(advertiser.campaign())))
        for step in range(4):
            assert advertiser.post(adset, daily_budget=3000 + step).json() == {"success": True}

        assert refusal(advertiser.post(adset, daily_budget=4000)) == (613, 1487632)
        assert advertiser.post(adset, daily_budget=3003).json() == {"success": True}
        advertiser.advance(1.1)
        assert advertiser.post(adset, daily_budget=4000).json() == {"success": True}

    def test_usage_headers_rise_and_the_development_tier_runs_out(self, advertiser: Advertiser) -> None:
        advertiser.change(tier="development_access")

        replies = [advertiser.get(advertiser.act) for _ in range(61)]

        shares = [json.loads(reply.headers["X-Ad-Account-Usage"])["acc_id_util_pct"] for reply in replies]
        assert 0 < shares[0] < shares[30] < shares[59]
        assert refusal(replies[-1]) == (17, 2446079)
        assert json.loads(replies[-1].headers["X-Ad-Account-Usage"])["reset_time_duration"] > 200

    def test_a_set_usage_shows_in_the_header_and_blocks_at_hundred(self, advertiser: Advertiser) -> None:
        advertiser.change(usage={"percent": 80})
        usage = json.loads(advertiser.get(advertiser.act).headers["X-Business-Use-Case-Usage"])
        assert usage[advertiser.number][0]["call_count"] == 80

        advertiser.change(usage={"percent": 100, "regain_minutes": 9})
        blocked = advertiser.get(advertiser.act)
        assert refusal(blocked) == (80004, 2446079)
        usage = json.loads(blocked.headers["X-Business-Use-Case-Usage"])
        assert usage[advertiser.number][0]["estimated_time_to_regain_access"] == 9
