"""Counts of what ads did, and the rates that follow from them. None means that the platform gives no such figure."""

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any, Self


class MetricLevel(StrEnum):
    CAMPAIGN = "campaign"
    AD_SET = "ad_set"
    AD = "ad"


# In the order of the columns of a reading.
SUMMED = (
    "spend_minor",
    "impressions",
    "clicks",
    "link_clicks",
    "landing_page_views",
    "video_3s_views",
    "thruplays",
    "conversions",
    "conversion_value_minor",
    "leads",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one object over one stretch of time. Money in minor units of one currency.

    Reach counts people, so it is known per day only and is never summed: the sum of two `Counts` has none.
    """

    spend_minor: int = 0
    impressions: int = 0
    clicks: int = 0
    reach: int | None = None
    link_clicks: int | None = None
    landing_page_views: int | None = None
    video_3s_views: int | None = None
    thruplays: int | None = None
    conversions: int | None = None
    conversion_value_minor: int | None = None
    leads: int | None = None

    def __add__(self, other: Self) -> Self:
        return self._of({name: _added(getattr(self, name), getattr(other, name)) for name in SUMMED})

    def __sub__(self, earlier: Self) -> Self:
        """What came between two cumulative readings. Below zero where the platform took something back."""
        return self._of({name: _minus(getattr(self, name), getattr(earlier, name)) for name in SUMMED})

    @classmethod
    def _of(cls, values: dict[str, Any]) -> Self:
        return cls(**values)

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))

    def ctr(self) -> Decimal | None:
        """Clicks per impression."""
        return ratio(self.clicks, self.impressions)

    def cpc_minor(self) -> Decimal | None:
        return ratio(self.spend_minor, self.clicks)

    def cpm_minor(self) -> Decimal | None:
        return ratio(1000 * self.spend_minor, self.impressions)

    def cpa_minor(self) -> Decimal | None:
        """Spend per conversion."""
        return ratio(self.spend_minor, self.conversions)

    def cpl_minor(self) -> Decimal | None:
        """Spend per lead."""
        return ratio(self.spend_minor, self.leads)

    def roas(self) -> Decimal | None:
        """Value of conversions per spend."""
        return ratio(self.conversion_value_minor, self.spend_minor)

    def conversion_rate(self) -> Decimal | None:
        """Conversions per click."""
        return ratio(self.conversions, self.clicks)

    def frequency(self) -> Decimal | None:
        return ratio(self.impressions, self.reach)


def _added(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _minus(now: int | None, before: int | None) -> int | None:
    return None if now is None else now - (before or 0)


def ratio(part: int | None, whole: int | None) -> Decimal | None:
    """To six decimals; None where nothing can be said, which is not zero."""
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
