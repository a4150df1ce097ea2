"""Meta's JSON turned into the neutral results of `providers.ads.results`.

Numbers arrive as strings, unset budgets as "0" or not at all, times with an offset without colon. A reply that does
not even fit these loose shapes is an unusable answer.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, JsonValue, ValidationError

from models.domain.states import PlatformKind
from providers.ads.meta.errors import unusable_answer
from providers.ads.results import FoundObject, Issue, NodeState

Row = dict[str, JsonValue]


def _amount(value: object) -> object:
    """Meta's "no value" spellings as None; 922337203685478 is how it writes "no spending limit"."""
    return None if value in (None, "", "0", 0, "922337203685478", 922337203685478) else value


def _moment(value: object) -> object:
    return None if value in (None, "", "0", 0) else value


Amount = Annotated[int | None, BeforeValidator(_amount)]
Moment = Annotated[datetime | None, BeforeValidator(_moment), AfterValidator(lambda at: at and at.astimezone(UTC))]


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


_W = TypeVar("_W", bound=Wire)


class WireIssue(Wire):
    level: str = ""
    error_code: int | str = ""
    error_summary: str = ""
    error_message: str = ""
    error_type: str = ""

    def neutral(self) -> Issue:
        # The letter case of level and type differs between Meta's own documents.
        hard = self.error_type.upper() == "HARD_ERROR"
        return Issue(self.level.upper(), str(self.error_code), self.error_summary, self.error_message, hard)


class WireOutcomes(Wire):
    spend: int = 0
    impressions: float = 0.0
    actions: float = 0.0


class WireEstimate(Wire):
    daily_outcomes_curve: list[WireOutcomes] = []
    estimate_ready: bool = False


class WireLearning(Wire):
    status: str | None = None


class WireDeliveryCheck(Wire):
    summary: str = ""
    description: str = ""


class WireNode(Wire):
    """A campaign, ad set, ad, creative or video: the union of the fields we ask for."""

    id: str
    name: str = ""
    title: str = ""
    status: str | dict[str, JsonValue] = ""
    effective_status: str = ""
    account_id: str | None = None
    campaign_id: str | None = None
    adset_id: str | None = None
    daily_budget: Amount = None
    lifetime_budget: Amount = None
    spend_cap: Amount = None
    start_time: Moment = None
    end_time: Moment = None
    stop_time: Moment = None
    created_time: Moment = None
    issues_info: list[WireIssue] = []
    learning_stage_info: WireLearning = WireLearning()
    ad_review_feedback: dict[str, JsonValue] = {}
    failed_delivery_checks: list[WireDeliveryCheck] = []

    def parent(self, kind: PlatformKind) -> str | None:
        return {PlatformKind.AD_SET: self.campaign_id, PlatformKind.AD: self.adset_id}.get(kind)

    def label(self, kind: PlatformKind) -> str:
        return self.title if kind is PlatformKind.VIDEO else self.name

    def state_word(self) -> str:
        """A video's status is an object, every other kind's a word."""
        return self.status if isinstance(self.status, str) else str(self.status.get("video_status", ""))

    def issues(self) -> tuple[Issue, ...]:
        return tuple(issue.neutral() for issue in self.issues_info)

    def review_words(self) -> tuple[str, ...]:
        checks = (": ".join(filter(None, (row.summary, row.description))) for row in self.failed_delivery_checks)
        return tuple(dict.fromkeys([*_feedback_words(self.ad_review_feedback), *filter(None, checks)]))

    def found(self, kind: PlatformKind) -> FoundObject:
        status = self.state_word()
        effective = self.effective_status or status
        return FoundObject(self.id, self.label(kind), status, effective, self.parent(kind), self.created_time)

    def node(self, kind: PlatformKind, raw: Row, platform_time: datetime) -> NodeState:
        return NodeState(
            id=self.id,
            kind=kind,
            name=self.label(kind),
            status=self.state_word(),
            effective_status=self.effective_status or self.state_word(),
            parent_id=self.parent(kind),
            daily_budget=self.daily_budget,
            lifetime_budget=self.lifetime_budget,
            spend_cap=self.spend_cap,
            start_time=self.start_time,
            end_time=self.end_time or self.stop_time,
            created_time=self.created_time,
            platform_time=platform_time,
            issues=self.issues(),
            learning=self.learning_stage_info.status,
            review_words=self.review_words(),
            fields=raw,
        )


class WireAccount(Wire):
    account_id: str
    name: str = ""
    currency: str
    timezone_name: str
    account_status: int
    amount_spent: int = 0
    spend_cap: Amount = None
    min_daily_budget: Amount = None
    funding_source: str | int | None = None


class WireMinimum(Wire):
    currency: str
    min_daily_budget_imp: int
    min_daily_budget_high_freq: int
    min_daily_budget_low_freq: int
    min_daily_budget_video_views: int


class WireInstagram(Wire):
    id: str
    username: str = ""


class WirePage(Wire):
    id: str
    name: str = ""
    tasks: list[str] = []
    access_token: str | None = None
    instagram_business_account: WireInstagram | None = None


class WirePixel(Wire):
    id: str
    name: str = ""
    last_fired_time: Moment = None


class WireEventCount(Wire):
    value: str
    count: int


class WireEventHour(Wire):
    data: list[WireEventCount] = []


class WireLeadForm(Wire):
    id: str
    name: str = ""
    status: str = ""
    locale: str | None = None


class WireThumbnail(Wire):
    uri: str


class WireVideoStatus(Wire):
    video_status: str
    processing_phase: dict[str, JsonValue] = {}

    def problem(self) -> str | None:
        """Meta's words; its documents show a single error here, its answers a list of them."""
        phase = self.processing_phase
        told = phase.get("errors") or phase.get("error")
        rows = told if isinstance(told, list) else [told]
        words = [str(row.get("message") or row) if isinstance(row, dict) else str(row) for row in rows if row]
        return " ".join(words) or None


class WireVideo(Wire):
    id: str
    status: WireVideoStatus


def as_wire(shape: type[_W], row: Row) -> _W:
    """The row in that shape.

    Raises:
        RetryLater: Meta answered something else; only reads are parsed here.
    """
    try:
        return shape.model_validate(row)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, part["loc"])) for part in error.errors())
        raise unusable_answer(200, f"unexpected {fields}", effects=False, request_id=None) from None


def _feedback_words(feedback: JsonValue) -> Iterable[str]:
    """Meta nests its reasons by place and network: {"global": {"CODE": "words"}, "placement_specific": {...}}."""
    if isinstance(feedback, str):
        yield feedback
    elif isinstance(feedback, dict):
        for part in feedback.values():
            yield from _feedback_words(part)
