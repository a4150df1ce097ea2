"""From what a model returned to our domain documents, and back where a model needs to see them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.base import Money
from models.domain.brief import (
    Audience,
    Brief,
    Budget,
    BudgetKind,
    Conversion,
    Flight,
    Geo,
    Kpi,
    KpiMetric,
    Offer,
    Place,
    Product,
    Provenance,
    Source,
    Voice,
)
from models.domain.content import AssetRef, Card, CopyText, Design, ItemAsset, ItemContent
from models.domain.states import CreativeFormat
from models.domain.strategy import (
    Angle,
    Attribution,
    AudiencePart,
    Claim,
    Concept,
    Measurement,
    Message,
    Segment,
    SegmentTargeting,
    Strategy,
)
from providers.text.schemas import (
    AudienceFound,
    CardDraft,
    CopyDraft,
    CopyTextDraft,
    FlightFound,
    Found,
    GeoFound,
    KpiFound,
    OfferFound,
    ParsedBrief,
    PlaceFound,
    ProductFound,
    StrategyDraft,
)


def brief_from(parsed: ParsedBrief, brief: Brief, zone: str) -> Brief:
    """Fills the gaps of `brief` with what its free text says; what a person entered stays.

    Every filled field is marked `parsed` with the span it came from. A value whose quote is not in the text was made
    up and is left out.
    """
    found: dict[str, object] = {}
    provenance = dict(brief.provenance)
    for name, candidate in _candidates(parsed, zone).items():
        value, evidence = candidate
        span = evidence.span(brief.raw_text)
        if span is None or not _is_gap(brief, name):
            continue
        found[name] = value
        provenance[name] = Provenance(source=Source.PARSED, start=span[0], end=span[1])
    merged = {**{name: getattr(brief, name) for name in Brief.model_fields}, **found, "provenance": provenance}
    budget = merged["budget"]
    flight = merged["flight"]
    if isinstance(budget, Budget) and budget.kind is BudgetKind.TOTAL and getattr(flight, "end", None) is None:
        # Without an end a total cannot be planned; the budget stays open and readiness asks for it.
        merged["budget"] = brief.budget
        provenance.pop("budget", None)
    return Brief.model_validate(merged)


def _is_gap(brief: Brief, name: str) -> bool:
    return bool(getattr(brief, name) == Brief.model_fields[name].get_default(call_default_factory=True))


def _candidates(parsed: ParsedBrief, zone: str) -> dict[str, tuple[object, Found[Any]]]:
    currency = parsed.budget.value.amount.currency if parsed.budget else None
    made: dict[str, tuple[object, Found[Any] | None]] = {
        "goal": (parsed.goal and parsed.goal.value, parsed.goal),
        "conversion": (parsed.conversion and _conversion(parsed), parsed.conversion),
        "kpi": (parsed.kpi and currency and _kpi(parsed.kpi.value, currency), parsed.kpi),
        "products": (parsed.products and _products(parsed.products.value), parsed.products),
        "offer": (parsed.offer and _offer(parsed.offer.value, zone), parsed.offer),
        "landing_urls": (parsed.landing_urls and parsed.landing_urls.value[:10], parsed.landing_urls),
        "geo": (parsed.geo and parsed.geo.value.include and _geo(parsed.geo.value), parsed.geo),
        "languages": (parsed.languages and parsed.languages.value[:6], parsed.languages),
        "audience": (parsed.audience and _audience(parsed.audience.value), parsed.audience),
        "budget": (parsed.budget and _budget(parsed), parsed.budget),
        "flight": (parsed.flight and _flight(parsed.flight.value, zone), parsed.flight),
        "voice": (parsed.voice and Voice.model_validate(parsed.voice.value.model_dump()), parsed.voice),
        "special_categories": (
            parsed.special_categories and parsed.special_categories.value,
            parsed.special_categories,
        ),
    }
    return {name: (value, evidence) for name, (value, evidence) in made.items() if value and evidence is not None}


def _conversion(parsed: ParsedBrief) -> Conversion | None:
    if parsed.conversion is None:
        return None
    return Conversion(location=parsed.conversion.value.location, event=parsed.conversion.value.event)


def _kpi(found: KpiFound, currency: str) -> Kpi:
    target = Decimal(found.target)
    exponent = 2 if found.metric is KpiMetric.ROAS else Money(amount_minor=0, currency=currency).exponent()
    return Kpi(metric=found.metric, target=max(1, int(target.scaleb(exponent))))


def _products(found: list[ProductFound]) -> list[Product]:
    return [
        Product(name=product.name, url=product.url, price=product.price.money() if product.price else None)
        for product in found[:20]
    ]


def _day(day: date | None, zone: str, *, after: bool = False) -> datetime | None:
    """Midnight at the start of the local day, or with `after` at its end."""
    if day is None:
        return None
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return midnight + timedelta(days=1) if after else midnight


def _offer(found: OfferFound, zone: str) -> Offer:
    return Offer(
        text=found.text,
        code=found.code,
        valid_from=_day(found.valid_from, zone),
        valid_to=_day(found.valid_to, zone, after=True),
    )


def _place(found: PlaceFound) -> Place:
    radius = found.radius_km if found.kind == "city" and found.radius_km else None
    return Place(
        kind=found.kind, name=found.name, country=found.country, radius_km=min(max(radius, 1), 80) if radius else None
    )


def _geo(found: GeoFound) -> Geo:
    return Geo(
        include=[_place(place) for place in found.include[:50]], exclude=[_place(place) for place in found.exclude[:50]]
    )


def _audience(found: AudienceFound) -> Audience:
    low, high = sorted((found.age_min, found.age_max))
    return Audience(age_min=low, age_max=high, genders=found.genders, exclude_customers=found.exclude_customers)


def _budget(parsed: ParsedBrief) -> Budget | None:
    if parsed.budget is None or parsed.budget.value.amount.money().amount_minor <= 0:
        return None
    return Budget(amount=parsed.budget.value.amount.money(), kind=parsed.budget.value.kind)


def _flight(found: FlightFound, zone: str) -> Flight | None:
    start, end = _day(found.start, zone), _day(found.end, zone, after=True)
    if start and end and end <= start:
        return None
    return Flight(start=start, end=end)


def strategy_from(draft: StrategyDraft, brief: Brief, brief_version: int) -> Strategy:
    """Places, offer, languages and conversion come from the brief: a model does not choose where money is spent."""
    if brief.geo is None:
        raise ValueError("a strategy needs a brief with places")
    geo = brief.geo
    restricted = bool(brief.special_categories)
    return Strategy(
        brief_version=brief_version,
        measurement=Measurement(
            objective=draft.measurement.objective,
            conversion=brief.conversion,
            kpi=brief.kpi,
            attribution=Attribution.model_validate(draft.measurement.attribution.model_dump()),
            tests=draft.measurement.tests[:5],
        ),
        audience=AudiencePart(
            segments=[
                Segment(
                    **segment.model_dump(exclude={"targeting"}),
                    targeting=SegmentTargeting(
                        geo=geo,
                        audience=Audience() if restricted else _segment_audience(brief, segment.targeting.model_dump()),
                        interests=[] if restricted else segment.targeting.interests,
                    ),
                )
                for segment in draft.audience.segments
            ]
        ),
        message=Message(
            proposition=draft.message.proposition,
            angles=[Angle.model_validate(angle.model_dump()) for angle in draft.message.angles],
            claims=[Claim.model_validate(claim.model_dump()) for claim in draft.message.claims],
            offer=brief.offer,
            voice=brief.voice,
            languages=brief.languages,
            concepts=[Concept.model_validate(concept.model_dump()) for concept in draft.message.concepts],
        ),
        summary=draft.summary,
        rationale=draft.rationale,
        risks=draft.risks,
    )


def _segment_audience(brief: Brief, targeting: dict[str, object]) -> Audience:
    """A segment narrows the brief's audience and never widens it."""
    low = max(int(str(targeting["age_min"])), brief.audience.age_min)
    high = min(int(str(targeting["age_max"])), brief.audience.age_max)
    if low > high:
        low, high = brief.audience.age_min, brief.audience.age_max
    return brief.audience.model_copy(
        update={"age_min": low, "age_max": high, "genders": brief.audience.genders or targeting["genders"]}
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What a new item's words are put into. `pictures`: the photo chosen for it, `photos`: all of the brief's."""

    concept: Concept
    language: str
    link: str | None
    pictures: list[ItemAsset]
    photos: list[AssetRef]
    design: Design | None


def item_from(draft: CopyDraft, frame: Frame, previous: ItemContent | None) -> ItemContent:
    """New words around the pictures and link that the item has or gets."""
    drawn_later = frame.design is not None or frame.concept.format is CreativeFormat.SINGLE_VIDEO
    return ItemContent(
        concept=frame.concept.key,
        language=frame.language,
        format=frame.concept.format,
        texts=[CopyText.model_validate(text.model_dump()) for text in draft.texts],
        cta=draft.cta,
        link_url=previous.link_url if previous else frame.link,
        overlay_text=draft.overlay_text,
        disclaimer=draft.disclaimer,
        assets=previous.assets if previous and previous.assets else [] if drawn_later else frame.pictures,
        design=previous.design if previous else frame.design,
        cards=_cards(draft.cards, frame),
    )


def _cards(cards: list[CardDraft], frame: Frame) -> list[Card]:
    """Each with another photo, as long as there are enough."""
    if frame.concept.format is not CreativeFormat.CAROUSEL or not frame.photos or frame.link is None:
        return []
    photos = [frame.photos[position % len(frame.photos)] for position in range(len(cards))]
    return [
        Card(
            headline=card.headline,
            description=card.description,
            link=frame.link,
            asset_id=photo.asset_id,
            sha256=photo.sha256,
        )
        for card, photo in zip(cards, photos, strict=True)
    ]


def copy_draft_of(item: ItemContent) -> CopyDraft:
    return CopyDraft(
        texts=[CopyTextDraft.model_validate(text.model_dump()) for text in item.texts],
        cta=item.cta,
        overlay_text=item.overlay_text,
        disclaimer=item.disclaimer,
        cards=[CardDraft(headline=card.headline, description=card.description) for card in item.cards],
    )
