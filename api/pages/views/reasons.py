"""Why a run moved each budget or left it alone, as it stored that with its inputs."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.views.suggestions import change_tone, change_words
from api.pages.views.words import money, when
from api.schemas.optimizer import CampaignBeliefsView
from optimizer.explaining import OwnerExplanation, PoolExplanation

# A page with more rows is no page any more; programs fetch them all.
MOST = 200


@dataclass(frozen=True, slots=True)
class OwnerReason:
    """`facts` are named: seen, believed and so on."""

    name: str
    before: str
    after: str
    change: str
    tone: str
    words: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PoolReasons:
    words: str
    facts: list[tuple[str, str]]
    bounds: list[str]
    owners: list[OwnerReason]
    more: int


@dataclass(frozen=True, slots=True)
class Beliefs:
    """`nothing` says why there is nothing to show; empty where there is."""

    as_of: str = ""
    run: str = ""
    pool: PoolReasons | None = None
    nothing: str = ""


def pool_reasons(explained: Sequence[PoolExplanation]) -> list[PoolReasons]:
    return [_pool(pool) for pool in explained]


def beliefs_panel(view: CampaignBeliefsView | None, zone: str) -> Beliefs:
    if view is None:
        return Beliefs(nothing="No run has looked at this campaign yet.")
    return Beliefs(as_of=when(view.as_of, zone), run=f"/optimizer-runs/{view.run_id}", pool=_pool(view.explained))


def _pool(pool: PoolExplanation) -> PoolReasons:
    facts = [("For", pool.aim), ("Expected", pool.gain), ("Sure", pool.confidence), ("For you", pool.advice)]
    return PoolReasons(
        words=pool.headline,
        facts=[(name, words) for name, words in facts if words],
        bounds=pool.bounds,
        owners=[_owner(owner, pool.currency) for owner in pool.owners[:MOST]],
        more=max(0, len(pool.owners) - MOST),
    )


def _owner(owner: OwnerExplanation, currency: str) -> OwnerReason:
    facts = [
        ("Seen", owner.seen),
        ("Believed", " ".join(part for part in (owner.believed, owner.better) if part)),
        ("Expected", owner.expected),
        ("Limited by", ", ".join(owner.limited_by)),
        ("Could be", owner.bounds),
    ]
    moved = change_words(owner.before_minor, owner.after_minor)
    return OwnerReason(
        name=owner.name,
        before=money(owner.before_minor, currency),
        after="paused" if owner.pause else money(owner.after_minor, currency),
        change="pause" if owner.pause else moved,
        tone="bad" if owner.pause else change_tone(owner.before_minor, owner.after_minor),
        words=owner.words,
        facts=[(name, words) for name, words in facts if words],
    )
