"""Words that marketers and clients use, for everything that has a name of its own in the code."""

from datetime import datetime
from typing import NamedTuple

from babel.core import Locale, UnknownLocaleError

from models.domain.base import local_time
from models.domain.money import in_words
from models.domain.states import (
    AdAccountState,
    ApprovalState,
    CampaignStatus,
    Delivery,
    Placement,
    PlatformKind,
    Scope,
    Verdict,
)

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi"})


class Badge(NamedTuple):
    """A short word with its tone: calm, busy, good, warn or bad."""

    words: str
    tone: str


STATUS = {
    CampaignStatus.DRAFT: Badge("In preparation", "calm"),
    CampaignStatus.AWAITING_APPROVAL: Badge("Waiting for approval", "warn"),
    CampaignStatus.READY: Badge("Ready to publish", "good"),
    CampaignStatus.PUBLISHING: Badge("Being published", "busy"),
    CampaignStatus.SCHEDULED: Badge("Scheduled", "good"),
    CampaignStatus.LIVE: Badge("Live", "good"),
    CampaignStatus.PAUSED: Badge("Paused", "warn"),
    CampaignStatus.ENDED: Badge("Ended", "calm"),
    CampaignStatus.CANCELLED: Badge("Cancelled", "calm"),
}
DELIVERY = {
    Delivery.IN_PLATFORM_REVIEW: Badge("Meta is reviewing the ads", "busy"),
    Delivery.LEARNING: Badge("Learning", "busy"),
    Delivery.LEARNING_LIMITED: Badge("Learning with too few results", "warn"),
    Delivery.DELIVERING: Badge("Being shown", "good"),
    Delivery.PARTLY_REJECTED: Badge("Some ads rejected by Meta", "warn"),
    Delivery.NOT_DELIVERING: Badge("Not being shown", "bad"),
}
SCOPE = {
    Scope.STRATEGY: "Strategy",
    Scope.CONTENT: "Texts and pictures",
    Scope.SCHEDULE: "Budget and dates",
    Scope.ADS: "Ads on Meta",
}
APPROVAL = {
    ApprovalState.PENDING: Badge("Not decided yet", "warn"),
    ApprovalState.NEEDS_REVIEW: Badge("Changed since it was approved", "warn"),
    ApprovalState.APPROVED: Badge("Approved", "good"),
    ApprovalState.REJECTED: Badge("Changes requested", "bad"),
}
NOT_ASKED = Badge("Not put up for approval yet", "calm")
VERDICT = {
    Verdict.APPROVE: "approved",
    Verdict.REQUEST_CHANGES: "asked for changes",
    Verdict.EXCLUDE: "left out",
    Verdict.INCLUDE: "took back in",
    Verdict.WITHDRAW: "took the approval back",
}
PLACEMENT = {
    Placement.FEED: "Feed",
    Placement.STORY: "Story",
    Placement.REEL: "Reel",
    Placement.RIGHT_COLUMN: "Right column",
    Placement.CARD: "Carousel",
}
KIND = {
    PlatformKind.IMAGE: ("picture", "pictures"),
    PlatformKind.VIDEO: ("video", "videos"),
    PlatformKind.CREATIVE: ("ad design", "ad designs"),
    PlatformKind.CAMPAIGN: ("campaign", "campaigns"),
    PlatformKind.AD_SET: ("ad set", "ad sets"),
    PlatformKind.AD: ("ad", "ads"),
}
ACCOUNT = {
    AdAccountState.CONNECTED: Badge("Connected", "good"),
    AdAccountState.NEEDS_RECONNECT: Badge("Has to be connected again", "bad"),
    AdAccountState.RESTRICTED: Badge("Restricted by Meta", "bad"),
    AdAccountState.STOPPED: Badge("Stopped", "bad"),
    AdAccountState.DISCONNECTED: Badge("Disconnected", "calm"),
}


# What Meta says of ads that are not running says nothing about being shown.
RUNNING_ONLY = frozenset({Delivery.DELIVERING, Delivery.LEARNING, Delivery.LEARNING_LIMITED, Delivery.NOT_DELIVERING})


def delivery_badge(status: CampaignStatus, delivery: Delivery | None) -> Badge | None:
    """What Meta makes of the ads, where it means something in this status."""
    if delivery is None or status not in (CampaignStatus.SCHEDULED, CampaignStatus.LIVE, CampaignStatus.PAUSED):
        return None
    if status is not CampaignStatus.LIVE and delivery in RUNNING_ONLY:
        accepted = status is CampaignStatus.SCHEDULED and delivery is not Delivery.NOT_DELIVERING
        return Badge("Accepted by Meta", "good") if accepted else None
    return DELIVERY[delivery]


def money(amount_minor: int, currency: str) -> str:
    return in_words(amount_minor, currency)


def when(instant: datetime, zone: str) -> str:
    """Such as `Mon 23 Nov 2026, 09:00`, on the clock of the zone; name the zone beside it."""
    local = local_time(instant, zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def day(instant: datetime, zone: str) -> str:
    local = local_time(instant, zone)
    return f"{local.day} {local:%b %Y}"


def zone_words(zone: str, at: datetime) -> str:
    """The zone as people say it, with its offset at that moment: `Riyadh time (UTC+3)`."""
    city = zone.rpartition("/")[2].replace("_", " ")
    offset = local_time(at, zone).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    shown = f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}"
    return f"{city} time ({shown})" if city != "UTC" else "UTC"


def dates(start: datetime, end: datetime | None, zone: str) -> str:
    if end is None:
        return f"{day(start, zone)}, no end date"
    return f"{day(start, zone)} to {day(end, zone)}"


def language_name(tag: str) -> str:
    try:
        return str(Locale.parse(tag, sep="-").get_display_name("en") or tag)
    except (ValueError, UnknownLocaleError):
        return tag


def direction(tag: str) -> str:
    return "rtl" if tag.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def lowered(text: str) -> str:
    """For the middle of a sentence; names such as Meta keep their letters."""
    return f"{text[:1].lower()}{text[1:]}"


def listed(parts: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def readable(key: str) -> str:
    """Our own keys as words: `cart_abandoners` becomes `cart abandoners`."""
    return key.replace("__", " / ").replace("_", " ").replace("-", " ")
