"""What a language model is asked to return. Fields are named as in `models.domain`, into which drafts are mapped.

Strict mode wants every field present, so optional ones are nullable; limits that it cannot hold stand in the
descriptions for the model to read and are enforced by the types when the answer is validated.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Literal, Self, TypeVar

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from models.domain.base import (
    BasisPoints,
    Currency,
    Key,
    Language,
    Money,
    Text40,
    Text60,
    Text120,
    Text150,
    Text200,
    Text255,
    Text300,
    Text2200,
    unique,
)
from models.domain.brief import BudgetKind, ConversionLocation, Gender, Goal, KpiMetric, SpecialCategory
from models.domain.content import CallToAction
from models.domain.states import CreativeFormat, Placement, Ratio
from models.domain.strategy import Objective, Stage

V = TypeVar("V")

Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+\.[^\s]+$")]
Decimals = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]


class Draft(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Found(Draft, Generic[V]):
    """A value read from free text, with the words that say so."""

    value: V
    quote: Annotated[str, Field(description="Exact words of the text, copied character by character")]

    def span(self, raw_text: str) -> tuple[int, int] | None:
        """Start and end offsets of the quote in code points, forgiving white space; None: the quote is invented."""
        words = self.quote.split()
        match = words and re.search(r"\s+".join(re.escape(word) for word in words), raw_text)
        return match.span() if match else None


class MoneyText(Draft):
    """An amount as people write it; models are bad at minor units."""

    amount: Annotated[Decimals, Field(description="Decimal number with a point, no separators, such as 1250.50")]
    currency: Annotated[Currency, Field(description="ISO 4217")]

    def money(self) -> Money:
        minor = Decimal(self.amount).scaleb(get_currency_precision(self.currency))
        return Money(amount_minor=int(minor.to_integral_value()), currency=self.currency)


class ConversionFound(Draft):
    location: ConversionLocation
    event: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[A-Z_]{3,40}$")] | None,
        Field(description="Meta's standard event, such as PURCHASE or LEAD"),
    ]


class KpiFound(Draft):
    metric: KpiMetric
    target: Annotated[Decimals, Field(description="A ratio for roas (2.5), else an amount in the budget's currency")]
    hard: Annotated[bool, Field(description="True where missing it is said to be unacceptable")]


class ProductFound(Draft):
    name: Text120
    url: Link | None
    price: MoneyText | None


class OfferFound(Draft):
    text: Annotated[Text200, Field(description="At most 200 characters")]
    code: Text40 | None
    valid_from: date | None
    valid_to: Annotated[date | None, Field(description="Last day of the offer")]


class PlaceFound(Draft):
    kind: Literal["country", "region", "city", "zip"]
    name: Text120
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1 alpha-2")]
    radius_km: Annotated[int | None, Field(description="1 to 80, only for a city")]


class GeoFound(Draft):
    include: list[PlaceFound]
    exclude: list[PlaceFound]


class AudienceFound(Draft):
    age_min: Annotated[int, Field(ge=18, le=65)]
    age_max: Annotated[int, Field(ge=18, le=65, description="65 means 65 and older")]
    genders: Annotated[list[Gender], Field(description="Empty means everyone")]
    exclude_customers: bool


class BudgetFound(Draft):
    amount: MoneyText
    kind: BudgetKind


class FlightFound(Draft):
    """Local dates in the ad account's zone; the end is the last day on which ads run."""

    start: date | None
    end: date | None


class VoiceFound(Draft):
    tone: Text200 | None
    must_say: list[Text200]
    must_not_say: list[Text40]
    disclaimers: list[Text300]


class ParsedBrief(Draft):
    """A brief read from free text. Null: the text does not say; nothing is guessed."""

    name: Found[Text120] | None
    goal: Found[Goal] | None
    conversion: Found[ConversionFound] | None
    kpi: Found[KpiFound] | None
    products: Found[list[ProductFound]] | None
    offer: Found[OfferFound] | None
    landing_urls: Found[list[Link]] | None
    geo: Found[GeoFound] | None
    languages: Annotated[Found[list[Language]] | None, Field(description="BCP-47 tags of the ads to write")]
    audience: Found[AudienceFound] | None
    budget: Found[BudgetFound] | None
    flight: Found[FlightFound] | None
    voice: Found[VoiceFound] | None
    special_categories: Annotated[
        Found[list[SpecialCategory]] | None, Field(description="Housing, jobs, credit or politics; else null")
    ]


class AttributionDraft(Draft):
    click_days: Literal[1, 7]
    view_days: Literal[0, 1]


class MeasurementDraft(Draft):
    objective: Objective
    attribution: AttributionDraft
    tests: Annotated[list[Text300], Field(description="At most 5 questions that the campaign will answer")]


class TargetingDraft(Draft):
    """Places come from the brief; a model does not choose where money is spent."""

    age_min: Annotated[int, Field(ge=18, le=65)]
    age_max: Annotated[int, Field(ge=18, le=65)]
    genders: list[Gender]
    interests: Annotated[list[str], Field(max_length=25)]


class SegmentDraft(Draft):
    key: Key
    name: Annotated[Text60, Field(description="At most 60 characters")]
    stage: Stage
    intent: Annotated[Text300, Field(description="At most 300 characters")]
    targeting: TargetingDraft
    excludes: Annotated[list[Key], Field(description="Keys of segments whose people this one leaves out")]
    share: Annotated[BasisPoints, Field(description="Share of the money in hundredths of a percent")]


class AudienceDraft(Draft):
    segments: Annotated[list[SegmentDraft], Field(min_length=1, max_length=6)]

    @model_validator(mode="after")
    def _shares_and_keys(self) -> Self:
        keys = [segment.key for segment in self.segments]
        unique(keys, "segment key")
        if (total := sum(segment.share for segment in self.segments)) != 10_000:
            raise ValueError(f"the shares add up to {total}, not to 10000")
        if unknown := {key for segment in self.segments for key in segment.excludes} - set(keys):
            raise ValueError(f"excluded segments {sorted(unknown)} do not exist")
        return self


class AngleDraft(Draft):
    key: Key
    name: Annotated[Text40, Field(description="At most 40 characters")]
    insight: Annotated[Text300, Field(description="At most 300 characters")]
    promise: Annotated[Text150, Field(description="At most 150 characters")]
    proof: Annotated[Text300, Field(description="A fact of the brief; empty where it gives none")]
    proof_source: Annotated[Text300, Field(description="Where the brief says so; empty without a proof")]
    segments: list[Key]


class ClaimDraft(Draft):
    text: Annotated[Text200, Field(description="A factual statement that copy may make; at most 200 characters")]
    evidence: Annotated[Text300, Field(description="What in the brief supports it; empty where nothing does")]


class ConceptDraft(Draft):
    key: Key
    angle: Key
    format: CreativeFormat
    ratios: Annotated[list[Ratio], Field(min_length=1, max_length=4)]
    idea: Annotated[Text300, Field(description="What is seen and said; at most 300 characters")]


class MessageDraft(Draft):
    proposition: Annotated[Text200, Field(description="At most 200 characters")]
    angles: Annotated[list[AngleDraft], Field(min_length=2, max_length=6)]
    claims: Annotated[list[ClaimDraft], Field(max_length=20)]
    concepts: Annotated[list[ConceptDraft], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _keys_resolve(self) -> Self:
        angles = [angle.key for angle in self.angles]
        unique(angles, "angle key")
        unique([concept.key for concept in self.concepts], "concept key")
        if unknown := {concept.angle for concept in self.concepts} - set(angles):
            raise ValueError(f"angles {sorted(unknown)} do not exist")
        return self


class StrategyDraft(Draft):
    """How the brief becomes ads. Offer, languages, places, conversion and goal figures come from the brief."""

    measurement: MeasurementDraft
    audience: AudienceDraft
    message: MessageDraft
    summary: Annotated[Text2200, Field(description="Three sentences for the client")]
    rationale: Annotated[Text2200, Field(description="Why this and not something else")]
    risks: Annotated[list[Text300], Field(max_length=10)]

    @model_validator(mode="after")
    def _angles_name_segments(self) -> Self:
        keys = {segment.key for segment in self.audience.segments}
        if unknown := {key for angle in self.message.angles for key in angle.segments} - keys:
            raise ValueError(f"segments {sorted(unknown)} do not exist")
        return self


class CopyTextDraft(Draft):
    placement: Placement
    primary_text: Text2200
    headline: Text255
    description: Annotated[Text255, Field(description="Empty where the placement shows none")]


class CardDraft(Draft):
    headline: Text255
    description: Text255


class CopyDraft(Draft):
    """All words of one item: one concept in one language."""

    texts: Annotated[list[CopyTextDraft], Field(min_length=1, max_length=5)]
    cta: CallToAction
    overlay_text: Annotated[Text60, Field(description="Drawn over the picture; at most 60 characters; may be empty")]
    disclaimer: Annotated[Text300, Field(description="A prescribed disclaimer or empty")]
    cards: Annotated[list[CardDraft], Field(max_length=10, description="2 to 10 for a carousel, else empty")]

    @model_validator(mode="after")
    def _placements_differ(self) -> Self:
        unique([text.placement for text in self.texts], "placement")
        return self
