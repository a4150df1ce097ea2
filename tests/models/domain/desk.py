"""A desk for approval tests: real documents, their real hashes, and people who cast ballots on what they see."""

from datetime import timedelta
from uuid import UUID

from models.domain.approvals import (
    Ballot,
    Facts,
    ItemFacts,
    ItemView,
    Policy,
    ScopeFacts,
    ScopeView,
    Stage,
    item_state,
    preset,
    scope_state,
)
from models.domain.brief import ApprovalPreset
from models.domain.content import item_key
from models.domain.hashing import StrategyHashes, ads_hash, content_hash, item_hash, schedule_hash, strategy_hashes
from models.domain.states import ApprovalState, Scope, Verdict
from tests.models.domain.examples import NOW, item, shop_plan, shop_schedule, shop_strategy

ANA, BEN, CLIENT = UUID(int=1), UUID(int=2), UUID(int=3)
ITEM = "evening.en"


class Desk:
    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or preset(ApprovalPreset.SOLO)
        self.strategy = shop_strategy()
        self.items = {item_key(i.concept, i.language): i for i in (item(), item("workshop"), item("evening", "ar"))}
        self.schedule = shop_schedule()
        self.plan = shop_plan()
        self.ballots: list[Ballot] = []
        self.requested = True

    def facts(self, scope: Scope, key: str | None = None) -> Facts:
        hashes = strategy_hashes(self.strategy)
        ballots = [ballot for ballot in self.ballots if (ballot.scope, ballot.item_key) == (scope, key)]
        if key is not None:
            return ItemFacts(
                item_key=key,
                requested=self.requested,
                current_hash=item_hash(self.items[key], self.strategy),
                basis_hash=hashes.whole,
                ballots=ballots,
            )
        return ScopeFacts(
            scope=scope,
            requested=self.requested,
            current_hash=self.present_hash(scope, hashes),
            basis_hash=hashes.whole,
            ballots=ballots,
        )

    def present_hash(self, scope: Scope, hashes: StrategyHashes) -> str:
        match scope:
            case Scope.STRATEGY:
                return hashes.whole
            case Scope.CONTENT:
                return self.content_hash()
            case Scope.SCHEDULE:
                return schedule_hash(self.schedule)
            case Scope.ADS:
                return ads_hash(self.plan, hashes)

    def content_hash(self) -> str:
        included = {key: value for key, value in self.items.items() if self.item(key).included}
        return content_hash({key: item_hash(value, self.strategy) for key, value in included.items()})

    def item(self, key: str = ITEM) -> ItemView:
        facts = self.facts(Scope.CONTENT, key)
        assert isinstance(facts, ItemFacts)
        return item_state(self.policy, facts)

    def scope(self, scope: Scope) -> ScopeView:
        facts = self.facts(scope)
        assert isinstance(facts, ScopeFacts)
        items = [self.facts(Scope.CONTENT, key) for key in self.items] if scope is Scope.CONTENT else []
        return scope_state(self.policy, facts, items=[one for one in items if isinstance(one, ItemFacts)])

    def states(self) -> dict[Scope, ApprovalState]:
        return {scope: self.scope(scope).state for scope in Scope}

    def cast(
        self,
        scope: Scope,
        verdict: Verdict,
        key: str | None = None,
        *,
        who: UUID = ANA,
        stage: str = "team",
        reason: str = "",
    ) -> None:
        facts = self.facts(scope, key)
        assert facts.current_hash is not None
        assert facts.basis_hash is not None
        ballot = Ballot(
            scope=scope,
            item_key=key,
            stage=stage,
            decider_id=who,
            verdict=verdict,
            seen_hash=facts.current_hash,
            basis_hash=facts.basis_hash,
            at=NOW + timedelta(minutes=len(self.ballots)),
            reason=reason,
        )
        self.ballots.append(ballot)

    def approve(self, scope: Scope, *, who: UUID = ANA, stage: str = "team") -> None:
        """Approve one scope as seen; for content every included item."""
        if scope is not Scope.CONTENT:
            self.cast(scope, Verdict.APPROVE, who=who, stage=stage)
            return
        for key in self.items:
            if self.item(key).included:
                self.cast(scope, Verdict.APPROVE, key, who=who, stage=stage)

    def approve_everything(self) -> None:
        for scope in Scope:
            for stage in self.policy.stages[scope]:
                self.approve(scope, stage=stage.name)


def staged(*stages: Stage, **fields: object) -> Policy:
    return Policy.model_validate({"stages": {scope: list(stages) for scope in Scope}, **fields})
