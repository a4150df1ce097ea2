"""The building blocks of domain documents: frozen models, bounded texts, money and time."""

import unicodedata
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import regex
from babel.core import Locale
from babel.numbers import get_currency_precision, list_currencies
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class Document(BaseModel):
    """A value people approve. Unknown fields are errors, so that nothing approved is silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def graphemes(text: str) -> int:
    """Length as a reader counts it: one for an emoji with modifiers or an Arabic letter with its marks."""
    return len(regex.findall(r"\X", text))


def normalized(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _bounded(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        clean = normalized(text)
        if (length := graphemes(clean)) > limit:
            raise ValueError(f"has {length} characters, at most {limit} are allowed; shorten it")
        return clean

    return AfterValidator(check)


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


Text30 = Annotated[str, _bounded(30)]
Text40 = Annotated[str, _bounded(40), AfterValidator(_not_empty)]
Text50 = Annotated[str, _bounded(50)]
Text60 = Annotated[str, _bounded(60)]
Text120 = Annotated[str, _bounded(120), AfterValidator(_not_empty)]
Text150 = Annotated[str, _bounded(150)]
Text200 = Annotated[str, _bounded(200)]
Text255 = Annotated[str, _bounded(255)]
Text300 = Annotated[str, _bounded(300)]
Text500 = Annotated[str, _bounded(500)]
Text2200 = Annotated[str, _bounded(2_200)]
Text20000 = Annotated[str, _bounded(20_000)]

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
"""Our own name of a part of a plan; stable over versions, never a platform id."""

BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
"""Hundredths of a percent."""

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+\.[^\s]+$", max_length=2_000)]

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

Instant = AwareDatetime


def _known_currency(code: str) -> str:
    if code not in list_currencies():
        raise ValueError(f"{code!r} is not an ISO 4217 currency code")
    return code


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]


@cache
def _zones() -> frozenset[str]:
    # Listing them walks the whole time zone database, 30 ms each time.
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone such as 'Asia/Riyadh'")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


def _known_language(tag: str) -> str:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, LookupError) as error:
        raise ValueError(f"{tag!r} is not a language tag such as 'ar' or 'en-US'") from error
    return tag


Language = Annotated[str, AfterValidator(_known_language)]
"""BCP-47."""

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""


class Money(Document):
    """An amount in the currency's minor unit (USD 20.00 is 2000, JPY 2000 is 2000)."""

    amount_minor: Annotated[int, Field(ge=0, le=10**13)]
    currency: Currency

    def exponent(self) -> int:
        return get_currency_precision(self.currency)


def local_time(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def unique(values: list[Any], what: str) -> None:
    """Raises ValueError naming the first repeated value."""
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} appears twice; each must be unique")
        seen.add(value)
