"""What happens in the demo, step by step, told through the API as a marketer and an approver would do it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from demo.briefs import DemoBrief
from demo.client import Api, DemoFailed, Json, Simulator
from demo.connecting import connect_account
from demo.hours import FIRST_HOURS, MarketHours
from demo.making import cancel_one, check_made, is_written, renders_of
from demo.pictures import logo, product_photo

# Long enough to submit, and over before everybody has approved.
START_AFTER = timedelta(seconds=5)
WRONG_PERCENT = re.compile(r"(?<!\d)(?:30|٣٠)\s?[%٪]")
SENT_BACK = "The offer is 20 %, not 30 %. Correct the number."


class Progress(Protocol):
    """Where the demo tells what it does; one line per stage."""

    def begin(self, stage: str) -> None: ...

    def end(self, stage: str, seconds: float) -> None: ...


@dataclass
class Story:
    """One run. `stages` and `campaign_id` are filled as it goes, so that a failure still leaves a report.

    `paid_before` is what models had cost the workspace before it began.
    """

    brief: DemoBrief
    api: Api
    simulator: Simulator
    progress: Progress
    hours: int = 72
    """Of the market, after it has gone live."""
    market: MarketHours = field(init=False)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    stages: list[Json] = field(default_factory=list)
    campaign_id: str = ""
    account: Json = field(default_factory=dict)
    advertiser: Json = field(default_factory=dict)
    paid_before: Json = field(default_factory=dict)
    sent_back: str | None = None

    @property
    def path(self) -> str:
        return f"/api/v1/campaigns/{self.campaign_id}"

    def tell(self) -> None:
        self.paid_before = self.api.get("/api/v1/workspace/ai-usage")
        with self._stage("connect the ad account"):
            self.advertiser = self.simulator.new_advertiser(self.brief.client, self.brief.currency, self.brief.timezone)
            self.account = connect_account(self.api, self.simulator, self.advertiser, self.brief.event)
        with self._stage("upload product photos"):
            pictures, brand_id = self._upload(), self._brand()
        with self._stage("create the campaign"):
            self._create(pictures, brand_id)
        with self._stage("draft strategy and copy"):
            self.api.wait(f"{self.path}/items", is_written, "strategy and copy")
        with self._stage("make and draw pictures, plan schedule and ads"):
            self._await_drafts()
            check_made(renders_of(self.api, self.path))
        if self.brief.mishaps:
            with self._stage("ask for another picture, and cancel it"):
                cancel_one(self.api, self.simulator, self.path)
                self._await_drafts()
        with self._stage("ask for approval, dry run with Meta"):
            self._start_at_once()
            self.api.post(f"{self.path}/submit", {"scopes": []})
            self._await_requested()
        with self._stage("review: one item goes back"):
            self._review()
        with self._stage("revise the strategy, confirm with one tap"):
            self._revise_strategy()
        with self._stage("publish, one connection drops after applying"):
            self._publish()
        with self._stage("Meta reviews the ads"):
            self._await_review()
        number = str(self.account["external_id"])
        self.market = MarketHours(self.api, self.simulator, self.path, number, self.brief.timezone, self.brief.event)
        self._run_hours()

    def _run_hours(self) -> None:
        """Live ads, hour by hour; the stages are what a person would remember of them."""
        if not self.hours:
            return
        first = min(self.hours, FIRST_HOURS)
        with self._stage(f"{first} hours of the market, and the first proposal"):
            self.market.open()
            self.market.pass_hours(first)
        if self.hours > first:
            with self._stage(f"{self.hours - first} hours more, moved by itself, through an outage"):
                self.market.pass_hours(self.hours - first)

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self.progress.begin(name)
        began = time.monotonic()
        yield
        seconds = round(time.monotonic() - began, 2)
        self.stages.append({"name": name, "seconds": seconds})
        self.progress.end(name, seconds)

    def _upload(self) -> list[str]:
        found = []
        for photo in self.brief.photos:
            content = product_photo(photo.shape, photo.base, photo.accent, photo.backdrop)
            found.append(str(self.api.upload("/api/v1/assets", photo.name, content)["id"]))
        return found

    def _brand(self) -> str | None:
        """The client's brand; the key makes another demo find the same one."""
        kit = self.brief.brand
        if kit is None:
            return None
        content = logo(kit.shape, kit.colours[0], kit.colours[1])
        picture = self.api.upload("/api/v1/assets", f"{self.brief.key}-logo.png", content)
        body = {"name": self.brief.client, "logo_asset_id": picture["id"], "colours": kit.colours}
        return str(self.api.post("/api/v1/brands", body, key=f"demo {self.brief.key}")["id"])

    def _create(self, pictures: list[str], brand_id: str | None) -> None:
        products = [dict(product) for product in self.brief.brief["products"]]  # type: ignore[union-attr, arg-type]
        for number, picture in enumerate(pictures):
            products[number % len(products)].setdefault("images", []).append(picture)
        flight = self.brief.dates(datetime.now(UTC))
        body: Json = {**deepcopy(self.brief.brief), "products": products, "flight": flight, "brand_id": brand_id}
        if body.get("audience", {}).get("exclude_customers"):
            body["audience"]["exclude_ids"] = [self.advertiser["audiences"]["Buyers, 180 days"]]
        if self.brief.brief.get("offer"):
            # One answer of the model claims 30 % although the offer says 20 %, so that the reviewer has work to do.
            self.simulator.fault({"service": "openai", "name": "wrong_offer", "times": 1})
        if self.brief.mishaps:
            self.simulator.fault({"service": "replicate", "name": "job_failed", "times": 1})
        created = self.api.post("/api/v1/campaigns", {"brief": body, "ad_account_id": self.account["id"]})
        self.campaign_id = str(created["id"])
        self.api.wait(self.path, lambda seen: "status" in seen, "the campaign's record")

    def _await_drafts(self) -> None:
        def drafted(seen: Json) -> bool:
            if seen.get("problem"):
                raise DemoFailed(f"The campaign stopped: {seen['problem']}")
            return seen.get("next_step") is None and str(seen.get("waiting_on")).startswith("Marketer: ask")

        self.api.wait(self.path, drafted, "pictures, schedule and plan")

    def _start_at_once(self) -> None:
        """The start comes before the approvals are in; the approved schedule says that it then shifts.

        It also lets the optimizer move budgets by itself, in the steps that the envelope allows.
        """
        schedule = self.api.get(f"{self.path}/schedule")["content"]
        version = self.api.get(self.path)["version"]
        start = datetime.now(UTC) + START_AFTER
        dates = {"start": start.isoformat()}
        if schedule["end"]:
            end = datetime.fromisoformat(schedule["end"]) + (start - datetime.fromisoformat(schedule["start"]))
            dates["end"] = end.isoformat()
        envelope = {**schedule["envelope"], "mode_max": "auto"}
        changed = {**schedule, **dates, "if_late": "shift", "envelope": envelope}
        self.api.put(f"{self.path}/schedule", changed, version)

    def _progress(self) -> Json:
        return self.api.get(f"{self.path}/progress")

    def _await_requested(self) -> None:
        def requested(seen: Json) -> bool:
            if seen["problem"]:
                raise DemoFailed(f"The dry run failed: {seen['problem']}")
            return bool(seen["scopes"]["ads"]["requested"]) and seen["step"] is None

        self.api.wait(f"{self.path}/progress", requested, "the dry run and the request of the ads approval")

    def _review(self) -> None:
        seen = self._progress()
        self._decide(seen, "strategy")
        self.sent_back = self._item_with_wrong_offer()
        for item in seen["items"]:
            if item["key"] != self.sent_back:
                self._decide(seen, "content", item["key"])
        self._decide(seen, "schedule")
        self._decide(seen, "ads")
        if self.sent_back is None:
            return
        hashed = next(item["hash"] for item in seen["items"] if item["key"] == self.sent_back)
        self.api.post(
            f"{self.path}/decisions",
            {
                "scope": "content",
                "item": self.sent_back,
                "verdict": "request_changes",
                "seen_hash": hashed,
                "reason": SENT_BACK,
            },
        )
        self.api.post(f"{self.path}/items/regenerate", {"items": [self.sent_back], "instruction": SENT_BACK})
        self.api.wait(f"{self.path}/progress", lambda now: now["step"] is None, "the revised copy")
        self.api.post(f"{self.path}/submit", {"scopes": ["content"]})
        self._await_requested()
        self._decide(self._progress(), "content", self.sent_back)
        self._await_ready()

    def _item_with_wrong_offer(self) -> str | None:
        """The item whose copy claims 30 %, in whichever digits, if any."""
        for item in self.api.get(f"{self.path}/items")["items"]:
            words = " ".join(
                f"{text['primary_text']} {text['headline']} {text['description']}" for text in item["content"]["texts"]
            )
            if WRONG_PERCENT.search(words):
                return str(item["key"])
        return None

    def _decide(self, seen: Json, scope: str, item: str | None = None) -> None:
        view = seen["scopes"][scope] if item is None else next(i for i in seen["items"] if i["key"] == item)
        body = {"scope": scope, "verdict": "approve", "seen_hash": view["hash"]}
        self.api.post(f"{self.path}/decisions", body if item is None else {**body, "item": item})

    def _await_ready(self) -> None:
        self.api.wait(self.path, lambda seen: seen["status"] == "ready", "all four approvals")

    def _revise_strategy(self) -> None:
        """A sharper summary of the measurement: T changes, so the three other scopes are asked again, all unchanged."""
        strategy = self.api.get(f"{self.path}/strategy")["content"]
        strategy["measurement"]["attribution"] = {"click_days": 7, "view_days": 0}
        version = self.api.get(self.path)["version"]
        self.api.put(f"{self.path}/strategy", strategy, version)
        self.api.post(f"{self.path}/submit", {"scopes": ["strategy"]})
        self._await_requested()
        seen = self._progress()
        voided = [scope for scope, view in seen["scopes"].items() if view["state"] != "approved"]
        if len(voided) != 4:
            raise DemoFailed(f"A revised strategy should put all four scopes up for review, but only {voided} are.")
        wanted = [
            {"scope": scope, "hash": view["hash"]} for scope, view in seen["scopes"].items() if scope != "content"
        ]
        wanted += [{"scope": "content", "item": item["key"], "hash": item["hash"]} for item in seen["items"]]
        self.api.post(f"{self.path}/approve-all", {"seen": wanted})
        self._await_ready()

    def _publish(self) -> None:
        dropped = {"service": "meta", "name": "applied_then_dropped", "method": "POST", "path": "*/adsets*", "times": 1}
        self.simulator.fault(dropped)
        self.api.post(f"{self.path}/publish")

        def running(seen: Json) -> bool:
            if seen["status"] == "ready" and seen.get("problem"):
                raise DemoFailed(f"Publishing failed: {seen['problem']}")
            return seen["status"] in ("live", "scheduled")

        self.api.wait(self.path, running, "the campaign to go live")

    def _await_review(self) -> None:
        self.api.wait(
            self.path, lambda seen: seen.get("delivery") not in (None, "in_platform_review"), "the reviews of the ads"
        )
