"""What rests on something that ends, and what does not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.domain.brief import Offer
from models.domain.content import CallToAction, ItemContent
from models.domain.expiry import Ending, assets_in, ended, rests_on_offer
from models.domain.strategy import Strategy
from tests.models.domain.examples import OFFER, item, shop_strategy

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def plain(**changes: object) -> ItemContent:
    """An item that says nothing of the offer."""
    shown = item()
    texts = [
        text.model_copy(update={"primary_text": "A warm room.", "headline": "", "description": ""})
        for text in shown.texts
    ]
    base = {"texts": texts, "cta": CallToAction.LEARN_MORE, "overlay_text": "", "disclaimer": ""}
    return shown.model_copy(update=base | changes)


def with_angle(**changes: str) -> Strategy:
    strategy = shop_strategy()
    first, *others = strategy.message.angles
    message = strategy.message.model_copy(update={"angles": [first.model_copy(update=changes), *others]})
    return strategy.model_copy(update={"message": message})


class TestTheOffer:
    def test_an_item_that_does_not_name_it_goes_on(self) -> None:
        assert not rests_on_offer(plain(), shop_strategy(), OFFER)

    @pytest.mark.parametrize(
        "changes",
        [
            {"overlay_text": "20 % off"},
            {"overlay_text": "٢٠٪ خصم"},
            {"disclaimer": "With code LIGHT20"},
            {"cta": CallToAction.GET_OFFER},
        ],
    )
    def test_its_percentage_its_code_or_its_button_names_it(self, changes: dict[str, object]) -> None:
        assert rests_on_offer(plain(**changes), shop_strategy(), OFFER)

    def test_another_percentage_does_not(self) -> None:
        assert not rests_on_offer(plain(overlay_text="50 % linen"), shop_strategy(), OFFER)

    def test_a_concept_whose_angle_promises_it_rests_on_it_whatever_the_words(self) -> None:
        promised = with_angle(promise="20 % off for everybody")

        assert rests_on_offer(plain(concept="evening"), promised, OFFER)
        assert not rests_on_offer(plain(concept="workshop"), promised, OFFER)

    def test_an_offer_that_cannot_be_recognised_is_taken_to_be_everywhere(self) -> None:
        assert rests_on_offer(plain(), shop_strategy(), Offer(text="Free delivery", valid_to=NOW))


class TestEnding:
    def test_something_ends_in_its_last_moment_and_not_before(self) -> None:
        ending = Ending("the rights to lamp.png", NOW)

        assert ended([ending], NOW - timedelta(microseconds=1)) == ""
        assert ended([ending], NOW) == "the rights to lamp.png ended on 2026-11-20 09:00 UTC"

    def test_all_that_has_ended_is_told_in_the_order_in_which_it_ended(self) -> None:
        endings = [Ending("the offer", NOW), Ending("the rights to lamp.png", NOW - timedelta(days=1))]

        assert ended(endings, NOW).split("; ")[1] == "the offer ended on 2026-11-20 09:00 UTC"


def test_every_asset_is_found_however_deep_it_is_named() -> None:
    def named(number: int) -> dict[str, object]:
        return {"asset_id": str(UUID(int=number)), "sha256": "a" * 64}

    body = {
        "assets": [{**named(1), "poster": named(2)}],
        "cards": [named(3)],
        "design": {"bases": [named(4)], "logo": named(5)},
        "texts": [{"primary_text": str(UUID(int=6))}],
    }

    assert assets_in(body) == {UUID(int=number) for number in range(1, 6)}  # type: ignore[arg-type]
