"""The contents of `facts.toml`, checked at import so that a slip of the pen stops the start and not a publish."""

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Currencies(_Facts):
    offset_1: frozenset[str]
    offset_100: frozenset[str]


class Targeting(_Facts):
    disclosure_countries: frozenset[str]
    limited_smallest_radius_km: int
    advantage_highest_age_min: int


class Budgets(_Facts):
    spend_cap_in_smallest_daily_budgets: int


class AssetFeed(_Facts):
    longest: dict[str, int]
    most: dict[str, int]
    most_together: int


class Video(_Facts):
    content_types: frozenset[str]
    shortest_ms: int
    longest_ms: int
    shape_tolerance_percent: int


class Creative(_Facts):
    enhancements: tuple[str, ...]


class Facts(_Facts):
    as_of: date
    currencies: Currencies
    locales: dict[str, int]
    targeting: Targeting
    pixel_events: dict[str, str]
    budgets: Budgets
    asset_feed: AssetFeed
    video: Video
    creative: Creative


FACTS = Facts.model_validate(tomllib.loads(Path(__file__).with_name("facts.toml").read_text(encoding="utf-8")))
