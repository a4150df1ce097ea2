"""What a campaign's delivery is said to be, from the ad sets and ads that the platform shows."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from models.domain.delivery import delivery_of
from models.domain.platform_tree import NodeSeen
from models.domain.states import Delivery, PlatformKind

GLUE: tuple[dict[str, JsonValue], ...] = ({"message": "Your ad smells of glue.", "hard": True},)


def ad_set(learning: str | None = "SUCCESS", name: str = "1") -> NodeSeen:
    return NodeSeen(PlatformKind.AD_SET, name, "7", "Set", "ACTIVE", "ACTIVE", learning=learning)


def ad(effective: str = "ACTIVE", name: str = "a", parent: str = "1") -> NodeSeen:
    return NodeSeen(PlatformKind.AD, name, parent, "Ad", "ACTIVE", effective)


def rejected(name: str = "r") -> NodeSeen:
    return replace(ad("DISAPPROVED", name), review_words=("Your ad smells of glue.",), issues=GLUE)


@pytest.mark.parametrize(
    ("nodes", "delivery"),
    [
        ([], None),
        ([ad_set()], None),
        ([ad_set(), ad()], Delivery.DELIVERING),
        ([ad_set("LEARNING"), ad()], Delivery.LEARNING),
        ([ad_set("FAIL"), ad()], Delivery.LEARNING_LIMITED),
        ([ad_set("FAIL"), ad_set("LEARNING", "2"), ad(), ad(name="b", parent="2")], Delivery.LEARNING),
        # An ad set that learns but has no running ad says nothing of what runs.
        ([ad_set(), ad_set("LEARNING", "2"), ad(), ad("PAUSED", "b", "2")], Delivery.DELIVERING),
        ([ad_set("LEARNING"), ad("PENDING_REVIEW"), ad(name="b")], Delivery.IN_PLATFORM_REVIEW),
        ([ad_set(), ad("PREAPPROVED")], Delivery.DELIVERING),
        ([ad_set(), rejected(), ad()], Delivery.PARTLY_REJECTED),
        ([ad_set(), rejected(), ad("PENDING_REVIEW")], Delivery.PARTLY_REJECTED),
        ([ad_set(), rejected()], Delivery.NOT_DELIVERING),
        # One that was archived is no ad of the campaign any more.
        ([ad_set(), replace(rejected(), status="ARCHIVED"), ad()], Delivery.DELIVERING),
    ],
)
def test_the_whole_campaign_is_summed_up_in_one_word(nodes: list[NodeSeen], delivery: Delivery | None) -> None:
    assert delivery_of(nodes)[0] is delivery


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ([rejected(), rejected("s")], "Your ad smells of glue."),
        ([replace(rejected(), review_words=(), issues=())], "The platform rejected every ad."),
        ([ad("PENDING_BILLING_INFO")], "The ad account has no valid payment method: add one in Ads Manager."),
        ([ad("CAMPAIGN_PAUSED")], "The ads or something above them are paused on the platform."),
        ([replace(ad_set(), issues=GLUE), replace(ad("WITH_ISSUES"), issues=GLUE)], "Your ad smells of glue."),
    ],
)
def test_where_nothing_is_delivered_the_reason_is_told(nodes: list[NodeSeen], reason: str) -> None:
    assert delivery_of(nodes) == (Delivery.NOT_DELIVERING, reason)


def test_an_issue_that_stops_nothing_does_not_say_that_nothing_runs() -> None:
    soft: tuple[dict[str, JsonValue], ...] = ({"message": "Add a logo.", "hard": False},)

    assert delivery_of([ad_set(), replace(ad("WITH_ISSUES"), issues=soft)]) == (Delivery.DELIVERING, None)
