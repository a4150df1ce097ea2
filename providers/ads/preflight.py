"""What must be true of an account, its page and its pixel before publishing; pure rules over what was read."""

from datetime import datetime, timedelta

from providers.ads.results import AccountState, Obstacle, PageChoice, PixelChoice

EVENT_FRESHNESS = timedelta(days=7)


def obstacles(
    account: AccountState, page: PageChoice | None, pixel: PixelChoice | None, *, pixel_wanted: bool, now: datetime
) -> list[Obstacle]:
    """Every obstacle, so that a person mends all of them at once. `now` is platform time."""
    found = _account_obstacles(account) + _page_obstacles(page)
    return found + _pixel_obstacles(pixel, now) if pixel_wanted else found


def _account_obstacles(account: AccountState) -> list[Obstacle]:
    found = []
    if not account.active:
        words = f"The ad account is {account.status.replace('_', ' ')}: see its Account Quality page."
        found.append(Obstacle("account_not_active", words))
    if not account.funded:
        found.append(Obstacle("account_not_funded", "The ad account has no payment method: add one in Ads Manager."))
    return found


def _page_obstacles(page: PageChoice | None) -> list[Obstacle]:
    if page is None:
        words = "The connected user cannot see the chosen page: ask its owner for access, or choose another."
        return [Obstacle("page_not_visible", words)]
    if not page.may_advertise:
        words = f"The connected user may not advertise for {page.name}: ask its owner for the Ads task."
        return [Obstacle("page_role_missing", words)]
    return []


def _pixel_obstacles(pixel: PixelChoice | None, now: datetime) -> list[Obstacle]:
    if pixel is None:
        return [
            Obstacle(
                "pixel_not_visible", "The ad account has no access to the chosen pixel: share it, or choose another."
            )
        ]
    if pixel.last_fired is None or now - pixel.last_fired > EVENT_FRESHNESS:
        words = f"The pixel {pixel.name} has sent nothing for 7 days: check that it is installed on the website."
        return [Obstacle("pixel_silent", words)]
    return []
