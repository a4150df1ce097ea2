"""How far a stop is, in words: the same for programs and on the page."""

from collections.abc import Mapping
from uuid import UUID

from api.schemas.stops import StopView
from models.domain.states import StopScope, StopState
from models.tables.stop import StopOrder
from records.stops import report_of

NO_WORKER = (
    "Pausing on Meta waits for Greenlight's workflow service, which cannot be reached; it begins by itself as soon as "
    "that is back. If it is urgent, pause in Ads Manager too."
)


def about_words(order: StopOrder, names: Mapping[UUID, str]) -> str:
    """What was stopped, for the beginning of a sentence."""
    if order.scope is StopScope.CAMPAIGN and order.campaign_id:
        return names.get(order.campaign_id, "This campaign")
    if order.scope is StopScope.ACCOUNT and order.ad_account_id:
        return f"Everything on {names.get(order.ad_account_id, 'this ad account')}"
    return "Everything in this workspace"


def stop_words(order: StopOrder) -> str:
    left = len(report_of(order).not_stopped)
    if order.state is StopState.RELEASED:
        return "Released: Greenlight sends again. Nothing starts by itself; each campaign is resumed by a person."
    if order.state is StopState.STOPPED:
        return "Stopped. Nothing is sent and everything was seen paused on Meta."
    if order.swept_at is None:
        return "Nothing new is sent any more. Pausing what runs on Meta has not begun yet; it follows by itself."
    if left:
        return (
            f"Nothing new is sent any more. {left} on Meta {'has' if left == 1 else 'have'} not stopped yet; "
            "Greenlight keeps trying until everything has."
        )
    return "Nothing new is sent any more. Greenlight looks once more whether anything still runs on Meta."


def stop_view(order: StopOrder) -> StopView:
    report = report_of(order)
    return StopView(
        id=order.id,
        scope=order.scope,
        campaign_id=order.campaign_id,
        ad_account_id=order.ad_account_id,
        state=order.state,
        reason=order.reason,
        requested_by=order.requested_name,
        paused=report.paused,
        not_stopped=report.not_stopped,
        created_at=order.created_at,
        swept_at=order.swept_at,
        stopped_at=order.stopped_at,
        released_at=order.released_at,
        released_by=order.released_name,
        words=stop_words(order),
    )
