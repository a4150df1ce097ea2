import re

import pytest

from simulator.openai.prompt_data import Value
from simulator.openai.writers.amounts import percentages, texts_of
from tests.simulator.openai.campaigns import BRIEFS, LANGUAGES, LIMITS, SHOP, copy_task, revised, written

SEEDS = range(12)
SCRIPTS = {"ar": r"[\u0600-\u06ff]", "ja": r"[\u3040-\u30ff\u4e00-\u9fff]"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("brief", BRIEFS.values(), ids=BRIEFS.keys())
def test_every_text_fits_its_placement(brief: dict[str, Value], language: str) -> None:
    for seed in SEEDS:
        for text in written(brief, copy_task(language), seed)["texts"]:
            primary, headline, description = LIMITS[text["placement"]]
            assert 0 < len(text["primary_text"]) <= primary, text
            assert 0 < len(text["headline"]) <= headline, text
            assert len(text["description"]) <= (description or 0), text


@pytest.mark.parametrize("language", ["ar", "ja"])
@pytest.mark.parametrize("brief", BRIEFS.values(), ids=BRIEFS.keys())
def test_texts_are_in_the_languages_own_script(brief: dict[str, Value], language: str) -> None:
    for seed in SEEDS:
        for text in written(brief, copy_task(language), seed)["texts"]:
            assert re.search(SCRIPTS[language], text["primary_text"]), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offer_and_no_other_number_is_promised(language: str) -> None:
    for seed in SEEDS:
        draft = written(SHOP, copy_task(language), seed)
        assert all("20" in percentages(text["primary_text"]) for text in draft["texts"]), draft
        assert {number for text in texts_of(draft) for number in percentages(text)} == {"20"}


@pytest.mark.parametrize(
    ("language", "words"), [("ar", "خصم 20%"), ("ja", "20%オフ"), ("es", "20 % menos"), ("de", "20 % Rabatt")]
)
def test_the_offer_is_put_in_the_languages_own_words(language: str, words: str) -> None:
    assert words in written(SHOP, copy_task(language))["texts"][0]["primary_text"]


def test_an_offer_in_the_ads_language_keeps_its_own_words() -> None:
    brief = {**SHOP, "offer": {"text": "خصم 20% على كل شيء"}}

    assert "خصم 20% على كل شيء" in written(brief, copy_task("ar"))["texts"][0]["primary_text"]


def test_without_an_offer_none_is_made_up() -> None:
    brief = {**SHOP, "offer": {}}

    for seed in SEEDS:
        assert not any(percentages(text) for text in texts_of(written(brief, copy_task("en"), seed)))


@pytest.mark.parametrize("language", ["en", "ar", "ja", "es"])
def test_the_concepts_of_a_strategy_begin_with_different_thoughts(language: str) -> None:
    keys = [f"everyday-{number}" for number in range(1, 7)]
    brief = {**SHOP, "offer": {}}

    drafts = [written(brief, copy_task(language, concept={"key": key}, angle={})) for key in keys]

    openings = {draft["texts"][1]["primary_text"].split("." if language != "ja" else "。")[0] for draft in drafts}
    assert len(openings) >= 5


def test_requests_that_differ_get_different_answers() -> None:
    assert len({str(written(SHOP, copy_task("en"), seed)) for seed in range(30)}) > 25


def test_voice_is_obeyed() -> None:
    brief = {
        **SHOP,
        "must_say": ["Free returns."],
        "must_not_say": ["new", "look"],
        "disclaimers": ["While stocks last."],
    }

    for seed in SEEDS:
        draft = written(brief, copy_task("en"), seed)
        assert all("Free returns." in text["primary_text"] for text in draft["texts"])
        assert not any(re.search("new|look", text, re.I) for text in texts_of(draft)), draft
        assert draft["disclaimer"] == "While stocks last."


def test_headlines_differ_from_those_to_avoid() -> None:
    taken = [written(SHOP, copy_task("en"), seed)["texts"][0]["headline"] for seed in range(3)]

    for seed in SEEDS:
        texts = written(SHOP, copy_task("en", avoid=taken), seed)["texts"]
        assert not {text["headline"] for text in texts if text["placement"] == "feed"} & set(taken)


@pytest.mark.parametrize(
    ("brief", "allowed", "cta"),
    [
        ("shop", ["LEARN_MORE", "SHOP_NOW"], "SHOP_NOW"),
        ("clinic", ["LEARN_MORE", "APPLY_NOW"], "APPLY_NOW"),
        ("shop", ["DOWNLOAD"], "DOWNLOAD"),
    ],
)
def test_call_to_action_suits_the_goal_and_is_allowed(brief: str, allowed: list[str], cta: str) -> None:
    assert written(BRIEFS[brief], copy_task("en", allowed_ctas=allowed))["cta"] == cta


def test_a_carousel_shows_each_product_at_its_price() -> None:
    cards = written(SHOP, copy_task("ar"))["cards"]

    assert [card["headline"] for card in cards] == [product["name"] for product in SHOP["products"]]
    assert [card["description"] for card in cards] == ["249 ريال", "119 ريال", "69 ريال"]


def test_overlay_is_short() -> None:
    for seed in SEEDS:
        overlay = written(SHOP, copy_task("en"), seed)["overlay_text"]
        assert len(overlay) <= 60
        assert len(overlay.split()) <= 6


class TestARevision:
    @pytest.fixture
    def current(self) -> Value:
        feed = {"primary_text": "30 % off the dallah, 249 SAR.", "headline": "30% off", "description": "See it"}
        story = {"primary_text": "خصم 30٪ على كل شيء. 30%", "headline": "Until 30 December", "description": ""}
        return {
            "texts": [{"placement": "feed", **feed}, {"placement": "story", **story}],
            "cta": "SHOP_NOW",
            "overlay_text": "30% off",
            "disclaimer": "",
            "cards": [],
        }

    @pytest.mark.parametrize(
        "instruction",
        [
            "The offer is 20 %, not 30 %. Correct the number.",
            "not 30% but 20%",
            "20 percent instead of 30 percent please",
            "Change the discount from 30% to 20%.",
            "It says 30 % while the offer says 20 %.",
            "The offer is 20%!",
            "الخصم 20٪ وليس 30٪",
            "20 % statt 30 %",
        ],
    )
    def test_corrects_every_percentage_and_nothing_else(self, current: Value, instruction: str) -> None:
        result = revised(current, instruction)

        assert {number for text in texts_of(result) for number in percentages(text)} == {"20"}
        assert result["texts"][0]["primary_text"] == "20 % off the dallah, 249 SAR."
        assert result["texts"][1]["headline"] == "Until 30 December"
        assert result["texts"][0]["description"] == "See it"

    def test_corrects_a_price(self, current: Value) -> None:
        result = revised(current, "The price is 219 SAR, not 249 SAR.")

        assert result["texts"][0]["primary_text"] == "30 % off the dallah, 219 SAR."

    def test_replaces_quoted_words(self, current: Value) -> None:
        result = revised(current, 'Replace "the dallah" with "the brass dallah".')

        assert result["texts"][0]["primary_text"] == "30 % off the brass dallah, 249 SAR."

    def test_removes_quoted_words(self, current: Value) -> None:
        assert revised(current, 'Please remove "See it" everywhere.')["texts"][0]["description"] == ""

    def test_rewrites_only_the_field_it_is_about(self, current: Value) -> None:
        result = revised(current, "A livelier headline, please.")

        assert result["texts"][0]["headline"] != "30% off"
        assert result["texts"][0]["primary_text"] == current["texts"][0]["primary_text"]

    def test_rewrites_texts_when_it_names_no_field(self, current: Value) -> None:
        result = revised(current, "Warmer, please.")

        assert result["texts"][0]["primary_text"] != current["texts"][0]["primary_text"]
        assert result["cta"] == "SHOP_NOW"
