"""The status model: what pausing, archiving and deleting mean on each level, and how review comes into it."""

import pytest

from tests.simulator.meta.advertiser import TARGETING, Advertiser, MakeAdvertiser, made, refusal


@pytest.fixture
def advertiser(make_advertiser: MakeAdvertiser) -> Advertiser:
    return make_advertiser(review_delay_s=0)


@pytest.fixture
def tree(advertiser: Advertiser) -> tuple[str, str, str]:
    return advertiser.tree()


def status(advertiser: Advertiser, node: str) -> str:
    return str(advertiser.get(node, fields="effective_status").json()["effective_status"])


def activate(advertiser: Advertiser, *nodes: str) -> None:
    for node in nodes:
        assert advertiser.post(node, status="ACTIVE").json() == {"success": True}


class TestEffectiveStatus:
    def test_parents_show_through_and_the_campaign_alone_goes_live_last(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        campaign, adset, ad = tree
        assert status(advertiser, ad) == "PAUSED"
        activate(advertiser, ad)
        assert status(advertiser, ad) == "CAMPAIGN_PAUSED"
        activate(advertiser, campaign)
        assert status(advertiser, ad) == "ADSET_PAUSED"
        activate(advertiser, adset)
        assert [status(advertiser, node) for node in tree] == ["ACTIVE"] * 3

        advertiser.post(campaign, status="PAUSED")
        assert status(advertiser, adset) == "CAMPAIGN_PAUSED"
        assert advertiser.get(ad, fields="status,configured_status").json()["configured_status"] == "ACTIVE"

    def test_an_ad_that_starts_later_is_preapproved(self, advertiser: Advertiser) -> None:
        campaign = made(advertiser.campaign(status="ACTIVE"))
        adset = made(advertiser.adset(campaign, status="ACTIVE", start_time="2100-01-01T00:00:00+0000"))
        ad = made(advertiser.ad(adset, made(advertiser.creative()), status="ACTIVE"))

        assert status(advertiser, ad) == "PREAPPROVED"

    def test_an_account_without_money_waits_for_billing(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        activate(advertiser, *tree)
        advertiser.change(funded=False)

        assert status(advertiser, tree[2]) == "PENDING_BILLING_INFO"

    def test_a_new_ad_waits_for_review_even_when_paused(self, make_advertiser: MakeAdvertiser) -> None:
        advertiser = make_advertiser(review_delay_s=3600)
        _, _, ad = advertiser.tree()
        assert status(advertiser, ad) == "PENDING_REVIEW"

        advertiser.advance(2)

        assert status(advertiser, ad) == "PAUSED"


class TestReview:
    def test_a_rule_rejects_by_name_and_the_others_run(self, advertiser: Advertiser) -> None:
        advertiser.change(review_rules=[{"ad_name": "*Odd*", "code": "GRAMMAR", "text": "Too many symbols."}])
        campaign = made(advertiser.campaign(status="ACTIVE"))
        adset = made(advertiser.adset(campaign, status="ACTIVE"))
        creative = made(advertiser.creative())
        odd, fine = (made(advertiser.ad(adset, creative, name=name, status="ACTIVE")) for name in ("Odd", "Fine"))

        assert (status(advertiser, odd), status(advertiser, fine)) == ("DISAPPROVED", "ACTIVE")
        read = advertiser.get(odd, fields="ad_review_feedback,issues_info").json()
        assert read["ad_review_feedback"] == {"global": {"GRAMMAR": "Too many symbols."}}
        assert read["issues_info"][0]["level"] == "AD"
        assert "ad_review_feedback" not in advertiser.get(fine, fields="ad_review_feedback").json()

    def test_a_running_ad_can_be_pulled_later(self, advertiser: Advertiser, tree: tuple[str, str, str]) -> None:
        activate(advertiser, *tree)
        assert status(advertiser, tree[2]) == "ACTIVE"

        verdict = {"approved": False, "code": "SCENT", "text": "It smells."}
        advertiser.control.put(f"meta/objects/{tree[2]}/review", json=verdict).raise_for_status()

        assert status(advertiser, tree[2]) == "DISAPPROVED"
        read = advertiser.get(tree[2], fields="ad_review_feedback").json()
        assert read["ad_review_feedback"] == {"global": {"SCENT": "It smells."}}

    @pytest.mark.parametrize("edit", ["creative", "targeting"])
    def test_an_edit_of_creative_or_targeting_sends_the_ad_back(
        self, advertiser: Advertiser, tree: tuple[str, str, str], edit: str
    ) -> None:
        _, adset, ad = tree
        assert status(advertiser, ad) == "PAUSED"
        advertiser.change(review_delay_s=3600)

        if edit == "creative":
            advertiser.post(ad, creative={"creative_id": made(advertiser.creative(name="New"))})
        else:
            advertiser.post(adset, targeting=TARGETING | {"age_min": 30})

        assert status(advertiser, ad) == "PENDING_REVIEW"

    def test_naming_the_same_creative_again_does_not(self, advertiser: Advertiser, tree: tuple[str, str, str]) -> None:
        creative = advertiser.get(tree[2], fields="creative").json()["creative"]["id"]
        assert status(advertiser, tree[2]) == "PAUSED"
        advertiser.change(review_delay_s=3600)

        advertiser.post(tree[2], creative={"creative_id": creative})

        assert status(advertiser, tree[2]) == "PAUSED"

    def test_renaming_does_not_start_a_review(self, advertiser: Advertiser, tree: tuple[str, str, str]) -> None:
        assert status(advertiser, tree[2]) == "PAUSED"
        advertiser.change(review_delay_s=3600)

        advertiser.post(tree[2], name="Renamed")

        assert status(advertiser, tree[2]) == "PAUSED"

    def test_learning_runs_with_the_ad_set_and_ends_as_limited_without_results(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        adset = tree[1]
        assert "learning_stage_info" not in advertiser.get(adset, fields="learning_stage_info").json()
        activate(advertiser, *tree)
        assert advertiser.get(adset, fields="learning_stage_info").json()["learning_stage_info"]["status"] == "LEARNING"

        dead = {"adset": "*", "alive": False}
        advertiser.control.put(f"meta/accounts/{advertiser.number}/market/arms", json=dead).raise_for_status()
        advertiser.advance(24 * 8)

        assert advertiser.get(adset, fields="learning_stage_info").json()["learning_stage_info"]["status"] == "FAIL"


class TestArchivedAndDeleted:
    def test_deleting_a_campaign_deletes_what_hangs_below(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        campaign, adset, ad = tree

        assert advertiser.delete(campaign).json() == {"success": True}

        assert [status(advertiser, node) for node in tree] == ["DELETED"] * 3
        for edge in ("campaigns", "adsets", "ads"):
            assert advertiser.get(f"{advertiser.act}/{edge}").json()["data"] == []
        assert refusal(advertiser.post(ad, name="Late")) == (100, 1487056)
        assert refusal(advertiser.adset(campaign)) == (100, 1885088)
        assert refusal(advertiser.ad(adset, made(advertiser.creative()))) == (100, 1885088)

    def test_an_archived_object_takes_a_new_name_or_deletion_only(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        campaign = tree[0]
        advertiser.post(campaign, status="ARCHIVED")

        assert refusal(advertiser.post(campaign, status="ACTIVE")) == (100, 1487566)
        assert refusal(advertiser.post(campaign, spend_cap=50_000)) == (100, 1487566)
        assert advertiser.post(campaign, name="Old").json() == {"success": True}
        assert advertiser.post(campaign, status="DELETED").json() == {"success": True}

    def test_archived_objects_are_listed_on_request_deleted_ones_never(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        campaign = tree[0]
        advertiser.post(campaign, status="ARCHIVED")
        edge = f"{advertiser.act}/campaigns"

        assert advertiser.get(edge).json()["data"] == []
        assert advertiser.get(edge, effective_status=["ACTIVE", "ARCHIVED"]).json()["data"] == [{"id": campaign}]
        by_filter = [{"field": "effective_status", "operator": "IN", "value": ["ARCHIVED"]}]
        assert advertiser.get(edge, filtering=by_filter).json()["data"] == [{"id": campaign}]
        assert "error" in advertiser.get(edge, effective_status=["DELETED"]).json()
        assert "error" in advertiser.get(edge, effective_status=["SLEEPING"]).json()

    def test_children_of_an_archived_campaign_cannot_be_activated(
        self, advertiser: Advertiser, tree: tuple[str, str, str]
    ) -> None:
        advertiser.post(tree[0], status="ARCHIVED")

        assert refusal(advertiser.post(tree[2], status="ACTIVE")) == (100, 1487566)
