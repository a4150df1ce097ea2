"""What differs between two versions of a document, in words a client understands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum

from pydantic import BaseModel

from models.domain.base import Document, local_time
from models.domain.hashing import ORDERED
from models.domain.money import in_words

# How parts of a list are recognised again in the other version, first match wins.
IDENTITIES = ("plan_key", "key", "placement", "ratio")
# Words for fields whose own name says too little or too much.
LABELS = {
    "amount_minor": "amount",
    "at": "date",
    "cta": "button",
    "daily_cap_minor": "highest daily budget",
    "end": "end",
    "if_late": "if approval is late",
    "initial_minor": "budget",
    "floor_minor": "lowest budget",
    "ceiling_minor": "highest budget",
    "link_url": "link",
    "mode_max": "what the optimizer may do",
    "max_step": "largest step a day",
    "max_week": "largest step a week",
    "first_step": "first step while the platform learns",
    "min_active_ads": "fewest active ads",
    "sha256": "picture",
    "total_cap_minor": "total budget",
    "url_tags": "link tags",
}
_BASIS_POINTS = frozenset({"max_step", "max_week", "first_step", "share", "holdout", "gross_margin", "lead_to_sale"})
_UNSEEN = frozenset({"asset_id", "api_version", "provenance", "brief_version"})
# Levels of the path that say nothing once the part itself is named.
_SILENT = frozenset(
    {"texts", "split", "assets", "entries", "cards", "segments", "angles", "concepts", "campaigns", "ad_sets", "ads"}
    | {"targeting", "message", "measurement"}
)

Path = tuple[str, ...]
Difference = tuple[Path, object, object]


class Change(Document):
    """One difference. `path` is dotted with the keys of parts; `before` or `after` is empty where there was nothing."""

    path: str
    label: str
    before: str
    after: str


def diff(old: BaseModel | None, new: BaseModel) -> list[Change]:
    """The changes from one version to the next, in the order of the new one's fields; all of it where old is None."""
    after = new.model_dump()
    before = old.model_dump() if old else {}
    words = _Words(after)
    changes = [
        Change(
            path=".".join(path), label=_label(path), before=words.of(path[-1], left), after=words.of(path[-1], right)
        )
        for path, left, right in _differences((), before, after)
    ]
    return [change for change in changes if change.before != change.after]


class _Words:
    """Values in words; the document itself says in which currency and zone."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._currency = document.get("currency")
        self._zone = str(document.get("zone", "UTC"))

    def of(self, field: str, value: object) -> str:
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, (list, tuple)):
            return ", ".join(text for part in value if (text := self.of(field, part)))
        if isinstance(value, int):
            return self._number(field, value)
        if isinstance(value, datetime):
            return f"{local_time(value, self._zone):%Y-%m-%d %H:%M} {self._zone}"
        return _text(field, value)

    def _number(self, field: str, value: int) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if field in _BASIS_POINTS:
            return f"{value / 100:g} %"
        if field.endswith("_minor") and isinstance(self._currency, str):
            return in_words(value, self._currency)
        return str(value)

    def _mapping(self, value: Mapping[str, object]) -> str:
        if _is_money(value):
            return in_words(int(str(value["amount_minor"])), str(value["currency"]))
        parts = (self.of(name, part) for name, part in value.items() if name not in _UNSEEN)
        return "; ".join(text for text in parts if text)


def _text(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ").lower()
    return f"picture {str(value)[:8]}" if field == "sha256" else str(value)


def _differences(path: Path, left: object, right: object) -> list[Difference]:
    if left == right:
        return []
    if isinstance(right, Mapping) and isinstance(left, Mapping) and not _is_money(right):
        names = [*right, *(name for name in left if name not in right)]
        return [
            found
            for name in names
            if name not in _UNSEEN
            for found in _differences((*path, str(name)), left.get(name), right.get(name))
        ]
    if isinstance(right, (list, tuple)) and isinstance(left, (list, tuple)):
        return _list_differences(path, left, right)
    return [(path, left, right)]


def _list_differences(path: Path, left: Sequence[object], right: Sequence[object]) -> list[Difference]:
    parts = [*left, *right]
    identity = next((name for name in IDENTITIES if all(isinstance(p, Mapping) and name in p for p in parts)), None)
    ordered = path[-1] in ORDERED
    if identity is None:
        same = not ordered and sorted(map(repr, left)) == sorted(map(repr, right))
        return [] if same else [(path, left, right)]
    before, after = _by(identity, left), _by(identity, right)
    moved = ordered and [key for key in before if key in after] != [key for key in after if key in before]
    return [*_differences(path, before, after), *([((*path, "order"), [*before], [*after])] if moved else [])]


def _by(identity: str, parts: Sequence[object]) -> dict[str, object]:
    return {str(part[identity]): part for part in parts if isinstance(part, Mapping)}


def _is_money(value: Mapping[str, object]) -> bool:
    return set(value) == {"amount_minor", "currency"}


def _label(path: Path) -> str:
    *parents, field = path
    label = LABELS.get(field, field).replace("__", " / ").replace("_", " ")
    named = [part.replace("__", " / ").replace("_", " ") for part in parents if part not in _SILENT]
    return f"{', '.join(named)}: {label}" if named else label
