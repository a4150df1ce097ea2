import pytest
from pydantic import ValidationError

from models.domain.links import destination, final_url, host, merge_tags
from models.domain.naming import (
    DEFAULT_NAME,
    DEFAULT_URL_TAGS,
    Naming,
    name_collisions,
    plan_key,
    render_name,
    render_url_tags,
    slug,
)
from tests.models.domain.examples import shop_plan
from tests.models.domain.test_hashing import changed

FIELDS = {"client": "Oryx", "objective": "sales", "market": "SA", "yyyymm": "202611"}


class TestNames:
    def test_a_level_leaves_out_what_it_does_not_have(self) -> None:
        assert render_name(DEFAULT_NAME, FIELDS) == "Oryx_sales_SA_202611"
        ad = FIELDS | {"segment": "broad", "concept": "evening", "language": "ar"}
        assert render_name(DEFAULT_NAME, ad) == "Oryx_sales_SA_broad_evening_ar_202611"

    def test_a_very_long_name_keeps_room_for_the_marker(self) -> None:
        assert len(render_name(DEFAULT_NAME, FIELDS | {"client": "x" * 900})) == 350

    def test_an_underscore_inside_a_field_cannot_be_taken_for_a_separator(self) -> None:
        assert render_name("{client}_{market}", {"client": "A_B", "market": "SA"}) == "A-B_SA"

    def test_an_unknown_field_is_refused_with_those_that_exist(self) -> None:
        with pytest.raises(ValidationError, match="may use client, objective"):
            Naming(client="Oryx", month="202611", ad="{client}_{budget}")

    def test_two_ads_of_one_name_are_found(self) -> None:
        plan = shop_plan()
        assert name_collisions(plan) == []

        assert name_collisions(changed(plan, "ads.0.name", plan.ads[1].name)) == [plan.ads[1].name]


class TestKeys:
    def test_keys_are_legible_and_lower_case(self) -> None:
        assert plan_key("broad", "en-US", "evening") == "broad__en-us__evening"

    def test_keys_that_would_be_too_long_stay_different(self) -> None:
        one, two = plan_key("a" * 59, "ar"), plan_key("a" * 59, "en")

        assert one != two
        assert len(one) == len(two) == 60


class TestLinks:
    def test_tags_are_told_apart_from_the_page(self) -> None:
        assert destination("https://x.example/a?id=5&utm_source=m&UTM_medium=n#top") == "https://x.example/a?id=5#top"

    def test_the_final_url_keeps_the_page_and_its_macros(self) -> None:
        tags = render_url_tags(DEFAULT_URL_TAGS, "Lamps & Light")

        assert final_url("https://x.example/a?id=5&utm_source=old", tags) == (
            "https://x.example/a?id=5&utm_source=meta&utm_medium=paid_social"
            "&utm_campaign=lamps-light&utm_content={{ad.id}}"
        )

    def test_later_tags_replace_earlier_ones(self) -> None:
        assert merge_tags("utm_source=meta&a=1", "?utm_source=mail") == "utm_source=mail&a=1"
        assert final_url("https://x.example/a?ref=1", "ref=2") == "https://x.example/a?ref=2"

    def test_no_tags_leave_the_link_alone(self) -> None:
        assert final_url("https://x.example/a?b=1#c", "") == "https://x.example/a?b=1#c"

    def test_arabic_names_survive_as_tags(self) -> None:
        assert slug("مصابيح العيد") == "مصابيح-العيد"
        assert len(merge_tags(render_url_tags(DEFAULT_URL_TAGS, "ض" * 120))) < 500

    def test_the_host_is_bare(self) -> None:
        assert host("https://www.shop.example.com/a") == "shop.example.com"
