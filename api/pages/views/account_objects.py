"""What runs in an ad account, in words: how far its import is, and each campaign, ad set and ad."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from api.pages.views.words import KIND, Badge, counted, money, when
from models.contracts.importing import ImportOutcome, ImportProgress
from models.domain.metrics import Counts
from models.domain.states import PlatformKind
from models.tables.ad_account import AdAccount
from models.tables.platform_node import PlatformNode
from records.account_imports import progress_of

BELOW = {PlatformKind.CAMPAIGN: PlatformKind.AD_SET, PlatformKind.AD_SET: PlatformKind.AD}
STATES = {
    "ACTIVE": Badge("Running", "good"),
    "PAUSED": Badge("Paused", "calm"),
    "CAMPAIGN_PAUSED": Badge("Its campaign is paused", "calm"),
    "ADSET_PAUSED": Badge("Its ad set is paused", "calm"),
    "PENDING_REVIEW": Badge("Meta is reviewing it", "busy"),
    "IN_PROCESS": Badge("Meta is working on it", "busy"),
    "PREAPPROVED": Badge("Accepted by Meta", "good"),
    "DISAPPROVED": Badge("Rejected by Meta", "bad"),
    "WITH_ISSUES": Badge("Has problems", "bad"),
    "PENDING_BILLING_INFO": Badge("Waits for payment details", "bad"),
    "ARCHIVED": Badge("Archived", "calm"),
    "DELETED": Badge("Deleted", "calm"),
}


@dataclass(frozen=True, slots=True)
class ImportWords:
    """`percent` of the steps that are behind; None while nobody has asked for an import."""

    running: bool
    badge: Badge
    lines: list[str]
    percent: int | None
    problem: str
    button: str


@dataclass(frozen=True, slots=True)
class ObjectWords:
    """`below` is what lies under it, to be opened; `read_only` means that it is not ours."""

    number: str
    name: str
    kind: str
    state: Badge
    read_only: bool
    campaign_id: UUID | None
    facts: list[str]
    figures: list[str]
    says: list[str]
    pictures: list[str]
    below: str


def import_words(account: AdAccount) -> ImportWords:
    progress = progress_of(account)
    if progress is None:
        words = "Not read yet. Greenlight can read what this account runs, with 90 days of figures. It changes nothing."
        return ImportWords(False, Badge("Not read yet", "calm"), [words], None, "", "Read what runs here")
    if progress.state is ImportOutcome.RUNNING:
        lines = [_reading(progress), *([progress.waiting] if progress.waiting else [])]
        return ImportWords(True, Badge("Being read", "busy"), lines, _percent(progress), "", "")
    found = f"{_found(progress)}, read {when(progress.started_at, account.timezone)}. New figures come in every hour."
    if progress.state is ImportOutcome.FAILED:
        problem = progress.problem or "It ended for a reason that nobody wrote down."
        return ImportWords(False, Badge("Could not be read", "bad"), [], None, problem, "Try again")
    return ImportWords(False, Badge("Read", "good"), [found], None, "", "Read again")


def _reading(progress: ImportProgress) -> str:
    if progress.step == "figures":
        return f"{_found(progress)}. Figures of {progress.days_read} of {progress.days} days are here."
    return f"{_found(progress)} so far."


def _found(progress: ImportProgress) -> str:
    parts = ((progress.campaigns, "campaign"), (progress.ad_sets, "ad set"), (progress.ads, "ad"))
    return ", ".join(counted(number, name, f"{name}s") for number, name in parts)


def _percent(progress: ImportProgress) -> int:
    """The objects are one half, the figures the other."""
    steps = [kind.value for kind in (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)]
    if progress.step in steps:
        return round(50 * steps.index(progress.step) / len(steps))
    return 50 + round(50 * progress.days_read / max(1, progress.days))


def object_words(row: PlatformNode, counts: Counts | None, currency: str, zone: str) -> ObjectWords:
    creative = row.detail.get("creative")
    shown = creative if isinstance(creative, dict) else {}
    below = BELOW.get(row.kind)
    return ObjectWords(
        number=row.platform_id,
        name=row.name or row.platform_id,
        kind=KIND[row.kind][0],
        state=STATES.get(row.effective_status, Badge(row.effective_status.replace("_", " ").capitalize(), "calm")),
        read_only=row.object_id is None,
        campaign_id=row.campaign_id,
        facts=[*_budget(row, currency), *_dates(row, zone), *_goal(row.detail)],
        figures=figure_words(counts, currency) if counts else [],
        says=[*_texts(shown, "texts"), *_texts(shown, "headlines")][:4],
        pictures=_texts(shown, "pictures")[:2],
        below=f"Its {KIND[below][1]}" if below else "",
    )


def figure_words(counts: Counts, currency: str) -> list[str]:
    found = [
        f"{money(counts.spend_minor, currency)} spent",
        f"{counts.impressions:,} times shown",
        f"{counts.clicks:,} clicks",
    ]
    if counts.conversions is not None:
        found.append(f"{counts.conversions:,} results")
    if counts.conversion_value_minor:
        found.append(f"worth {money(counts.conversion_value_minor, currency)}")
    return found


def _budget(row: PlatformNode, currency: str) -> list[str]:
    words = ((row.daily_budget_minor, "a day"), (row.lifetime_budget_minor, "in all"), (row.spend_cap_minor, "at most"))
    return [f"{money(amount, currency)} {name}" for amount, name in words if amount]


def _dates(row: PlatformNode, zone: str) -> list[str]:
    def shown(at: datetime | None, word: str) -> list[str]:
        return [f"{word} {when(at, zone)}"] if at else []

    return [*shown(row.starts_at, "from"), *shown(row.ends_at, "until")]


def _goal(detail: Mapping[str, JsonValue]) -> list[str]:
    goal = detail.get("objective") or detail.get("goal")
    return [f"for {goal.removeprefix('OUTCOME_').replace('_', ' ').lower()}"] if isinstance(goal, str) else []


def _texts(shown: Mapping[str, JsonValue], name: str) -> list[str]:
    found = shown.get(name)
    return [str(value) for value in found] if isinstance(found, list) else []
