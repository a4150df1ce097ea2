from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.domain.base import Money
from models.domain.brief import Brief, Conversion, ConversionLocation, Voice
from models.domain.content import CallToAction, Card, CopyText, Design, ItemContent
from models.domain.copy_checks import allowed_ctas, check_item, near_duplicates, placement_guides
from models.domain.findings import Finding, Level
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Claim, Objective, Strategy
from models.domain.wording import contains
from tests.models.domain.examples import NOW, item, shop_brief, shop_strategy
from tests.models.domain.test_hashing import changed

PRIMARY = "texts.feed.primary_text"


def saying(text: str, concept: str = "evening", language: str = "en", **changes: object) -> ItemContent:
    feed = CopyText(placement=Placement.FEED, primary_text=text, headline="Warm light")
    return item(concept, language, texts=[feed], **changes)


def check(
    content: ItemContent,
    strategy: Strategy | None = None,
    brief: Brief | None = None,
    now: datetime = NOW,
) -> list[Finding]:
    return check_item(content, strategy or shop_strategy(), brief or shop_brief(), now)


def one(findings: list[Finding]) -> tuple[Level, str, str]:
    assert len(findings) == 1, findings
    return findings[0].level, findings[0].field, findings[0].message


def test_good_copy_has_no_findings_in_either_language() -> None:
    assert check(item()) == []
    assert check(saying("ضوء دافئ الليلة. خصم ٢٠٪ بالرمز LIGHT20", language="ar")) == []


class TestFigures:
    @pytest.mark.parametrize("text", ["30 % off all lamps", "خصم ٣٠٪ على كل المصابيح", "خصم ٣٠ بالمئة"])
    def test_thirty_per_cent_is_found_while_the_offer_says_twenty(self, text: str) -> None:
        level, field, message = one(check(saying(text)))

        assert (level, field) == (Level.WARN, PRIMARY)
        assert message == "the text says 30 %, the offer says 20 %; write 20 % or change the offer"

    def test_it_is_found_over_the_picture_too(self) -> None:
        assert one(check(item(overlay_text="-30 %")))[1] == "overlay_text"

    def test_the_strategys_offer_is_newer_than_the_briefs(self) -> None:
        revised = changed(shop_strategy(), "message.offer.text", "30 % off")

        assert check(saying("30 % off"), revised) == []
        assert "the offer says 30 %" in one(check(saying("20 % off"), revised))[2]

    def test_a_percentage_that_evidence_covers_is_fine(self) -> None:
        proven = changed(shop_strategy(), "message.claims", [Claim(text="100 % brass", evidence="Lab report")])

        assert check(saying("100 % brass"), proven) == []
        assert check(saying("100 % brass")) != []

    @pytest.mark.parametrize("text", ["Now SAR 199", "١٩٩ ريال", "159.20 SAR", "Save 39.80 riyals", "199 riyals"])
    def test_the_price_the_discounted_price_and_the_saving_are_fine(self, text: str) -> None:
        assert check(saying(text)) == []

    @pytest.mark.parametrize("text", ["Now SAR 99", "٩٩ ريال", "$199"])
    def test_any_other_price_is_found(self, text: str) -> None:
        level, _, message = one(check(saying(text)))

        assert level is Level.WARN
        assert "the brief has SAR 199" in message

    def test_a_price_without_any_in_the_brief_says_so(self) -> None:
        assert "names no price" in one(check(saying("SAR 199"), brief=changed(shop_brief(), "products", [])))[2]


class TestLimits:
    def test_more_than_a_placement_shows_warns_and_more_than_the_platform_takes_refuses(self) -> None:
        assert one(check(saying("x" * 126)))[:2] == (Level.WARN, PRIMARY)
        assert check(saying("x" * 125)) == []
        assert one(check(saying("x" * 1_025)))[:2] == (Level.REFUSE, PRIMARY)

    def test_marks_on_letters_do_not_count_for_readers_but_do_for_the_platform(self) -> None:
        vowelled = "ضُ" * 120

        assert check(saying(vowelled)) == []
        assert one(check(saying("ضُ" * 520)))[0] is Level.REFUSE

    def test_a_carousel_shares_one_longer_text_and_has_short_cards(self) -> None:
        card = Card(
            headline="One",
            description="d" * 21,
            link="https://shop.example.com/a",
            asset_id=UUID(int=1),
            sha256="0" * 64,
        )
        carousel = saying("x" * 1_025, format="carousel", cards=[card, card])

        assert [(found.level, found.field) for found in check(carousel)] == [
            (Level.WARN, PRIMARY),
            (Level.WARN, "cards.0.description"),
            (Level.WARN, "cards.1.description"),
        ]
        assert one(check(saying("x", format="carousel", cards=[])))[:2] == (Level.REFUSE, "cards")

    def test_each_format_asks_for_its_placements(self) -> None:
        guides = {guide["placement"]: guide for guide in placement_guides(CreativeFormat.SINGLE_IMAGE)}

        assert guides[Placement.REEL]["primary_text"] == 72
        assert guides[Placement.STORY]["description"] is None
        assert [guide["placement"] for guide in placement_guides(CreativeFormat.CAROUSEL)] == [Placement.CARD]


class TestStructure:
    def test_a_button_must_go_with_the_goal(self) -> None:
        leads = changed(shop_strategy(), "measurement.objective", Objective.LEADS)

        level, field, message = one(check(item(cta=CallToAction.SHOP_NOW), leads))

        assert (level, field) == (Level.REFUSE, "cta")
        assert "does not go with leads; choose LEARN_MORE" in message
        assert CallToAction.SHOP_NOW not in allowed_ctas(Objective.LEADS)

    def test_an_ad_without_a_destination_is_refused_unless_it_opens_a_form(self) -> None:
        form = Conversion(location=ConversionLocation.INSTANT_FORM, lead_form_id="form-1")

        assert one(check(item(link_url=None)))[:2] == (Level.REFUSE, "link_url")
        assert check(item(link_url=None), brief=changed(shop_brief(), "conversion", form)) == []

    def test_another_site_than_the_briefs_is_pointed_out(self) -> None:
        assert "other.example.org" in one(check(item(link_url="https://other.example.org/")))[2]

    def test_an_existing_post_must_be_chosen(self) -> None:
        post = item(format="existing_post", link_url=None)

        assert one(check(post))[1] == "existing_post_id"
        assert check(post.model_copy(update={"existing_post_id": "post-1"})) == []

    def test_an_item_that_the_strategy_dropped_is_refused(self) -> None:
        assert one(check(item("gone")))[1] == "concept"
        assert one(check(item(language="fr")))[1] == "language"


class TestWords:
    def brief(self, **voice: object) -> Brief:
        return changed(shop_brief(), "voice", Voice.model_validate(voice))

    @pytest.mark.parametrize("text", ["So CHEAP today", "cheap", "Not cheap!"])
    def test_a_banned_word_is_refused_in_any_case(self, text: str) -> None:
        level, _, message = one(check(saying(text), brief=self.brief(must_not_say=["cheap"])))

        assert level is Level.REFUSE
        assert "'cheap', which must not be said" in message

    def test_a_banned_word_inside_another_is_not_meant(self) -> None:
        assert check(saying("A sheepskin shade"), brief=self.brief(must_not_say=["sheep", "skin"])) == []

    def test_arabic_words_are_found_with_article_vowels_and_endings(self) -> None:
        for text in ("رخيص جدا", "المصابيح الرَّخيصة", "والرخيص"):
            assert contains(text, "رخيص")
        assert not contains("ترخيص البناء", "رخيص")

    def test_the_strategys_own_must_nots_count_as_well(self) -> None:
        strategy = changed(shop_strategy(), "message.voice", Voice(must_not_say=["lamp"]))

        assert one(check(saying("One lamp"), strategy))[0] is Level.REFUSE

    def test_what_must_be_said_is_missed_in_its_own_script_only(self) -> None:
        brief = self.brief(must_say=["Handmade in Riyadh"])

        assert "'Handmade in Riyadh'" in one(check(item(), brief=brief))[2]
        assert check(saying("ضوء دافئ", language="ar"), brief=brief) == []
        assert check(saying("Handmade in Riyadh, for you"), brief=brief) == []

    def test_a_missing_disclaimer_is_pointed_out(self) -> None:
        brief = self.brief(disclaimers=["While stocks last"])

        assert one(check(item(), brief=brief))[:2] == (Level.WARN, "disclaimer")
        assert check(item(disclaimer="While stocks last"), brief=brief) == []

    @pytest.mark.parametrize("text", ["Are you diabetic?", "Free of your debts", "هل أنت مدين؟", "تعاني من السكري"])
    def test_claiming_to_know_the_reader_is_refused(self, text: str) -> None:
        assert one(check(saying(text)))[0] is Level.REFUSE

    @pytest.mark.parametrize("text", ["Are you ready?", "Your lamp is here", "هل أنت جاهز؟", "For every home"])
    def test_speaking_to_the_reader_is_fine(self, text: str) -> None:
        assert check(saying(text)) == []

    def test_a_claim_without_evidence_is_refused(self) -> None:
        bare = changed(shop_strategy(), "message.claims", [Claim(text="Lasts 40 years")])

        assert "without evidence" in one(check(saying("It lasts 40 years, really"), bare))[2]
        assert check(saying("Made by hand in Riyadh")) == []

    @pytest.mark.parametrize("text", ["The best lamp", "أفضل مصباح", "نحن رقم 1"])
    def test_a_superlative_asks_for_evidence(self, text: str) -> None:
        assert one(check(saying(text)))[0] is Level.WARN

    @pytest.mark.parametrize("text", ["See shop.example.com", "https://a.example/b", "www.lamps.sa"])
    def test_an_address_in_the_text_is_pointed_out(self, text: str) -> None:
        assert "link and button" in one(check(saying(text)))[2]


class TestOffer:
    AFTER = datetime(2027, 1, 1, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["20 % off", "خصم ٢٠٪", "Use LIGHT20"])
    def test_an_expired_offer_is_refused_where_it_is_mentioned(self, text: str) -> None:
        level, _, message = one(check(saying(text), now=self.AFTER))

        assert level is Level.REFUSE
        assert "the offer ended on 2026-12-31" in message

    def test_an_item_that_does_not_mention_it_goes_on(self) -> None:
        assert check(saying("Warm light"), now=self.AFTER) == []
        assert check(saying("20 % off"), now=self.AFTER - timedelta(days=1, seconds=1)) == []

    def test_its_button_is_refused_too(self) -> None:
        found = check(saying("Warm light", cta=CallToAction.GET_OFFER), now=self.AFTER)

        assert one(found)[1] == "cta"


class TestNearDuplicates:
    def test_two_ideas_in_the_same_words_are_found(self) -> None:
        found = near_duplicates([saying("A warm room tonight"), saying("A warm room tonight!", concept="workshop")])

        assert one(found)[:2] == (Level.WARN, "workshop.en")

    def test_translations_and_different_texts_are_not(self) -> None:
        items = [saying("A warm room"), saying("A warm room", language="ar"), saying("By hand", concept="workshop")]

        assert near_duplicates(items) == []


def test_a_drawn_price_that_the_brief_has_no_longer_is_told() -> None:
    """Nobody draws a new price by itself, so a changed brief must show on the items."""
    priced = [
        product.model_copy(update={"price": Money(amount_minor=7_900, currency="USD")})
        for product in shop_brief().products
    ]
    brief = shop_brief().model_copy(update={"products": priced})
    drawn = saying("Warm light tonight")

    old = check(drawn.model_copy(update={"design": Design(price="$89.00")}), brief=brief)
    new = check(drawn.model_copy(update={"design": Design(price="$79.00")}), brief=brief)

    assert [(found.level, found.field) for found in old] == [(Level.WARN, "design.price")]
    assert new == []


def test_refusals_come_before_warnings() -> None:
    levels = [found.level for found in check(saying("x" * 200, link_url=None))]

    assert levels == [Level.REFUSE, Level.WARN]
