"""The brief: what a marketer asks for. Incomplete briefs are legal; readiness says what is missing."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from models.domain.base import (
    BasisPoints,
    Country,
    Document,
    HttpsUrl,
    Instant,
    Language,
    Money,
    Text40,
    Text50,
    Text120,
    Text200,
    Text300,
    Text500,
    Text20000,
)


class Goal(StrEnum):
    SALES = "sales"
    LEADS = "leads"
    TRAFFIC = "traffic"
    AWARENESS = "awareness"


class ConversionLocation(StrEnum):
    WEBSITE = "website"
    INSTANT_FORM = "instant_form"


class Conversion(Document):
    location: ConversionLocation
    event: Annotated[str, Field(pattern=r"^[A-Z_]{3,40}$")] | None = None
    custom_event: Text50 | None = None
    value: Money | None = None
    lead_form_id: str | None = None


class KpiMetric(StrEnum):
    CPA = "cpa"
    CPL = "cpl"
    ROAS = "roas"
    CPC = "cpc"
    CPM = "cpm"


class Kpi(Document):
    """A target: ROAS in hundredths (2.5 is 250), every cost metric in minor units of the budget's currency."""

    metric: KpiMetric
    target: Annotated[int, Field(gt=0)]
    hard: bool = False


class Economics(Document):
    order_value: Money | None = None
    gross_margin: BasisPoints | None = None
    lead_to_sale: BasisPoints | None = None


class Product(Document):
    name: Text120
    url: HttpsUrl | None = None
    price: Money | None = None
    sku: Text50 | None = None
    images: Annotated[list[UUID], Field(max_length=20)] = []


class Offer(Document):
    text: Text200
    code: Text40 | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    terms_url: HttpsUrl | None = None


class Place(Document):
    """One place: a country (ISO code), region, zip, or a city with a radius in km (1-80)."""

    kind: Literal["country", "region", "city", "zip"]
    name: Text120
    country: Country
    platform_key: str | None = None
    radius_km: Annotated[int, Field(ge=1, le=80)] | None = None

    @model_validator(mode="after")
    def _radius_belongs_to_cities(self) -> Self:
        if self.radius_km is not None and self.kind != "city":
            raise ValueError("a radius belongs to a city; remove it or choose kind 'city'")
        return self


class Geo(Document):
    include: Annotated[list[Place], Field(min_length=1, max_length=50)]
    exclude: Annotated[list[Place], Field(max_length=50)] = []


class Gender(StrEnum):
    WOMEN = "women"
    MEN = "men"


class Audience(Document):
    """Who should see the ads. Age 65 means 65 and older; no genders means everyone."""

    age_min: Annotated[int, Field(ge=18, le=65)] = 18
    age_max: Annotated[int, Field(ge=18, le=65)] = 65
    genders: Annotated[list[Gender], Field(max_length=2)] = []
    personas: Annotated[list[Text500], Field(max_length=5)] = []
    include_ids: Annotated[list[str], Field(max_length=50)] = []
    exclude_ids: Annotated[list[str], Field(max_length=50)] = []
    exclude_customers: bool = False

    @model_validator(mode="after")
    def _ages_in_order(self) -> Self:
        if self.age_min > self.age_max:
            raise ValueError("age_min is above age_max; swap them")
        return self


class BudgetKind(StrEnum):
    TOTAL = "total"
    MONTHLY = "monthly"
    DAILY = "daily"


class Budget(Document):
    amount: Money
    kind: BudgetKind
    hard_cap: bool = True
    net_of_fee: bool = False

    @model_validator(mode="after")
    def _is_positive(self) -> Self:
        if self.amount.amount_minor <= 0:
            raise ValueError("the budget must be above zero")
        return self


class Blackout(Document):
    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the blackout ends before it starts")
        return self


class Flight(Document):
    """When the ads run. No start means as soon as possible; no end means until ended by a person."""

    start: Instant | None = None
    end: Instant | None = None
    immovable: bool = False
    blackouts: Annotated[list[Blackout], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.end <= self.start:
            raise ValueError("the end is not after the start; move one of them")
        return self


class AssetUse(Document):
    id: UUID
    rights_until: Instant | None = None
    regions: list[Country] = []


class Voice(Document):
    tone: Text200 | None = None
    must_say: Annotated[list[Text200], Field(max_length=10)] = []
    must_not_say: Annotated[list[Text50], Field(max_length=50)] = []
    disclaimers: Annotated[list[Text300], Field(max_length=5)] = []


class SpecialCategory(StrEnum):
    HOUSING = "HOUSING"
    EMPLOYMENT = "EMPLOYMENT"
    FINANCIAL = "FINANCIAL_PRODUCTS_SERVICES"
    POLITICS = "ISSUES_ELECTIONS_POLITICS"


class Dsa(Document):
    beneficiary: Text200
    payor: Text200


class Tracking(Document):
    pixel_id: str | None = None
    url_tags: Text500 | None = None


class ApprovalPreset(StrEnum):
    SOLO = "solo"
    AGENCY_CLIENT = "agency_client"


class ApprovalWish(Document):
    preset: ApprovalPreset = ApprovalPreset.SOLO
    due: Instant | None = None


class Source(StrEnum):
    USER = "user"
    PARSED = "parsed"
    AI = "ai"
    DEFAULT = "default"


class Provenance(Document):
    """Where a field's value came from; `start` and `end` are offsets in `raw_text`, in Unicode code points."""

    source: Source
    start: int | None = None
    end: int | None = None


class Brief(Document):
    """`provenance` maps a top-level field name to its source; a field missing there came from the user."""

    name: Text120
    brand_id: UUID | None = None
    raw_text: Text20000 = ""
    attachments: Annotated[list[UUID], Field(max_length=10)] = []
    goal: Goal | None = None
    conversion: Conversion | None = None
    kpi: Kpi | None = None
    economics: Economics = Economics()
    products: Annotated[list[Product], Field(max_length=20)] = []
    offer: Offer | None = None
    landing_urls: Annotated[list[HttpsUrl], Field(max_length=10)] = []
    geo: Geo | None = None
    languages: Annotated[list[Language], Field(max_length=6)] = []
    audience: Audience = Audience()
    budget: Budget | None = None
    flight: Flight = Flight()
    platforms: list[Literal["meta"]] = ["meta"]
    assets: Annotated[list[AssetUse], Field(max_length=50)] = []
    allow_ai_images: bool = False
    allow_ai_people: bool = False
    allow_ai_video: bool = False
    voice: Voice = Voice()
    special_categories: list[SpecialCategory] | None = None
    special_category_countries: list[Country] = []
    dsa: Dsa | None = None
    tracking: Tracking = Tracking()
    approval: ApprovalWish = ApprovalWish()
    provenance: dict[str, Provenance] = {}

    @model_validator(mode="after")
    def _total_budget_has_an_end(self) -> Self:
        if self.budget and self.budget.kind is BudgetKind.TOTAL and self.flight.end is None:
            raise ValueError("a total budget needs an end date; add flight.end or choose a daily budget")
        return self
