"""Brand kits as clients send and see them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from api.schemas.assets import Line
from api.schemas.base import Body, UtcTime, View
from models.domain.base import Colour, Text120


def _once_each(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


Word = Annotated[Line, Field(min_length=1)]
BrandColour = Annotated[Colour, BeforeValidator(_lower)]


class BrandBody(Body):
    """The whole kit. `logo_asset_id` is a picture of the library; colours as #rrggbb, the strongest first."""

    name: Text120
    logo_asset_id: UUID | None = None
    colours: Annotated[list[BrandColour], AfterValidator(_once_each)] = Field(max_length=6, default_factory=list)
    banned_words: Annotated[list[Word], AfterValidator(_once_each)] = Field(max_length=100, default_factory=list)


class BrandView(View):
    id: UUID
    name: str
    logo_asset_id: UUID | None
    colours: list[str]
    banned_words: list[str]
    created_at: UtcTime
    updated_at: UtcTime
