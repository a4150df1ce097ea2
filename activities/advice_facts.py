"""What a language model is shown of a campaign, figures without any name, and what its answer means. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from pydantic import JsonValue

from models.domain.account_days import account_day
from models.domain.base import Money
from optimizer.problem import Owner, OwnerDecision, Pool, PoolDecision, Problem, Why
from providers.text.prompts.advise import BudgetDraft

DAYS = 14
LETTERS = 26


class NotUnderstood(ValueError):
    """The proposed budgets cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures as the model sees them, and which ad set is which letter."""

    facts: dict[str, JsonValue]
    owners: dict[str, Owner]


def letter(place: int) -> str:
    """A to Z, then AA: no digits, which would be taken for figures."""
    return letter(place // LETTERS - 1) + letter(place % LETTERS) if place >= LETTERS else chr(ord("A") + place)


def shown(problem: Problem, pool: Pool, believed: PoolDecision) -> Shown:
    """Money in major units, rates in percent, days by how long they are ago."""
    owners = {letter(place): owner for place, owner in enumerate(pool.owners)}
    beliefs = {each.object_id: each for each in believed.owners}
    reader = _Reader(problem, pool)
    facts: dict[str, JsonValue] = {
        "currency": problem.currency,
        "days": DAYS,
        "goal": pool.goal.value,
        "target_cost": reader.money(pool.target_cost_minor),
        "limits": {
            "all_budgets_together": reader.money(pool.pool_minor),
            "largest_change_percent_in_24_hours": pool.max_step / 100,
            "largest_change_percent_in_7_days": pool.max_week / 100,
            "may_raise": pool.may_raise,
            "may_cut": pool.may_cut,
        },
        "engine": {"would_move": believed.moves, "why": believed.why.value},
        "language": "en",
        "ad_sets": [reader.ad_set(label, owner, beliefs.get(owner.object_id)) for label, owner in owners.items()],
    }
    return Shown(facts, owners)


@dataclass(frozen=True, slots=True)
class _Reader:
    problem: Problem
    pool: Pool

    def money(self, amount_minor: float | None) -> str | None:
        if amount_minor is None:
            return None
        exponent = _exponent(self.problem.currency)
        return str(Decimal(round(amount_minor)).scaleb(-exponent))

    def ad_set(self, label: str, owner: Owner, belief: OwnerDecision | None) -> JsonValue:
        today = account_day(self.problem.now, self.problem.zone)
        days = [day for day in owner.days if today - day.day <= timedelta(days=DAYS) and day.spend_minor > 0]
        spend, clicks = sum(day.spend_minor for day in days), sum(day.clicks for day in days)
        impressions = sum(day.impressions for day in days)
        known = [day.conversions for day in days if day.conversions is not None]
        results = sum(known) if known else None
        return {
            "ad_set": label,
            "budget": self.money(owner.now_minor),
            "lowest_budget": self.money(owner.floor_minor),
            "highest_budget": self.money(owner.ceiling_minor),
            "learning": owner.learning,
            "delivering": owner.delivering,
            "may_change": owner.edited_at is None or self.problem.now - owner.edited_at >= timedelta(days=1),
            "all_days": {
                "spend": self.money(spend),
                "impressions": impressions,
                "clicks": clicks,
                "results": results,
                "cost_per_result": self.money(spend / results) if results else None,
                "cost_per_click": self.money(spend / clicks) if clicks else None,
                "click_rate_percent": round(100 * clicks / impressions, 2) if impressions else None,
                "results_per_click_percent": round(100 * results / clicks, 2) if results and clicks else None,
            },
            "believed": self._believed(belief),
            "each_day": [
                {
                    "days_ago": (today - day.day).days,
                    "spend": self.money(day.spend_minor),
                    "impressions": day.impressions,
                    "clicks": day.clicks,
                    "results": day.conversions,
                }
                for day in days
            ],
        }

    def _believed(self, belief: OwnerDecision | None) -> JsonValue:
        """The engine's beliefs; costs are the inverse of what a unit of money brings."""
        if belief is None:
            return None
        return {
            "cost_per_result": self._cost(belief.results_per_spend),
            "cost_per_result_from": self._cost(belief.results_per_spend_high),
            "cost_per_result_to": self._cost(belief.results_per_spend_low),
            "percent_sure_that_it_beats_the_rest": None if belief.better is None else round(100 * belief.better),
            "budget_that_it_would_set": self.money(belief.after_minor),
        }

    def _cost(self, results_per_spend: float | None) -> str | None:
        return self.money(1 / results_per_spend) if results_per_spend else None


def _exponent(currency: str) -> int:
    return Money(amount_minor=0, currency=currency).exponent()


def proposed(
    pool: Pool, owners: Mapping[str, Owner], drafts: Sequence[BudgetDraft], currency: str
) -> PoolDecision | None:
    """The budgets as an engine would have answered, for the same guard; None where nothing is to change.

    Raises:
        NotUnderstood: an ad set that was not shown, one that is named twice, or an amount that is none.
    """
    wanted: dict[str, int] = {}
    for draft in drafts:
        label = draft.ad_set.strip().upper().removeprefix("AD SET ").strip()
        if label not in owners or label in wanted:
            raise NotUnderstood(f"It named an ad set {draft.ad_set!r} that it was not shown, or one twice.")
        wanted[label] = _minor(draft.budget, currency)
    if all(owners[label].now_minor == amount for label, amount in wanted.items()):
        return None
    return PoolDecision(
        campaign_id=pool.campaign_id,
        moves=True,
        why=Why.MOVED,
        words="",
        owners=[
            OwnerDecision(
                object_id=owner.object_id,
                before_minor=owner.now_minor,
                after_minor=wanted.get(label, owner.now_minor),
                why=Why.MOVED,
                words="",
            )
            for label, owner in owners.items()
        ],
    )


def _minor(written: str, currency: str) -> int:
    try:
        amount = Decimal(written.replace(",", "").strip()).scaleb(_exponent(currency))
    except InvalidOperation:
        raise NotUnderstood(f"It proposed a budget of {written!r}, which is no amount.") from None
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount <= 10**13:
        raise NotUnderstood(f"It proposed a budget of {written!r}, which is no amount of {currency}.")
    return int(amount)


def with_names(text: str, owners: Mapping[str, Owner]) -> str:
    """Letters become the names that people know."""

    def name(match: re.Match[str]) -> str:
        owner = owners.get(match[1])
        return f"“{owner.name}”" if owner else match[0]

    return re.sub(r"\b[Aa]d set ([A-Z]{1,2})\b", name, text)
