from api.pages.views.brief_form import typed_brief
from api.pages.views.brief_sources import sources_of
from api.pages.views.brief_values import Clock, first_values
from api.pages.views.typed import Typed
from models.domain.brief import Brief, Provenance, Source
from tests.models.domain.examples import shop_brief

RIYADH = Clock("SAR", "Asia/Riyadh")


def test_a_brief_that_goes_through_the_form_untouched_comes_back_the_same() -> None:
    brief = shop_brief()

    typed = first_values(brief, RIYADH)

    assert typed_brief(typed, brief) == brief
    assert typed.mistakes == {}


def test_what_the_form_does_not_show_survives_an_edit() -> None:
    brief = Brief.model_validate(
        {
            **shop_brief().model_dump(),
            "audience": {"include_ids": ["aud-1"], "exclude_ids": ["aud-2"]},
            "geo": {"include": [{"kind": "city", "name": "Riyadh", "country": "SA", "platform_key": "1080"}]},
        }
    )
    typed = first_values(brief, RIYADH)
    typed.values["tone"] = ["calm"]

    edited = typed_brief(typed, brief)

    assert edited is not None
    assert edited.voice.tone == "calm"
    assert (edited.audience, edited.geo) == (brief.audience, brief.geo)


def test_a_field_that_a_person_changes_is_theirs_and_the_others_keep_their_source() -> None:
    read = Provenance(source=Source.PARSED, start=0, end=4)
    brief = shop_brief().model_copy(update={"provenance": {"goal": read, "budget": read}})
    typed = first_values(brief, RIYADH)
    typed.values["goal"] = ["traffic"]

    edited = typed_brief(typed, brief)

    assert edited is not None
    assert edited.provenance == {"budget": read}
    assert sources_of(edited)["budget_amount"] == "read from the text: “Sell”"


def test_every_mistake_is_named_at_its_field() -> None:
    typed = Typed(
        {
            "currency": ["sar"],
            "zone": ["Mars/Olympus"],
            "offer_code": ["X"],
            "budget_amount": ["10"],
            "dsa_payor": ["Ana"],
            "landing_urls": ["http://unsafe.example"],
        }
    )

    assert typed_brief(typed, None) is None
    assert set(typed.mistakes) == {"zone", "name", "offer_text", "budget_kind", "dsa_beneficiary"}


def test_mistakes_of_the_brief_itself_reach_their_field_too() -> None:
    typed = first_values(shop_brief(), RIYADH)
    typed.values |= {"landing_urls": ["http://unsafe.example"], "age_min": ["70"], "languages": ["klingon-x"]}

    assert typed_brief(typed, None) is None
    assert set(typed.mistakes) == {"landing_urls", "age_min", "languages"}


def test_a_mail_without_a_name_is_called_by_its_first_line() -> None:
    typed = Typed({"raw_text": ["Oud & Amber, winter\n\nWe want sales."], "currency": ["SAR"], "zone": ["UTC"]})

    brief = typed_brief(typed, None)

    assert brief is not None
    assert brief.name == "Oud & Amber, winter"
