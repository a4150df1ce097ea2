from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from providers.text.schemas import CopyDraft, StrategyDraft
from simulator.openai.prompt_data import Value
from simulator.openai.schema_fill import MISSING, SchemaFill, shorten


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Leaf(BaseModel):
    id: UUID
    day: date
    at: datetime
    colour: Colour
    fixed: Literal["one"]
    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Tree(BaseModel):
    name: Annotated[str, Field(min_length=3, max_length=12)]
    count: Annotated[int, Field(ge=5, le=7)]
    ratio: Annotated[float, Field(gt=0, lt=2)]
    even: Annotated[int, Field(multiple_of=2, ge=0)]
    flag: bool
    maybe: str | None
    either: int | str
    leaves: Annotated[list[Leaf], Field(min_length=2, max_length=3)]


def filled(schema: type[BaseModel], wish: Value = MISSING, seed: int = 0) -> Value:
    return SchemaFill(schema.model_json_schema(), seed).fill(wish)


@pytest.mark.parametrize("seed", range(20))
def test_any_schema_gets_a_value_that_fits(seed: int) -> None:
    Tree.model_validate(filled(Tree, seed=seed))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "count", "leaves", "colour", "maybe", "either", "id", "x"]), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(wish=JSON)
def test_no_wish_can_break_the_schema(wish: Value) -> None:
    Tree.model_validate(filled(Tree, wish))


def test_what_fits_is_kept() -> None:
    tree = filled(Tree, {"name": "Oak", "count": 6, "either": "text", "maybe": None, "unknown": 1})

    assert (tree["name"], tree["count"], tree["either"], tree["maybe"]) == ("Oak", 6, "text", None)
    assert "unknown" not in tree


def test_what_is_too_long_is_cut_at_a_word() -> None:
    assert filled(Tree, {"name": "a long wish for a name"})["name"] == "a long wish"
    assert shorten("a long wish", 9) == "a long"


@pytest.mark.parametrize("schema", [CopyDraft, StrategyDraft])
def test_values_differ_by_seed_and_repeat_by_seed(schema: type[BaseModel]) -> None:
    values = [str(filled(schema, seed=seed)) for seed in range(5)]

    assert values[0] == str(filled(schema, seed=0))
    assert len(set(values)) > 1
