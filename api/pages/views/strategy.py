"""The strategy as a marketer or client reads it."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.audience import audience_words, place_words
from api.pages.views.words import language_name, listed, when
from models.domain.states import Scope
from models.domain.strategy import Objective, Segment, Stage, Strategy

OBJECTIVE = {
    Objective.SALES: "Sales",
    Objective.LEADS: "Leads",
    Objective.TRAFFIC: "Visits to the website",
    Objective.AWARENESS: "Being known",
}
STAGE = {
    Stage.PROSPECTING: "new people",
    Stage.RETARGETING: "people who know you",
    Stage.RETENTION: "customers",
}


@dataclass(frozen=True, slots=True)
class SegmentWords:
    name: str
    stage: str
    share: str
    share_percent: int
    intent: str
    who: str
    where: str
    excludes: str


@dataclass(frozen=True, slots=True)
class AngleWords:
    name: str
    insight: str
    promise: str
    proof: str


@dataclass(frozen=True, slots=True)
class StrategyWords:
    submitted: bool
    newer_draft: bool
    objective: str
    measured_by: str
    proposition: str
    languages: str
    segments: list[SegmentWords]
    angles: list[AngleWords]
    claims: list[tuple[str, str]]
    offer: str
    must_say: list[str]
    must_not_say: list[str]
    summary: str
    rationale: str
    risks: list[str]


def strategy_words(reading: Reading) -> StrategyWords | None:
    versions = reading.facts.strategies
    version = versions.submitted or (versions.draft if reading.drafts else None)
    if version is None or not reading.sees(Scope.STRATEGY):
        return None
    strategy = Strategy.model_validate(version.body)
    message = strategy.message
    return StrategyWords(
        submitted=versions.submitted is not None,
        newer_draft=reading.drafts and versions.draft is not None and versions.submitted is not None,
        objective=OBJECTIVE[strategy.measurement.objective],
        measured_by=_measured_by(strategy),
        proposition=message.proposition,
        languages=listed([language_name(tag) for tag in message.languages]),
        segments=[_segment(segment, strategy) for segment in strategy.audience.segments],
        angles=[AngleWords(a.name, a.insight, a.promise, a.proof) for a in message.angles],
        claims=[(claim.text, claim.evidence) for claim in message.claims],
        offer=_offer(reading, strategy),
        must_say=message.voice.must_say,
        must_not_say=message.voice.must_not_say,
        summary=strategy.summary,
        rationale=strategy.rationale,
        risks=strategy.risks,
    )


def _segment(segment: Segment, strategy: Strategy) -> SegmentWords:
    names = {other.key: other.name for other in strategy.audience.segments}
    return SegmentWords(
        name=segment.name,
        stage=STAGE[segment.stage],
        share=f"{segment.share / 100:g} %",
        share_percent=round(segment.share / 100),
        intent=segment.intent,
        who=audience_words(segment.targeting),
        where=listed([place_words(place) for place in segment.targeting.geo.include]),
        excludes=listed([names[key] for key in segment.excludes]),
    )


def _measured_by(strategy: Strategy) -> str:
    measurement = strategy.measurement
    click, view = measurement.attribution.click_days, measurement.attribution.view_days
    window = f"counted up to {click} day{'s' if click > 1 else ''} after a click"
    window += f" or {view} day after a view" if view else ""
    conversion = measurement.conversion
    if conversion is None:
        return window
    event = conversion.custom_event or (conversion.event or "conversion").replace("_", " ").lower()
    place = "in Meta's form" if conversion.location.value == "instant_form" else "on the website"
    return f"{event} {place}, {window}"


def _offer(reading: Reading, strategy: Strategy) -> str:
    offer = strategy.message.offer
    if offer is None:
        return ""
    zone = reading.facts.campaign.timezone or "UTC"
    code = f" with the code {offer.code}" if offer.code else ""
    until = f", until {when(offer.valid_to, zone)}" if offer.valid_to else ""
    return f"{offer.text}{code}{until}"
