from models.domain.content import CallToAction
from models.domain.diff import diff
from models.domain.schedule import Entry, EntryKind
from tests.models.domain.examples import item, shop_brief, shop_plan, shop_schedule, shop_strategy
from tests.models.domain.test_hashing import changed


def test_equal_versions_have_no_changes() -> None:
    for document in (shop_brief(), shop_strategy(), item(), shop_schedule(), shop_plan()):
        assert diff(document, document.model_copy(deep=True)) == []


def test_money_dates_and_steps_are_read_out_in_the_schedules_own_currency_and_zone() -> None:
    before = shop_schedule()
    after = changed(changed(before, "split.0.initial_minor", 25_000), "envelope.max_step", 1_000)
    after = changed(after, "end", None)

    assert [(change.label, change.before, change.after) for change in diff(before, after)] == [
        ("end", "2026-12-01 03:00 Asia/Riyadh", ""),
        ("broad / ar: budget", "SAR 200.00", "SAR 250.00"),
        ("envelope: largest step a day", "20 %", "10 %"),
    ]


def test_texts_are_found_again_by_their_placement_and_pictures_by_their_ratio() -> None:
    before = item()
    after = changed(changed(before, "texts.0.primary_text", "30 % off"), "assets.3.sha256", "f" * 64)
    after = after.model_copy(update={"texts": after.texts[::-1], "cta": CallToAction.LEARN_MORE})

    assert [(change.path, change.label, change.after) for change in diff(before, after)] == [
        ("texts.feed.primary_text", "feed: primary text", "30 % off"),
        ("cta", "button", "learn more"),
        ("assets.1.91:1.sha256", "1.91:1: picture", "picture ffffffff"),
    ]


def test_a_new_order_is_a_change_only_where_the_order_is_shown() -> None:
    steps = [Entry(key=key, kind=EntryKind.BUDGET_STEP) for key in ("one", "two")]
    before = changed(shop_schedule(), "entries", steps)

    (change,) = diff(before, changed(before, "entries", steps[::-1]))

    assert (change.path, change.before, change.after) == ("entries.order", "one, two", "two, one")
    assert diff(shop_brief(), changed(shop_brief(), "languages", ["en", "ar"])) == []


def test_parts_that_come_or_go_are_shown_whole() -> None:
    before = item()
    after = before.model_copy(update={"texts": before.texts[:1]})

    assert [(change.path, change.after) for change in diff(before, after)] == [("texts.story", "")]
    assert "Warm light, 20 % off" in diff(before, after)[0].before


def test_prices_are_shown_as_money() -> None:
    change = diff(shop_brief(), changed(shop_brief(), "budget.amount.amount_minor", 90_000))[0]

    assert (change.before, change.after) == ("SAR 600.00", "SAR 900.00")


def test_a_first_version_is_all_news() -> None:
    assert "total budget" in [change.label for change in diff(None, shop_schedule())]
