"""What signs say to people: on an ad set's row, and as a notice of something new that is wrong."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.states import AnomalyKind, Trend
from models.tables.ad_account import AdAccount
from models.tables.signals import Anomaly
from optimizer.trends import Trends
from records import notifications
from records.notifications import Notice

_NAMED = 5
_TITLES = {
    AnomalyKind.TRACKING: "Conversions of {name} may not be counted",
    AnomalyKind.DELIVERY: "{name} does not spend as it did",
    AnomalyKind.FIGURES: "Figures of {name} jumped",
}
FROZEN = "Nothing is moved until it is over or somebody dismisses it."


def signal_words(results: Trends, clicks: Trends, place: int) -> str:
    """Of results per spend, and of clicks per spend where these show more."""
    said = _said("Results", results, place)
    if clicks.kinds[place] in (Trend.RISING, Trend.FALLING):
        return f"{said} {_said('Clicks', clicks, place)}"
    return said


def _said(what: str, found: Trends, place: int) -> str:
    kind = found.kinds[place]
    low, high = (f"{100 * float(end[place]):+.0f} %" for end in (found.low, found.high))
    match kind:
        case Trend.RISING | Trend.FALLING:
            change = abs(100 * float(found.per_week[place]))
            return f"{what} per spend are {kind.value} by {change:.0f} % a week ({low} to {high})."
        case Trend.STEADY:
            return f"{what} per spend are steady ({low} to {high} a week)."
        case _:
            return "Not enough to say whether results per spend rise or fall."


async def tell(session: AsyncSession, account: AdAccount, new: Sequence[Anomaly], names: Mapping[UUID, str]) -> None:
    """One notice for everything of one kind that one look found new in a campaign, or in the account itself."""
    groups: dict[tuple[AnomalyKind, UUID | None], list[Anomaly]] = defaultdict(list)
    for row in new:
        groups[row.kind, row.campaign_id].append(row)
    for (kind, campaign_id), rows in groups.items():
        name = account.name if campaign_id is None else names.get(campaign_id, "A campaign")
        lines = [f"{row.words[:1].upper()}{row.words[1:]}." for row in rows[:_NAMED]]
        more = [f"And {len(rows) - _NAMED} more."] if len(rows) > _NAMED else []
        frozen = [FROZEN] if any(row.freezes for row in rows) else []
        notice: Notice = {
            "workspace_id": account.workspace_id,
            "kind": "anomaly",
            "title": _TITLES[kind].format(name=name),
            "body": " ".join([*lines, *more, *frozen]),
            "dedupe_key": f"anomaly:{rows[0].id}",
        }
        if campaign_id is not None:
            notice["campaign_id"] = campaign_id
        await notifications.add(session, **notice)
