"""Changes to a running campaign: a small diff with an approval of its own, so that the running version stays valid."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.domain.ads_plan import AdsPlan
from models.domain.base import Document, Instant, Key, Text500
from models.domain.content import item_key
from models.domain.hashing import document_hash
from models.domain.money import in_words, split_exactly
from models.domain.schedule import BudgetPeriod, Schedule, Split
from models.domain.states import Scope

Amount = Annotated[int, Field(gt=0, le=10**13)]


class ChangeSet(Document):
    """What is to change. `budgets` are the new amounts per plan key, daily or lifetime as in the running schedule."""

    budgets: dict[Key, Amount] = {}
    total_cap_minor: Amount | None = None
    start: Instant | None = None
    end: Instant | None = None
    status: Literal["pause", "resume"] | None = None
    pause_ads: Annotated[list[Key], Field(max_length=50)] = []
    note: Text500 = ""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not (self.touches_schedule() or self.status or self.pause_ads):
            raise ValueError("the change is empty; name a budget, a date, a status or an ad")
        return self

    def touches_schedule(self) -> bool:
        return bool(self.budgets) or any(value is not None for value in (self.total_cap_minor, self.start, self.end))


def scopes(change: ChangeSet) -> list[Scope]:
    """Whose approvers decide: money, dates and status belong to the schedule, single ads to the ads plan."""
    money = change.touches_schedule() or change.status is not None
    return [scope for scope, touched in ((Scope.SCHEDULE, money), (Scope.ADS, bool(change.pause_ads))) if touched]


def items(change: ChangeSet, plan: AdsPlan) -> list[str]:
    """The items whose ads are paused somewhere."""
    paused = [ad for ad in plan.ads if ad.key in change.pause_ads]
    return list(dict.fromkeys(item_key(ad.concept, ad.language) for ad in paused))


def change_set_hash(change: ChangeSet) -> str:
    return document_hash("change-set/1", change)


def apply(change: ChangeSet, schedule: Schedule, plan: AdsPlan) -> Schedule:
    """The schedule after the change; the pool follows the budgets, and an untouched part stays as it is.

    Raises:
        ValueError: unknown plan keys, an amount below its floor, amounts that contradict each other or the dates, or
            an ad set left with fewer ads than the envelope demands. The message says what to correct.
    """
    _check_ads(change, schedule, plan)
    split = _new_split(change, schedule)
    pool = sum(part.initial_minor for part in split)
    lifetime = schedule.budget_period is BudgetPeriod.LIFETIME
    if lifetime and change.total_cap_minor not in (None, pool):
        raise ValueError(
            f"the budgets add up to {in_words(pool, schedule.currency)}, not to the new total; correct one"
        )
    daily = pool if schedule.daily_cap_minor is not None and not lifetime else schedule.daily_cap_minor
    changed = {
        "split": split,
        "total_cap_minor": pool if lifetime else change.total_cap_minor or schedule.total_cap_minor,
        "daily_cap_minor": daily,
        "start": change.start or schedule.start,
        "end": change.end or schedule.end,
    }
    return Schedule.model_validate(schedule.model_dump() | changed)


def _check_ads(change: ChangeSet, schedule: Schedule, plan: AdsPlan) -> None:
    known = {ad.key: ad.ad_set for ad in plan.ads}
    if unknown := [key for key in change.pause_ads if key not in known]:
        raise ValueError(f"there is no ad {', '.join(unknown)}; the ads are {', '.join(known)}")
    for ad_set in {known[key] for key in change.pause_ads}:
        left = sum(1 for key, home in known.items() if home == ad_set and key not in change.pause_ads)
        if left < schedule.envelope.min_active_ads:
            raise ValueError(
                f"{ad_set!r} would be left with {left} active ads, at least {schedule.envelope.min_active_ads} must "
                "stay; pause fewer ads or the whole campaign"
            )


def _new_split(change: ChangeSet, schedule: Schedule) -> list[Split]:
    amounts = {part.plan_key: part.initial_minor for part in schedule.split}
    if unknown := [key for key in change.budgets if key not in amounts]:
        raise ValueError(f"{', '.join(unknown)} holds no budget; budgets are held by {', '.join(amounts)}")
    lifetime = schedule.budget_period is BudgetPeriod.LIFETIME
    if lifetime and change.total_cap_minor is not None and not change.budgets:
        parts = split_exactly(change.total_cap_minor, list(amounts.values()))
        amounts = dict(zip(amounts, parts, strict=True))
    amounts |= change.budgets
    if amounts == {part.plan_key: part.initial_minor for part in schedule.split}:
        return schedule.split
    spare = sum(amounts.values()) - sum(part.floor_minor for part in schedule.split)
    return [_resized(part, amounts[part.plan_key], spare, schedule.currency) for part in schedule.split]


def _resized(part: Split, amount: int, spare: int, currency: str) -> Split:
    if amount < part.floor_minor:
        raise ValueError(
            f"{in_words(amount, currency)} for {part.plan_key!r} is below its floor of "
            f"{in_words(part.floor_minor, currency)}; raise it, or pause instead"
        )
    ceiling = min(max(part.ceiling_minor, amount), spare + part.floor_minor)
    return part.model_copy(update={"initial_minor": amount, "ceiling_minor": ceiling})
