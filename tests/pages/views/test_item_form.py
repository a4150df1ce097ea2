from uuid import uuid4

import pytest
from pydantic import ValidationError

from api.pages.views import change_form
from api.pages.views.item_form import fields_of, first_values, typed_item
from models.domain.content import ItemContent
from models.domain.cropping import crop_around
from models.tables.asset import Asset, AssetKind
from tests.models.domain.examples import item, shop_schedule


def test_an_item_that_goes_through_the_form_untouched_comes_back_the_same() -> None:
    content = item()

    assert typed_item(first_values(content), content, {}) == content


def test_only_what_a_placement_shows_can_be_written_there() -> None:
    shown = {placement: [label for _, label, _ in inputs] for placement, inputs in fields_of(item())}

    assert shown["Feed"] == ["Text", "Headline", "Description"]
    assert all("Description" not in labels for placement, labels in shown.items() if placement != "Feed")


def test_a_text_that_is_too_long_is_named_at_its_field() -> None:
    content = item()
    typed = first_values(content)
    typed.values["feed.headline"] = ["x" * 256]

    assert typed_item(typed, content, {}) is None
    assert "shorten it" in typed.mistake("feed.headline")


def test_another_picture_is_cut_for_every_ratio_that_the_item_has() -> None:
    content = item()
    wide = Asset(
        id=uuid4(),
        workspace_id=uuid4(),
        kind=AssetKind.IMAGE,
        sha256="a" * 64,
        content_type="image/jpeg",
        byte_size=1,
        width=2_000,
        height=1_000,
        filename="wide.jpg",
        storage_key="k",
    )
    typed = first_values(content)
    typed.values["picture"] = [str(wide.id)]

    changed = typed_item(typed, content, {wide.id: wide})

    assert isinstance(changed, ItemContent)
    assert [(part.ratio, part.crop) for part in changed.assets] == [
        (part.ratio, crop_around(2_000, 1_000, part.ratio)) for part in content.assets
    ]


def test_a_change_holds_only_what_differs_from_what_runs() -> None:
    schedule = shop_schedule()
    typed = change_form.first_values(schedule)
    with pytest.raises(ValidationError, match="the change is empty"):
        change_form.typed_change(typed, schedule)
    typed.values["part"][0] = "333.00"

    change = change_form.typed_change(typed, schedule)

    assert change.budgets == {schedule.split[0].plan_key: 33_300}
    assert (change.total_cap_minor, change.end) == (None, None)
