from datetime import UTC, datetime

import pytest

from api.pages.views.previews import RATIOS, picture_url, previews_of
from api.pages.views.schedule import envelope_words
from api.pages.views.schedule_form import first_values, typed_schedule
from api.pages.views.waiting import Team, in_a_list
from api.pages.views.words import dates, delivery_badge, direction, when, zone_words
from models.domain.approvals import Stage
from models.domain.roles import Role
from models.domain.schedule import Envelope
from models.domain.states import CampaignStatus, Delivery, OptimizerMode, Placement
from providers.ads.meta.payloads import asset_feed
from tests.models.domain.examples import item as shop_item
from tests.models.domain.examples import shop_schedule

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TECHNICAL = ("workflow", "hash", "saga", "needs_review")


def test_times_name_their_zone_with_its_offset() -> None:
    assert when(AT, "Asia/Riyadh") == "Mon 23 Nov 2026, 09:00"
    assert zone_words("Asia/Riyadh", AT) == "Riyadh time (UTC+3)"
    assert zone_words("Asia/Kolkata", AT) == "Kolkata time (UTC+5:30)"
    assert zone_words("America/New_York", AT) == "New York time (UTC-5)"
    assert dates(AT, None, "Asia/Riyadh") == "23 Nov 2026, no end date"


@pytest.mark.parametrize(("tag", "expected"), [("ar", "rtl"), ("ar-SA", "rtl"), ("he", "rtl"), ("en", "ltr")])
def test_languages_run_in_their_direction(tag: str, expected: str) -> None:
    assert direction(tag) == expected


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("Marketer: ask for approval", "Next: ask for approval"),
        ("Greenlight: writing copy", "Greenlight is writing copy"),
        ("A person: The card was declined.", "The card was declined."),
        (
            "Approval by team (strategy), client (strategy), client (schedule)",
            "Waiting for the team to decide on strategy and the client to decide on strategy and budget and dates",
        ),
        ("Meta asks to wait until 10:00", "Meta asks to wait until 10:00"),
    ],
)
def test_the_list_says_who_blocks_in_plain_words(recorded: str, shown: str) -> None:
    assert in_a_list(recorded) == shown


@pytest.mark.parametrize(
    ("status", "delivery", "shown"),
    [
        (CampaignStatus.LIVE, Delivery.DELIVERING, "Being shown"),
        (CampaignStatus.SCHEDULED, Delivery.DELIVERING, "Accepted by Meta"),
        (CampaignStatus.PAUSED, Delivery.DELIVERING, None),
        (CampaignStatus.PAUSED, Delivery.PARTLY_REJECTED, "Some ads rejected by Meta"),
        (CampaignStatus.ENDED, Delivery.DELIVERING, None),
        (CampaignStatus.READY, None, None),
    ],
)
def test_only_running_ads_are_said_to_be_shown(
    status: CampaignStatus, delivery: Delivery | None, shown: str | None
) -> None:
    badge = delivery_badge(status, delivery)

    assert (badge.words if badge else None) == shown


def test_few_deciders_are_named_and_many_are_a_group() -> None:
    stage = Stage(name="team", roles=[Role.OWNER, Role.MANAGER, Role.APPROVER])

    assert Team({Role.OWNER: ["Dana"], Role.APPROVER: ["Ana"]}).named(stage) == "Ana"
    assert Team({Role.OWNER: ["Dana"]}).named(stage) == "Dana"
    assert Team({Role.APPROVER: ["Ana", "Omar", "Mei"]}).named(stage) == "the team"


@pytest.mark.parametrize("mode", OptimizerMode)
def test_the_envelope_says_what_may_happen_without_asking(mode: OptimizerMode) -> None:
    words = envelope_words(Envelope(mode_max=mode))

    assert ("20 % a day" in words) == (mode is not OptimizerMode.OFF)
    assert ("without asking" in words) == (mode is OptimizerMode.AUTO)
    assert not any(term in words.lower() for term in TECHNICAL)


def test_a_larger_first_step_is_said_with_its_two_days() -> None:
    words = envelope_words(Envelope(mode_max=OptimizerMode.AUTO, first_step=4_000))

    assert "once by up to 40 % in an ad set's first two days" in words
    assert "first two days" not in envelope_words(Envelope(mode_max=OptimizerMode.AUTO))


@pytest.mark.parametrize(("typed", "step"), [("35", 3_500), ("", None)])
def test_the_first_step_is_edited_in_the_schedules_form(typed: str, step: int | None) -> None:
    form = first_values(shop_schedule())
    form.values["first_step"] = [typed]

    edited = typed_schedule(form, shop_schedule())

    assert edited is not None
    assert edited.envelope.first_step == step


def test_previews_choose_the_picture_that_the_publish_sends() -> None:
    sent = {group.placement: group.ratios for group in asset_feed._GROUPS}

    assert sent == RATIOS


def test_each_placement_shows_its_own_words_and_cut() -> None:
    item = shop_item()
    previews = {preview.placement: preview for preview in previews_of(item, {})}

    assert set(previews) == {"Feed", "Story", "Reel", "Right column"}
    assert previews["Feed"].primary == item.text_for(Placement.FEED).primary_text
    assert previews["Story"].description == ""


def test_a_cut_picture_is_asked_for_by_its_corners() -> None:
    asset = shop_item().assets[0]

    assert picture_url(asset.asset_id, (0, 1_250, 10_000, 8_750), 320).endswith("?width=320&crop=0-1250-10000-8750")


def test_a_schedule_that_goes_through_the_form_untouched_comes_back_the_same() -> None:
    schedule = shop_schedule()
    typed = first_values(schedule)

    assert typed_schedule(typed, schedule) == schedule


def test_the_days_budget_is_the_sum_of_its_parts() -> None:
    schedule = shop_schedule()
    typed = first_values(schedule)
    typed.values["part"] = ["500" for _ in schedule.split]

    changed = typed_schedule(typed, schedule)

    assert changed is not None
    assert changed.pool_minor == 50_000 * len(schedule.split)


def test_an_end_before_the_start_is_refused_at_the_end() -> None:
    schedule = shop_schedule()
    typed = first_values(schedule)
    typed.values["end"] = ["2020-01-01T09:00"]

    assert typed_schedule(typed, schedule) is None
    assert "not after the start" in typed.mistake("end")
