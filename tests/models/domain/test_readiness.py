from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.domain.ads_plan import OptimizationGoal
from models.domain.base import Money
from models.domain.brief import (
    AssetUse,
    Audience,
    Brief,
    Budget,
    BudgetKind,
    Conversion,
    ConversionLocation,
    Dsa,
    Economics,
    Flight,
    Geo,
    Goal,
    Place,
    Provenance,
    Source,
    SpecialCategory,
    Voice,
)
from models.domain.defaults import AccountFacts, default_plan, default_schedule
from models.domain.naming import Naming
from models.domain.readiness import BRIEF_FIELDS, Readiness, evaluate
from models.domain.remarks import Documents, Remark
from models.domain.strategy import Claim, Objective
from tests.models.domain.examples import NOW, item, shop_brief, shop_strategy
from tests.models.domain.test_hashing import changed

ACCOUNT = AccountFacts(
    account_id="act_1", currency="SAR", zone="Asia/Riyadh", page_id="page-1", pixel_id="pixel-1", min_daily_minor=400
)
FRANCE = Geo(include=[Place(kind="country", name="France", country="FR")])
SOON = NOW + timedelta(hours=3)


def whole() -> Documents:
    """A campaign with nothing left to do but ask for approval."""
    brief = shop_brief().model_copy(update={"brand_id": UUID(int=5), "kpi": None})
    strategy = shop_strategy()
    items = [item(concept, language) for concept in ("evening", "workshop") for language in ("ar", "en")]
    items = [
        changed(one, "texts.0.primary_text", f"{one.concept} light for you, {index}") for index, one in enumerate(items)
    ]
    plan = default_plan(brief, strategy, items, ACCOUNT, Naming(client="Oryx", month="202611")).plan
    return Documents(
        brief=brief,
        strategy=strategy,
        items=items,
        schedule=default_schedule(brief, strategy, ACCOUNT, NOW),
        plan=plan,
        account=ACCOUNT,
    )


def codes(remarks: list[Remark]) -> set[str]:
    return {remark.code for remark in remarks}


def judged(path: str, value: object, now: datetime = NOW) -> Readiness:
    return evaluate(changed(whole(), path, value), now)


class TestWhole:
    def test_a_finished_campaign_only_waits_for_approval(self) -> None:
        ready = evaluate(whole(), NOW)

        assert ready.blockers == []
        assert codes(ready.recommendations) == set()
        assert (ready.complete_percent, ready.next_step) == (100, "submit everything for approval")

    def test_an_empty_brief_names_each_required_field_once(self) -> None:
        ready = evaluate(Documents(brief=Brief(name="New", platforms=[])), NOW)

        missing = {code for code in codes(ready.blockers) if code.startswith("brief.")}
        assert len(missing) == BRIEF_FIELDS - 1, "a conversion is asked for once the goal needs one"
        assert ready.complete_percent == 5
        assert ready.next_step.startswith("choose sales, leads, traffic or awareness")

    def test_a_complete_brief_without_anything_else_is_half_way(self) -> None:
        ready = evaluate(Documents(brief=shop_brief(), account=ACCOUNT), NOW)

        assert ready.blockers == []
        assert ready.complete_percent == 100 * 10 // 18
        assert ready.next_step == "draft a strategy from the brief"

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("items", "write the copy of evening.ar, evening.en, workshop.ar and 1 more"),
            ("schedule", "plan budget and dates"),
            ("plan", "plan the ads"),
        ],
    )
    def test_the_next_step_is_the_first_document_that_is_missing(self, path: str, words: str) -> None:
        documents = whole().model_copy(update={"plan": None})

        ready = evaluate(documents.model_copy(update={path: [] if path == "items" else None}), NOW)

        assert ready.next_step == words
        assert ready.complete_percent < 100


BLOCKERS: list[tuple[str, object, str]] = [
    ("brief.goal", None, "brief.goal.missing"),
    ("brief.conversion", None, "brief.conversion.missing"),
    ("brief.products", [], "brief.products.missing"),
    ("brief.landing_urls", [], "brief.landing_urls.missing"),
    ("brief.geo", None, "brief.geo.missing"),
    ("brief.languages", [], "brief.languages.missing"),
    ("brief.budget", None, "brief.budget.missing"),
    ("brief.platforms", [], "brief.platforms.missing"),
    ("brief.special_categories", None, "brief.special_categories.missing"),
    ("brief.conversion", Conversion(location=ConversionLocation.INSTANT_FORM), "brief.conversion.unsupported"),
    ("brief.conversion.custom_event", "Reserve", "brief.custom_event.unsupported"),
    ("brief.flight", Flight(start=NOW - timedelta(days=1)), "brief.start.past"),
    ("brief.flight", Flight(end=SOON), "brief.end.too_soon"),
    ("brief.offer.valid_to", NOW, "brief.offer.expired"),
    ("brief.assets", [AssetUse(id=UUID(int=1), rights_until=NOW)], "brief.asset.rights_expired"),
    ("brief.assets", [AssetUse(id=UUID(int=1), regions=["AE"])], "brief.asset.region"),
    ("brief.geo", FRANCE, "brief.dsa.missing"),
    ("account", None, "account.missing"),
    ("account.currency", "USD", "account.currency"),
    ("account.pixel_id", None, "account.pixel.missing"),
    ("strategy.measurement.objective", Objective.TRAFFIC, "strategy.objective.differs"),
    ("strategy.message.languages", ["ar"], "strategy.languages.missing"),
    ("strategy.message.concepts", [], "strategy.concepts.too_few"),
    ("items.0.cta", "APPLY_ELSEWHERE", "item.text"),
    ("items.0.assets", [], "item.picture.missing"),
    ("schedule.start", NOW, "schedule.start.past"),
    ("schedule.daily_cap_minor", 90_000, "schedule.over_budget"),
    ("schedule.zone", "Asia/Dubai", "schedule.account"),
    ("schedule.split.0.floor_minor", 100, "schedule.below_minimum"),
    ("plan.ad_account_id", "act_2", "plan.account"),
    ("plan.ads.0.name", "Oryx_sales_SA_broad_workshop_ar_202611", "plan.name_collision"),
    ("plan.ads.0.concept", "gone", "plan.item.missing"),
    ("plan.pixel_id", None, "plan.pixel.missing"),
    ("plan.ad_sets.0.optimization_goal", OptimizationGoal.LEAD_GENERATION, "plan.lead_form.missing"),
    ("plan.ad_sets.0.key", "other", "plan.budget.missing"),
    ("schedule.split.0.plan_key", "other", "plan.budget.unused"),
]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(("path", "value", "code"), BLOCKERS, ids=[f"{row[0]}-{row[2]}" for row in BLOCKERS])
def test_what_cannot_run_blocks_and_says_why_and_what_to_do(path: str, value: object, code: str) -> None:
    ready = judged(path, value)

    found = [remark for remark in ready.blockers if remark.code == code]
    assert found, codes(ready.blockers)
    assert found[0].reason
    assert found[0].action
    assert ready.next_step.startswith(ready.blockers[0].action)


RECOMMENDATIONS: list[tuple[str, object, str]] = [
    ("brief.brand_id", None, "brief.brand_id.missing"),
    ("brief.provenance", {"goal": Provenance(source=Source.PARSED)}, "brief.parsed"),
    ("brief.offer.valid_to", NOW + timedelta(days=5), "brief.offer.ends_early"),
    ("brief.assets", [AssetUse(id=UUID(int=1), rights_until=NOW + timedelta(days=5))], "brief.asset.rights_end_early"),
    ("brief.special_categories", [SpecialCategory.POLITICS], "brief.politics.authorisation"),
    ("brief.economics", Economics(), "brief.gross_margin.missing"),
    ("strategy.message.claims", [Claim(text="Lasts 40 years")], "strategy.claim.unproven"),
    ("strategy.message.offer", None, "strategy.offer.differs"),
    ("strategy.message.voice", Voice(must_not_say=["cheap"]), "strategy.voice.differs"),
    ("strategy.message.angles.0.segments", ["nobody"], "strategy.angle.segment"),
    ("strategy.message.concepts", shop_strategy().message.concepts[:1], "strategy.angle.unused"),
    ("brief.voice", Voice(must_say=["Handmade"]), "item.text"),
    ("items.0.assets", item().assets[:2], "item.ratio.missing"),
    ("items.3.texts.0.primary_text", "evening light for you, 1", "item.near_duplicate"),
    ("plan.ads", [], "plan.item.unused"),
]


@pytest.mark.parametrize(
    ("path", "value", "code"), RECOMMENDATIONS, ids=[f"{row[0]}-{row[2]}" for row in RECOMMENDATIONS]
)
def test_what_could_be_better_is_said_without_blocking(path: str, value: object, code: str) -> None:
    ready = judged(path, value)

    assert code in codes(ready.recommendations)
    assert code not in codes(ready.blockers)


class TestOpposites:
    def test_an_instant_form_needs_no_page_and_no_pixel_but_a_form(self) -> None:
        form = Conversion(location=ConversionLocation.INSTANT_FORM)
        brief = shop_brief().model_copy(update={"goal": Goal.LEADS, "conversion": form, "landing_urls": []})
        account = ACCOUNT.model_copy(update={"pixel_id": None})

        assert codes(evaluate(Documents(brief=brief, account=account), NOW).blockers) == {"account.lead_form.missing"}
        account = account.model_copy(update={"lead_form_id": "form-1"})
        assert evaluate(Documents(brief=brief, account=account), NOW).blockers == []

    def test_who_pays_may_come_from_the_account(self) -> None:
        account = ACCOUNT.model_copy(update={"dsa": Dsa(beneficiary="Oryx", payor="Oryx")})
        brief = shop_brief().model_copy(update={"geo": FRANCE})

        assert "brief.dsa.missing" not in codes(evaluate(Documents(brief=brief, account=account), NOW).blockers)

    def test_a_soft_cap_may_be_exceeded(self) -> None:
        soft = changed(whole(), "brief.budget.hard_cap", False)

        ready = evaluate(changed(soft, "schedule.daily_cap_minor", 90_000), NOW)

        assert "schedule.over_budget" not in codes(ready.blockers)

    @pytest.mark.parametrize(("kind", "blocked"), [(BudgetKind.DAILY, False), (BudgetKind.MONTHLY, True)])
    def test_the_same_amount_a_month_allows_less_a_day(self, kind: BudgetKind, blocked: bool) -> None:
        budget = Budget(amount=Money(amount_minor=60_000, currency="SAR"), kind=kind)

        ready = judged("brief.budget", budget)

        assert ("schedule.over_budget" in codes(ready.blockers)) == blocked

    def test_narrow_targeting_blocks_only_where_the_law_forbids_it(self) -> None:
        narrow = changed(whole(), "plan.ad_sets.0.targeting.audience", Audience(age_min=30))
        hiring = changed(narrow, "brief.special_categories", [SpecialCategory.EMPLOYMENT])

        assert evaluate(narrow, NOW).blockers == []
        assert "plan.special_category" in codes(evaluate(hiring, NOW).blockers)

    def test_a_campaign_that_can_start_soon_is_warned_about_the_review(self) -> None:
        ready = judged("schedule.start", NOW + timedelta(hours=5))

        assert "schedule.review.late" in codes(ready.recommendations)
        assert "schedule.start.past" not in codes(ready.blockers)

    def test_ad_sets_that_cannot_learn_are_pointed_out(self) -> None:
        documents = changed(whole(), "brief.kpi", shop_brief().kpi)

        found = evaluate(documents, NOW).recommendations

        assert [remark.code for remark in found] == ["plan.structure"]
        assert "merge the 6 ad sets to 2" in found[0].reason

    def test_a_past_offer_does_not_block_a_campaign_without_one(self) -> None:
        documents = changed(changed(whole(), "brief.offer", None), "strategy.message.offer", None)

        assert evaluate(documents, datetime(2026, 11, 1, 10, tzinfo=UTC)).blockers == []
