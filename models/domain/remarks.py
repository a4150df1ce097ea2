"""What stands between a campaign and its launch, or would make it better."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from models.domain.ads_plan import AdsPlan
from models.domain.base import Document
from models.domain.brief import Brief, ConversionLocation
from models.domain.content import ItemContent
from models.domain.defaults import AccountFacts
from models.domain.schedule import Schedule
from models.domain.strategy import Strategy


class Remark(Document):
    """`code` is stable, `field` the dotted path that it is about, `reason` why, `action` what to do."""

    code: str
    field: str
    reason: str
    action: str
    blocking: bool


Remarks = Iterator[Remark]


class Documents(Document):
    """Everything that is known about one campaign so far; what does not exist yet is None or empty."""

    brief: Brief
    strategy: Strategy | None = None
    items: Sequence[ItemContent] = ()
    schedule: Schedule | None = None
    plan: AdsPlan | None = None
    account: AccountFacts | None = None

    def opens_form(self) -> bool:
        planned = self.strategy.measurement.conversion if self.strategy else None
        conversion = planned or self.brief.conversion
        return conversion is not None and conversion.location is ConversionLocation.INSTANT_FORM

    def countries(self) -> set[str]:
        places = list(self.brief.geo.include) if self.brief.geo else []
        for segment in self.strategy.audience.segments if self.strategy else []:
            places += segment.targeting.geo.include
        return {place.country for place in places}


def blocker(code: str, field: str, reason: str, action: str) -> Remark:
    return Remark(code=code, field=field, reason=reason, action=action, blocking=True)


def recommendation(code: str, field: str, reason: str, action: str) -> Remark:
    return Remark(code=code, field=field, reason=reason, action=action, blocking=False)


def day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
