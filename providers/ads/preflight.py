"""What must be true of an account, its page and its pixel before publishing; pure rules over what was read.

All of them are told at once, so that a person mends everything in one go.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from providers.ads.results import AccountState, Obstacle, PageChoice, PixelChoice

EVENT_FRESHNESS = timedelta(days=7)


def account_obstacles(account: AccountState) -> list[Obstacle]:
    found = []
    if not account.active:
        words = f"The ad account is {account.status.replace('_', ' ')}: see its Account Quality page."
        found.append(Obstacle("account_not_active", words))
    if not account.funded:
        found.append(Obstacle("account_not_funded", "The ad account has no payment method: add one in Ads Manager."))
    return found


def page_obstacles(page: PageChoice | None) -> list[Obstacle]:
    if page is None:
        words = "The connected user cannot see the chosen page: ask its owner for access, or choose another."
        return [Obstacle("page_not_visible", words)]
    if not page.may_advertise:
        words = f"The connected user may not advertise for {page.name}: ask its owner for the Ads task."
        return [Obstacle("page_role_missing", words)]
    return []


def pixel_obstacles(
    pixel: PixelChoice | None, event: str | None, fired: Mapping[str, int], *, since: datetime
) -> list[Obstacle]:
    """`fired` counts each event after `since`, which is platform time; it is looked at only when an event is chosen."""
    if pixel is None:
        words = "The ad account has no access to the chosen pixel: share it, or choose another."
        return [Obstacle("pixel_not_visible", words)]
    if pixel.last_fired is None or pixel.last_fired < since:
        words = f"The pixel {pixel.name} has sent nothing for 7 days: check that it is installed on the website."
        return [Obstacle("pixel_silent", words)]
    if event is not None and not fired.get(event):
        words = f"The pixel {pixel.name} has not sent {event} for 7 days: check the website, or choose another event."
        return [Obstacle("event_silent", words)]
    return []
