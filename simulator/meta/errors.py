"""Meta's error catalogue as data, and the exception that carries one entry to the client.

Source: Marketing API error reference v26 and field reports. Where no subcode is known, the entry has none.
"""

from dataclasses import dataclass
from enum import Enum

from simulator.store import Document


@dataclass(frozen=True, slots=True)
class Entry:
    code: int
    subcode: int | None
    title: str
    message: str
    status: int = 400
    transient: bool = False


class Refusal(Enum):
    """What Meta says no to. Words in braces are filled in by the raiser."""

    INTERNAL = Entry(1, 99, "Unknown error", "An unknown error occurred", 500)
    DOWN = Entry(2, None, "Service unavailable", "Service temporarily unavailable", 503, True)
    TOO_MUCH_DATA = Entry(
        1, None, "Too much data", "Please reduce the amount of data you're asking for, then retry your request", 500
    )
    TOO_OLD = Entry(3018, None, "Start too early", "The start date of the time range cannot be beyond 37 months.")
    UNKNOWN_PATH = Entry(2500, None, "Unknown path", "Unknown path components: /{path}")
    VERSION = Entry(2635, None, "Version not available", "This simulator speaks v26.0 only, not v{version}.")
    UNSUPPORTED = Entry(100, None, "Unsupported request", "Unsupported {method} request for {path}.")
    MISSING_OBJECT = Entry(
        100,
        33,
        "Object not found",
        "Object with ID '{id}' does not exist, or permissions for it are missing.",
    )
    MISSING_PARAM = Entry(100, None, "Missing value", "The parameter {param} is required.")
    INVALID_PARAM = Entry(100, None, "Invalid value", "Invalid parameter {param}: {why}")
    UNKNOWN_FIELD = Entry(
        100, None, "Unknown field", "Tried accessing nonexisting field ({field}) on node type ({kind})"
    )
    BAD_FIELDS = Entry(2500, None, "Unreadable fields", "Syntax error in the field expression: {why}")
    BATCH_TOO_LONG = Entry(100, None, "Too many requests", "A batch holds at most 50 requests.")
    BATCH_UNREADABLE = Entry(100, None, "Unreadable batch", "The batch parameter must be a JSON list of requests.")

    NO_TOKEN = Entry(2500, None, "No access token", "An active access token must be used to query information.", 401)
    BAD_TOKEN = Entry(190, None, "Invalid token", "Invalid OAuth access token - cannot parse access token.", 401)
    EXPIRED_TOKEN = Entry(190, 463, "Session expired", "Error validating access token: the session has expired.", 401)
    APP_REMOVED = Entry(190, 458, "App removed", "Error validating access token: the user removed the app.", 401)
    BAD_PROOF = Entry(100, None, "Invalid proof", "Invalid appsecret_proof provided in the API argument.")
    BAD_CLIENT = Entry(1, None, "Unknown app", "Error validating application: id or secret is wrong.")
    BAD_CODE = Entry(100, 36009, "Invalid code", "This authorization code is unknown or has been used.")
    BAD_REDIRECT = Entry(
        100, 36008, "Wrong redirect", "redirect_uri must be identical to the one used in the OAuth dialog request."
    )
    NEEDS_PAGE_TOKEN = Entry(190, 2069032, "Page token needed", "This call needs an access token of the page.", 401)
    NO_PERMISSION = Entry(200, None, "Permission missing", "(#200) This call needs the permission {scope}.", 403)

    ACCOUNT_THROTTLED = Entry(17, 2446079, "Too many calls", "User request limit reached")
    USE_CASE_THROTTLED = Entry(
        80004, 2446079, "Too many calls", "There have been too many calls to this ad-account. Wait a bit and try again."
    )
    INSIGHTS_THROTTLED = Entry(
        80000,
        2446079,
        "Too many calls",
        "There have been too many calls from this ad-account. Wait a bit and try again.",
    )
    BUDGET_EDITS = Entry(
        613,
        1487632,
        "Budget changed too often",
        "An ad set's budget can change 4 times per hour; wait an hour.",
    )
    ACCOUNT_CLOSED = Entry(100, 3910001, "Account problem", "This ad account cannot make changes: status {status}.")

    DELETED = Entry(100, 1487056, "Object deleted", "This {kind} was deleted and can no longer be edited.")
    ARCHIVED = Entry(
        100,
        1487566,
        "Object archived",
        "This {kind} is archived: only its name can change, or its status to DELETED.",
    )
    PARENT_GONE = Entry(
        100, 1885088, "Parent archived", "The {kind} {id} was deleted or archived: nothing can be added."
    )
    LIST_DELETED = Entry(100, 1815001, "Deleted objects", "Deleted objects cannot be listed; read them by id.")

    BOTH_LEVELS = Entry(100, 1885621, "Two budgets", "Set the budget on the campaign or on its ad sets, not on both.")
    BUDGET_TOO_LOW = Entry(
        100, 1885272, "Budget too low", "The {param} must be at least {minimum} (minor units of {currency})."
    )
    BUDGET_BELOW_SPEND = Entry(100, 1885650, "Budget too low", "The budget must stay above what was spent: {spent}.")
    CAMPAIGN_BUDGET_TOO_LOW = Entry(
        100, 2238055, "Campaign budget too low", "The campaign budget must cover the minimum of its ad sets: {minimum}."
    )
    SPEND_CAP_TOO_LOW = Entry(
        100,
        2446307,
        "Spending limit too low",
        "The limit must be at least {minimum} (minor units of {currency}).",
    )
    SHARING_MISSING = Entry(
        100,
        4834011,
        "Budget sharing missing",
        "Without a campaign budget give is_adset_budget_sharing_enabled.",
    )
    SHARING_NEEDS_BID = Entry(
        100, 4834005, "Bid strategy missing", "Budget sharing needs a bid strategy on the campaign."
    )
    SHARING_UNIFORM = Entry(
        100, 4834009, "Ad sets differ", "Ad sets that share budgets need one kind of budget and one bid strategy."
    )
    SHARING_WITH_BUDGET = Entry(
        100, 4834002, "Budget sharing conflict", "Budget sharing cannot join a campaign budget."
    )
    BID_CONTRADICTION = Entry(100, 1885204, "Bid conflict", "The bid data contradicts the bid strategy: {why}")
    BID_MISSING = Entry(100, 2490487, "Bid amount missing", "The bid strategy {strategy} needs {param}.")
    END_IN_PAST = Entry(100, 1487033, "End date in the past", "The end date must be in the future and after the start.")
    ENDED = Entry(100, 1487007, "Ad set ended", "The ad set has ended: move its end date first.")

    DESTINATION = Entry(
        100, 2446509, "Destination not possible", "The destination type {value} cannot be used with {objective}."
    )
    WEBSITE_MISSING = Entry(
        100, 2446383, "Website missing", "This objective needs a website URL together with a call to action."
    )
    ADVANTAGE_MISSING = Entry(
        100,
        1870227,
        "Advantage audience flag required",
        "Set targeting_automation.advantage_audience to 1 or 0 to say whether Advantage+ audience is used.",
    )
    ADVANTAGE_AGE_MIN = Entry(100, 1870188, "Age limit", "With Advantage+ audience the minimum age must be 18 to 25.")
    ADVANTAGE_AGE_MAX = Entry(100, 1870189, "Age limit", "With Advantage+ audience the maximum age must be 65.")
    ADVANTAGE_VALUE = Entry(100, 1870196, "Invalid automation", "advantage_audience must be 0 or 1.")
    LOCATION_TYPES = Entry(100, 1870199, "Location types", "location_types can no longer be restricted.")
    MINORS = Entry(100, 1870165, "Minors", "This option is not possible for people under 18: {why}")
    SPECIAL_CATEGORY = Entry(100, None, "Special ad category", "Ads in {categories} cannot use {option}.")
    PLACEMENT = Entry(100, 2490589, "Placement not available", "The placement {value} cannot be selected.")
    AUDIENCE_GONE = Entry(
        100, 1359207, "Audience unavailable", "The targeting uses an audience that does not exist: {id}."
    )
    DSA_MISSING = Entry(
        100, 3858152, "Beneficiary and payer missing", "Ads for the EU need dsa_beneficiary and dsa_payor."
    )

    CREATIVE_FLAKY = Entry(100, 1487390, "Creative not created", "The ad creative could not be created. Try again.")
    VIDEO_PROCESSING = Entry(100, 1885252, "Video not ready", "The video {id} is still being processed.")
    THUMBNAIL_MISSING = Entry(
        100, 1443226, "Thumbnail missing", "A video ad needs a thumbnail: image_hash or image_url."
    )
    INSTAGRAM = Entry(100, 1815199, "Instagram account", "This ad account has no access to the Instagram account {id}.")
    DUPLICATE_ASSETS = Entry(100, 1815629, "Duplicate assets", "The values of {param} must differ from each other.")
    ENHANCEMENTS = Entry(
        100, 3858082, "Enhancement choice missing", "Choose OPT_IN or OPT_OUT for the creative feature {feature}."
    )
    PAGE_MISMATCH = Entry(
        100, 1885029, "Page mismatch", "The page of the creative is not the page of the ad set: {why}"
    )
    VIDEO_UNREACHABLE = Entry(389, None, "Video not fetched", "The video could not be fetched from its URL.")
    VIDEO_FORMAT = Entry(352, None, "Video format", "The video file has a format that is not supported.")
    IMAGE_FORMAT = Entry(100, None, "Image format", "The file {name} is not a picture that can be read (JPEG or PNG).")
    REPORT_FAILED = Entry(100, None, "Report failed", "The report has no results: {status}. Ask for a new one.")
    REPORT_NOT_READY = Entry(2601, 1815107, "Report not ready", "The report is still running.", 400, True)


class GraphError(Exception):
    """One refusal with its words; `blame` is the path to the field at fault."""

    def __init__(self, refusal: Refusal, blame: str | None = None, **words: object) -> None:
        self.entry = refusal.value
        self.blame = blame
        self.text = self.entry.message.format(**words)
        super().__init__(self.text)

    def body(self, trace: str) -> Document:
        entry = self.entry
        error: Document = {
            "message": entry.title if entry.subcode else self.text,
            "type": "GraphMethodException" if entry.subcode == 33 else "OAuthException",
            "code": entry.code,
            "is_transient": entry.transient,
            "error_user_title": entry.title,
            "error_user_msg": self.text,
            "fbtrace_id": trace,
        }
        if entry.subcode is not None:
            error["error_subcode"] = entry.subcode
            # Meta's own message says only this; the reason is in the subcode and in the words for the user.
            error["message"] = "Invalid parameter" if entry.code == 100 else self.text
        if self.blame:
            error["error_data"] = {"blame_field_specs": [[self.blame]]}
        return {"error": error}


def invalid(param: str, why: str) -> GraphError:
    """100 without a subcode, blaming one parameter."""
    return GraphError(Refusal.INVALID_PARAM, param, param=param, why=why)


def missing(param: str) -> GraphError:
    return GraphError(Refusal.MISSING_PARAM, param, param=param)
