from uuid import UUID

import pytest

from models.domain.composition import recipe_of, stale_ratios
from models.domain.content import AssetRef, CopyText, Design, ItemAsset, ItemContent
from models.domain.states import Placement, Ratio
from tests.models.domain.examples import item

LOGO = AssetRef(asset_id=UUID(int=9), sha256="9" * 64)
OTHER = "e" * 64


def base(ratio: Ratio = Ratio.SQUARE, **changes: object) -> ItemAsset:
    usual: dict[str, object] = {
        "ratio": ratio,
        "asset_id": UUID(int=1),
        "sha256": "1" * 64,
        "crop": (0, 0, 9_000, 10_000),
    }
    return ItemAsset.model_validate(usual | changes)


def designed(**changes: object) -> ItemContent:
    usual: dict[str, object] = {
        "bases": [base()],
        "price": "SAR 89.00",
        "logo": LOGO,
        "colours": ["#111111", "#222222"],
    }
    design = Design.model_validate(usual | changes)
    return item(design=design, overlay_text="20 % off", disclaimer="Terms apply.", assets=[])


def drawn(content: ItemContent, *ratios: Ratio) -> ItemContent:
    """The item with a finished picture of the present recipe in these ratios."""
    assets = [base(ratio, sha256="f" * 64, crop=None, recipe=recipe_of(content, ratio)) for ratio in ratios]
    return content.model_copy(update={"assets": assets})


@pytest.mark.parametrize(
    "changed",
    [
        designed(price="SAR 79.00"),
        designed(logo=None),
        designed(logo=AssetRef(asset_id=UUID(int=9), sha256=OTHER)),
        designed(colours=["#222222", "#111111"]),
        designed(bases=[base(sha256=OTHER)]),
        designed(bases=[base(crop=None)]),
        designed(bases=[base(crop=(0, 0, 10_000, 9_000))]),
        designed().model_copy(update={"overlay_text": "30 % off"}),
        designed().model_copy(update={"disclaimer": ""}),
        designed().model_copy(update={"language": "ar"}),
    ],
)
def test_whatever_shows_on_the_picture_makes_it_out_of_date(changed: ItemContent) -> None:
    before = drawn(designed(), Ratio.SQUARE)

    assert stale_ratios(before) == []
    assert stale_ratios(changed.model_copy(update={"assets": before.assets})) == [Ratio.SQUARE]


@pytest.mark.parametrize(
    "changed",
    [
        {"texts": [CopyText(placement=Placement.FEED, primary_text="Other words", headline="Other")]},
        {"link_url": "https://shop.example.com/other"},
        {"enhancements": True},
        {"concept": "morning"},
    ],
)
def test_what_does_not_show_on_the_picture_leaves_it(changed: dict[str, object]) -> None:
    assert stale_ratios(drawn(designed(), Ratio.SQUARE).model_copy(update=changed)) == []


def test_the_same_files_under_other_names_and_other_ratios_leave_it() -> None:
    renamed = designed(
        bases=[base(asset_id=UUID(int=5)), base(Ratio.PORTRAIT)], logo=LOGO.model_copy(update={"asset_id": UUID(int=6)})
    )

    assert recipe_of(renamed, Ratio.SQUARE) == recipe_of(designed(), Ratio.SQUARE)
    assert recipe_of(renamed, Ratio.PORTRAIT) != recipe_of(renamed, Ratio.SQUARE)


def test_a_ratio_without_a_finished_picture_is_to_be_drawn() -> None:
    content = designed(bases=[base(), base(Ratio.VERTICAL)])

    assert stale_ratios(content) == [Ratio.SQUARE, Ratio.VERTICAL]
    assert stale_ratios(drawn(content, Ratio.SQUARE)) == [Ratio.VERTICAL]


def test_nothing_is_drawn_over_videos_or_without_a_base_or_a_design() -> None:
    film = base(poster=AssetRef(asset_id=UUID(int=7), sha256=OTHER))

    assert recipe_of(designed(bases=[film]), Ratio.SQUARE) is None
    assert recipe_of(designed(), Ratio.VERTICAL) is None
    assert stale_ratios(designed(bases=[film])) == []
    assert stale_ratios(item()) == []


def test_an_upgrade_of_the_program_does_not_draw_approved_pictures_anew() -> None:
    # Stored with approved pictures: if this changes, all of them are drawn again and void their approvals.
    assert recipe_of(designed(), Ratio.SQUARE) == "f4819c8667f9e6d6a3adb6bc11dc3d141ce183263495eac515bf9624f20f5ef2"
