"""Places as lines of text: `Saudi Arabia`, `Riyadh, SA, 40 km`, `region Bavaria, DE`, `postcode 10001, US`."""

import re
from functools import cache

from babel.core import Locale

from models.domain.brief import Place

_LINE = re.compile(
    r"^(?:(?P<kind>region|postcode|zip)\s+)?(?P<name>[^,]+?)(?:,\s*(?P<country>[^,]+?))?(?:,\s*(?P<radius>\d{1,3})\s*km)?$",
    re.IGNORECASE,
)


@cache
def _countries() -> dict[str, str]:
    """Names in English and two-letter codes, both to codes."""
    names = {code: str(name) for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    short = {"uae": "AE", "usa": "US", "uk": "GB", "ksa": "SA"}
    return {**{name.lower(): code for code, name in names.items()}, **{code.lower(): code for code in names}, **short}


def place_of(line: str) -> Place:
    """Raises ValueError that says how to write the line."""
    found = _LINE.match(line.strip())
    if found is None:
        raise ValueError(f"{line!r}: write one place per line, such as Saudi Arabia, or Riyadh, SA, 40 km.")
    name, radius = found["name"], int(found["radius"]) if found["radius"] else None
    if found["country"] is None:
        code = _countries().get(name.lower())
        if code is None or radius is not None:
            raise ValueError(f"{line!r}: add the country, such as {name}, SA.")
        return Place(kind="country", name=str(Locale("en").territories[code]), country=code)
    code = _countries().get(found["country"].lower())
    if code is None:
        raise ValueError(f"{line!r}: {found['country']} is no country; use its name or code, such as SA.")
    kind = (found["kind"] or "city").lower()
    if radius is not None and not 1 <= radius <= 80:
        raise ValueError(f"{line!r}: a radius has 1 to 80 km.")
    if kind == "region":
        return Place(kind="region", name=name, country=code)
    if kind in ("postcode", "zip"):
        return Place(kind="zip", name=name, country=code)
    return Place(kind="city", name=name, country=code, radius_km=radius)


def line_of(place: Place) -> str:
    """The line that `place_of` reads as the same place."""
    match place.kind:
        case "country":
            return str(Locale("en").territories.get(place.country, place.country))
        case "region":
            return f"region {place.name}, {place.country}"
        case "zip":
            return f"postcode {place.name}, {place.country}"
    return f"{place.name}, {place.country}" + (f", {place.radius_km} km" if place.radius_km else "")
