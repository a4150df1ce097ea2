"""The strategy: how the brief becomes ads. Three parts (measurement, audience, message), each hashed for itself."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.domain.base import (
    BasisPoints,
    Document,
    Key,
    Language,
    Text40,
    Text60,
    Text150,
    Text200,
    Text300,
    Text2200,
    unique,
)
from models.domain.brief import Audience, Conversion, Geo, Kpi, Offer, Voice
from models.domain.states import CreativeFormat, Ratio


class Objective(StrEnum):
    SALES = "OUTCOME_SALES"
    LEADS = "OUTCOME_LEADS"
    TRAFFIC = "OUTCOME_TRAFFIC"
    AWARENESS = "OUTCOME_AWARENESS"


class Attribution(Document):
    click_days: Literal[1, 7] = 7
    view_days: Literal[0, 1] = 1


class Measurement(Document):
    objective: Objective
    conversion: Conversion | None = None
    kpi: Kpi | None = None
    attribution: Attribution = Attribution()
    holdout: BasisPoints = 0
    tests: Annotated[list[Text300], Field(max_length=5)] = []


class Stage(StrEnum):
    PROSPECTING = "prospecting"
    RETARGETING = "retargeting"
    RETENTION = "retention"


class SegmentTargeting(Document):
    geo: Geo
    audience: Audience = Audience()
    interests: Annotated[list[str], Field(max_length=25)] = []
    advantage_audience: bool = False


class ExpectedConversions(Document):
    """Weekly range; absent where there is no honest basis for one."""

    low: Annotated[int, Field(ge=0)]
    high: Annotated[int, Field(ge=0)]


class Segment(Document):
    key: Key
    name: Text60
    stage: Stage
    intent: Text300
    targeting: SegmentTargeting
    excludes: list[Key] = []
    share: BasisPoints
    expected_weekly_conversions: ExpectedConversions | None = None


class AudiencePart(Document):
    segments: Annotated[list[Segment], Field(min_length=1, max_length=6)]

    @model_validator(mode="after")
    def _shares_and_keys(self) -> Self:
        keys = [segment.key for segment in self.segments]
        unique(keys, "segment key")
        if (total := sum(segment.share for segment in self.segments)) != 10_000:
            raise ValueError(f"the segments' shares add up to {total / 100:g} %, they must add up to 100 %")
        for segment in self.segments:
            if unknown := set(segment.excludes) - set(keys):
                raise ValueError(f"segment {segment.key!r} excludes {sorted(unknown)}, which do not exist")
        return self


class Angle(Document):
    key: Key
    name: Text40
    insight: Text300
    promise: Text150
    proof: Text300 = ""
    proof_source: Text300 = ""
    segments: list[Key] = []


class Claim(Document):
    text: Text200
    evidence: Text300 = ""


class Concept(Document):
    key: Key
    angle: Key
    format: CreativeFormat = CreativeFormat.SINGLE_IMAGE
    ratios: Annotated[list[Ratio], Field(min_length=1, max_length=4)] = list(Ratio)
    idea: Text300


class Message(Document):
    """What is said, to whom and how. `voice` is the brief's, taken over so that new must-not words void old copy."""

    proposition: Text200
    angles: Annotated[list[Angle], Field(min_length=2, max_length=6)]
    claims: Annotated[list[Claim], Field(max_length=20)] = []
    offer: Offer | None = None
    voice: Voice = Voice()
    languages: Annotated[list[Language], Field(min_length=1, max_length=6)]
    concepts: Annotated[list[Concept], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _keys_resolve(self) -> Self:
        angles = [angle.key for angle in self.angles]
        unique(angles, "angle key")
        unique([concept.key for concept in self.concepts], "concept key")
        for concept in self.concepts:
            if concept.angle not in angles:
                raise ValueError(f"concept {concept.key!r} names the angle {concept.angle!r}, which does not exist")
        return self


class Strategy(Document):
    brief_version: int
    measurement: Measurement
    audience: AudiencePart
    message: Message
    summary: Text2200 = ""
    rationale: Text2200 = ""
    risks: Annotated[list[Text300], Field(max_length=10)] = []
