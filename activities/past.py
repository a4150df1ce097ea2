"""Which of what ran before is similar to a planned campaign, in the optimizer's terms."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from models.domain.results import result_of
from optimizer.similar import PastAdSet, PastDay, enough
from records.past_campaigns import RanBefore

ENOUGH_CAMPAIGNS, ENOUGH_RESULTS = 4, 30
"""Nearer campaigns count alone once there are so many."""


class Past(NamedTuple):
    """`like` says in words what made them similar."""

    ad_sets: list[PastAdSet]
    like: str


def similar(ran: Sequence[RanBefore], ad_account_id: UUID, countries: frozenset[str], objective: str) -> Past:
    """Those of the same account and countries where they are enough, else of the account, else of the workspace."""
    nearer: list[tuple[str, Callable[[RanBefore], bool]]] = [
        (
            "of this ad account with the same objective in the same countries",
            lambda one: one.ad_account_id == ad_account_id and bool(countries & one.planned.countries),
        ),
        ("of this ad account with the same objective", lambda one: one.ad_account_id == ad_account_id),
    ]
    for like, near in nearer:
        found = [_past(one, objective) for one in ran if near(one)]
        if enough(found, campaigns=ENOUGH_CAMPAIGNS, results=ENOUGH_RESULTS):
            return Past(found, like)
    every = [_past(one, objective) for one in ran]
    only_here = all(one.ad_account_id == ad_account_id for one in ran)
    where = "of this ad account" if only_here else "of every ad account with this currency"
    return Past(every, f"{where} with the same objective")


def _past(one: RanBefore, objective: str) -> PastAdSet:
    """Results count under one attribution setting only: the last one."""
    attribution = one.days[-1].attribution
    days = [
        PastDay(
            spend_minor=day.counts.spend_minor,
            impressions=day.counts.impressions,
            clicks=day.counts.clicks if day.counts.link_clicks is None else day.counts.link_clicks,
            results=result_of(objective, day.counts) if day.attribution == attribution else None,
        )
        for day in one.days
        if day.counts.spend_minor > 0
    ]
    return PastAdSet(one.campaign, days, one.planned.stage, one.planned.language)
