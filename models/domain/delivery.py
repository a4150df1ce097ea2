"""What a platform makes of a published campaign, from what it shows of the campaign's ad sets and ads. Pure.

Statuses and learning stages are the platform's words, as Meta's Marketing API v26.0 writes them (read September 2026).
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from models.domain.platform_tree import NodeSeen
from models.domain.states import Delivery, PlatformKind


class ReviewVerdict(StrEnum):
    """`NOT_STATED`: the ad is paused, and a paused ad does not tell what its review decided."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    NOT_STATED = "not_stated"


_VERDICTS = {
    "DISAPPROVED": ReviewVerdict.REJECTED,
    "PENDING_REVIEW": ReviewVerdict.PENDING,
    "IN_PROCESS": ReviewVerdict.PENDING,
    "ACTIVE": ReviewVerdict.APPROVED,
    "PREAPPROVED": ReviewVerdict.APPROVED,
}
_RUNNING = frozenset({"ACTIVE", "PREAPPROVED", "WITH_ISSUES"})
_UNPAID = "The ad account has no valid payment method: add one in Ads Manager."
_PAUSED = "The ads or something above them are paused on the platform."


def verdict_of(ad: NodeSeen) -> ReviewVerdict:
    verdict = _VERDICTS.get(ad.effective_status, ReviewVerdict.NOT_STATED)
    return ReviewVerdict.REJECTED if verdict is ReviewVerdict.NOT_STATED and ad.review_words else verdict


def words_of(node: NodeSeen) -> list[str]:
    """The platform's own reasons; it often says the same as feedback and as an issue."""
    issues = (str(issue.get("message") or issue.get("summary") or "") for issue in node.issues)
    return list(dict.fromkeys(word for word in (*node.review_words, *issues) if word))


def delivery_of(nodes: Iterable[NodeSeen]) -> tuple[Delivery | None, str | None]:
    """State and, where something is wrong, the reason in the platform's words; None while it shows no ad.

    One rejected ad never hides that the others run; only when none can run is there no delivery.
    """
    present = [node for node in nodes if not node.gone]
    ads = [node for node in present if node.kind is PlatformKind.AD]
    if not ads:
        return None, None
    rejected = [ad for ad in ads if verdict_of(ad) is ReviewVerdict.REJECTED]
    if len(rejected) == len(ads):
        return Delivery.NOT_DELIVERING, _first(rejected) or "The platform rejected every ad."
    if rejected:
        return Delivery.PARTLY_REJECTED, _first(rejected)
    if any(verdict_of(ad) is ReviewVerdict.PENDING for ad in ads):
        return Delivery.IN_PLATFORM_REVIEW, None
    running = [ad for ad in ads if ad.effective_status in _RUNNING and not _blocked(ad)]
    if not running:
        return Delivery.NOT_DELIVERING, _why_not(present, ads)
    above = {ad.parent_platform_id for ad in running}
    return _stage([node.learning for node in present if node.platform_id in above]), None


def _stage(learning: Sequence[str | None]) -> Delivery:
    if "LEARNING" in learning:
        return Delivery.LEARNING
    return Delivery.LEARNING_LIMITED if "FAIL" in learning else Delivery.DELIVERING


def _why_not(nodes: Sequence[NodeSeen], ads: Sequence[NodeSeen]) -> str:
    if any(ad.effective_status == "PENDING_BILLING_INFO" for ad in ads):
        return _UNPAID
    return _first([node for node in nodes if _blocked(node)]) or _PAUSED


def _blocked(node: NodeSeen) -> bool:
    return any(issue.get("hard") for issue in node.issues)


def _first(nodes: Iterable[NodeSeen]) -> str | None:
    return next((words[0] for node in nodes if (words := words_of(node))), None)
