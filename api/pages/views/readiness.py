"""How complete the campaign is, what blocks it and what would make it better, each with its reason."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.titles import title_of
from models.domain.readiness import Readiness
from models.domain.remarks import Remark
from models.domain.states import UNPUBLISHED
from records.campaigns.renders import items_awaiting

MISSING_PICTURE = "item.picture.missing"


@dataclass(frozen=True, slots=True)
class Advice:
    do: str
    why: str


@dataclass(frozen=True, slots=True)
class ReadinessWords:
    percent: int
    blockers: list[Advice]
    recommendations: list[Advice]


def readiness_words(reading: Reading) -> ReadinessWords | None:
    """For the team, before publishing, from the campaign's latest evaluation."""
    campaign = reading.facts.campaign
    if not reading.drafts or campaign.status not in UNPUBLISHED or not campaign.evaluation:
        return None
    found = Readiness.model_validate(campaign.evaluation)
    return ReadinessWords(
        percent=found.complete_percent,
        blockers=[_advice(reading, remark) for remark in found.blockers if not _comes_by_itself(reading, remark)],
        recommendations=[_advice(reading, remark) for remark in found.recommendations],
    )


def _comes_by_itself(reading: Reading, remark: Remark) -> bool:
    """A picture that is being made, or will be once the strategy is approved, is nothing to see to."""
    awaiting = items_awaiting(reading.facts)
    return remark.code == MISSING_PICTURE and any(remark.field == f"items.{key}.assets" for key in awaiting)


def _advice(reading: Reading, remark: Remark) -> Advice:
    item = next((key for key in reading.facts.active_items if key in remark.field), None)
    where = f"{title_of(reading.facts, item)}: " if item else ""
    return Advice(do=_sentence(remark.action), why=where + _sentence(remark.reason))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
