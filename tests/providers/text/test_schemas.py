from typing import Annotated

import pytest
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from providers.text.schemas import CopyDraft, Found, MoneyText, ParsedBrief, StrategyDraft
from providers.text.strict_schema import strict_schema
from simulator.openai.strictness import complaint

ALL = [ParsedBrief, StrategyDraft, CopyDraft]


@pytest.mark.parametrize("schema", ALL)
def test_our_schemas_are_what_the_sdk_itself_would_send(schema: type[BaseModel]) -> None:
    assert strict_schema(schema) == to_strict_json_schema(schema)
    assert complaint(schema.__name__, strict_schema(schema), strict=True) is None


class Open(BaseModel):
    name: str


class Optional(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default_factory=lambda: None)


class Short(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=5)]


class Holder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    default: Open


@pytest.mark.parametrize(
    ("schema", "reason"),
    [(Open, "unknown fields"), (Optional, "nullable"), (Short, "maxLength"), (Holder, "unknown fields")],
)
def test_a_schema_that_strict_mode_refuses_is_found_before_it_is_sent(schema: type[BaseModel], reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        strict_schema(schema)


class TestAQuote:
    def test_is_found_where_it_stands(self) -> None:
        assert Found(value=1, quote="20 %").span("The offer is 20 % off.") == (13, 17)

    def test_is_found_across_a_line_break(self) -> None:
        assert Found(value=1, quote="Noor abaya").span("our Noor\n  abaya") == (4, 16)

    def test_counts_code_points_in_arabic(self) -> None:
        text = "الميزانية خمسة آلاف ريال"

        span = Found(value=1, quote="خمسة آلاف ريال").span(text)

        assert span is not None
        assert text[span[0] : span[1]] == "خمسة آلاف ريال"

    @pytest.mark.parametrize("quote", ["30 %", "", "   "])
    def test_that_was_made_up_has_no_place(self, quote: str) -> None:
        assert Found(value=1, quote=quote).span("The offer is 20 % off.") is None


@pytest.mark.parametrize(
    ("amount", "currency", "minor"), [("1250.50", "USD", 125_050), ("2000", "JPY", 2_000), ("1.234", "KWD", 1_234)]
)
def test_amounts_become_exact_minor_units(amount: str, currency: str, minor: int) -> None:
    assert MoneyText(amount=amount, currency=currency).money().amount_minor == minor


@pytest.mark.parametrize("amount", ["1,250", "-5", "about 20", ""])
def test_amounts_that_are_no_plain_numbers_are_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        MoneyText(amount=amount, currency="USD")
