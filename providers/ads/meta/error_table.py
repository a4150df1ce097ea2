"""Meta's error numbers as data: what each one proves, how long to wait, and what a person should do.

Source: Graph API error handling and Marketing API error reference, v26.0, read September 2026; numbers marked
"reported" come from operators. Meta puts the same number into `code` or `error_subcode`, so both are looked up.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Meaning(StrEnum):
    THROTTLED = "throttled"  # proven not executed: the quota check comes before the work
    RECONNECT = "reconnect"  # proven not executed: nobody was logged in
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"  # the work may have been done before the failure


@dataclass(frozen=True, slots=True)
class Rule:
    """`wait` is at least how long; with `unless_stated` only where the reply itself states no time."""

    meaning: Meaning
    advice: str = ""
    wait: timedelta | None = None
    unless_stated: bool = False


def _throttled(wait: timedelta | None = None, advice: str = "") -> Rule:
    return Rule(Meaning.THROTTLED, advice or "Meta limits how often we may call; we go on by ourselves.", wait)


def _blocked(wait: timedelta) -> Rule:
    return Rule(Meaning.THROTTLED, _throttled().advice, wait, unless_stated=True)


def _token(advice: str) -> Rule:
    return Rule(Meaning.RECONNECT, advice)


def _refused(advice: str) -> Rule:
    return Rule(Meaning.REFUSED, advice)


_AMBIGUOUS = Rule(Meaning.AMBIGUOUS)
_MINIMUM = _refused("Raise the budget, or spread it over fewer ad sets.")
_ARCHIVED = _refused("The object was deleted or archived on Meta; publish it as a new one.")
_TARGETING = _refused("Remove the targeting option that Meta has retired.")
_BID = _refused("Set the bid that the bid strategy needs, or choose automatic bidding.")
_PLACEMENT = _refused("Remove the placement that Meta no longer offers.")
_ADVANTAGE = _refused("Change the age limits or the Advantage audience setting.")
_PAGE = _refused("Check that the post is published and belongs to the connected page.")
_TERMS = _refused("Accept the terms in Meta's Ads Manager, then publish again.")
_INSTAGRAM = _refused("Give the connected user access to the Instagram account in Meta Business settings.")
_SHARING = _refused("Check the budget sharing setting of the campaign and its ad sets.")
_VIDEO = _refused("Upload the video again in a common format (MP4, H.264).")
_PERMISSION = _refused("The connected user lacks a permission: grant it in Meta Business settings, then publish again.")

# Matched first, as subcode and then as code.
BY_NUMBER: dict[int, Rule] = {
    # throttles that state no delay of their own
    1487632: _throttled(timedelta(hours=1), "Meta allows four budget changes per ad set and hour."),
    1885172: _throttled(timedelta(days=1), "Meta allows ten changes of the account's spending limit a day."),
    1487225: _throttled(timedelta(hours=1), "Meta limits new ads by what the account spends a day."),
    2446079: _blocked(timedelta(minutes=5)),
    1487742: _blocked(timedelta(minutes=5)),
    5044001: _throttled(timedelta(seconds=5)),
    4841013: _throttled(timedelta(minutes=10)),  # reported: a permission error while out of quota
    4841018: _throttled(timedelta(minutes=10)),
    1404078: _throttled(
        timedelta(hours=6), "Meta has blocked this account for a while; check its Account Quality page."
    ),
    2859015: _throttled(
        timedelta(hours=6), "Meta has blocked this account for a while; check its Account Quality page."
    ),
    1815107: _throttled(timedelta(seconds=30), "The report is not ready yet."),
    1885252: _throttled(timedelta(seconds=30), "Meta is still processing the video."),
    # the token
    458: _token("The user removed the app on Meta: connect the account again."),
    459: _token("Meta wants the user to log in on facebook.com once: do that, then connect again."),
    460: _token("The user changed the password: connect the account again."),
    463: _token("The connection to Meta has expired: connect the account again."),
    464: _token("The Meta user is not confirmed: confirm it on facebook.com, then connect again."),
    467: _token("Meta ended the connection: connect the account again."),
    492: _token("The user lost the role on the page: restore it, then connect again."),
    # ambiguous; a generic creative failure often succeeds with the same payload (reported)
    1487390: _AMBIGUOUS,
    2490547: _AMBIGUOUS,
    1504038: _AMBIGUOUS,
    # refusals
    33: _refused("The object is gone, or the connected user may not see it: check the account's assets."),
    1487007: _refused("The ad set has ended: give the campaign a later end."),
    1487033: _refused("The end date must be in the future."),
    1487056: _ARCHIVED,
    1487566: _ARCHIVED,
    1885088: _ARCHIVED,
    1487694: _TARGETING,
    2446394: _TARGETING,
    1359207: _refused("Remove the deleted audience from the targeting."),
    1487901: _MINIMUM,
    1885272: _MINIMUM,
    1885650: _refused("The budget cannot go below what was already spent: choose a higher one."),
    2238055: _MINIMUM,
    2446307: _MINIMUM,
    1885621: _refused("Set the budget on the campaign or on its ad sets, not on both."),
    1885204: _BID,
    2490487: _BID,
    1885183: _refused("The Meta app is in development mode: an administrator must switch it to live."),
    1885029: _PAGE,
    1885557: _PAGE,
    2446289: _PAGE,
    2490155: _PAGE,
    1443226: _refused("The video needs a thumbnail picture."),
    1815199: _INSTAGRAM,
    1815694: _INSTAGRAM,
    1815629: _refused("Two texts or pictures of this ad are the same: make each of them different."),
    1870227: _ADVANTAGE,
    1870188: _ADVANTAGE,
    1870189: _ADVANTAGE,
    1870196: _ADVANTAGE,
    1870199: _refused("Remove the location type; Meta now decides it."),
    1870090: _TERMS,
    1870092: _TERMS,
    1870034: _TERMS,
    1870165: _refused("These targeting options may not be used for people under 18."),
    3858064: _refused("These targeting options may not be used for people under 18."),
    2446383: _refused("Add a destination page and a call to action."),
    2446509: _refused("This destination does not fit the campaign's objective."),
    2446149: _refused("Check the Instagram account and the campaign's budget."),
    2490427: _refused("Meta rejected this ad: change it and publish it as a new one."),
    2490468: _refused("Meta rejected this ad: change it and publish it as a new one."),
    2490589: _PLACEMENT,
    2490392: _PLACEMENT,
    1815433: _PLACEMENT,
    2708008: _refused("The account is not authorised for political ads: complete Meta's authorisation first."),
    3858082: _refused("Choose for each of Meta's creative enhancements whether it may be used."),
    3858152: _refused("Ads shown in the EU need a beneficiary and a payer: add both."),
    3858258: _refused("Meta could not download the picture: upload it again."),
    4834002: _SHARING,
    4834005: _SHARING,
    4834009: _SHARING,
    4834011: _SHARING,
    1404163: _refused("Meta has restricted this account's advertising: see its Account Quality page."),
    3910001: _refused("Meta reports a problem with this account: see its Account Quality page."),
}

BY_CODE: dict[int, Rule] = {
    1: _AMBIGUOUS,
    99: _AMBIGUOUS,
    2: _AMBIGUOUS,
    4: _throttled(),
    17: _throttled(),
    32: _throttled(),
    341: _throttled(),
    613: _throttled(),
    368: _throttled(timedelta(hours=6), "Meta has blocked this action for a while; check the Account Quality page."),
    2601: _throttled(timedelta(seconds=30), "The report is not ready yet."),
    6001: _throttled(timedelta(minutes=1), "The video upload failed at Meta's side."),
    102: _token("The connection to Meta has ended: connect the account again."),
    190: _token("The connection to Meta is no longer valid: connect the account again."),
    104: _token("Meta did not accept the app's signature: an administrator must check the app secret."),
    294: _token("The connected user did not allow managing ads: connect again and allow it."),
    3: _refused("The Meta app may not do this: an administrator must check its capabilities."),
    10: _PERMISSION,
    100: _refused("Change the part that Meta names and try again."),
    105: _refused("Greenlight sent too much at once: report this to an administrator."),
    194: _refused("Greenlight left out something that Meta requires: report this to an administrator."),
    300: _refused("Meta did not allow this change: reload the campaign and try again."),
    801: _refused("Meta did not allow this change: reload the campaign and try again."),
    389: _VIDEO,
    351: _VIDEO,
    352: _VIDEO,
    382: _VIDEO,
    6000: _VIDEO,
    500: _refused("Meta does not allow this text: change it."),
    506: _refused("Meta has this very post already: change the text."),
    803: _refused("The object is not known to Meta: check the id."),
    2500: _refused("Greenlight asked in a way that Meta does not understand: report this to an administrator."),
    2635: _refused("This version of Meta's interface has ended: an administrator must update Greenlight."),
    2641: _refused("Remove the location in which Meta does not allow this ad."),
    2654: _refused("Meta could not create the audience: check its definition."),
    2695: _refused("This app has reached its limit of iOS campaigns."),
    3018: _refused("Choose a start within the last 37 months."),
}


def rule_for(code: int, subcode: int | None) -> Rule | None:
    """The rule of an error number; None when nobody has described it."""
    for number in (subcode, code if code > 1000 else None):  # below, a code is no subcode
        if number in BY_NUMBER:
            return BY_NUMBER[number]
    return BY_CODE.get(code) or _rule_of_range(code)


def _rule_of_range(code: int) -> Rule | None:
    if 80000 <= code <= 80099:
        return _throttled()
    if 200 <= code <= 299:
        return _PERMISSION
    if 1487000 <= code <= 1487999:
        return BY_CODE[100]
    return _AMBIGUOUS if code < 0 else None
