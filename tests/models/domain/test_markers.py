"""The marker must be found again after any crash, in any name a person may have typed."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from models.domain.markers import clean_name, marker_for, marker_of, name_with_marker

AN_ID = UUID("0192f4a0-7d3c-7e3a-9b1e-5f6a7b8c9d0e")


def test_the_marker_of_an_object_never_changes() -> None:
    assert marker_for(AN_ID) == "gl-agjpjid5hr7dvgy6l5vhxde5by"


@given(st.uuids(), st.text(max_size=600), st.sampled_from([100, 400]))
def test_the_marker_is_found_in_every_name_it_was_put_on(object_id: UUID, name: str, limit: int) -> None:
    marked = name_with_marker(name, marker_for(object_id), limit)

    assert marker_of(marked) == marker_for(object_id)
    assert len(marked) <= limit


def test_only_the_last_word_counts_as_the_marker() -> None:
    marker = marker_for(uuid4())

    assert marker_of(f"{marker} copied by hand") is None
    assert marker_of(f"Shoes {marker}x") is None
    assert marker_of("") is None


def test_names_keep_letters_of_every_script_and_lose_line_breaks() -> None:
    assert clean_name("قهوة ☕️ «نجد»\n| 50 % / <b>\x00") == "قهوة ☕️ «نجد» | 50 % / <b>"


def test_a_long_name_is_never_cut_inside_a_character() -> None:
    family = "👨‍👩‍👧"

    assert clean_name(family * 3, limit=12) == family * 2
