"""Hours of the market clock in which the platform answers nothing but errors; what is live goes on spending."""

from datetime import timedelta

from simulator.meta.clock import market_now
from simulator.meta.errors import GraphError, Refusal
from simulator.store import Document


def plan(account: Document, in_hours: float, hours: float) -> Document:
    """Adds an outage to the account, not saved yet."""
    since = market_now(account) + timedelta(hours=in_hours)
    outage = {"since": since.isoformat(), "until": (since + timedelta(hours=hours)).isoformat()}
    account["_outages"] = [*account.get("_outages", []), outage]
    return outage


def check(account: Document) -> None:
    """Raises code 2 during an outage."""
    if not account.get("_outages"):
        return
    now = market_now(account).isoformat()
    if any(outage["since"] <= now < outage["until"] for outage in account["_outages"]):
        raise GraphError(Refusal.DOWN)
