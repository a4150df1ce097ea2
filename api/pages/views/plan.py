"""The tree of ads that will be built on Meta: names, people, pages, and what the check of each object said."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.audience import audience_words, place_words
from api.pages.views.schedule import owner_names
from api.pages.views.titles import title_of
from api.pages.views.words import language_name, listed, money, readable, when
from models.domain.ads_plan import AdsPlan, PlannedAd, PlannedAdSet
from models.domain.content import item_key
from models.domain.links import final_url
from models.domain.states import PlatformKind, Scope
from models.tables.ledger import PlatformObject


@dataclass(frozen=True, slots=True)
class Checked:
    """`by` says whether Meta itself validated the object or only our own rules."""

    ok: bool
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Review:
    words: str
    tone: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class AdNode:
    key: str
    title: str
    name: str
    url: str
    included: bool
    checked: Checked | None
    review: Review | None


@dataclass(frozen=True, slots=True)
class AdSetNode:
    title: str
    name: str
    who: str
    where: str
    budget: str
    goal: str
    checked: Checked | None
    ads: list[AdNode]


@dataclass(frozen=True, slots=True)
class CampaignNode:
    name: str
    categories: str
    checked: Checked | None
    ad_sets: list[AdSetNode]


@dataclass(frozen=True, slots=True)
class PlanWords:
    submitted: bool
    newer_draft: bool
    account: str
    page: str
    instagram: bool
    dry_run: str
    dry_run_passed: bool | None
    refused: list[str]
    campaigns: list[CampaignNode]


REVIEWS = {
    "pending": Review("Meta is reviewing it", "busy", []),
    "approved": Review("Approved by Meta", "good", []),
    "rejected": Review("Rejected by Meta", "bad", []),
}


def plan_words(reading: Reading) -> PlanWords | None:
    versions = reading.facts.plans
    version = versions.submitted or (versions.draft if reading.drafts else None)
    if version is None or not reading.sees(Scope.ADS):
        return None
    plan, account = AdsPlan.model_validate(version.body), reading.facts.account
    checks, passed = _checks(reading)
    tree = _Tree(reading, plan, checks)
    return PlanWords(
        submitted=versions.submitted is not None,
        newer_draft=reading.drafts and versions.draft is not None and versions.submitted is not None,
        account=account.name if account else plan.ad_account_id,
        page=(account.page_name if account else None) or plan.page_id,
        instagram=plan.instagram_user_id is not None,
        dry_run=_dry_run(reading, passed),
        dry_run_passed=passed,
        refused=[check.words for check in checks.values() if not check.ok and check.words],
        campaigns=tree.campaigns(),
    )


def _checks(reading: Reading) -> tuple[dict[tuple[str, str], Checked], bool | None]:
    """Per kind and plan key; only of a check of exactly what would be sent now."""
    version = reading.facts.plans.submitted
    report = version.dry_run if version else None
    if not report or report.get("basis") != reading.facts.launch_basis:
        return {}, None
    lines = report.get("lines")
    found = {
        (str(line["kind"]), str(line["key"])): Checked(
            bool(line["ok"]),
            "Meta" if line["checked"] == "validated by platform" else "our rules",
            str(line.get("words") or ""),
        )
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict)
    }
    return found, report.get("passed") is True


def _dry_run(reading: Reading, passed: bool | None) -> str:
    version = reading.facts.plans.submitted
    if passed is None:
        return "Not checked yet: every object is checked before the ads are put up for approval."
    zone = reading.facts.campaign.timezone or "UTC"
    at = f" on {when(version.dry_run_at, zone)}" if version and version.dry_run_at else ""
    if passed:
        return f"Checked{at}: nothing would be refused."
    return f"Checked{at}: some objects would be refused."


@dataclass(frozen=True)
class _Tree:
    reading: Reading
    plan: AdsPlan
    checks: dict[tuple[str, str], Checked]

    def campaigns(self) -> list[CampaignNode]:
        return [
            CampaignNode(
                name=campaign.name,
                categories=listed([readable(str(category)).lower() for category in campaign.special_categories]),
                checked=self._check(PlatformKind.CAMPAIGN, campaign.key),
                ad_sets=[self._ad_set(ad_set) for ad_set in self.plan.ad_sets if ad_set.campaign == campaign.key],
            )
            for campaign in self.plan.campaigns
        ]

    def _check(self, kind: PlatformKind, key: str) -> Checked | None:
        return self.checks.get((kind.value, key))

    def _ad_set(self, ad_set: PlannedAdSet) -> AdSetNode:
        return AdSetNode(
            title=owner_names(self.reading.facts).get(ad_set.key, readable(ad_set.key)),
            name=ad_set.name,
            who=f"{audience_words(ad_set.targeting)}, speaking {language_name(ad_set.language)}",
            where=listed([place_words(place) for place in ad_set.targeting.geo.include]),
            budget=self._budget(ad_set.key),
            goal=_goal(ad_set),
            checked=self._check(PlatformKind.AD_SET, ad_set.key),
            ads=[self._ad(ad) for ad in self.plan.ads if ad.ad_set == ad_set.key],
        )

    def _budget(self, key: str) -> str:
        schedule = self.reading.facts.schedule
        for part in schedule.split if schedule else []:
            if part.plan_key == key and schedule:
                return f"{money(part.initial_minor, schedule.currency)} {_period(schedule.budget_period.value)}"
        return ""

    def _ad(self, ad: PlannedAd) -> AdNode:
        key = item_key(ad.concept, ad.language)
        known = key in self.reading.facts.active_items
        content = self.reading.content_of(key) if known else None
        return AdNode(
            key=ad.key,
            title=title_of(self.reading.facts, key) if known else readable(key),
            name=ad.name,
            url=final_url(content.link_url, ad.url_tags) if content and content.link_url else "",
            included=self.reading.facts.included.get(key, True),
            checked=self._check(PlatformKind.AD, ad.key),
            review=_review(self._published(ad.key)),
        )

    def _published(self, key: str) -> PlatformObject | None:
        ads = (row for row in self.reading.objects if row.kind is PlatformKind.AD)
        return next((row for row in ads if row.plan_key == key), None)


def _review(row: PlatformObject | None) -> Review | None:
    if row is None or not row.review:
        return None
    verdict, words = str(row.review.get("verdict")), row.review.get("words")
    plain = REVIEWS.get(verdict, Review("Meta has not said anything yet", "calm", []))
    return Review(plain.words, plain.tone, [str(word) for word in words] if isinstance(words, list) else [])


def _period(period: str) -> str:
    return "a day" if period == "daily" else "over the whole time"


def _goal(ad_set: PlannedAdSet) -> str:
    event = f" ({ad_set.custom_event_type.replace('_', ' ').lower()})" if ad_set.custom_event_type else ""
    goals = {
        "OFFSITE_CONVERSIONS": "conversions on the website",
        "VALUE": "the value of orders",
        "LEAD_GENERATION": "leads from the form",
        "LANDING_PAGE_VIEWS": "visits to the page",
        "LINK_CLICKS": "clicks",
        "REACH": "as many people as possible",
    }
    return f"Meta looks for {goals[ad_set.optimization_goal.value]}{event}"
