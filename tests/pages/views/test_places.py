import pytest

from api.pages.views.places import line_of, place_of
from models.domain.brief import Place

PLACES = {
    "Saudi Arabia": Place(kind="country", name="Saudi Arabia", country="SA"),
    "Riyadh, SA, 40 km": Place(kind="city", name="Riyadh", country="SA", radius_km=40),
    "Jeddah, SA": Place(kind="city", name="Jeddah", country="SA"),
    "region Bavaria, DE": Place(kind="region", name="Bavaria", country="DE"),
    "postcode 10001, US": Place(kind="zip", name="10001", country="US"),
}


@pytest.mark.parametrize(("line", "place"), PLACES.items())
def test_a_line_reads_as_its_place_and_back(line: str, place: Place) -> None:
    assert place_of(line) == place
    assert line_of(place) == line


@pytest.mark.parametrize("line", ["SA", "saudi arabia", "KSA"])
def test_countries_are_known_by_name_and_code(line: str) -> None:
    assert place_of(line) == PLACES["Saudi Arabia"]


@pytest.mark.parametrize(
    ("line", "advice"),
    [("Atlantis", "add the country"), ("Riyadh, Narnia", "no country"), ("Riyadh, SA, 400 km", "1 to 80 km")],
)
def test_a_line_that_is_no_place_says_how_to_write_it(line: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        place_of(line)
