"""Evidence of what the optimizer is worth, as clients see it. Effects are shares of results for the same money."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Body, UtcTime, View
from api.what_if_words import name_of, tally_words
from models.domain.holdout import MOST_BP
from models.domain.states import WhatIfState
from models.tables.evidence import WhatIf
from optimizer.holdout import Enough
from optimizer.what_if import CampaignTally, RunLine, Tally
from records.evidence.what_ifs import MOST_RUNS

Reason = Annotated[str, Field(min_length=3, max_length=500)]


class HoldoutBody(Body):
    share_bp: Annotated[
        int, Field(ge=0, le=MOST_BP, description="Of the campaigns that go live from now on; 1000 to 2000 is usual")
    ]


class CampaignHoldoutBody(Body):
    held_out: bool


class HeldOutView(View):
    id: UUID
    name: str
    held_out_at: UtcTime


class HoldoutView(View):
    """Campaigns that are steered against campaigns that were left alone by lot; the interval is 90 %.

    `steered` and `held_out` count those that tell something, `left_out` those with too few results, `by_hand` those
    that people put in or took out, which no lot stands behind. `campaigns` are those that are left alone now.
    """

    share_bp: int
    since: UtcTime | None
    enough: Enough | None
    steered: int
    held_out: int
    left_out: int
    by_hand: int
    effect_bp: int | None
    low_bp: int | None
    high_bp: int | None
    words: str
    campaigns: list[HeldOutView]


class VerdictCountsView(View):
    """`not_judged`: nothing could be measured, such as where two moves fell into one window."""

    days: int
    improved: int
    worse: int
    inconclusive: int
    not_judged: int
    words: str


class SplitCampaignView(View):
    """Conversions, and what an equal split would have brought, with a 90 % interval."""

    campaign_id: UUID
    name: str
    conversions: int
    equal_split: float
    low: float
    high: float
    words: str


class EqualSplitView(View):
    words: str
    campaigns: list[SplitCampaignView]


class EvidenceView(View):
    holdout: HoldoutView
    verdicts: VerdictCountsView
    equal_split: EqualSplitView


class EngineBody(Body):
    """`engine` null: whatever each version decides by. Without a finished comparison a `reason` is needed."""

    engine: Annotated[str, Field(min_length=1, max_length=60)] | None
    reason: Reason | None = None


class EngineView(View):
    """`engine` decides; `chosen` is null where nobody chose. `compared` are engines that may be switched to now."""

    engine: str
    chosen: str | None
    default: str
    engines: list[str]
    compared: list[str]


class WhatIfBody(Body):
    """Another `engine`, or other rules by their ids, over the last days of one ad account or of all."""

    engine: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    rule_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)] | None = None
    ad_account_id: UUID | None = None
    days: Annotated[int, Field(ge=1, le=90, description=f"Of these the newest {MOST_RUNS} runs")] = 7

    @model_validator(mode="after")
    def _one_of_two(self) -> "WhatIfBody":
        if (self.engine is None) == (self.rule_ids is None):
            raise ValueError("name either an engine or rule_ids")
        return self


class WhatIfView(View):
    """Decisions compared, not results: what would have come of other budgets was never seen.

    While `state` is `working`, fetch it again; `runs` of `runs_in_all` are done. `name` says what is tried out.
    """

    id: UUID
    kind: Literal["engine", "rules"]
    name: str
    ad_account_id: UUID | None
    since: UtcTime
    until: UtcTime
    state: WhatIfState
    runs: int
    runs_in_all: int | None
    error: str | None
    requested_name: str
    created_at: UtcTime
    finished_at: UtcTime | None
    words: str

    @classmethod
    def of(cls, row: WhatIf) -> "WhatIfView":
        told = {"name": name_of(row), "words": tally_words(row)}
        return cls.model_validate({**row.model_dump(exclude={"result", "candidate"}), **told})


class WhatIfResultView(WhatIfView):
    """`campaigns` are those with most to differ first; `runs_compared` newest first."""

    campaigns: list[CampaignTally]
    others: int
    runs_compared: list[RunLine]
    unreadable: int
    failed: int
    failure: str | None
    refused: int

    @classmethod
    def whole(cls, row: WhatIf, tally: Tally) -> "WhatIfResultView":
        ordered = sorted(tally.campaigns.values(), key=lambda each: (each.same - each.hours, each.name))
        return cls(
            **WhatIfView.of(row).model_dump(),
            campaigns=ordered,
            others=tally.others,
            runs_compared=tally.runs,
            unreadable=tally.unreadable,
            failed=tally.failed,
            failure=tally.failure,
            refused=tally.refused,
        )


class ReplayView(View):
    """A run's decision computed again from its stored inputs. No `differences` where it is the same to the bit."""

    run_id: UUID
    engine: str
    same: bool
    words: str
    differences: list[str]
