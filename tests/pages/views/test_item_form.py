from uuid import uuid4

import pytest
from pydantic import ValidationError

from api.pages.views import change_form
from api.pages.views.item_form import fields_of, first_values, typed_item
from models.domain.content import Design, ItemContent
from models.domain.cropping import crop_around
from models.domain.states import Ratio
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


def wide() -> Asset:
    return Asset(
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


def drawn_item() -> ItemContent:
    """Its square is drawn over a picture; the other shapes are shown as they are."""
    content = item()
    square = next(part for part in content.assets if part.ratio is Ratio.SQUARE)
    finished = square.model_copy(update={"sha256": "c" * 64, "recipe": "d" * 64})
    others = [part for part in content.assets if part.ratio is not Ratio.SQUARE]
    design = Design(bases=[square], price="$ 20")
    return content.model_copy(update={"assets": [finished, *others], "design": design})


def chosen(content: ItemContent, **values: str) -> ItemContent:
    picture, typed = wide(), first_values(content)
    for name, value in values.items():
        typed.values[f"{name}.1:1"] = [value or str(picture.id)]
    changed = typed_item(typed, content, {picture.id: picture})
    assert changed is not None
    return changed


def bases_of(content: ItemContent) -> dict[Ratio, str]:
    return {base.ratio: base.sha256 for base in content.design.bases} if content.design else {}


def files_of(content: ItemContent) -> dict[Ratio, str]:
    return {part.ratio: part.sha256 for part in content.assets}


def test_another_picture_to_be_drawn_over_is_cut_for_its_own_shape_and_touches_no_other() -> None:
    content = drawn_item()

    changed = chosen(content, picture="")

    assert bases_of(changed) == {Ratio.SQUARE: "a" * 64}
    assert changed.design is not None
    assert changed.design.bases[0].crop == crop_around(2_000, 1_000, Ratio.SQUARE)
    assert changed.assets == content.assets, "the finished picture stays until it is drawn anew"


def test_a_picture_that_is_used_as_it_is_takes_the_place_of_the_drawn_one() -> None:
    content = drawn_item()

    changed = chosen(content, picture="", over="plain")

    assert bases_of(changed) == {}
    assert files_of(changed) == {**files_of(content), Ratio.SQUARE: "a" * 64}


def test_the_drawing_can_be_taken_off_and_put_on_again_without_another_picture() -> None:
    content = drawn_item()

    bare = chosen(content, over="plain")
    drawn_again = chosen(bare, over="drawn")

    assert files_of(bare)[Ratio.SQUARE] == bases_of(content)[Ratio.SQUARE]
    assert bases_of(bare) == {}
    assert bases_of(drawn_again) == bases_of(content)


def test_price_and_headline_are_written_in_the_form() -> None:
    content = drawn_item()
    typed = first_values(content)
    typed.values["price"], typed.values["overlay_text"] = ["SAR 249"], ["Now"]

    changed = typed_item(typed, content, {})

    assert changed is not None
    assert changed.design is not None
    assert (changed.design.price, changed.overlay_text) == ("SAR 249", "Now")


def test_a_price_that_is_too_long_is_named_at_its_field() -> None:
    content = drawn_item()
    typed = first_values(content)
    typed.values["price"] = ["x" * 31]

    assert typed_item(typed, content, {}) is None
    assert typed.mistake("price")


def test_a_change_holds_only_what_differs_from_what_runs() -> None:
    schedule = shop_schedule()
    typed = change_form.first_values(schedule)
    with pytest.raises(ValidationError, match="the change is empty"):
        change_form.typed_change(typed, schedule)
    typed.values["part"][0] = "333.00"

    change = change_form.typed_change(typed, schedule)

    assert change.budgets == {schedule.split[0].plan_key: 33_300}
    assert (change.total_cap_minor, change.end) == (None, None)
