"""Writes the rows of a report: names and dates of the object, then its metrics."""

from collections.abc import Iterable, Mapping

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

# The action types of an ad set's conversions, and which windows count.
Counting = tuple[tuple[str, ...], frozenset[Window]]
ABOVE = {"ad": ("campaign", "adset"), "adset": ("campaign",)}


class Writer:
    """One report; objects are read once."""

    def __init__(self, call: Call, query: Query, scope: Scope, table: Table) -> None:
        self._call, self._query, self._scope, self._table = call, query, scope, table
        self._countings: dict[int, Counting] = {}
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
        spend, impressions, clicks, links, pages, views, thruplays = self._table.counts[row].tolist()
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
        """Counts and values per action type. Ad sets that count alike are added up first: an account has many."""
        counts: dict[str, Actions] = {}
        values: dict[str, Actions] = {}
        if not len(events):
            return counts, values
        arms, where = np.unique(self._scope.market.ads["arm"][events["ad"]], return_inverse=True)
        per_window = np.zeros((2, len(arms), len(Window)), np.int64)
        np.add.at(per_window[0], (where, events["window"]), 1)
        np.add.at(per_window[1], (where, events["window"]), events["value"])
        alike: dict[Counting, list[int]] = {}
        for place, arm in enumerate(arms.tolist()):
            alike.setdefault(self._counting(arm), []).append(place)
        for (kinds, setting), places in alike.items():
            for found, sums in zip((counts, values), per_window[:, places].sum(axis=1).tolist(), strict=True):
                for kind in kinds:
                    _add(found, kind, self._counted(sums, setting))
        return counts, values

    def _counting(self, arm: int) -> Counting:
        if arm not in self._countings:
            adset = self._call.fetch("adset", self._scope.market.adset_ids[arm])
            setting = windows_of(None if self._query.by_account_setting else adset.get("attribution_spec"))
            self._countings[arm] = (types_of(adset), frozenset(setting))
        return self._countings[arm]

    def _counted(self, sums: list[int], setting: Iterable[Window]) -> Actions:
        """`sums` are per attribution window."""
        windows = {name: sum(sums[window] for window in COLUMNS[name]) for name in self._query.windows}
        return Actions(sum(sums[window] for window in setting), windows)


def _add(found: dict[str, Actions], kind: str, more: Actions) -> None:
    before = found.get(kind, Actions())
    windows: Mapping[str, int] = {name: before.windows.get(name, 0) + count for name, count in more.windows.items()}
    found[kind] = Actions(before.value + more.value, windows)


def _setting(adset: Document) -> str:
    """As `attribution_setting` writes it: 7d_click_1d_view."""
    rows = adset.get("attribution_spec") or DEFAULT_SETTING
    sides = {"CLICK_THROUGH": "click", "VIEW_THROUGH": "view", "ENGAGED_VIDEO_VIEW": "ev"}
    return "_".join(f"{row['window_days']}d_{sides[row['event_type']]}" for row in rows if row["window_days"])
