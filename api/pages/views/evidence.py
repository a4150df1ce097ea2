"""The evidence of what the optimizer is worth, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.pages.views.words import Badge, counted, when
from api.schemas.evidence import EvidenceView, HoldoutView, VerdictCountsView
from api.schemas.optimizer import VerdictView
from models.domain.states import MoveVerdictKind

VERDICTS = {
    MoveVerdictKind.IMPROVED: Badge("Improved", "good"),
    MoveVerdictKind.WORSE: Badge("Worse", "bad"),
    MoveVerdictKind.INCONCLUSIVE: Badge("Inconclusive", "calm"),
}
NOT_JUDGED = Badge("Not judged", "calm")


@dataclass(frozen=True, slots=True)
class Link:
    id: UUID
    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """`figures` are pairs of a name and a value; `share` is in percent."""

    effect: str
    effect_figures: list[tuple[str, str]]
    share: int
    held_out: list[Link]
    verdicts: str
    verdict_figures: list[tuple[str, str]]
    split: str
    campaigns: list[Link]


def evidence_words(found: EvidenceView) -> EvidenceWords:
    held = [Link(each.id, each.name, f"since {when(each.held_out_at, 'UTC')} UTC") for each in found.holdout.campaigns]
    return EvidenceWords(
        effect=found.holdout.words,
        effect_figures=_effect_figures(found.holdout),
        share=found.holdout.share_bp // 100,
        held_out=held,
        verdicts=found.verdicts.words,
        verdict_figures=_verdict_figures(found.verdicts),
        split=found.equal_split.words,
        campaigns=[Link(each.campaign_id, each.name, each.words) for each in found.equal_split.campaigns],
    )


def _effect_figures(found: HoldoutView) -> list[tuple[str, str]]:
    if found.since is None:
        return []
    pairs = [
        ("Drawn since", f"{when(found.since, 'UTC')} UTC"),
        ("Steered", counted(found.steered, "campaign", "campaigns")),
        ("Left alone", counted(found.held_out, "campaign", "campaigns")),
        ("Too few results", counted(found.left_out, "campaign", "campaigns") if found.left_out else ""),
        ("Put in or taken out by people", counted(found.by_hand, "campaign", "campaigns") if found.by_hand else ""),
    ]
    if found.effect_bp is not None and found.low_bp is not None and found.high_bp is not None:
        share = f"{_percent(found.effect_bp)} ({_percent(found.low_bp)} to {_percent(found.high_bp)})"
        pairs.insert(0, ("Results for the same money", share))
    return [(name, words) for name, words in pairs if words]


def _verdict_figures(found: VerdictCountsView) -> list[tuple[str, str]]:
    counts: Sequence[tuple[str, int]] = (
        ("Improved", found.improved),
        ("Worse", found.worse),
        ("Not to be told from chance", found.inconclusive),
        ("Could not be judged", found.not_judged),
    )
    return [(name, str(number)) for name, number in counts] if sum(number for _, number in counts) else []


def _percent(share_bp: int) -> str:
    return f"{share_bp / 100:+.0f} %"


def verdict_badge(verdict: VerdictView | None) -> Badge | None:
    if verdict is None:
        return None
    return NOT_JUDGED if verdict.effect_bp is None else VERDICTS[verdict.verdict]
