"""Every row of the table "this change voids that", and that it voids no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from models.domain.brief import Geo, Offer, Place
from models.domain.content import ItemAsset
from models.domain.schedule import Envelope, IfLate
from models.domain.states import ApprovalState, OptimizerMode, Scope, Verdict
from models.domain.strategy import Objective
from tests.models.domain.desk import ITEM, Desk
from tests.models.domain.examples import item
from tests.models.domain.test_hashing import changed

PENDING, NEEDS_REVIEW, APPROVED, REJECTED = ApprovalState
KUWAIT = Geo(include=[Place(kind="country", name="Kuwait", country="KW")])


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.approve_everything()
    assert set(desk.states().values()) == {APPROVED}
    return desk


def voided(desk: Desk) -> set[str]:
    """Scopes and items that are no longer approved; content shows through its items."""
    scopes = {scope.value for scope, state in desk.states().items() if state is not APPROVED}
    return (scopes - {"content"}) | {key for key in desk.items if desk.item(key).state is not APPROVED}


def edit_item(path: str, value: object) -> Callable[[Desk], None]:
    return lambda desk: desk.items.update({ITEM: changed(desk.items[ITEM], path, value)})


def edit(document: str, path: str, value: object) -> Callable[[Desk], None]:
    return lambda desk: setattr(desk, document, changed(getattr(desk, document), path, value))


def other_picture(picture: ItemAsset) -> ItemAsset:
    return picture.model_copy(update={"sha256": "e" * 64})


ALL_ITEMS = {"evening.en", "workshop.en", "evening.ar"}
AFTER_STRATEGY = ALL_ITEMS | {"strategy", "schedule", "ads"}
ROWS: list[tuple[str, Callable[[Desk], None], set[str]]] = [
    ("one picture", edit_item("assets.0", other_picture(item().assets[0])), {ITEM}),
    ("one text", edit_item("texts.0.primary_text", "New words"), {ITEM}),
    ("destination page", edit_item("link_url", "https://shop.example.com/other"), {ITEM}),
    ("tags in the link", edit_item("link_url", "https://shop.example.com/lamps?utm_source=x"), set()),
    ("tags in the plan", edit("plan", "ads.0.url_tags", "utm_source=x"), {"ads"}),
    ("enhancement of an item", edit_item("enhancements", True), {ITEM}),
    ("total", edit("schedule", "total_cap_minor", 1_700_000), {"schedule"}),
    ("dates", edit("schedule", "start", Desk().schedule.start + timedelta(days=1)), {"schedule"}),
    ("envelope", edit("schedule", "envelope", Envelope(mode_max=OptimizerMode.AUTO)), {"schedule"}),
    ("if late", edit("schedule", "if_late", IfLate.STOP), {"schedule"}),
    ("rename", edit("plan", "campaigns.0.name", "Renamed"), set()),
    ("note on the strategy", edit("strategy", "summary", "A note"), set()),
    ("targeting in the plan", edit("plan", "ad_sets.0.targeting.geo", KUWAIT), {"ads"}),
    ("pixel", edit("plan", "pixel_id", "pixel-2"), {"ads"}),
    ("page", edit("plan", "page_id", "page-2"), {"ads"}),
    ("goal in the plan", edit("plan", "campaigns.0.objective", Objective.TRAFFIC), {"ads"}),
    ("payload altered after a refusal", edit("plan", "ad_sets.0.placements", ["facebook"]), {"ads"}),
    ("strategy, measurement", edit("strategy", "measurement.objective", Objective.TRAFFIC), AFTER_STRATEGY),
    ("strategy, audience", edit("strategy", "audience.segments.0.targeting.geo", KUWAIT), AFTER_STRATEGY),
    ("strategy, message", edit("strategy", "message.proposition", "Light for less"), AFTER_STRATEGY),
]


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_change_voids_exactly_what_it_touches(desk: Desk, change: Callable[[Desk], None], expected: set[str]) -> None:
    change(desk)

    assert voided(desk) == expected


def test_a_new_item_is_pending_and_voids_no_other(desk: Desk) -> None:
    desk.items["workshop.ar"] = item("workshop", "ar")

    assert desk.item("workshop.ar").state is PENDING
    assert voided(desk) == {"workshop.ar"}


def test_an_excluded_item_voids_nothing_while_the_minimum_holds(desk: Desk) -> None:
    desk.cast(Scope.CONTENT, Verdict.EXCLUDE, ITEM)

    assert set(desk.states().values()) == {APPROVED}
    desk.cast(Scope.CONTENT, Verdict.EXCLUDE, "workshop.en")
    assert desk.scope(Scope.CONTENT).state is NEEDS_REVIEW


def test_an_item_whose_offer_or_rights_expired_is_withdrawn_alone(desk: Desk) -> None:
    desk.cast(Scope.CONTENT, Verdict.WITHDRAW, ITEM, reason="The offer ended on 31 December")

    assert voided(desk) == {ITEM}
    assert desk.item().last_reason == "The offer ended on 31 December"


class TestAfterAStrategyChange:
    def test_what_did_not_change_needs_one_tap(self, desk: Desk) -> None:
        edit("strategy", "message.proposition", "Light for less")(desk)

        for key in desk.items:
            assert desk.item(key).unchanged_since is not None
        assert desk.scope(Scope.CONTENT).unchanged_since is not None
        assert desk.scope(Scope.SCHEDULE).unchanged_since is not None
        assert desk.scope(Scope.ADS).unchanged_since is not None
        assert desk.scope(Scope.STRATEGY).unchanged_since is None
        desk.approve_everything()
        assert set(desk.states().values()) == {APPROVED}

    def test_copy_that_rests_on_the_changed_offer_is_no_one_tap_matter(self, desk: Desk) -> None:
        edit("strategy", "message.offer", Offer(text="30 % off"))(desk)

        assert all(desk.item(key).unchanged_since is None for key in desk.items)
        assert desk.scope(Scope.SCHEDULE).unchanged_since is not None

    def test_only_the_items_of_the_changed_angle_lose_their_one_tap(self, desk: Desk) -> None:
        edit("strategy", "message.angles.1.promise", "Lasts for life")(desk)

        assert {key for key in desk.items if desk.item(key).unchanged_since} == {"evening.en", "evening.ar"}
        assert desk.scope(Scope.CONTENT).unchanged_since is None

    def test_ads_for_another_audience_must_be_looked_at(self, desk: Desk) -> None:
        edit("strategy", "audience.segments.0.targeting.geo", KUWAIT)(desk)

        assert desk.scope(Scope.ADS).unchanged_since is None
        assert desk.scope(Scope.SCHEDULE).unchanged_since is not None

    def test_an_item_edited_since_is_not_offered_as_unchanged(self, desk: Desk) -> None:
        edit("strategy", "message.proposition", "Light for less")(desk)
        edit_item("texts.0.primary_text", "New words")(desk)

        assert desk.item().unchanged_since is None
        assert desk.scope(Scope.CONTENT).unchanged_since is None

    def test_a_request_for_changes_is_never_carried_over_as_agreement(self) -> None:
        desk = Desk()
        desk.cast(Scope.SCHEDULE, Verdict.REQUEST_CHANGES, reason="No")

        edit("strategy", "message.proposition", "Light for less")(desk)

        view = desk.scope(Scope.SCHEDULE)
        assert (view.state, view.unchanged_since) == (NEEDS_REVIEW, None)
