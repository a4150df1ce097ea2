"""Is the brief complete, and can what it asks for be done?"""

from datetime import datetime

from models.domain.brief import Brief, Conversion, ConversionLocation, Goal, KpiMetric, Source, SpecialCategory
from models.domain.defaults import REVIEW_LEAD
from models.domain.plan_tree import EU
from models.domain.remarks import Documents, Remark, Remarks, blocker, day, recommendation

CONVERTING = frozenset({Goal.SALES, Goal.LEADS})


def missing_fields(documents: Documents) -> list[Remark]:
    """One remark for each required field of the brief that is empty."""
    brief = documents.brief
    converts = brief.goal in CONVERTING
    needed = [
        (brief.goal, "goal", "everything else follows from the goal", "choose sales, leads, traffic or awareness"),
        (
            brief.conversion or not converts,
            "conversion",
            "without it nobody can tell a result",
            "say where people convert, on the website or in an instant form, and which event counts",
        ),
        (brief.products, "products", "copy needs something to speak about", "name at least one product or service"),
        (
            brief.landing_urls or documents.opens_form(),
            "landing_urls",
            "the ads would lead nowhere",
            "give the page that the ads should open",
        ),
        (brief.geo, "geo", "the ads need a place to run", "name a country, region or city"),
        (brief.languages, "languages", "copy is written per language", "choose one to six languages"),
        (brief.budget, "budget", "nothing can be planned without an amount", "give an amount, and per day or in total"),
        (brief.platforms, "platforms", "the ads need a platform", "choose Meta"),
        (
            brief.special_categories is not None,
            "special_categories",
            "Meta restricts housing, employment, finance and politics",
            "choose the category, or say that none applies",
        ),
    ]
    return [
        blocker(f"brief.{field}.missing", field, reason, action) for given, field, reason, action in needed if not given
    ]


def brief_remarks(documents: Documents, now: datetime) -> Remarks:
    brief = documents.brief
    yield from missing_fields(documents)
    yield from _conversion(brief)
    yield from _dates(brief, now)
    yield from _offer(brief, now)
    yield from _rights(documents, now)
    yield from _law(documents)
    yield from _economics(brief)
    if brief.brand_id is None:
        reason = "names and voice come from the brand"
        yield recommendation("brief.brand_id.missing", "brand_id", reason, "choose the brand")
    parsed = sorted(name for name, origin in brief.provenance.items() if origin.source in (Source.PARSED, Source.AI))
    if parsed:
        reason = f"these were read from the text: {', '.join(parsed)}"
        yield recommendation("brief.parsed", parsed[0], reason, "check them, and correct what was misread")


def _conversion(brief: Brief) -> Remarks:
    conversion = brief.conversion or Conversion(location=ConversionLocation.WEBSITE)
    if conversion.location is ConversionLocation.INSTANT_FORM and brief.goal not in (Goal.LEADS, None):
        yield blocker(
            "brief.conversion.unsupported",
            "conversion.location",
            f"an instant form collects leads, the goal is {brief.goal}",
            "choose the website, or leads as the goal",
        )
    if conversion.custom_event:
        yield blocker(
            "brief.custom_event.unsupported",
            "conversion.custom_event",
            "ads are optimised for standard events only",
            "choose a standard event such as PURCHASE or LEAD",
        )


def _dates(brief: Brief, now: datetime) -> Remarks:
    flight = brief.flight
    if flight.start and flight.start <= now:
        reason = f"the start {day(flight.start)} has passed"
        yield blocker("brief.start.past", "flight.start", reason, "choose a later start, or as soon as possible")
    if flight.end and flight.end <= now + REVIEW_LEAD:
        reason = f"the end {day(flight.end)} leaves Meta no day to review"
        yield blocker("brief.end.too_soon", "flight.end", reason, "move the end")


def _offer(brief: Brief, now: datetime) -> Remarks:
    until = brief.offer.valid_to if brief.offer else None
    if until is None:
        return
    if until <= now:
        reason = f"the offer ended {day(until)}"
        yield blocker("brief.offer.expired", "offer.valid_to", reason, "extend the offer or remove it")
    elif brief.flight.end is None or until < brief.flight.end:
        reason = f"the offer ends {day(until)}, the ads run on"
        yield recommendation("brief.offer.ends_early", "offer.valid_to", reason, "end the flight with the offer")


def _rights(documents: Documents, now: datetime) -> Remarks:
    countries = documents.countries()
    for asset in documents.brief.assets:
        field = f"assets.{asset.id}"
        if asset.rights_until and asset.rights_until <= now:
            reason = f"the rights to this picture ended {day(asset.rights_until)}"
            yield blocker("brief.asset.rights_expired", field, reason, "renew the rights or replace the picture")
        elif asset.rights_until and documents.brief.flight.end and asset.rights_until < documents.brief.flight.end:
            reason = f"the rights to this picture end {day(asset.rights_until)}, before the ads do"
            yield recommendation("brief.asset.rights_end_early", field, reason, "renew them or end the ads earlier")
        if asset.regions and (outside := countries - set(asset.regions)):
            reason = f"this picture may not be shown in {', '.join(sorted(outside))}"
            yield blocker("brief.asset.region", field, reason, "replace the picture or leave these countries out")


def _law(documents: Documents) -> Remarks:
    dsa = documents.brief.dsa or (documents.account.dsa if documents.account else None)
    if dsa is None and (union := sorted(documents.countries() & EU)):
        reason = f"ads in {', '.join(union)} must name who benefits and who pays"
        yield blocker("brief.dsa.missing", "dsa", reason, "give beneficiary and payor")
    if SpecialCategory.POLITICS in (documents.brief.special_categories or []):
        reason = "ads on social issues, elections and politics need an authorised advertiser"
        yield recommendation(
            "brief.politics.authorisation", "special_categories", reason, "confirm the authorisation in Meta's settings"
        )


def _economics(brief: Brief) -> Remarks:
    economics = brief.economics
    if brief.kpi and brief.kpi.metric is KpiMetric.ROAS and not economics.order_value and brief.goal is Goal.SALES:
        reason = "a return target says nothing about cost without the value of an order"
        yield recommendation("brief.order_value.missing", "economics.order_value", reason, "give the usual order value")
    if brief.goal in CONVERTING and economics.gross_margin is None:
        reason = "profit cannot be shown without the margin"
        yield recommendation("brief.gross_margin.missing", "economics.gross_margin", reason, "give the gross margin")
