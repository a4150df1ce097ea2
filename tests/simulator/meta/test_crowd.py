from tests.simulator.meta.advertiser import Advertiser


def test_a_crowd_reads_spends_and_takes_writes_like_ad_sets_that_were_made_one_by_one(advertiser: Advertiser) -> None:
    url = f"meta/accounts/{advertiser.info['account_id']}"
    made = advertiser.control.post(f"{url}/crowd", json={"campaigns": 2, "adsets": 3, "daily_budget": 5_000})
    campaigns = made.raise_for_status().json()
    advertiser.control.post(f"{url}/advance", json={"hours": 24}).raise_for_status()
    one = campaigns[1]["adsets"][2]

    listed = advertiser.graph.get(
        f"{advertiser.act}/adsets", params={"fields": "name,effective_status,daily_budget", "limit": 50}
    ).json()["data"]
    insights = advertiser.graph.get(
        f"{advertiser.act}/insights", params={"level": "adset", "fields": "adset_id,spend", "date_preset": "maximum"}
    ).json()["data"]
    raised = advertiser.graph.post(f"{one['id']}", data={"daily_budget": 5_500})

    assert {row["effective_status"] for row in listed} == {"ACTIVE"}
    assert {row["id"] for row in listed} == {adset["id"] for each in campaigns for adset in each["adsets"]}
    assert sum(float(row["spend"]) for row in insights) > 0
    assert raised.json() == {"success": True}
