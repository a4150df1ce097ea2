"""Writes the rows of a report: names and dates of the object, then its metrics."""

from collections.abc import Mapping

import numpy as np

from simulator.meta.clock import local
from simulator.meta.currencies import CURRENCIES
from simulator.meta.market.conversions import COLUMNS, DEFAULT_SETTING, Window, windows_of
from simulator.meta.market.state import Records
from simulator.meta.reports.actions import types_of
from simulator.meta.reports.metrics import METRICS, Actions, Sums
from simulator.meta.reports.query import HOURLY, Query
from simulator.meta.reports.table import Scope, Table, place_of
from simulator.meta.world import Call
from simulator.store import Document, Json

ABOVE = {"ad": ("campaign", "adset"), "adset": ("campaign",)}


class Writer:
    """One report; objects are read once."""

    def __init__(self, call: Call, query: Query, scope: Scope, table: Table) -> None:
        self._call, self._query, self._scope, self._table = call, query, scope, table
        self._places = place_of(query, table.keys)
        self._offset = CURRENCIES[call.owner["currency"]][0]

    def write(self, row: int) -> Document:
        number, period, hour = (int(part[row]) for part in self._places)
        since, until = self._query.periods[period]
        objects = self._objects(self._scope.ids[number])
        shown = self._identity(objects, self._query.fields or self._default_fields())
        sums = self.sums(row)
        for name in self._query.fields or ("impressions", "spend"):
            if name in METRICS and (found := METRICS[name](sums)) is not None:
                shown[name] = found
        shown |= {"date_start": since.isoformat(), "date_stop": until.isoformat()}
        if self._query.hourly:
            shown[HOURLY] = f"{hour:02}:00:00 - {hour:02}:59:59"
        return shown

    def sums(self, row: int) -> Sums:
        spend, impressions, clicks, links, pages, views, thruplays = (int(count) for count in self._table.counts[row])
        first, last = np.searchsorted(self._table.rows, [row, row + 1])
        actions, worth = self._conversions(self._table.conversions[first:last])
        clicked = {"link_click": links, "landing_page_view": pages, "post_engagement": clicks + views}
        shared = {name: self._clicked(count) for name, count in (clicked | {"page_engagement": clicks + views}).items()}
        shared["video_view"] = Actions(views, {name: views for name in self._query.windows if name == "1d_view"})
        delivered = (spend, impressions, clicks, links, pages, views, thruplays)
        return Sums(*delivered, int(self._table.reach[row]), self._offset, {**shared, **actions}, worth)

    def objects(self, row: int) -> dict[str, Document]:
        """The row's object and its parents by kind."""
        return self._objects(self._scope.ids[int(self._places[0][row])])

    def _clicked(self, count: int) -> Actions:
        return Actions(
            count, {name: count for name in self._query.windows if name in ("1d_click", "7d_click", "28d_click")}
        )

    def _default_fields(self) -> tuple[str, ...]:
        level = self._query.level
        return ("account_id", *(f"{kind}_id" for kind in (*ABOVE.get(level, ()), level) if kind != "account"))

    def _objects(self, object_id: str) -> dict[str, Document]:
        level = self._query.level
        if level == "account":
            return {"account": self._call.owner}
        document = self._call.fetch(level, object_id)
        above = {kind: self._call.fetch(kind, document[f"{kind}_id"]) for kind in ABOVE.get(level, ())}
        return {"account": self._call.owner, **above, level: document}

    def _identity(self, objects: dict[str, Document], names: tuple[str, ...]) -> Document:
        found = ((name, self._named(objects, name)) for name in names if name not in METRICS)
        return {name: value for name, value in found if value is not None}

    def _named(self, objects: dict[str, Document], name: str) -> Json:
        kind, _, part = name.partition("_")
        own = objects[self._query.level]
        match name:
            case "account_id" | "account_name" | "account_currency":
                return objects["account"][name if part == "id" else part]
            case "attribution_setting":
                return _setting(objects["adset"]) if "adset" in objects else None
            case "created_time" | "updated_time":
                return local(own[name], self._call.owner)[:10] if name in own else None
            case "objective" | "buying_type" | "optimization_goal":
                return objects.get("adset" if part == "goal" else "campaign", {}).get(name)
        return objects[kind][part] if kind in objects else None

    def _conversions(self, events: Records) -> tuple[dict[str, Actions], dict[str, Actions]]:
        counts: dict[str, Actions] = {}
        values: dict[str, Actions] = {}
        arms = self._scope.market.ads["arm"][events["ad"]]
        for arm in np.unique(arms):
            adset = self._call.fetch("adset", self._scope.market.adset_ids[arm])
            own = events[arms == arm]
            setting = windows_of(None if self._query.by_account_setting else adset.get("attribution_spec"))
            for kind in types_of(adset):
                _add(counts, kind, self._counted(own, setting, np.ones(len(own), np.int64)))
                _add(values, kind, self._counted(own, setting, own["value"]))
        return counts, values

    def _counted(self, events: Records, setting: set[Window], worth: np.ndarray) -> Actions:
        def within(windows: "set[Window] | tuple[Window, ...]") -> int:
            return int(worth[np.isin(events["window"], list(windows))].sum())

        return Actions(within(setting), {name: within(COLUMNS[name]) for name in self._query.windows})


def _add(found: dict[str, Actions], kind: str, more: Actions) -> None:
    before = found.get(kind, Actions())
    windows: Mapping[str, int] = {name: before.windows.get(name, 0) + count for name, count in more.windows.items()}
    found[kind] = Actions(before.value + more.value, windows)


def _setting(adset: Document) -> str:
    """As `attribution_setting` writes it: 7d_click_1d_view."""
    rows = adset.get("attribution_spec") or DEFAULT_SETTING
    sides = {"CLICK_THROUGH": "click", "VIEW_THROUGH": "view", "ENGAGED_VIDEO_VIEW": "ev"}
    return "_".join(f"{row['window_days']}d_{sides[row['event_type']]}" for row in rows if row["window_days"])
