"""A simulated advertiser whose ads run, at a chosen moment of its market clock, and how its numbers are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.simulator.meta.advertiser import Advertiser, made

HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
CAMPAIGN_BUDGET = {
    "daily_budget": 20_000,
    "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
    "is_adset_budget_sharing_enabled": None,
}


@dataclass(frozen=True)
class Live:
    """Sells with a pixel; money in minor units."""

    advertiser: Advertiser
    creative: str

    @property
    def act(self) -> str:
        return self.advertiser.act

    def campaign(self, **changes: object) -> str:
        return made(self.advertiser.campaign(objective="OUTCOME_SALES", status="ACTIVE", **changes))

    def adset(self, campaign: str, **changes: object) -> str:
        """With one running ad."""
        pixel = {"pixel_id": self.advertiser.info["pixel_id"], "custom_event_type": "PURCHASE"}
        fields = {"optimization_goal": "OFFSITE_CONVERSIONS", "promoted_object": pixel, "daily_budget": 10_000}
        adset = made(self.advertiser.adset(campaign, status="ACTIVE", **{**fields, **changes}))
        self.ad(adset)
        return adset

    def ad(self, adset: str) -> str:
        return made(self.advertiser.ad(adset, self.creative, status="ACTIVE"))

    def shop(self, adsets: int = 1, **changes: object) -> tuple[str, list[str]]:
        """A running campaign and its ad sets, none of which dies by itself."""
        self.arms(alive=True)
        campaign = self.campaign()
        return campaign, [self.adset(campaign, name=f"Set {number}", **changes) for number in range(adsets)]

    def advance(self, hours: float) -> None:
        self.advertiser.advance(hours)

    def advance_to(self, moment: str) -> None:
        self.control("POST", "advance", {"to": moment}).raise_for_status()

    def arms(self, adset: str = "*", **what: object) -> int:
        reply = self.control("PUT", "market/arms", {"adset": adset, **what}).raise_for_status().json()
        return int(reply["adsets"])

    def control(self, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        url = f"meta/accounts/{self.advertiser.number}/{path}"
        return self.advertiser.control.request(method, url, json=body)

    def books(self, **params: object) -> dict[str, Any]:
        url = f"meta/accounts/{self.advertiser.number}/market/books"
        return dict(self.advertiser.control.get(url, params=dict(params)).raise_for_status().json())  # type: ignore[arg-type]

    def rows(self, node: str | None = None, **params: object) -> list[dict[str, Any]]:
        """Insights of the account or of a node, all time unless a date is given."""
        asked: dict[str, object] = {"fields": "spend,impressions,clicks,reach,frequency,actions,action_values,adset_id"}
        if not params.keys() & {"date_preset", "time_range", "time_ranges"}:
            asked["date_preset"] = "maximum"
        reply = self.advertiser.get(f"{node or self.act}/insights", limit=5000, **{**asked, **params})
        assert reply.status_code == 200, reply.text
        return list(reply.json()["data"])

    def read(self, node: str, fields: str) -> dict[str, Any]:
        return dict(self.advertiser.get(node, fields=fields).raise_for_status().json())


def minor(row: Mapping[str, Any]) -> int:
    """Spend of a row in an account with cents."""
    return round(float(row["spend"]) * 100)


def count(row: Mapping[str, Any], kind: str, column: str = "value", metric: str = "actions") -> float:
    return sum(float(entry.get(column, 0)) for entry in row.get(metric, []) if entry["action_type"] == kind)
