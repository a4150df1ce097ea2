"""A rule over the workspace's own recorded hours, before it is switched on: reads, computes, and writes nothing."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from anyio import to_thread
from pydantic import ValidationError

from activities.run_blobs import unpacked
from api.schemas.rules import MovedView, RuleTrialView, TriedView, WhyNotView
from api.services import Services
from models.domain.rules import Rule
from models.tables.base import utc_now
from optimizer.rules.trying import Hour, Tried, rested, try_rule
from providers.storage.keys import run_key
from providers.storage.protocol import ObjectMissing
from records.access import Caller
from records.rules import runs
from records.rules.written import Written

MOST_LISTED = 5_000
MOST_READ = 400
MOST_SECONDS = 12.0
"""As long as a person waits for a page."""
SHOWN = 60
WHY_NOT = 8
UNSAVED = UUID(int=0)


async def try_on_the_past(services: Services, caller: Caller, written: Written, days: int) -> RuleTrialView:
    """Newest hours first, and only those in which it would have been looked at; says how far back it came."""
    async with services.database.workspace_transaction(caller.workspace_id) as session:
        since = utc_now() - timedelta(days=days)
        known = await runs.recorded(session, since, written.campaign_id, MOST_LISTED)
    rule = Rule(id=UNSAVED, version=1, campaign_id=written.campaign_id, body=written.body)
    due = [sha256 for sha256, at, zone in known if rule.body.schedule.due(at.astimezone(ZoneInfo(zone)))]
    hours: list[Hour] = []
    started = time.monotonic()
    for sha256 in due[:MOST_READ]:
        if hours and time.monotonic() - started > MOST_SECONDS:
            break
        try:
            packed = await services.storage.get(run_key(caller.workspace_id, sha256))
            hours.append(await to_thread.run_sync(_hour, packed, rule))
        except (ObjectMissing, ValidationError):
            # Lost, or of a version that this one does not understand.
            continue
    return _view(rule, hours, len(due))


def _hour(packed: bytes, rule: Rule) -> Hour:
    blob = unpacked(packed)
    return try_rule(blob.problem, blob.decision, rule)


def _view(rule: Rule, hours: Sequence[Hour], due: int) -> RuleTrialView:
    tried = rested([each for hour in hours for each in hour.tried], timedelta(hours=rule.body.rest_hours))
    acts = [each for each in reversed(tried) if each.acts]
    times = sorted(hour.at for hour in hours)
    return RuleTrialView(
        hours=len(hours),
        hours_in_all=due,
        since=times[0] if times else None,
        until=times[-1] if times else None,
        checked=sum(hour.checked for hour in hours),
        matched=len(tried),
        acted=len(acts),
        differs=sum(each.differs for each in acts),
        moved=_moved(acts),
        examples=[TriedView.model_validate(each) for each in acts[:SHOWN]],
        why_not=_why_not(hours),
    )


def _moved(acts: Sequence[Tried]) -> list[MovedView]:
    """Of the rule's own wishes: by how much they cut and raise in all."""
    cut: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    for each in acts:
        change = each.would_minor - each.before_minor
        (raised if change > 0 else cut)[each.currency] += abs(change)
    return [
        MovedView(currency=currency, cut_minor=cut[currency], raised_minor=raised[currency])
        for currency in sorted(set(cut) | set(raised))
    ]


def _why_not(hours: Sequence[Hour]) -> list[WhyNotView]:
    """The newest reason of each of some budgets for which it never held."""
    newest: dict[str, tuple[datetime, str]] = {}
    for hour in sorted(hours, key=lambda hour: hour.at, reverse=True):
        for name, words in hour.failed:
            newest.setdefault(name, (hour.at, words))
    return [WhyNotView(name=name, at=at, words=words) for name, (at, words) in list(newest.items())[:WHY_NOT]]
