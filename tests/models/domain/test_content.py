"""What an item may say of its pictures."""

from uuid import uuid4

import pytest
from pydantic import ValidationError

from models.domain.content import ItemAsset
from models.domain.states import Ratio


@pytest.mark.parametrize(
    "crop", [(-5, 0, 10_000, 10_000), (0, 0, 10_001, 5_000), (0, 0, 0, 0), (6_000, 0, 5_000, 10_000)]
)
def test_a_crop_that_is_no_part_of_its_picture_is_refused(crop: tuple[int, int, int, int]) -> None:
    """Nobody could draw it, however often that is tried."""
    with pytest.raises(ValidationError, match="crop"):
        ItemAsset(ratio=Ratio.SQUARE, asset_id=uuid4(), sha256="a" * 64, crop=crop)
