"""One fresh simulated advertiser, and the requests that a well-behaved client would send for it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

TARGETING = {
    "geo_locations": {"countries": ["US"]},
    "age_min": 18,
    "age_max": 65,
    "targeting_automation": {"advantage_audience": 0},
}
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(64)


def png(color: str = "red") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 64), color).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Advertiser:
    """Posts and reads as this advertiser; keyword values become form fields, None leaves a field out."""

    url: str
    info: Mapping[str, Any]
    graph: httpx.Client
    control: httpx.Client

    @property
    def act(self) -> str:
        return str(self.info["id"])

    @property
    def number(self) -> str:
        return str(self.info["account_id"])

    def get(self, path: str, **params: object) -> httpx.Response:
        return self.graph.get(path, params=_form(params))

    def post(self, path: str, **params: object) -> httpx.Response:
        return self.graph.post(path, data=_form(params))

    def delete(self, path: str, **params: object) -> httpx.Response:
        return self.graph.request("DELETE", path, params=_form(params))

    def campaign(self, **changes: object) -> httpx.Response:
        fields: dict[str, object] = {
            "name": "Spring gl-abc",
            "objective": "OUTCOME_TRAFFIC",
            "status": "PAUSED",
            "special_ad_categories": [],
            "is_adset_budget_sharing_enabled": False,
        }
        return self.post(f"{self.act}/campaigns", **fields | changes)

    def adset(self, campaign_id: str, **changes: object) -> httpx.Response:
        fields: dict[str, object] = {
            "name": "Broad gl-def",
            "campaign_id": campaign_id,
            "status": "PAUSED",
            "billing_event": "IMPRESSIONS",
            "optimization_goal": "LANDING_PAGE_VIEWS",
            "destination_type": "WEBSITE",
            "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
            "daily_budget": 2000,
            "targeting": TARGETING,
        }
        return self.post(f"{self.act}/adsets", **fields | changes)

    def image(self, color: str = "red") -> str:
        reply = self.graph.post(f"{self.act}/adimages", files={"filename": ("banner.png", png(color), "image/png")})
        return str(reply.json()["images"]["banner.png"]["hash"])

    def link_data(self, **changes: object) -> dict[str, object]:
        fields: dict[str, object] = {
            "link": "https://example.com/",
            "message": "Fresh coffee",
            "name": "Order today",
            "call_to_action": {"type": "SHOP_NOW", "value": {"link": "https://example.com/"}},
        }
        return fields | changes

    def creative(self, **changes: object) -> httpx.Response:
        story = {"page_id": self.info["page_id"], "link_data": self.link_data(image_hash=self.image())}
        fields: dict[str, object] = {"name": "Creative gl-ghi", "object_story_spec": story}
        return self.post(f"{self.act}/adcreatives", **fields | changes)

    def ad(self, adset_id: str, creative_id: str, **changes: object) -> httpx.Response:
        fields: dict[str, object] = {
            "name": "Ad gl-jkl",
            "adset_id": adset_id,
            "creative": {"creative_id": creative_id},
            "status": "PAUSED",
        }
        return self.post(f"{self.act}/ads", **fields | changes)

    def tree(self, **campaign: object) -> tuple[str, str, str]:
        """A paused campaign with one ad set and one ad; their ids."""
        campaign_id = made(self.campaign(**campaign))
        adset_id = made(self.adset(campaign_id))
        return campaign_id, adset_id, made(self.ad(adset_id, made(self.creative())))

    def books(self) -> dict[str, Any]:
        return dict(self.control.get(f"meta/accounts/{self.number}/books").json())

    def change(self, **what: object) -> None:
        self.control.patch(f"meta/accounts/{self.number}", json=what).raise_for_status()

    def advance(self, hours: float) -> None:
        self.control.post(f"meta/accounts/{self.number}/advance", json={"hours": hours}).raise_for_status()

    def fault(self, name: str, path: str, method: str | None = None, **more: object) -> None:
        spec = {"service": "meta", "name": name, "path": path, "method": method, **more}
        self.control.post("faults", json=spec).raise_for_status()


MakeAdvertiser = Callable[..., Advertiser]


def made(reply: httpx.Response) -> str:
    """The id of what was created."""
    assert reply.status_code == 200, reply.text
    return str(reply.json()["id"])


def refusal(reply: httpx.Response) -> tuple[int, int | None]:
    """Code and subcode of a refused call."""
    error = reply.json()["error"]
    assert error["error_user_msg"]
    return error["code"], error.get("error_subcode")


def _form(params: Mapping[str, object]) -> dict[str, str]:
    return {name: _written(value) for name, value in params.items() if value is not None}


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
