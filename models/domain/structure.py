"""The structure check: can every ad set learn on its budget, and if not, which of them to merge."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import TypeVar

from models.domain.ads_plan import AdsPlan, PlannedAd, PlannedAdSet
from models.domain.base import Document
from models.domain.brief import Audience, Brief, Geo, KpiMetric
from models.domain.money import in_words
from models.domain.schedule import BudgetLevel, BudgetPeriod, Schedule, Split
from models.domain.strategy import SegmentTargeting

T = TypeVar("T")

# Meta leaves the learning phase after about 50 results of an ad set within a week (its help pages, 2026-09).
RESULTS_TO_LEARN = 50
HIGHER_FUNNEL = {
    "PURCHASE": "INITIATED_CHECKOUT or ADD_TO_CART",
    "INITIATED_CHECKOUT": "ADD_TO_CART",
    "ADD_TO_CART": "CONTENT_VIEW",
    "LEAD": "CONTENT_VIEW",
    "COMPLETE_REGISTRATION": "CONTENT_VIEW",
    "SUBMIT_APPLICATION": "LEAD",
}


def results_to_learn(settings: Mapping[str, object]) -> int:
    """The workspace's own figure where somebody set one: practitioners differ, and platforms change theirs."""
    own = settings.get("results_to_learn")
    return own if isinstance(own, int) and own > 0 else RESULTS_TO_LEARN


class StructureAdvice(Document):
    """Amounts in minor units. `merge` lists groups of ad set keys, each to become one; single keys stay as they are."""

    ad_sets: int
    affordable: int
    weekly_minor_per_ad_set: int
    needed_weekly_minor: int
    weekly_results_per_ad_set: int
    merge: list[list[str]]
    message: str


def expected_cost(brief: Brief) -> int | None:
    """The cost of one result in minor units that the brief itself names; None where it gives no basis for one."""
    if brief.kpi is None:
        return None
    if brief.kpi.metric in (KpiMetric.CPA, KpiMetric.CPL, KpiMetric.CPC):
        return brief.kpi.target
    value = brief.economics.order_value or (brief.conversion.value if brief.conversion else None)
    if brief.kpi.metric is KpiMetric.ROAS and value:
        return max(value.amount_minor * 100 // brief.kpi.target, 1)
    return None


def structure_check(brief: Brief, schedule: Schedule, plan: AdsPlan) -> StructureAdvice | None:
    """Advice where a week's budget per ad set buys fewer than 50 results; None where it is fine or cannot be known."""
    cost = expected_cost(brief)
    if cost is None:
        return None
    count, weekly, needed = len(plan.ad_sets), weekly_pool(schedule), cost * RESULTS_TO_LEARN
    if weekly >= needed * count:
        return None
    affordable = weekly // needed
    groups = merge_groups(schedule, plan, max(affordable, 1))
    results = weekly // count // cost
    return StructureAdvice(
        ad_sets=count,
        affordable=affordable,
        weekly_minor_per_ad_set=weekly // count,
        needed_weekly_minor=needed,
        weekly_results_per_ad_set=results,
        merge=groups,
        message=_message(schedule.currency, plan, weekly, needed, results, len(groups)),
    )


def weekly_pool(schedule: Schedule) -> int:
    """What the whole campaign spends in a week, at most its total."""
    if schedule.budget_period is BudgetPeriod.DAILY:
        return min(schedule.pool_minor * 7, schedule.total_cap_minor)
    length = schedule.end - schedule.start if schedule.end else timedelta(days=7)
    return schedule.total_cap_minor * 7 // max(ceil(length / timedelta(days=1)), 7)


def merge_groups(schedule: Schedule, plan: AdsPlan, wanted: int) -> list[list[str]]:
    """Ad sets grouped down to `wanted`, the smallest budgets first; languages and campaigns are never mixed."""
    budgets = {part.plan_key: part.initial_minor for part in schedule.split}
    buckets: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for ad_set in plan.ad_sets:
        buckets[ad_set.campaign, ad_set.language].append([ad_set.key])
    while sum(map(len, buckets.values())) > wanted:
        bucket = max(buckets.values(), key=len)
        if len(bucket) == 1:
            break
        bucket.sort(key=lambda group: sum(budgets.get(key, 0) for key in group), reverse=True)
        smallest = bucket.pop()
        bucket[-1] = [*bucket[-1], *smallest]
    return [group for bucket in buckets.values() for group in bucket]


def merge_ad_sets(plan: AdsPlan, schedule: Schedule, groups: list[list[str]]) -> tuple[AdsPlan, Schedule]:
    """Plan and schedule with each group as one ad set under its first key, reaching everyone the group reached.

    Budgets of a group add up. Ads that show the same item are kept once.
    """
    ad_sets = {ad_set.key: ad_set for ad_set in plan.ad_sets}
    home = {key: group[0] for group in groups for key in group}
    merged = [_merged([ad_sets[key] for key in group]) for group in groups]
    ads: dict[tuple[str, str], PlannedAd] = {}
    for ad in plan.ads:
        target = home.get(ad.ad_set, ad.ad_set)
        ads.setdefault((target, ad.concept), ad.model_copy(update={"ad_set": target}))
    tree = plan.model_dump() | {"ad_sets": merged, "ads": list(ads.values())}
    return AdsPlan.model_validate(tree), _merged_schedule(schedule, home)


def _merged_schedule(schedule: Schedule, home: dict[str, str]) -> Schedule:
    if schedule.budget_level is BudgetLevel.CAMPAIGN:
        return schedule
    sums: dict[str, int] = defaultdict(int)
    for part in schedule.split:
        sums[home.get(part.plan_key, part.plan_key)] += part.initial_minor
    floor = max(part.floor_minor for part in schedule.split)
    ceiling = schedule.pool_minor - floor * (len(sums) - 1)
    split = [
        Split(plan_key=key, initial_minor=amount, floor_minor=min(floor, amount), ceiling_minor=max(ceiling, amount))
        for key, amount in sums.items()
    ]
    return Schedule.model_validate(schedule.model_dump() | {"split": split})


def _merged(parts: list[PlannedAdSet]) -> PlannedAdSet:
    if len(parts) == 1:
        return parts[0]
    targets = [part.targeting for part in parts]
    targeting = SegmentTargeting(
        geo=Geo(
            include=_union([target.geo.include for target in targets]),
            exclude=_common([target.geo.exclude for target in targets]),
        ),
        audience=_merged_audience([target.audience for target in targets]),
        interests=_widest([target.interests for target in targets]),
        advantage_audience=all(target.advantage_audience for target in targets),
    )
    return parts[0].model_copy(update={"targeting": targeting})


def _merged_audience(audiences: list[Audience]) -> Audience:
    return Audience(
        age_min=min(audience.age_min for audience in audiences),
        age_max=max(audience.age_max for audience in audiences),
        genders=_widest([audience.genders for audience in audiences]),
        personas=_union([audience.personas for audience in audiences])[:5],
        include_ids=_widest([audience.include_ids for audience in audiences]),
        exclude_ids=_common([audience.exclude_ids for audience in audiences]),
        exclude_customers=all(audience.exclude_customers for audience in audiences),
    )


def _union(lists: list[list[T]]) -> list[T]:
    found: list[T] = []
    for part in lists:
        found += [value for value in part if value not in found]
    return found


def _common(lists: list[list[T]]) -> list[T]:
    return [value for value in lists[0] if all(value in part for part in lists)]


def _widest(lists: list[list[T]]) -> list[T]:
    """An empty list restricts nothing, so one empty list opens the whole group."""
    return _union(lists) if all(lists) else []


def _message(currency: str, plan: AdsPlan, weekly: int, needed: int, results: int, groups: int) -> str:
    count = len(plan.ad_sets)
    says = (
        f"{in_words(weekly // count, currency)} a week per ad set buys about {results} results, "
        f"learning takes {RESULTS_TO_LEARN} ({in_words(needed, currency)})"
    )
    advice = []
    if groups < count:
        advice.append(f"merge the {count} ad sets to {groups}")
    if weekly < needed * groups:
        higher = HIGHER_FUNNEL.get(plan.ad_sets[0].custom_event_type or "")
        advice.append(f"optimise for {higher}, which happens more often" if higher else "raise the budget")
    return f"{says}; {', and '.join(advice)}"
