"""Who an ad set's ads are shown to, and what the rules of special categories and the EU forbid."""

import pytest

from models.domain.brief import Audience, Dsa, Gender, Geo, Place, SpecialCategory
from models.domain.strategy import SegmentTargeting
from providers.ads.meta.payloads import Approved, Payload, ad_set_payload
from providers.errors import Refused
from tests.providers.ads.meta.plans import ad_set, approved, campaign, geo


def built(plan: Approved) -> Payload:
    return ad_set_payload(plan, plan.plan.ad_sets[0], "Broad gl-x", campaign_id="120")


def targeted(**changes: object) -> Payload:
    """The `targeting` parameter for a segment's targeting."""
    wanted = SegmentTargeting.model_validate({"geo": geo()} | changes)
    found = built(approved(one_ad_set=ad_set(targeting=wanted)))["targeting"]
    assert isinstance(found, dict)
    return found


def locales(plan: Approved) -> object:
    targeting = built(plan)["targeting"]
    return targeting["locales"] if isinstance(targeting, dict) else None


class TestTargeting:
    def test_people_places_and_language(self) -> None:
        places = [
            Place(kind="country", name="Saudi Arabia", country="SA"),
            Place(kind="city", name="Dubai", country="AE", platform_key="297407", radius_km=30),
            Place(kind="region", name="Cairo", country="EG", platform_key="1022"),
            Place(kind="zip", name="10001", country="US", platform_key="US:10001"),
        ]
        audience = Audience(age_min=21, age_max=44, genders=[Gender.WOMEN], include_ids=["1"], exclude_ids=["2"])

        payload = targeted(geo=Geo(include=places, exclude=places[:1]), audience=audience, interests=["6003"])

        assert payload == {
            "geo_locations": {
                "countries": ["SA"],
                "cities": [{"key": "297407", "radius": 30, "distance_unit": "kilometer"}],
                "regions": [{"key": "1022"}],
                "zips": [{"key": "US:10001"}],
            },
            "excluded_geo_locations": {"countries": ["SA"]},
            "locales": [1001],
            "age_min": 21,
            "age_max": 44,
            "genders": [2],
            "custom_audiences": [{"id": "1"}],
            "excluded_custom_audiences": [{"id": "2"}],
            "interests": [{"id": "6003"}],
            "publisher_platforms": ["facebook", "instagram"],
            "targeting_automation": {"advantage_audience": 0},
        }

    def test_both_genders_are_everyone(self) -> None:
        assert "genders" not in targeted(audience=Audience(genders=[Gender.WOMEN, Gender.MEN]))

    def test_advantage_audience_is_always_said(self) -> None:
        assert targeted(advantage_audience=True)["targeting_automation"] == {"advantage_audience": 1}

    @pytest.mark.parametrize("audience", [Audience(age_min=26), Audience(age_max=64)])
    def test_advantage_audience_cannot_keep_tight_ages(self, audience: Audience) -> None:
        with pytest.raises(Refused, match="turn it off"):
            targeted(advantage_audience=True, audience=audience)

    @pytest.mark.parametrize(
        ("language", "ids"), [("ar-SA", [28]), ("en-GB", [24]), ("pt-BR", [16]), ("en-AU", [1001])]
    )
    def test_each_language_is_an_audience_of_its_own(self, language: str, ids: list[int]) -> None:
        plan = approved(one_ad_set=ad_set(language=language))

        assert locales(plan) == ids

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"geo": Geo(include=[Place(kind="city", name="Dubai", country="AE")])}, "Dubai.*Meta's list"),
            ({"interests": ["coffee"]}, "coffee.*Meta's list"),
            ({"audience": Audience(exclude_customers=True)}, "audience of customers"),
            ({"geo": geo("DE")}, "who benefits and who pays"),
        ],
    )
    def test_what_meta_cannot_resolve_is_refused(self, changes: dict[str, object], words: str) -> None:
        with pytest.raises(Refused, match=words):
            targeted(**changes)

    def test_an_unmapped_language_is_refused_rather_than_shown_to_everyone(self) -> None:
        with pytest.raises(Refused, match="'sw'"):
            locales(approved(one_ad_set=ad_set(language="sw")))

    def test_ads_in_the_eu_name_beneficiary_and_payer(self) -> None:
        eu = ad_set(targeting=SegmentTargeting(geo=geo("DE", "CH")), dsa=Dsa(beneficiary="Shop", payor="Agency"))
        payload = built(approved(one_ad_set=eu))

        assert (payload["dsa_beneficiary"], payload["dsa_payor"]) == ("Shop", "Agency")


class TestSpecialCategories:
    def nurses(self, **targeting: object) -> Payload:
        wanted = SegmentTargeting.model_validate({"geo": geo("US")} | targeting)
        plan = approved(
            "form_leads",
            one_campaign=campaign("form_leads", special_categories=[SpecialCategory.EMPLOYMENT]),
            one_ad_set=ad_set("form_leads", targeting=wanted),
        )
        return built(plan)

    def test_every_adult_alike_is_allowed(self) -> None:
        city = Place(kind="city", name="Boston", country="US", platform_key="2418779", radius_km=25)

        assert self.nurses(geo=Geo(include=[city]))["optimization_goal"] == "LEAD_GENERATION"

    @pytest.mark.parametrize(
        ("targeting", "words"),
        [
            ({"audience": Audience(age_min=21)}, "age limit"),
            ({"audience": Audience(genders=[Gender.WOMEN])}, "gender"),
            ({"audience": Audience(exclude_ids=["1"])}, "excluded"),
            ({"geo": Geo(include=geo("US").include, exclude=geo("CA").include)}, "excluded"),
            (
                {"geo": Geo(include=[Place(kind="zip", name="10001", country="US", platform_key="US:10001")])},
                "postcodes",
            ),
            (
                {"geo": Geo(include=[Place(kind="city", name="B", country="US", platform_key="1", radius_km=24)])},
                "radius below 25 km",
            ),
        ],
    )
    def test_singling_people_out_is_refused(self, targeting: dict[str, object], words: str) -> None:
        with pytest.raises(Refused, match=words):
            self.nurses(**targeting)
