"""Reports over campaigns: which have figures in a span, in which order, and page by page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.overview import PUBLISHED, platform_time
from api.performance import Span, Wish, data_age
from api.problems import ApiError, ProblemType
from api.schemas.reports import ReportFilter, SortBy
from models.domain.account_days import account_day
from models.domain.data_age import DataAge
from models.domain.metrics import Counts
from models.domain.performance import total
from models.domain.states import CampaignStatus
from records.analytics.campaign_days import campaign_days
from records.analytics.campaigns import Running, campaigns_with_accounts
from records.ledger import database_now

# Amounts of different currencies have no order, so these are compared inside one currency only.
MONEY = frozenset({SortBy.SPEND, SortBy.CPA, SortBy.CPC})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which campaigns, and their order; `descending` puts the largest first. Unknown figures always come last."""

    wish: Wish = field(default_factory=Wish)
    statuses: Sequence[CampaignStatus] = ()
    ad_account_id: UUID | None = None
    currency: str | None = None
    sort: SortBy = SortBy.SPEND
    descending: bool = True

    @classmethod
    def of(cls, wanted: ReportFilter) -> "Chosen":
        return cls(
            wish=Wish(wanted.since, wanted.until),
            statuses=wanted.status,
            ad_account_id=wanted.ad_account_id,
            currency=wanted.currency,
            sort=wanted.sort,
            descending=wanted.order == "desc",
        )


@dataclass(frozen=True, slots=True)
class ReportLine:
    """`counts` is None where the campaign has no figures in the span."""

    running: Running
    age: DataAge
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class Report:
    span: Span
    lines: list[ReportLine]

    @property
    def totals(self) -> list[tuple[str, Counts]]:
        """By currency."""
        by_currency: dict[str, list[Counts]] = defaultdict(list)
        for line in self.lines:
            if line.counts and line.running.currency:
                by_currency[line.running.currency].append(line.counts)
        return [(currency, total(counts) or Counts()) for currency, counts in sorted(by_currency.items())]


async def read_report(session: AsyncSession, chosen: Chosen) -> Report:
    """Every campaign that was ever published and fits, in the order that was asked for."""
    now = await database_now(session)
    known = [
        row
        for row in await campaigns_with_accounts(
            session, statuses=chosen.statuses or PUBLISHED, ad_account_id=chosen.ad_account_id
        )
        if row.account is not None and chosen.currency in (None, row.currency)
    ]
    todays = [account_day(platform_time(row.account, now), row.zone) for row in known if row.account]
    span = chosen.wish.span(max(todays, default=now.date()))
    days: dict[UUID, list[Counts]] = defaultdict(list)
    for line in await campaign_days(session, [row.campaign.id for row in known], (span.first, span.last)):
        days[line.campaign_id].append(line.counts)
    lines = [
        ReportLine(
            row, data_age(row.account, platform_time(row.account, now), row.campaign), total(days[row.campaign.id])
        )
        for row in known
        if row.account is not None
    ]
    return Report(span, _sorted(lines, chosen))


def _sorted(lines: Sequence[ReportLine], chosen: Chosen) -> list[ReportLine]:
    named = sorted(lines, key=lambda line: (line.running.campaign.name.casefold(), line.running.campaign.id))
    if chosen.sort is SortBy.NAME:
        return named[::-1] if chosen.descending else named
    valued = [(line, value) for line in named if (value := _value(line, chosen.sort)) is not None]
    valued.sort(key=lambda pair: pair[1], reverse=chosen.descending)
    known = [line for line, _ in valued]
    if chosen.sort in MONEY:
        known.sort(key=lambda line: line.running.currency or "")
    ranked = {line.running.campaign.id for line in known}
    return [*known, *(line for line in named if line.running.campaign.id not in ranked)]


def _value(line: ReportLine, sort: SortBy) -> Decimal | None:
    if line.counts is None:
        return None
    counts = line.counts
    return {
        SortBy.SPEND: lambda: Decimal(counts.spend_minor),
        SortBy.CONVERSIONS: lambda: None if counts.conversions is None else Decimal(counts.conversions),
        SortBy.CPA: counts.cpa_minor,
        SortBy.CPC: counts.cpc_minor,
        SortBy.CTR: counts.ctr,
        SortBy.ROAS: counts.roas,
    }[sort]()


def page_after(lines: Sequence[ReportLine], after: UUID | None, limit: int) -> tuple[list[ReportLine], UUID | None]:
    """The lines behind the campaign `after`, and the campaign to go on behind; None at the end."""
    start = 0
    if after is not None:
        places = [place for place, line in enumerate(lines) if line.running.campaign.id == after]
        if not places:
            raise ApiError(ProblemType.BAD_REQUEST, "The list has changed since. Start again without the cursor.")
        start = places[0] + 1
    page = list(lines[start : start + limit])
    return page, page[-1].running.campaign.id if start + limit < len(lines) else None
