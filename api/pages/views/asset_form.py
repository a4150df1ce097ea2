"""What a person typed about an asset, as an edit."""

from datetime import UTC, date, datetime, time

from pydantic import ValidationError

from api.field_errors import invalid
from api.pages.views.typed import Typed
from api.schemas.assets import AssetEdit

LABELS = {
    "filename": "File name",
    "tags": "Tags",
    "category": "Category",
    "rights_until": "Last day of the rights",
    "regions": "Countries",
    "focal_x": "From the left",
    "focal_y": "From the top",
}


def edit_of(typed: Typed) -> AssetEdit | None:
    """None where something is wrong; the mistakes are with the fields then."""
    values: dict[str, object] = {
        "filename": typed.one("filename"),
        "tags": [part.strip() for part in typed.one("tags").split(",") if part.strip()],
        "category": typed.one("category") or None,
        "rights_until": _end_of_day(typed),
        "regions": [part.strip().upper() for part in typed.one("regions").split(",") if part.strip()],
    }
    values |= {name: share for name in ("focal_x", "focal_y") if (share := _share(typed, name)) is not None}
    try:
        edit = AssetEdit.model_validate(values)
    except ValidationError as error:
        note_mistakes(typed, error)
        return None
    return None if typed.mistakes else edit


def note_mistakes(typed: Typed, error: ValidationError) -> None:
    """Puts what a schema finds wrong beside the fields of the same names."""
    listed = invalid([{**mistake, "loc": ("body", *mistake["loc"])} for mistake in error.errors()]).members["errors"]
    for mistake in listed if isinstance(listed, list) else []:
        if isinstance(mistake, dict):
            typed.wrong(str(mistake["pointer"]).strip("/").partition("/")[0], str(mistake["message"]))


def _end_of_day(typed: Typed) -> datetime | None:
    """Rights hold through the day that was typed, in UTC."""
    text = typed.one("rights_until")
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
    except ValueError:
        typed.wrong("rights_until", "Write a date such as 2027-03-31.")
        return None


def _share(typed: Typed, name: str) -> int | None:
    """Percent as typed, in ten-thousandths; None where the form has no such field."""
    text = typed.one(name)
    if not text:
        return None
    try:
        percent = float(text.replace(",", "."))
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        typed.wrong(name, "Write a number from 0 to 100.")
        return None
    return round(percent * 100)
