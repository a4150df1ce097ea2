"""Figures as CSV (RFC 4180): amounts in whole currency units with a point, rates as the head line says."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision

from models.domain.metrics import Counts

BOM = "\ufeff"
# A spreadsheet takes a cell that begins so for a formula, which could send data away or start programs.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
HEAD = (
    "Currency", "Spend (currency units)", "Impressions", "Reach", "Clicks", "Link clicks", "Landing page views",
    "3-second video views", "ThruPlays", "Conversions", "Conversion value (currency units)", "Leads", "CTR (%)",
    "CPC (currency units)", "CPM (currency units)", "Cost per conversion (currency units)",
    "Cost per lead (currency units)", "Conversion rate (%)", "ROAS", "Frequency",
)  # fmt: skip
EMPTY = ("",) * (len(HEAD) - 1)


def safe(text: str) -> str:
    """As it is, or with an apostrophe in front where a spreadsheet would compute it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def cells(counts: Counts | None, currency: str | None) -> tuple[str, ...]:
    """In the order of `HEAD`; what is not known is empty."""
    if counts is None or currency is None:
        return (currency or "", *EMPTY)
    precision = get_currency_precision(currency)

    def amount(minor: int | None) -> str:
        return "" if minor is None else f"{Decimal(minor).scaleb(-precision):f}"

    def cost(minor: Decimal | None) -> str:
        return _fixed(None if minor is None else minor.scaleb(-precision), precision + 2)

    return (
        currency, amount(counts.spend_minor), *_whole(counts.impressions, counts.reach, counts.clicks,
        counts.link_clicks, counts.landing_page_views, counts.video_3s_views, counts.thruplays, counts.conversions),
        amount(counts.conversion_value_minor), *_whole(counts.leads), _percent(counts.ctr()), cost(counts.cpc_minor()),
        cost(counts.cpm_minor()), cost(counts.cpa_minor()), cost(counts.cpl_minor()),
        _percent(counts.conversion_rate()), _fixed(counts.roas(), 4), _fixed(counts.frequency(), 4),
    )  # fmt: skip


def _whole(*counts: int | None) -> tuple[str, ...]:
    return tuple("" if count is None else str(count) for count in counts)


def _percent(rate: Decimal | None) -> str:
    return _fixed(None if rate is None else rate * 100, 4)


def _fixed(rate: Decimal | None, digits: int) -> str:
    return "" if rate is None else f"{rate:.{digits}f}"


def lines(rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


async def encoded(parts: AsyncIterator[list[Sequence[str]]], *, bom: bool) -> AsyncIterator[bytes]:
    """A file in pieces, one for each list of rows."""
    if bom:
        yield BOM.encode()
    async for rows in parts:
        yield lines(rows).encode()
