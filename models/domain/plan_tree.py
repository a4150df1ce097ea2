"""The ad sets and ads of a default plan: segments by languages, and the items that speak to each."""

from typing import Literal, NamedTuple

from models.domain.ads_plan import BidStrategy, CreativeMode, OptimizationGoal, PlannedAd, PlannedAdSet
from models.domain.base import Document
from models.domain.brief import Brief, ConversionLocation, Dsa
from models.domain.content import ItemContent
from models.domain.links import host, link_tags, merge_tags
from models.domain.naming import Naming, plan_key, render_name, render_url_tags
from models.domain.special_categories import restricted_targeting
from models.domain.states import CreativeFormat
from models.domain.strategy import Objective, Segment, SegmentTargeting, Strategy

# Countries whose Digital Services Act asks for beneficiary and payor.
EU = frozenset(
    {
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    }
)
_MODES = {CreativeFormat.CAROUSEL: CreativeMode.CAROUSEL, CreativeFormat.EXISTING_POST: CreativeMode.EXISTING_POST}
_EVENTS = {Objective.SALES: "PURCHASE", Objective.LEADS: "LEAD"}


class PlanContext(Document):
    """What every part of one campaign's tree shares. `bid_strategy` is None where the campaign holds the budget."""

    brief: Brief
    strategy: Strategy
    naming: Naming
    campaign_key: str
    event: str | None
    dsa: Dsa | None
    bid_strategy: BidStrategy | None


class Tree(NamedTuple):
    ad_sets: list[PlannedAdSet]
    ads: list[PlannedAd]
    notes: list[str]


class Goal(NamedTuple):
    """How an ad set optimises: the four objectives of the first release and the two places leads come from."""

    optimization: OptimizationGoal
    destination: Literal["WEBSITE", "ON_AD"] | None
    event: str | None


def grow_tree(context: PlanContext, items: list[ItemContent]) -> Tree:
    """An ad set for each segment and language that has items, its ads, and notes on what was left out and why."""
    message = context.strategy.message
    ad_sets, ads, notes = [], [], []
    for language in message.languages:
        written = [item for item in items if item.language == language]
        if not written:
            notes.append(f"there are no ad sets in {language}, because no item in that language is included")
            continue
        for segment in context.strategy.audience.segments:
            ad_set, reasons = _ad_set(context, segment, language)
            ad_sets.append(ad_set)
            notes += [f"{segment.name}: {reason}" for reason in reasons]
            ads += [_ad(context, ad_set, item) for item in _speaking_to(segment, written, context.strategy)]
    return Tree(ad_sets, ads, list(dict.fromkeys(notes)))


def goal_of(context: PlanContext) -> Goal:
    objective = context.strategy.measurement.objective
    conversion = context.strategy.measurement.conversion or context.brief.conversion
    if objective is Objective.TRAFFIC:
        return Goal(OptimizationGoal.LANDING_PAGE_VIEWS, "WEBSITE", None)
    if objective is Objective.AWARENESS:
        return Goal(OptimizationGoal.REACH, None, None)
    if objective is Objective.LEADS and conversion and conversion.location is ConversionLocation.INSTANT_FORM:
        return Goal(OptimizationGoal.LEAD_GENERATION, "ON_AD", None)
    event = (conversion.event if conversion else None) or context.event or _EVENTS[objective]
    return Goal(OptimizationGoal.OFFSITE_CONVERSIONS, "WEBSITE", event)


def countries_of(strategy: Strategy) -> list[str]:
    return sorted({place.country for part in strategy.audience.segments for place in part.targeting.geo.include})


def name_fields(context: PlanContext, **parts: str) -> dict[str, str]:
    """What a name template may use; segment, concept and language only on the levels that have them."""
    objective = context.strategy.measurement.objective
    return {
        "client": context.naming.client,
        "objective": objective.removeprefix("OUTCOME_").lower(),
        "market": "-".join(countries_of(context.strategy)),
        "yyyymm": context.naming.month,
        **parts,
    }


def _ad_set(context: PlanContext, segment: Segment, language: str) -> tuple[PlannedAdSet, list[str]]:
    categories = context.brief.special_categories or []
    wanted, kept_ages = _age_over_advantage(_without_excluded(segment, context.strategy))
    bookable, unbookable = _known_interests(wanted)
    targeting, reasons = restricted_targeting(bookable, categories)
    goal = goal_of(context)
    converts = goal.optimization is OptimizationGoal.OFFSITE_CONVERSIONS
    in_eu = any(place.country in EU for place in targeting.geo.include)
    fields = name_fields(context, segment=segment.key, language=language)
    ad_set = PlannedAdSet(
        key=plan_key(segment.key, language),
        campaign=context.campaign_key,
        segment=segment.key,
        language=language,
        name=render_name(context.naming.ad_set, fields),
        optimization_goal=goal.optimization,
        destination_type=goal.destination,
        custom_event_type=goal.event,
        bid_strategy=context.bid_strategy,
        attribution=context.strategy.measurement.attribution if converts else None,
        targeting=targeting,
        dsa=context.dsa if in_eu else None,
    )
    return ad_set, [*kept_ages, *unbookable, *reasons]


def _known_interests(targeting: SegmentTargeting) -> tuple[SegmentTargeting, list[str]]:
    """Meta books interests by its own ids; a strategy's ideas in words guide people and cannot be booked."""
    ideas = [interest for interest in targeting.interests if not interest.isdigit()]
    if not ideas:
        return targeting, []
    booked = [interest for interest in targeting.interests if interest.isdigit()]
    note = f"interests not booked until chosen from Meta's list: {', '.join(ideas)}"
    return targeting.model_copy(update={"interests": booked}), [note]


def _age_over_advantage(targeting: SegmentTargeting) -> tuple[SegmentTargeting, list[str]]:
    """Meta widens an audience by itself only when it starts at 25 or younger and is open above."""
    audience = targeting.audience
    if not targeting.advantage_audience or (audience.age_min <= 25 and audience.age_max == 65):
        return targeting, []
    asked = f"{audience.age_min}-{audience.age_max}"
    kept = targeting.model_copy(update={"advantage_audience": False})
    return kept, [f"the automatic audience was switched off to keep the age {asked}, which Meta does not combine"]


def _without_excluded(segment: Segment, strategy: Strategy) -> SegmentTargeting:
    """A segment that excludes another leaves out the audiences which that one is made of."""
    others = [other for other in strategy.audience.segments if other.key in segment.excludes]
    excluded = [known for other in others for known in other.targeting.audience.include_ids]
    audience = segment.targeting.audience
    exclude_ids = list(dict.fromkeys([*audience.exclude_ids, *excluded]))
    return segment.targeting.model_copy(update={"audience": audience.model_copy(update={"exclude_ids": exclude_ids})})


def _speaking_to(segment: Segment, items: list[ItemContent], strategy: Strategy) -> list[ItemContent]:
    """The items whose angle names the segment, or no segment at all; all of them where none does."""
    angles = {angle.key: angle for angle in strategy.message.angles}
    meant = {
        concept.key
        for concept in strategy.message.concepts
        if not angles[concept.angle].segments or segment.key in angles[concept.angle].segments
    }
    return [item for item in items if item.concept in meant] or items


def _ad(context: PlanContext, ad_set: PlannedAdSet, item: ItemContent) -> PlannedAd:
    fields = name_fields(context, segment=ad_set.segment, concept=item.concept, language=item.language)
    link = item.link_url or ""
    template = context.brief.tracking.url_tags or context.naming.url_tags
    return PlannedAd(
        key=plan_key(ad_set.segment, item.language, item.concept),
        ad_set=ad_set.key,
        concept=item.concept,
        language=item.language,
        mode=_MODES.get(item.format, CreativeMode.PLACEMENT),
        url_tags=merge_tags(render_url_tags(template, context.brief.name), link_tags(link)) if link else "",
        conversion_domain=(host(link) or None) if ad_set.custom_event_type else None,
        name=render_name(context.naming.ad, fields),
    )
