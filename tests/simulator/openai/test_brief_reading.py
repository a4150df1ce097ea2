import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.text.schemas import ParsedBrief
from simulator.openai.prompt_data import Value
from simulator.openai.writers import suggestion

SHOP = """Winter abayas for Dar Noor

We want more sales of our abayas on the website (purchase) in Saudi Arabia, in Arabic and English.
Products: Noor abaya (349 SAR), Layl abaya (420 SAR)
Offer: 20 % off all abayas until 5 December, with code NOOR20.
Budget: 1,500 SAR per day, from 25 November 2026 to 15 December 2026. Target ROAS 2.5.
Women aged 21-45, exclude existing customers. Landing page https://darnoor.example/abayas.
Tone: warm, quiet. Never say "cheap" or "last chance". Must say "Free returns".
"""
ARABIC = """نريد زيادة المبيعات في السعودية والإمارات باللغة العربية والإنجليزية.
الميزانية 5000 ريال في اليوم من 1 ديسمبر إلى 14 ديسمبر. خصم 20% على كل العبايات حتى 10 ديسمبر.
النساء من 21 إلى 45 سنة https://noor.example/ar
"""
JAPANESE = (
    "東京でカンファレンスを開催します。日本語。予算 30万円、2026年12月1日から2026年12月20日まで。アクセスを増やしたい。"
)
CLINIC = """Riverside Clinic is hiring nurses.
We need applications through an instant form, within 20 miles of New York.
Spend $6,000 in total between December 1 and December 20. CPL at most $40.
"""


def read(text: str, currency: str | None = None) -> dict[str, Value]:
    context = {"today": "2026-11-20", "account_currency": currency}
    found: dict[str, Value] = suggestion({"raw_text": text, "context": context}, 0)
    return found


def value(text: str, field: str) -> Value:
    found = read(text)[field]
    return found and found["value"]


@pytest.mark.parametrize("text", [SHOP, ARABIC, JAPANESE, CLINIC, "Only a wish."])
def test_every_quote_stands_in_the_text_and_every_field_fits_the_form(text: str) -> None:
    fields = read(text)

    assert all(found["quote"] in text and found["quote"] for found in fields.values() if found)
    assert set(fields) == set(ParsedBrief.model_fields)


def test_a_text_that_says_nothing_gives_nothing() -> None:
    assert not any(read("We had a good year. Thank you all.").values())


class TestTheShopBrief:
    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("name", "Winter abayas for Dar Noor"),
            ("goal", "sales"),
            ("conversion", {"location": "website", "event": "PURCHASE"}),
            ("kpi", {"metric": "roas", "target": "2.5", "hard": False}),
            ("landing_urls", ["https://darnoor.example/abayas"]),
            ("languages", ["ar", "en"]),
            ("budget", {"amount": {"amount": "1500", "currency": "SAR"}, "kind": "daily"}),
            ("flight", {"start": "2026-11-25", "end": "2026-12-15"}),
            ("audience", {"age_min": 21, "age_max": 45, "genders": ["women"], "exclude_customers": True}),
            ("special_categories", None),
            (
                "offer",
                {
                    "text": "20 % off all abayas until 5 December",
                    "code": "NOOR20",
                    "valid_from": None,
                    "valid_to": "2026-12-05",
                },
            ),
            (
                "voice",
                {
                    "tone": "warm, quiet",
                    "must_say": ["Free returns"],
                    "must_not_say": ["cheap", "last chance"],
                    "disclaimers": [],
                },
            ),
        ],
    )
    def test_is_read_field_by_field(self, field: str, expected: Value) -> None:
        assert value(SHOP, field) == expected

    def test_products_come_with_prices(self) -> None:
        products = [(product["name"], product["price"]["amount"]) for product in value(SHOP, "products")]

        assert products == [("Noor abaya", "349"), ("Layl abaya", "420")]

    def test_quotes_are_short(self) -> None:
        assert read(SHOP)["budget"]["quote"] == "1,500 SAR per day"
        assert read(SHOP)["languages"]["quote"] == "Arabic and English"


class TestOtherLanguages:
    def test_arabic(self) -> None:
        fields = read(ARABIC)

        assert fields["goal"]["value"] == "sales"
        assert [place["country"] for place in fields["geo"]["value"]["include"]] == ["SA", "AE"]
        assert fields["budget"]["value"] == {"amount": {"amount": "5000", "currency": "SAR"}, "kind": "daily"}
        assert fields["flight"]["value"] == {"start": "2026-12-01", "end": "2026-12-14"}
        assert fields["offer"]["value"]["valid_to"] == "2026-12-10"
        assert fields["languages"]["value"] == ["ar", "en"]
        assert fields["audience"]["value"]["genders"] == ["women"]

    def test_japanese(self) -> None:
        fields = read(JAPANESE)

        assert fields["goal"]["value"] == "traffic"
        assert fields["budget"]["value"] == {"amount": {"amount": "300000", "currency": "JPY"}, "kind": "total"}
        assert fields["flight"]["value"] == {"start": "2026-12-01", "end": "2026-12-20"}
        assert fields["geo"]["value"]["include"][0]["country"] == "JP"

    def test_german_numbers_and_dates(self) -> None:
        text = "Wir verkaufen Schuhe in Deutschland. Budget 2.500,50 € pro Monat, vom 1. bis 31. Dezember. 15 % Rabatt."

        assert value(text, "budget") == {"amount": {"amount": "2500.50", "currency": "EUR"}, "kind": "monthly"}
        assert value(text, "flight") == {"start": "2026-12-01", "end": "2026-12-31"}
        assert value(text, "offer")["text"] == "15 % Rabatt"


class TestTheClinicBrief:
    def test_is_recognised_as_employment_with_a_form(self) -> None:
        fields = read(CLINIC)

        assert fields["special_categories"]["value"] == ["EMPLOYMENT"]
        assert fields["conversion"]["value"] == {"location": "instant_form", "event": "LEAD"}
        assert fields["goal"]["value"] == "leads"
        assert fields["kpi"]["value"] == {"metric": "cpl", "target": "40", "hard": True}

    def test_aims_at_the_city_with_its_radius(self) -> None:
        (place,) = value(CLINIC, "geo")["include"]

        assert place == {"kind": "city", "name": "New York", "country": "US", "radius_km": 32}

    def test_reads_a_span_of_days(self) -> None:
        assert value(CLINIC, "flight") == {"start": "2026-12-01", "end": "2026-12-20"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Budget 5k USD.", ("5000", "USD", "total")),
        ("Our budget is EUR 12,000 per month.", ("12000", "EUR", "monthly")),
        ("We can spend ¥200,000 for all of it.", ("200000", "JPY", "total")),
        ("Presupuesto: 1.000 € al día", ("1000", "EUR", "daily")),
    ],
)
def test_budgets_are_read_as_people_write_them(text: str, expected: tuple[str, str, str]) -> None:
    budget = value(text, "budget")

    assert (budget["amount"]["amount"], budget["amount"]["currency"], budget["kind"]) == expected


def test_a_shared_sign_means_the_accounts_currency() -> None:
    assert read("Budget: $500 a day.", "CAD")["budget"]["value"]["amount"]["currency"] == "CAD"


def test_a_price_is_not_taken_for_the_budget() -> None:
    assert value("The coat costs 349 SAR.", "budget") is None


def test_excluded_countries_are_kept_apart() -> None:
    geo = value("Run in France and Germany, but not in Austria.", "geo")

    assert [place["country"] for place in geo["include"]] == ["FR", "DE"]
    assert [place["country"] for place in geo["exclude"]] == ["AT"]


SCRAPS = [
    *(SHOP + ARABIC + JAPANESE + CLINIC).split(),
    *(
        "31 February",
        "99999999999999 USD",
        "$",
        "%",
        "Budget:",
        "1 to 14 December",
        "https://",
        "https://a.b/c).",
        "- X (",
    ),
    *("Products:", "(", ")", "\n", "ages 99-10", "aged 12-15", "within 999 miles of New York", 'Never say "', "Tone:"),
    *("2026-13-45", "12月45日", "for two weeks", "ROAS 2.5.7", "CPA 1,2", "k", "1日", "\u200f", "😀", "a" * 200),
]


@settings(deadline=None)
@given(scraps=st.lists(st.sampled_from(SCRAPS), max_size=30), glue=st.sampled_from(["", " ", "\n"]))
def test_no_text_can_break_the_form(scraps: list[str], glue: str) -> None:
    text = glue.join(scraps)

    fields = read(text)

    assert all(found["quote"] and found["quote"] in text for found in fields.values() if found)
    ParsedBrief.model_validate_json(json.dumps(fields))
