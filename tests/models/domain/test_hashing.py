from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from models.domain.ads_plan import AdsPlan, BidStrategy, CreativeMode, OptimizationGoal
from models.domain.brief import Dsa, Geo, Offer, Place, SpecialCategory, Voice
from models.domain.content import AssetRef, CallToAction, Card, ItemAsset, ItemContent
from models.domain.hashing import (
    ads_hash,
    content_hash,
    document_hash,
    item_hash,
    message_basis,
    schedule_hash,
    strategy_hashes,
)
from models.domain.schedule import Entry, EntryKind, EnvelopeAction, IfLate, Schedule
from models.domain.states import CreativeFormat, OptimizerMode, Ratio
from models.domain.strategy import Attribution, ExpectedConversions, Objective, Strategy
from tests.models.domain.examples import item, shop_brief, shop_plan, shop_schedule, shop_strategy

M = TypeVar("M", bound=BaseModel)
STRATEGY = shop_strategy()
HASHES = strategy_hashes(STRATEGY)
OTHER_PLACE = Geo(include=[Place(kind="country", name="Kuwait", country="KW")])


def changed(document: M, path: str, value: object) -> M:
    """A copy with the field at a dotted path replaced; digits index lists."""
    head, _, rest = path.partition(".")
    if head.isdigit():
        raise ValueError("a path starts with a field")
    current = getattr(document, head)
    if rest and isinstance(current, list):
        index, _, deeper = rest.partition(".")
        parts = list(current)
        parts[int(index)] = changed(parts[int(index)], deeper, value) if deeper else value
        return document.model_copy(update={head: parts})
    return document.model_copy(update={head: changed(current, rest, value) if rest else value})


class TestStrategy:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("summary", "New words"),
            ("rationale", "Why"),
            ("risks", ["Rain"]),
            ("brief_version", 7),
            ("audience.segments.0.name", "Everyone"),
            ("audience.segments.0.expected_weekly_conversions", ExpectedConversions(low=1, high=9)),
            ("message.angles.0.name", "Cosy"),
        ],
    )
    def test_words_about_the_strategy_change_no_hash(self, path: str, value: object) -> None:
        assert strategy_hashes(changed(STRATEGY, path, value)) == HASHES

    @pytest.mark.parametrize(
        ("path", "value", "part"),
        [
            ("measurement.objective", Objective.TRAFFIC, "t"),
            ("measurement.attribution", Attribution(click_days=1), "t"),
            ("measurement.kpi", None, "t"),
            ("measurement.holdout", 500, "t"),
            ("measurement.tests", ["Two headlines"], "t"),
            ("audience.segments.0.intent", "Give a lamp", "a"),
            ("audience.segments.0.targeting.geo", OTHER_PLACE, "a"),
            ("audience.segments.0.targeting.advantage_audience", True, "a"),
            ("audience.segments.0.targeting.audience.age_min", 30, "a"),
            ("audience.segments.0.excludes", ["carts"], "a"),
            ("audience.segments.0.share", 4_000, "a"),
            ("message.proposition", "Light for less", "m"),
            ("message.angles.1.promise", "Lasts for life", "m"),
            ("message.claims", [], "m"),
            ("message.offer", Offer(text="30 % off"), "m"),
            ("message.languages", ["ar"], "m"),
            ("message.concepts.0.idea", "A reader at night", "m"),
            ("message.voice", Voice(must_not_say=["cheap"]), "m"),
        ],
    )
    def test_each_approved_field_changes_its_part_and_the_whole_only(self, path: str, value: object, part: str) -> None:
        after = strategy_hashes(changed(STRATEGY, path, value))

        differing = {name for name in ("m", "a", "t", "whole") if getattr(after, name) != getattr(HASHES, name)}

        assert differing == {part, "whole"}


class TestMessageBasis:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("message.angles.0.promise", "A bright room"),
            ("message.offer", Offer(text="30 % off")),
            ("message.claims", []),
            ("message.voice", Voice(must_say=["handmade"])),
            ("message.concepts.0.idea", "A reader at night"),
        ],
    )
    def test_what_the_copy_rests_on_asks_for_new_copy(self, path: str, value: object) -> None:
        assert message_basis(changed(STRATEGY, path, value), "evening") != message_basis(STRATEGY, "evening")

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("message.angles.1.promise", "Lasts for life"),
            ("message.concepts.1.idea", "A hammer"),
            ("message.languages", ["ar", "en", "fr"]),
            ("message.proposition", "Light for less"),
            ("audience.segments.0.intent", "Give a lamp"),
        ],
    )
    def test_other_concepts_and_languages_ask_for_nothing(self, path: str, value: object) -> None:
        assert message_basis(changed(STRATEGY, path, value), "evening") == message_basis(STRATEGY, "evening")

    def test_a_concept_that_was_dropped_rests_on_something_else(self) -> None:
        without = changed(STRATEGY, "message.concepts", STRATEGY.message.concepts[1:])

        assert message_basis(without, "evening") != message_basis(STRATEGY, "evening")


CARDS = [
    Card(headline=name, link="https://shop.example.com/a", asset_id=UUID(int=9), sha256=f"{index:064x}")
    for index, name in enumerate(("One", "Two"))
]


class TestItem:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("texts.0.primary_text", "Other words"),
            ("texts.1.headline", "Other"),
            ("texts.0.description", "More"),
            ("cta", CallToAction.LEARN_MORE),
            ("link_url", "https://shop.example.com/other"),
            ("link_url", "https://shop.example.com/lamps?size=2"),
            ("overlay_text", "Now"),
            ("disclaimer", "While stocks last"),
            ("assets.0.sha256", "f" * 64),
            ("assets.0.crop", (1, 0, 9_000, 10_000)),
            ("cards", CARDS),
            ("existing_post_id", "post-1"),
            ("enhancements", True),
            ("format", CreativeFormat.CAROUSEL),
        ],
    )
    def test_whatever_a_reader_would_see_changes_the_hash(self, path: str, value: object) -> None:
        assert item_hash(changed(item(), path, value), STRATEGY) != item_hash(item(), STRATEGY)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("assets.0.asset_id", UUID(int=77)),
            ("link_url", "https://shop.example.com/lamps?utm_source=x&utm_campaign=y"),
            ("texts.0.headline", "  Warm light "),
        ],
    )
    def test_row_ids_tags_and_blanks_change_nothing(self, path: str, value: object) -> None:
        assert item_hash(changed(item(), path, value), STRATEGY) == item_hash(item(), STRATEGY)

    def test_the_bytes_of_a_poster_count_and_its_row_id_does_not(self) -> None:
        def hashed(poster: AssetRef | None) -> str:
            shown = [ItemAsset(ratio=Ratio.SQUARE, asset_id=UUID(int=1), sha256="a" * 64, poster=poster)]
            return item_hash(item(assets=shown), STRATEGY)

        approved = hashed(AssetRef(asset_id=UUID(int=2), sha256="b" * 64))

        assert hashed(AssetRef(asset_id=UUID(int=3), sha256="b" * 64)) == approved
        assert approved not in (hashed(AssetRef(asset_id=UUID(int=2), sha256="c" * 64)), hashed(None))

    def test_the_same_letters_in_another_unicode_form_are_the_same_text(self) -> None:
        composed, decomposed = (changed(item(), "texts.0.headline", text) for text in ("Caf\u00e9", "Cafe\u0301"))

        assert item_hash(composed, STRATEGY) == item_hash(decomposed, STRATEGY)

    def test_the_order_of_cards_counts_and_that_of_texts_does_not(self) -> None:
        cards = item(cards=CARDS)
        texts = item()

        assert item_hash(changed(cards, "cards", CARDS[::-1]), STRATEGY) != item_hash(cards, STRATEGY)
        assert item_hash(changed(texts, "texts", texts.texts[::-1]), STRATEGY) == item_hash(texts, STRATEGY)

    def test_new_claims_in_the_strategy_void_the_item(self) -> None:
        assert item_hash(item(), changed(STRATEGY, "message.claims", [])) != item_hash(item(), STRATEGY)


class TestContent:
    def test_it_knows_which_item_has_which_hash_but_not_in_which_order(self) -> None:
        assert content_hash({"a": "1", "b": "2"}) == content_hash({"b": "2", "a": "1"})
        assert content_hash({"a": "1", "b": "2"}) != content_hash({"a": "2", "b": "1"})
        assert content_hash({"a": "1"}) != content_hash({"a": "1", "b": "2"})


WITHOUT_FIRST_STEP = "016150748c5f3574bca9cdaa13947a43ba6ea7973925c1fc2b829e86503b69cc"
"""Of the shop's schedule as it was approved before envelopes knew of first steps."""
STEPS = [
    Entry(key="one", kind=EntryKind.BUDGET_STEP, amount_minor=5),
    Entry(key="two", kind=EntryKind.BUDGET_STEP, amount_minor=6),
]


class TestSchedule:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("start", shop_schedule().start + timedelta(hours=1)),
            ("end", None),
            ("if_late", IfLate.STOP),
            ("total_cap_minor", 1_700_000),
            ("daily_cap_minor", 70_000),
            ("zone", "Asia/Dubai"),
            ("entries", STEPS),
            ("split.0.initial_minor", 10_000),
            ("split.0.floor_minor", 2_000),
            ("split.1.ceiling_minor", 45_000),
            ("envelope.mode_max", OptimizerMode.AUTO),
            ("envelope.max_step", 1_000),
            ("envelope.max_week", 4_000),
            ("envelope.actions", [EnvelopeAction.RAISE]),
            ("envelope.min_active_ads", 2),
            ("envelope.first_step", 4_000),
            ("envelope.first_step", 0),
        ],
    )
    def test_every_promise_about_money_and_dates_counts(self, path: str, value: object) -> None:
        assert schedule_hash(changed(shop_schedule(), path, value)) != schedule_hash(shop_schedule())

    def test_what_was_approved_before_there_were_first_steps_stays_approved(self) -> None:
        assert schedule_hash(shop_schedule()) == WITHOUT_FIRST_STEP

    def test_the_same_moment_in_another_zone_is_the_same(self) -> None:
        schedule = shop_schedule()
        moved = schedule.start.astimezone(timezone(timedelta(hours=5, minutes=30)))

        assert schedule_hash(changed(schedule, "start", moved)) == schedule_hash(schedule)

    def test_entries_keep_their_order_and_the_split_has_none(self) -> None:
        schedule = shop_schedule()
        forward, backward = changed(schedule, "entries", STEPS), changed(schedule, "entries", STEPS[::-1])

        assert schedule_hash(forward) != schedule_hash(backward)
        assert schedule_hash(changed(schedule, "split", schedule.split[::-1])) == schedule_hash(schedule)


class TestAds:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("campaigns.0.name", "Renamed"),
            ("ad_sets.0.name", "Renamed"),
            ("ads.0.name", "Renamed"),
            ("api_version", "v27.0"),
        ],
    )
    def test_names_and_versions_change_nothing(self, path: str, value: object) -> None:
        assert ads_hash(changed(shop_plan(), path, value), HASHES) == ads_hash(shop_plan(), HASHES)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("ad_account_id", "act_2"),
            ("page_id", "page-2"),
            ("instagram_user_id", "ig-1"),
            ("pixel_id", "pixel-2"),
            ("lead_form_id", "form-1"),
            ("campaigns.0.objective", Objective.TRAFFIC),
            ("campaigns.0.special_categories", [SpecialCategory.HOUSING]),
            ("campaigns.0.countries", ["SA"]),
            ("campaigns.0.bid_strategy", BidStrategy.LOWEST_COST),
            ("campaigns.0.adset_budget_sharing", True),
            ("ad_sets.0.optimization_goal", OptimizationGoal.VALUE),
            ("ad_sets.0.custom_event_type", "LEAD"),
            ("ad_sets.0.bid_minor", 500),
            ("ad_sets.0.min_roas", 25_000),
            ("ad_sets.0.attribution", Attribution()),
            ("ad_sets.0.targeting.geo", OTHER_PLACE),
            ("ad_sets.0.targeting.advantage_audience", True),
            ("ad_sets.0.placements", ["facebook"]),
            ("ad_sets.0.dsa", Dsa(beneficiary="A", payor="B")),
            ("ad_sets.0.end", shop_schedule().end),
            ("ads.0.url_tags", "utm_source=other"),
            ("ads.0.concept", "workshop"),
            ("ads.0.mode", CreativeMode.TEXT_OPTIONS),
            ("ads.0.conversion_domain", "example.com"),
        ],
    )
    def test_everything_that_decides_where_ads_run_counts(self, path: str, value: object) -> None:
        assert ads_hash(changed(shop_plan(), path, value), HASHES) != ads_hash(shop_plan(), HASHES)

    def test_it_rests_on_audience_and_measurement_but_not_on_the_message(self) -> None:
        other = "0" * 64

        before = ads_hash(shop_plan(), HASHES)

        assert ads_hash(shop_plan(), HASHES.model_copy(update={"m": other, "whole": other})) == before
        assert ads_hash(shop_plan(), HASHES.model_copy(update={"a": other})) != before
        assert ads_hash(shop_plan(), HASHES.model_copy(update={"t": other})) != before


def leaf_paths(document: BaseModel, prefix: str = "") -> Iterator[str]:
    for name in type(document).model_fields:
        value = getattr(document, name)
        if isinstance(value, BaseModel):
            yield from leaf_paths(value, f"{prefix}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
            yield from leaf_paths(value[0], f"{prefix}{name}.0.")
        else:
            yield f"{prefix}{name}"


UNHASHED: dict[str, set[str]] = {
    "plan": {"api_version", "campaigns.0.name", "ad_sets.0.name", "ads.0.name"},
    "schedule": set(),
    "item": {"assets.0.asset_id", "assets.0.recipe", "cards.0.asset_id", "design"},
    "strategy": {
        "brief_version",
        "summary",
        "rationale",
        "risks",
        "audience.segments.0.name",
        "audience.segments.0.expected_weekly_conversions",
        "message.angles.0.name",
    },
}


def hashed(kind: str) -> tuple[BaseModel, Callable[[BaseModel], str]]:
    def of(document: BaseModel) -> str:
        if isinstance(document, AdsPlan):
            return ads_hash(document, HASHES)
        if isinstance(document, Schedule):
            return schedule_hash(document)
        if isinstance(document, ItemContent):
            return item_hash(document, STRATEGY)
        assert isinstance(document, Strategy)
        return strategy_hashes(document).whole

    schedule = changed(shop_schedule(), "entries", STEPS)
    documents = {"plan": shop_plan(), "schedule": schedule, "item": item(cards=CARDS), "strategy": STRATEGY}
    return documents[kind], of


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # a sentinel is of no field's type
@pytest.mark.parametrize("kind", sorted(UNHASHED))
def test_every_field_of_every_document_is_either_hashed_or_known_not_to_be(kind: str) -> None:
    document, of = hashed(kind)
    before = of(document)

    indifferent = set()
    for path in leaf_paths(document):
        link = path.endswith("link") or path.endswith("link_url")
        other = "https://shop.example.com/sentinel" if link else "sentinel"
        if of(changed(document, path, other)) == before:
            indifferent.add(path)

    assert indifferent == UNHASHED[kind]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_order_of_sets_never_matters(data: st.DataObject) -> None:
    plan = shop_plan()
    shuffled = plan.model_copy(
        update={
            "ads": data.draw(st.permutations(plan.ads)),
            "ad_sets": data.draw(st.permutations(plan.ad_sets)),
        }
    )
    segments = data.draw(st.permutations(STRATEGY.audience.segments))

    assert ads_hash(shuffled, HASHES) == ads_hash(plan, HASHES)
    assert strategy_hashes(changed(STRATEGY, "audience.segments", segments)) == HASHES


def test_documents_of_different_kinds_never_share_a_hash() -> None:
    brief = shop_brief()

    assert document_hash("brief/1", brief) != document_hash("request/1", brief)
    assert document_hash("brief/1", brief) == document_hash("brief/1", brief.model_copy())
    assert document_hash("brief/1", brief) != document_hash("brief/1", brief.model_copy(update={"name": "Other"}))
