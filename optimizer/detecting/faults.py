"""Faults of an ad account's reporting and delivery, told from bad luck by how improbable they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from scipy import special

from models.domain.states import AnomalyKind
from optimizer.delays import PRIOR, DelayCurve, Floats, reported_share

STRETCHES = (3, 4, 6, 9, 12, 18, 24, 36, 48)
"""Hours that are asked whether too few results came in them."""
IMPROBABLE = 3e-4
FEW = 0.25
"""Of what was to be expected: less is a fault when it is improbable too."""
AGAIN = 0.5
"""A fault is over once the last hours brought this share of what was to be expected."""
LAST_HOURS = 3
_UNSURE = 0.25
"""Relative standard deviation of what is expected: rates follow the hour and wander by themselves."""
_KNOWN = 30.0
_OTHERS = (0.02, 0.35)
DELIVERY_HOURS = 6
_NEXT_TO_NOTHING = 0.05
_WORTH_A_LOOK = 20.0


@dataclass(frozen=True, slots=True)
class CampaignHours:
    """One campaign. Hours are [hour], oldest first, the last one ending now: `clicks`, and results newly told in each
    hour, of whatever day. `usual_clicks` and `usual_results` are those of the days before, as much as is reported,
    `usual_share` how much of those results is reported by now."""

    campaign_id: UUID
    name: str
    clicks: Floats
    results: Floats
    usual_clicks: float
    usual_results: float
    usual_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One ad set that is switched on. Spend of the last hours, and of the same hours on days before; minor units."""

    campaign_id: UUID
    external_id: str
    name: str
    spent_minor: int
    earlier_minor: Sequence[int]
    left_today_minor: int


@dataclass(frozen=True, slots=True)
class AccountHours:
    """An ad account at one moment. `strange` is the surprise of its newest hour (`Detector`), by figure."""

    campaigns: list[CampaignHours]
    deliveries: list[Delivery] = field(default_factory=list)
    curve: DelayCurve = PRIOR
    strange: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """`hours`: since how long. `score`: -log10 of its probability by chance. No campaign: the whole account's."""

    kind: AnomalyKind
    hours: int
    score: float
    freezes: bool
    words: str
    campaign_id: UUID | None = None
    external_id: str | None = None


ALERT = 4.3
"""Surprise from which a series is strange: about one false alert a month and series."""


def detect(account: AccountHours) -> list[Finding]:
    """What is wrong now. Tracking freezes decisions: results that nobody counts say nothing of ad sets."""
    return [*_tracking(account), *_not_delivering(account.deliveries), *_jumps(account.strange)]


def _tracking(account: AccountHours) -> list[Finding]:
    """An account's where its campaigns share it, else single campaigns'."""
    known = [each for each in account.campaigns if each.usual_results >= 1 and each.usual_clicks > 0]
    expected = [_expected(each, account.curve) for each in known]
    if len(known) > 1 and sum(each.usual_results for each in known) >= _KNOWN:
        came, due = np.sum([each.results for each in known], axis=0), np.sum(expected, axis=0)
        found = _missing(came, due)
        if found and _shared(found[0], known, expected):
            words = f"{_words(came, due, found[0])} across {len(known)} campaigns: tracking may be broken"
            return [Finding(AnomalyKind.TRACKING, found[0], found[1], freezes=True, words=words)]
    return [
        Finding(
            AnomalyKind.TRACKING,
            hours=found[0],
            score=found[1],
            freezes=True,
            words=f"{_words(each.results, due, found[0])} in {each.name}: its tracking or its page may be broken",
            campaign_id=each.campaign_id,
        )
        for each, due in zip(known, expected, strict=True)
        if each.usual_results >= _KNOWN and (found := _missing(each.results, due))
    ]


def _expected(campaign: CampaignHours, curve: DelayCurve) -> Floats:
    """[hour]: results that were to be told newly in each, of its clicks and those before, at the usual rate."""
    hours = len(campaign.clicks)
    # Clicks older than the hours that are known are taken to have come at their mean.
    before = np.full(hours, campaign.clicks.mean())
    ages = np.arange(2 * hours + 1, dtype=np.float64)
    told = np.diff(reported_share(ages, curve))
    rate = campaign.usual_results / (campaign.usual_clicks * max(campaign.usual_share, 0.05))
    return np.asarray(rate * np.convolve(np.concatenate([before, campaign.clicks]), told)[hours : 2 * hours])


def _missing(came: Floats, due: Floats) -> tuple[int, float] | None:
    """The stretch up to now in which it is most improbable that so little came, with -log10 of how improbable."""
    last_came, last_due = came[-LAST_HOURS:].sum(), due[-LAST_HOURS:].sum()
    if last_due >= 1 and last_came > AGAIN * last_due:
        return None
    asked = [
        (_chance(float(came[-hours:].sum()), float(due[-hours:].sum())), hours)
        for hours in STRETCHES
        if hours <= len(came) and came[-hours:].sum() <= FEW * due[-hours:].sum()
    ]
    chance, hours = min(asked, default=(1.0, 0))
    return (hours, float(-np.log10(max(chance, 1e-30)))) if chance < IMPROBABLE else None


def _chance(came: float, due: float) -> float:
    """Of so few or fewer: Poisson, where what is due is itself known to within a quarter."""
    size = 1 / _UNSURE**2
    return float(special.betainc(size, np.floor(max(came, 0.0)) + 1, size / (size + max(due, 1e-9))))


def _shared(hours: int, known: Sequence[CampaignHours], expected: Sequence[Floats]) -> bool:
    """Whether too little came also without any single one of them."""
    came = np.array([each.results[-hours:].sum() for each in known])
    due = np.array([each[-hours:].sum() for each in expected])
    chance, few = _OTHERS
    rest_came, rest_due = came.sum() - came, due.sum() - due
    return all(
        _chance(float(one), float(other)) < chance and one <= few * other
        for one, other in zip(rest_came, rest_due, strict=True)
    )


def _words(came: Floats, due: Floats, hours: int) -> str:
    told, usual = max(0, round(float(came[-hours:].sum()))), round(float(due[-hours:].sum()))
    return f"clicks without conversions, {told} in {hours} h where about {usual} are usual,"


def _not_delivering(deliveries: Sequence[Delivery]) -> list[Finding]:
    """Next to nothing spent in hours in which it always was, with money left for the day."""
    found = []
    for each in deliveries:
        usual = min(each.earlier_minor, default=0)
        idle = each.spent_minor <= _NEXT_TO_NOTHING * usual
        if len(each.earlier_minor) < 2 or usual < _WORTH_A_LOOK or not idle or each.left_today_minor < usual:
            continue
        words = f"{each.name} has a budget and has spent next to nothing for {DELIVERY_HOURS} h"
        score = float(np.log10(usual / max(each.spent_minor, 1)) + 1)
        found.append(
            Finding(AnomalyKind.DELIVERY, DELIVERY_HOURS, score, False, words, each.campaign_id, each.external_id)
        )
    return found


def _jumps(strange: dict[str, float]) -> list[Finding]:
    return [
        Finding(AnomalyKind.FIGURES, 1, surprise, freezes=False, words=f"{figure} of the account jumped")
        for figure, surprise in strange.items()
        if surprise >= ALERT
    ]
