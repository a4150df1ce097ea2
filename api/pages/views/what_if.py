"""Comparisons of ways of deciding, as people read them."""

from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import Badge, money, when
from api.what_if_words import differs, name_of, reasons_words, side_words, tally_words
from models.domain.states import WhatIfState
from models.tables.evidence import WhatIf
from optimizer.what_if import CampaignTally, Tally

STATES = {
    WhatIfState.WORKING: Badge("Being worked out", "busy"),
    WhatIfState.DONE: Badge("Done", "good"),
    WhatIfState.FAILED: Badge("Failed", "bad"),
    WhatIfState.CANCELLED: Badge("Cancelled", "calm"),
}
MOST_CAMPAIGNS = 30
MOST_RUNS = 48


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    id: UUID
    name: str
    state: Badge
    words: str
    who: str
    span: str
    progress: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    name: str
    before: str
    then: str
    candidate: str
    words: str


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """`lines` are the budgets of the newest look at which the two differ."""

    id: UUID
    name: str
    same: str
    then: str
    candidate: str
    then_alone: str
    candidate_alone: str
    at: str
    run_id: UUID | None
    lines: list[BudgetLine]
    more: int


@dataclass(frozen=True, slots=True)
class RunLine:
    id: UUID
    hour: str
    then: int
    candidate: int
    differing: int
    campaigns: int


def what_if_row(row: WhatIf) -> WhatIfRow:
    return WhatIfRow(
        id=row.id,
        name=name_of(row),
        state=STATES[row.state],
        words=tally_words(row),
        who=row.requested_name,
        span=f"Runs from {when(row.since, 'UTC')} to {when(row.until, 'UTC')} UTC",
        progress=f"{row.runs} of {row.runs_in_all} runs" if row.runs_in_all is not None else "It is about to begin.",
    )


def campaign_cards(tally: Tally) -> list[CampaignCard]:
    """Those with most to differ, first."""
    differing = [campaign for campaign in tally.campaigns.values() if differs(campaign)]
    ordered = sorted(differing, key=lambda each: (each.same - each.hours, each.name))
    return [_card(campaign) for campaign in ordered[:MOST_CAMPAIGNS]]


def _card(campaign: CampaignTally) -> CampaignCard:
    found = campaign.differing
    lines = [
        BudgetLine(
            line.name,
            money(line.before_minor, campaign.currency),
            money(line.then_minor, campaign.currency),
            money(line.candidate_minor, campaign.currency),
            line.words,
        )
        for line in (found.lines if found else [])
    ]
    return CampaignCard(
        id=campaign.campaign_id,
        name=campaign.name,
        same=f"{campaign.same} of {campaign.hours} looks decided alike",
        then=side_words(campaign.then, campaign.currency),
        candidate=side_words(campaign.candidate, campaign.currency),
        then_alone=reasons_words(campaign.then),
        candidate_alone=reasons_words(campaign.candidate),
        at=f"{when(found.at, 'UTC')} UTC" if found else "",
        run_id=found.run_id if found else None,
        lines=lines,
        more=found.more if found else 0,
    )


def run_lines(tally: Tally) -> list[RunLine]:
    """Newest first."""
    return [
        RunLine(run.run_id, f"{when(run.at, 'UTC')} UTC", run.then, run.candidate, run.differing, run.campaigns)
        for run in tally.runs[:MOST_RUNS]
    ]
