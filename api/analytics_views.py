"""Turns the figures of a campaign into what clients get of them."""

from collections.abc import Sequence
from datetime import datetime

from api.figure_words import comparison_words
from api.performance import Line, Performance
from api.schemas.analytics import (
    AnalyticsView,
    ChangeView,
    ComparisonView,
    CountsView,
    DataAgeView,
    DayView,
    Figures,
    IntervalView,
    LineView,
    PacingView,
    TrendView,
    number,
)
from models.domain.base import local_time
from models.domain.hourly import Interval
from models.domain.performance import DayFigures, Trend


def analytics_view(
    found: Performance, *, technical: bool, hours: Sequence[Interval] | None = None, lines_by_day: bool = False
) -> AnalyticsView:
    """`technical`: with the platform's own ids."""
    return AnalyticsView(
        campaign_id=found.campaign.id,
        name=found.campaign.name,
        status=found.campaign.status,
        currency=found.currency,
        timezone=found.zone,
        since=found.span.first,
        until=found.span.last,
        data=DataAgeView.of(found.age),
        attributions=found.attributions,
        sources=found.sources,
        total=Figures.of(found.total) if found.total else None,
        days=None if hours is not None else [day_view(figures) for figures in found.days],
        hours=None if hours is None else [_interval(interval, found.zone) for interval in hours],
        lines=[line_view(found, line, technical=technical, by_day=lines_by_day) for line in found.lines],
        trend=_trend(found.trend) if found.trend else None,
        pacing=PacingView.model_validate(found.pacing) if found.pacing else None,
        comparison=ComparisonView.model_validate(
            {
                **{name: getattr(found.comparison, name) for name in ComparisonView.model_fields if name != "words"},
                "words": comparison_words(found.comparison),
            }
        ),
    )


def day_view(figures: DayFigures) -> DayView:
    closed = figures.at_close if figures.restated else None
    return DayView(
        day=figures.day,
        figures=Figures.of(figures.counts),
        restated=figures.restated,
        at_close=CountsView.model_validate(closed) if closed else None,
    )


def line_view(found: Performance, line: Line, *, technical: bool, by_day: bool) -> LineView:
    parent = found.names.get(line.named.parent_external_id or "")
    return LineView(
        platform_id=line.named.external_id if technical else None,
        plan_key=line.named.plan_key if technical else None,
        level=line.level,
        name=line.named.name,
        parent=parent.name if parent else None,
        gone=line.named.gone,
        attributions=line.attributions,
        figures=Figures.of(line.total),
        days=[day_view(figures) for figures in line.days] if by_day else None,
    )


def _interval(interval: Interval, zone: str) -> IntervalView:
    return IntervalView(
        since=interval.since,
        until=interval.until,
        local=_local(interval.since, zone),
        later=interval.later,
        counts=CountsView.model_validate(interval.counts),
    )


def _local(instant: datetime, zone: str) -> str:
    return local_time(instant, zone).isoformat(timespec="minutes")


def _trend(trend: Trend) -> TrendView:
    changes = [
        ChangeView(
            name=change.name,
            now=number(change.now),
            before=number(change.before),
            percent=number(change.percent),
            events=list(change.events) if change.events else None,
            clear=change.clear,
        )
        for change in trend.changes
    ]
    return TrendView(
        since=trend.since,
        until=trend.until,
        now=Figures.of(trend.now),
        before=Figures.of(trend.before),
        changes=changes,
    )
