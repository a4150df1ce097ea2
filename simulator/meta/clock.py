"""Two clocks: real time for tokens and quotas, and each ad account's market clock for its ads.

The market clock runs like real time, shifted by the hours that were advanced for this account.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.store import Document


def real_now() -> datetime:
    return datetime.now(UTC)


def market_now(account: Document) -> datetime:
    return real_now() + timedelta(seconds=account["_offset_s"])


def local_day(account: Document) -> date:
    """Today in the account's time zone, by its market clock."""
    return market_now(account).astimezone(ZoneInfo(account["timezone_name"])).date()


def local(instant: str, account: Document) -> str:
    """A stored instant in the account's time zone, written as Graph does: 2026-05-12T10:45:01-0700."""
    zone = ZoneInfo(account["timezone_name"])
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S%z")
