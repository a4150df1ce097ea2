"""A brand kit as a form."""

from pydantic import ValidationError

from api.pages.views.asset_form import note_mistakes
from api.pages.views.typed import Typed, values_from
from api.schemas.brands import BrandBody, BrandView

LABELS = {"name": "Name", "logo_asset_id": "Logo", "colours": "Colours", "banned_words": "Words that must not be used"}


def first_values(brand: BrandView) -> dict[str, list[str]]:
    return values_from(
        {
            "name": brand.name,
            "logo_asset_id": str(brand.logo_asset_id) if brand.logo_asset_id else "",
            "colours": brand.colours,
            "banned_words": "\n".join(brand.banned_words),
        }
    )


def body_of(typed: Typed) -> BrandBody | None:
    """None where something is wrong; the mistakes are with the fields then."""
    values = {
        "name": typed.one("name"),
        "logo_asset_id": typed.one("logo_asset_id") or None,
        "colours": [_with_sign(colour) for colour in typed.all("colours") if colour],
        "banned_words": typed.lines("banned_words"),
    }
    if wrong := [colour for colour in values["colours"] or [] if not _is_colour(colour)]:
        typed.wrong("colours", f"{wrong[0]} is no colour; write it as #6d4c1e.")
    try:
        body = BrandBody.model_validate(values)
    except ValidationError as error:
        note_mistakes(typed, error)
        return None
    return body


def _with_sign(colour: str) -> str:
    return colour if colour.startswith("#") else f"#{colour}"


def _is_colour(text: str) -> bool:
    return len(text) == 7 and all(letter in "0123456789abcdefABCDEF" for letter in text[1:])
