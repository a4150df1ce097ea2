"""A form as a person filled it in: kept word for word, with what is wrong beside each field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from starlette.datastructures import FormData

from models.domain.base import local_time


@dataclass(slots=True)
class Typed:
    """`values` hold every field as sent, several where it was sent several times."""

    values: dict[str, list[str]] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, form: FormData) -> "Typed":
        values: dict[str, list[str]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                values.setdefault(name, []).append(value.replace("\r\n", "\n").strip())
        return cls(values)

    def one(self, name: str) -> str:
        return (self.values.get(name) or [""])[0]

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def has(self, name: str, value: str) -> bool:
        return value in self.values.get(name, [])

    def at(self, name: str, place: int) -> str:
        values = self.values.get(name, [])
        return values[place] if place < len(values) else ""

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.one(name).split("\n") if line.strip()]

    def wrong(self, name: str, words: str) -> None:
        """The first mistake of a field is enough to work on."""
        self.mistakes.setdefault(name, words)

    def mistake(self, name: str) -> str:
        return self.mistakes.get(name, "")

    def minor(self, name: str, currency: str, *, place: int = 0) -> int | None:
        """An amount such as `1,250.50` in minor units; None where nothing was typed or it is wrong."""
        text = self.at(name, place).replace(",", "").replace(" ", "").replace("\u00a0", "")
        if not text:
            return None
        try:
            amount = Decimal(text).scaleb(get_currency_precision(currency))
        except InvalidOperation:
            self.wrong(name, "Write an amount in figures, such as 1250.50.")
            return None
        if amount != amount.to_integral_value():
            self.wrong(name, f"{currency} has {get_currency_precision(currency)} decimals; write fewer.")
            return None
        if not 0 <= amount <= 10**13:
            self.wrong(name, "This amount is out of range; check its figures.")
            return None
        return int(amount)

    def number(self, name: str) -> int | None:
        text = self.one(name)
        if text and not text.isdecimal():
            self.wrong(name, "Write a whole number.")
            return None
        return int(text) if text else None

    def instant(self, name: str, zone: str) -> datetime | None:
        """A local time such as `2026-11-23T09:00`, on the clock of the zone."""
        text = self.one(name)
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            self.wrong(name, "Write date and time as 2026-11-23 09:00.")
            return None


def decimal_text(amount_minor: int | None, currency: str) -> str:
    if amount_minor is None:
        return ""
    return f"{Decimal(amount_minor).scaleb(-get_currency_precision(currency)):f}"


def local_text(instant: datetime | None, zone: str) -> str:
    return f"{local_time(instant, zone):%Y-%m-%dT%H:%M}" if instant else ""


def values_from(pairs: Mapping[str, str | Iterable[str] | None]) -> dict[str, list[str]]:
    """A form's first values; None leaves a field empty."""
    return {name: [value] if isinstance(value, str) else list(value or []) for name, value in pairs.items()}
