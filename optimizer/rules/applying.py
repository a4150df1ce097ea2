"""Lays rules over an engine's decision: what a rule wants for a budget takes the place of what the engine wants."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from models.domain.money import in_words
from models.domain.rule_words import action_words
from models.domain.rules import ActionKind, Evaluation, OwnerLook, Rule
from optimizer.problem import Decision, Owner, OwnerDecision, Pool, PoolDecision, Problem, Why
from optimizer.rules import wording
from optimizer.rules.evaluating import in_order, looks_at
from optimizer.rules.limits import BP, Room, base_of, nothing_may_move, room_of
from optimizer.rules.settling import Place, settle

STALE = timedelta(hours=2)
TOLD = "people are told"


def apply(problem: Problem, decision: Decision, rules: Sequence[Rule]) -> tuple[Decision, list[Evaluation]]:
    """The decision with the rules' wishes in it, and what each rule found and came to at each budget.

    The sum of each pool stays what it is: what a rule frees goes to the pool's other budgets and what it adds is taken
    from them, in proportion and within their limits. Where they cannot, the wish is shortened, the last rule's first.
    The same problem, decision and rules give the same answer.
    """
    due = in_order(problem, rules)
    bodies = {rule.id: rule for rule in due}
    pools: list[PoolDecision] = []
    evaluations: list[Evaluation] = []
    for pool, answer in zip(problem.pools, decision.pools, strict=True):
        found = list(looks_at(problem, pool, due))
        if not any(evaluation.matched for evaluation in found):
            pools.append(answer)
            evaluations += found
            continue
        ruling = _Ruling(problem, pool, answer, bodies)
        evaluations += ruling.take(found)
        pools.append(ruling.answer())
    return decision.model_copy(update={"pools": pools}), evaluations


@dataclass(slots=True)
class _Wish:
    """What one rule wants for one budget; `looks` is where its outcome belongs. `short`: why it was not met in full."""

    rule: Rule
    place: int
    target: int
    pause: bool
    looks: tuple[int, int]
    short: str = ""


@dataclass(slots=True)
class _Ruling:
    """The rules' say in one pool: wishes are collected in order, then settled, then told."""

    problem: Problem
    pool: Pool
    engine: PoolDecision
    rules: dict[UUID, Rule]
    wishes: dict[int, _Wish] = field(default_factory=dict)
    rooms: list[Room] = field(init=False)
    places: dict[UUID, int] = field(init=False)
    amounts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.rooms = [room_of(self.pool, owner, self.problem.now) for owner in self.pool.owners]
        self.places = {owner.object_id: place for place, owner in enumerate(self.pool.owners)}
        self.amounts = [owner.now_minor for owner in self.pool.owners]

    def take(self, found: Sequence[Evaluation]) -> list[Evaluation]:
        """Collects and settles the wishes; returns the evaluations with what came of each look."""
        told = [list(evaluation.looks) for evaluation in found]
        for number, evaluation in enumerate(found):
            for at, look in enumerate(evaluation.looks):
                if look.matched and not look.outcome:
                    told[number][at] = self._wish(self.rules[evaluation.rule_id], look, (number, at))
        self._settle()
        for wish in self.wishes.values():
            number, at = wish.looks
            told[number][at] = self._came_to(wish, told[number][at])
        return [evaluation.model_copy(update={"looks": looks}) for evaluation, looks in zip(found, told, strict=True)]

    def _wish(self, rule: Rule, look: OwnerLook, at: tuple[int, int]) -> OwnerLook:
        """Notes what the rule wants. Returns the look, with an outcome where it wants nothing or only tells people."""
        if rule.body.action.kind is ActionKind.NOTIFY:
            return look.model_copy(update={"outcome": TOLD, "acted": True})
        place = self.places[look.object_id]
        words = self._barred(place)
        if words is None:
            wish = self._wanted(rule, place, at)
            if not isinstance(wish, str):
                self.wishes[place] = wish
                return look
            words = wish
        return look.model_copy(update={"outcome": words})

    def _barred(self, place: int) -> str | None:
        problem = self.problem
        fresh = problem.read_at is not None and problem.now - problem.read_at <= STALE
        if place in self.wishes:
            return f"“{self.wishes[place].rule.body.name}” comes first and decides about it"
        return nothing_may_move(self.pool, fresh) or self.rooms[place].held

    def _wanted(self, rule: Rule, place: int, at: tuple[int, int]) -> _Wish | str:
        owner, room = self.pool.owners[place], self.rooms[place]
        if rule.body.action.kind is ActionKind.PAUSE:
            return self._pause(place) or _Wish(rule, place, owner.now_minor, True, at)
        exact = _amount(rule, owner, self.pool.unit_minor)
        target = min(max(exact, room.low), room.high)
        short = "" if target == exact else "the approved limits"
        return _Wish(rule, place, target, False, at, short)

    def _pause(self, place: int) -> str | None:
        if not self.pool.may_pause:
            return "what is approved does not let ad sets be paused"
        paused = {at for at, wish in self.wishes.items() if wish.pause} | {place}
        running = [owner for at, owner in enumerate(self.pool.owners) if owner.delivering and at not in paused]
        if not running:
            return "it is the last one that runs, so it is not paused"
        least = self.pool.min_active_ads
        if sum(owner.active_ads for owner in running) < least:
            return f"without it fewer than {least} ads would stay active, which is what is approved at least"
        return None

    def _settle(self) -> None:
        unit = self.pool.unit_minor
        amounts = [self._base(place) for place in range(len(self.amounts))]
        rooms = [room.including(amount) for room, amount in zip(self.rooms, amounts, strict=True)]
        places = [
            Place(owner.now_minor // unit, amount // unit, room.low // unit, room.high // unit, place in self.wishes)
            for place, (owner, amount, room) in enumerate(zip(self.pool.owners, amounts, rooms, strict=True))
        ]
        settle(places, list(self.wishes))
        # What is no whole number of units is never moved, and keeps its odd part.
        odd = [owner.now_minor % unit for owner in self.pool.owners]
        self.amounts = [place.amount * unit + rest for place, rest in zip(places, odd, strict=True)]

    def _base(self, place: int) -> int:
        if place in self.wishes:
            return self.wishes[place].target
        owner, answer = self.pool.owners[place], self.engine.owners[place]
        return base_of(owner, answer if self.engine.moves else None, self.pool.unit_minor)

    def _came_to(self, wish: _Wish, look: OwnerLook) -> OwnerLook:
        owner, after = self.pool.owners[wish.place], self.amounts[wish.place]
        acted = wish.pause or after != owner.now_minor
        words = wording.came_to(self._change(wish.place), wish.pause, self._shortened(wish))
        return look.model_copy(update={"outcome": words, "acted": acted})

    def _shortened(self, wish: _Wish) -> str:
        if self.amounts[wish.place] != wish.target:
            return "the pool's other budgets"
        return wish.short

    def _change(self, place: int) -> str:
        owner, after = self.pool.owners[place], self.amounts[place]
        if after == owner.now_minor:
            return ""
        currency = self.problem.currency
        per = " a day" if self.pool.daily else ""
        return f"{in_words(owner.now_minor, currency)} → {in_words(after, currency)}{per}"

    def answer(self) -> PoolDecision:
        """The engine's own where no rule has a say; its expectations are dropped where its amounts are not kept."""
        if not self.wishes:
            return self.engine
        owners = [self._owner(place, each) for place, each in enumerate(self.engine.owners)]
        moves = any(each.pause or each.after_minor != each.before_minor for each in owners)
        words = [
            f"“{wish.rule.body.name}”: {self.pool.owners[place].name}, "
            + wording.came_to(self._change(place), wish.pause, self._shortened(wish))
            for place, wish in self.wishes.items()
        ]
        return PoolDecision(
            campaign_id=self.engine.campaign_id,
            moves=moves,
            why=Why.RULE,
            words=wording.pool(words, self.engine if self.engine.moves else None),
            advice=self.engine.advice,
            owners=owners,
        )

    def _owner(self, place: int, each: OwnerDecision) -> OwnerDecision:
        after, wish = self.amounts[place], self.wishes.get(place)
        if wish is None and after == each.after_minor and (self.engine.moves or after == each.before_minor):
            return each
        changed = {"after_minor": after, "why": Why.RULE, "expected_after": None, "limited_by": [], "gain": 0.0}
        if wish is None:
            return each.model_copy(update={**changed, "words": wording.settled(self._change(place))})
        words = (
            f"rule “{wish.rule.body.name}” ({action_words(wish.rule.body.action, wish.rule.body.currency)}): "
            + wording.came_to(self._change(place), wish.pause, self._shortened(wish))
        )
        return each.model_copy(update={**changed, "words": words, "pause": wish.pause})


def _amount(rule: Rule, owner: Owner, unit: int) -> int:
    """What the rule asks for, in whole units; a part of a unit is left with the budget as it is."""
    action, now = rule.body.action, owner.now_minor
    match action.kind:
        case ActionKind.RAISE:
            return now + now * (action.by_bp or 0) // BP // unit * unit
        case ActionKind.CUT:
            return now - now * (action.by_bp or 0) // BP // unit * unit
        case _:
            return (action.amount_minor or now) // unit * unit
