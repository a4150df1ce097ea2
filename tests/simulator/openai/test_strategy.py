import pytest

from providers.text.schemas import StrategyDraft
from simulator.openai.prompt_data import Value
from simulator.openai.writers import suggestion
from tests.simulator.openai.campaigns import BRIEFS, SHOP

AWARENESS: dict[str, Value] = {"brand": "Dar Noor", "campaign": "Hello", "goal": "awareness"}


def drafted(brief: dict[str, Value], concepts: int = 6, seed: int = 0) -> Value:
    task = {"concepts": concepts, "formats": ["single_image", "carousel"], "language": "en"}
    return suggestion({"brief": brief, "strategy_task": task}, seed)


def redrafted(current: Value, instruction: str) -> Value:
    found = {"brief": SHOP, "strategy_task": {}, "current_strategy": current, "instruction": instruction}
    return suggestion(found, 0)


@pytest.mark.parametrize("brief", [*BRIEFS.values(), AWARENESS], ids=[*BRIEFS, "awareness"])
@pytest.mark.parametrize("concepts", [1, 6, 12])
def test_every_draft_is_consistent(brief: dict[str, Value], concepts: int) -> None:
    for seed in range(10):
        draft = StrategyDraft.model_validate(drafted(brief, concepts, seed))

        assert sum(segment.share for segment in draft.audience.segments) == 10_000
        assert 2 <= len(draft.message.angles) <= 6
        assert len(draft.message.concepts) == concepts


@pytest.mark.parametrize("concepts", [2, 3, 6])
def test_where_videos_are_allowed_one_concept_is_a_video(concepts: int) -> None:
    formats = ["single_image", "carousel", "single_video"]
    task = {"concepts": concepts, "formats": formats, "language": "en"}

    draft = suggestion({"brief": SHOP, "strategy_task": task}, 0)

    chosen = [concept["format"] for concept in draft["message"]["concepts"]]
    assert chosen[0] == "single_image"
    assert "single_video" in chosen


@pytest.mark.parametrize(
    ("brief", "objective"),
    [("shop", "OUTCOME_SALES"), ("clinic", "OUTCOME_LEADS"), ("conference", "OUTCOME_TRAFFIC")],
)
def test_objective_follows_the_goal(brief: str, objective: str) -> None:
    assert drafted(BRIEFS[brief])["measurement"]["objective"] == objective


def test_shop_leaves_the_cart_out_of_prospecting() -> None:
    segments = drafted(SHOP)["audience"]["segments"]

    assert [segment["stage"] for segment in segments] == ["prospecting", "prospecting", "retargeting"]
    assert all("cart" in segment["excludes"] for segment in segments[:2])


def test_special_categories_are_not_targeted_by_age_or_interest() -> None:
    brief = {**BRIEFS["clinic"], "ages": [24, 50], "genders": ["women"]}

    for segment in drafted(brief)["audience"]["segments"]:
        assert segment["targeting"] == {"age_min": 18, "age_max": 65, "genders": [], "interests": []}


def test_claims_rest_on_the_brief() -> None:
    claims = {claim["text"] for claim in drafted(SHOP)["message"]["claims"]}

    assert claims >= {"20 % off everything", "Brass dallah: 249.00 SAR"}


def test_without_an_offer_no_angle_leans_on_one() -> None:
    angles = drafted({**SHOP, "offer": {}})["message"]["angles"]

    assert "offer" not in {angle["key"] for angle in angles}


class TestARedraft:
    def test_corrects_a_number_and_nothing_else(self) -> None:
        first = drafted(SHOP)

        second = redrafted(first, "The offer is 25 %, not 20 %.")

        assert "25 % off everything" in second["message"]["proposition"]
        assert second["audience"] == first["audience"]

    def test_takes_up_a_focus(self) -> None:
        second = redrafted(drafted(SHOP), "Focus on gifts for hosts.")

        assert "Gifts for hosts" in second["message"]["proposition"]
        assert second["message"]["angles"][0]["promise"] == "Gifts for hosts"

    def test_always_changes_the_message(self) -> None:
        first = drafted(SHOP)

        assert redrafted(first, "Bolder.")["message"]["proposition"] != first["message"]["proposition"]
