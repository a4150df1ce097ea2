"""Each insights field: how Meta writes it, from the sums of a row. Every number is a text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.store import Document, Json


@dataclass(frozen=True, slots=True)
class Actions:
    """Counts of one action type: by the setting in force, and per attribution window asked for."""

    value: int = 0
    windows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sums:
    """One row: money in minor units, `offset` minor units per unit. `worth` is the value of actions, minor as well."""

    spend: int
    impressions: int
    clicks: int
    link_clicks: int
    landing_page_views: int
    views: int
    thruplays: int
    reach: int
    offset: int
    actions: Mapping[str, Actions]
    worth: Mapping[str, Actions]


def number(value: float) -> str:
    """Six decimals at most."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def money(minor: float, offset: int) -> str:
    """Major units, with as many decimals as the currency has."""
    return f"{minor / offset:.2f}" if offset > 1 else str(round(minor))


def _ratio(above: float, below: float, times: float = 1) -> str | None:
    return number(times * above / below) if below else None


def _cost(row: Sums, count: float, times: float = 1) -> str | None:
    return _ratio(row.spend / row.offset, count, times)


def _entries(found: Mapping[str, Actions], write: Callable[[int], str]) -> list[Document] | None:
    """What did not happen is left out, entry by entry and key by key."""
    return [
        {
            "action_type": kind,
            **({"value": write(each.value)} if each.value else {}),
            **{name: write(count) for name, count in each.windows.items() if count},
        }
        for kind, each in found.items()
        if each.value or any(each.windows.values())
    ] or None


def _actions(row: Sums) -> list[Document] | None:
    return _entries(row.actions, str)


def _values(row: Sums) -> list[Document] | None:
    return _entries(row.worth, lambda minor: money(minor, row.offset))


def _costs(row: Sums) -> list[Document] | None:
    counted = ((kind, each.value) for kind, each in row.actions.items() if each.value)
    return [{"action_type": kind, "value": _cost(row, count)} for kind, count in counted] if row.spend else None


def _roas(kind: str) -> Callable[[Sums], list[Document] | None]:
    def write(row: Sums) -> list[Document] | None:
        worth = row.worth.get(kind, Actions()).value
        return [{"action_type": kind, "value": _ratio(worth, row.spend)}] if worth and row.spend else None

    return write


def _single(kind: str, count: Callable[[Sums], int]) -> Callable[[Sums], list[Document] | None]:
    return lambda row: [{"action_type": kind, "value": str(count(row))}] if count(row) else None


METRICS: Mapping[str, Callable[[Sums], Json]] = {
    "impressions": lambda row: str(row.impressions),
    "clicks": lambda row: str(row.clicks),
    "spend": lambda row: money(row.spend, row.offset),
    "reach": lambda row: str(row.reach),
    "frequency": lambda row: _ratio(row.impressions, row.reach) or "0",
    "ctr": lambda row: _ratio(row.clicks, row.impressions, 100),
    "cpc": lambda row: _cost(row, row.clicks),
    "cpm": lambda row: _cost(row, row.impressions, 1000),
    "cpp": lambda row: _cost(row, row.reach, 1000),
    "inline_link_clicks": lambda row: str(row.link_clicks) if row.link_clicks else None,
    "inline_link_click_ctr": lambda row: _ratio(row.link_clicks, row.impressions, 100),
    "cost_per_inline_link_click": lambda row: _cost(row, row.link_clicks),
    "outbound_clicks": _single("outbound_click", lambda row: row.link_clicks),
    "actions": _actions,
    "action_values": _values,
    "cost_per_action_type": _costs,
    "purchase_roas": _roas("omni_purchase"),
    "website_purchase_roas": _roas("offsite_conversion.fb_pixel_purchase"),
    "video_thruplay_watched_actions": _single("video_view", lambda row: row.thruplays),
}
IDENTITIES = {
    "account_id", "account_name", "account_currency", "campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id",
    "ad_name", "objective", "buying_type", "optimization_goal", "attribution_setting", "date_start", "date_stop",
    "created_time", "updated_time",
}  # fmt: skip
FIELDS = frozenset(IDENTITIES | METRICS.keys())
