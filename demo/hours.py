"""The days after going live: every hour of the market measured, decided and moved, with an outage and a throttle."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from demo.client import Api, DemoFailed, Json, Simulator

FIRST_HOURS = 24
"""By then the first proposal has come; afterwards the optimizer moves by itself."""
OUTAGE_AFTER = 29
OUTAGE_HOURS = 6
THROTTLE_AFTER = 44
THROTTLED_MINUTES = 0.05
# The shop sells easily and nothing dies by chance, so that three days are enough to tell its ad sets apart.
EVERYONE = {"alive": True, "conversion_rate": 0.25, "fatigue": 0.02, "volatility": 0.05}
# Few people look at a cart that they left, and they soon have seen it all.
RETARGETED = {"conversion_rate": 0.3, "audience": 250, "fatigue": 0.9}


@dataclass
class MarketHours:
    """Runs a live campaign through its market. `path` is the campaign's; `number` the ad account's at the platform."""

    api: Api
    simulator: Simulator
    path: str
    number: str
    zone: str
    event: str | None
    """What counts as a conversion; None where the ads are for clicks, which are counted instead."""
    runs: list[Json] = field(default_factory=list)
    approved: Json | None = None
    undone: Json | None = None
    began_at: int = 0
    requested: list[int] = field(default_factory=list)
    """What all budgets together ask for, each hour, in the platform's unit."""
    tired_before: int = 0

    def open(self) -> None:
        """Shapes the market before its first hour, as a world that we do not look into."""
        self.simulator.arms(self.number, {"adset": "*", **EVERYONE})
        for segment in self._retargeting():
            self.simulator.arms(self.number, {"adset": f"*_{segment}_*", **RETARGETED})
        # The workspace lets it act by itself, the campaign holds that back until its first proposal is approved.
        self.api.put_plain("/api/v1/workspace/optimizer", {"mode": "auto"})
        self.api.put_plain(f"{self.path}/optimizer", {"mode": "suggest"})
        self.began_at = self.simulator.market(self.number)["settled_until"]
        self.requested.append(self._requested())
        self.tired_before = self._tired()

    def _retargeting(self) -> list[str]:
        strategy = self.api.get(f"{self.path}/strategy")["content"]
        return [part["key"] for part in strategy["audience"]["segments"] if part["stage"] == "retargeting"]

    def pass_hours(self, hours: int) -> None:
        for _ in range(hours):
            self._break_something()
            self.simulator.advance(self.number, 1)
            self.runs.append(self._run())
            self.requested.append(self._requested())
            self._act()

    def _break_something(self) -> None:
        passed = len(self.runs)
        if passed == OUTAGE_AFTER:
            self.simulator.outage(self.number, OUTAGE_HOURS)
        elif passed == THROTTLE_AFTER:
            throttle = {"name": "throttle", "params": {"code": 80000, "regain_minutes": THROTTLED_MINUTES}}
            self.simulator.fault({"service": "meta", "method": "GET", "path": "*/insights*", "times": 1, **throttle})

    def _run(self) -> Json:
        asked = self.api.post(f"{self.path}/optimize")
        if asked["run"] is None:
            raise DemoFailed(f"The hourly run did not begin: {asked['detail']}")
        where = f"/api/v1/optimizer-runs/{asked['run']['id']}"
        return self.api.wait(where, lambda seen: seen["finished_at"] is not None, "the hourly run to end")

    def _act(self) -> None:
        """What people do meanwhile: approve the first proposal, let it act by itself, take one move back."""
        if self.approved is None:
            self._approve_first()
        elif self.undone is None:
            self._undo_one()

    def _approve_first(self) -> None:
        campaign_id = self.path.rsplit("/", 1)[1]
        found = self.api.get(f"/api/v1/suggestions?status=open&campaign_id={campaign_id}")["items"]
        # Advice is open as well, and nobody can apply it with a button.
        open_ones = [one for one in found if one["kind"] == "move_budget"]
        if not open_ones:
            return
        self.approved = self._wish(f"/api/v1/suggestions/{open_ones[0]['id']}/approve", None)
        self.api.put_plain(f"{self.path}/optimizer", {"mode": "auto"})

    def _undo_one(self) -> None:
        """The first move that it made by itself."""
        moved = [move for move in self.moves() if move["origin"] == "optimizer" and move["state"] == "applied"]
        if moved:
            self.undone = self._wish("/api/v1/undo", {"move_set_id": moved[0]["id"]})

    def _wish(self, where: str, body: Json | None) -> Json:
        asked = self.api.post(where, body)
        wish = f"/api/v1/move-requests/{asked['id']}"
        done = self.api.wait(wish, lambda seen: seen["state"] != "working", "what was asked for")
        if done["state"] == "failed":
            raise DemoFailed(f"{where}: {done['words']}")
        return done

    def first_day(self) -> str:
        return self.day_of(self.began_at)

    def day_of(self, at: float) -> str:
        """The account's day of a moment in unix seconds."""
        return datetime.fromtimestamp(at, ZoneInfo(self.zone)).date().isoformat()

    def retargeting_budgets(self) -> Json:
        """Of all ad sets that speak to people who were there before: at the start, and now; the platform's unit."""
        return {"before": self.tired_before, "after": self._tired()}

    def _tired(self) -> int:
        parts = [f"_{segment}_" for segment in self._retargeting()]
        adsets = self.simulator.books(self.number)["adsets"]
        return sum(int(row["budget"] or 0) for row in adsets if any(part in row["name"] for part in parts))

    def _requested(self) -> int:
        books = self.simulator.books(self.number)
        owners = [*books["campaigns"], *books["adsets"]]
        return sum(int(owner["budget"] or 0) for owner in owners if not owner["deleted"])

    def moves(self) -> list[Json]:
        """All of the campaign's, newest first."""
        found: list[Json] = []
        cursor = ""
        while True:
            page = self.api.get(f"{self.path}/moves?limit=100{cursor}")
            found += page["items"]
            if not page["next_cursor"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"
