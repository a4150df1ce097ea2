"""The `fields` expression: `name,adset{id,name},insights.date_preset(last_7d){spend}`."""

import re
from dataclasses import dataclass, field

from simulator.meta.errors import GraphError, Refusal, invalid
from simulator.meta.params import items
from simulator.store import Json

TOKEN = re.compile(r"\s*([A-Za-z0-9_]+|[{}(),.])")
ARGUMENT = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Selection:
    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    children: tuple["Selection", ...] = ()


def parse_fields(value: Json) -> tuple[Selection, ...]:
    """Accepts a comma separated expression, a JSON list of expressions, or nothing."""
    if value is None or value == "":
        return ()
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = items("fields", value)
    if isinstance(value, list):
        value = ",".join(str(item) for item in value)
    if not isinstance(value, str):
        raise invalid("fields", "must be a list of field names")
    reader = _Reader(value)
    selections = reader.selections()
    if not reader.done:
        raise GraphError(Refusal.BAD_FIELDS, "fields", why=f"unexpected {reader.rest!r}")
    return selections


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source.strip()
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._source)

    @property
    def rest(self) -> str:
        return self._source[self._at : self._at + 20]

    def selections(self) -> tuple[Selection, ...]:
        found = [self._selection()]
        while self._skip(","):
            found.append(self._selection())
        return tuple(found)

    def _selection(self) -> Selection:
        name = self._word()
        arguments: dict[str, str] = {}
        while self._skip("."):
            modifier = self._word()
            arguments[modifier] = self._argument()
        children: tuple[Selection, ...] = ()
        if self._skip("{"):
            children = self.selections()
            if not self._skip("}"):
                raise GraphError(Refusal.BAD_FIELDS, "fields", why="missing }")
        return Selection(name, arguments, children)

    def _word(self) -> str:
        token = TOKEN.match(self._source, self._at)
        if token is None or not token[1][0].isalnum():
            raise GraphError(Refusal.BAD_FIELDS, "fields", why=f"expected a name at {self.rest!r}")
        self._at = token.end()
        return token[1]

    def _argument(self) -> str:
        argument = ARGUMENT.match(self._source, self._at)
        if argument is None:
            raise GraphError(Refusal.BAD_FIELDS, "fields", why=f"expected (…) at {self.rest!r}")
        self._at = argument.end()
        return argument[1]

    def _skip(self, symbol: str) -> bool:
        token = TOKEN.match(self._source, self._at)
        if token is None or token[1] != symbol:
            return False
        self._at = token.end()
        return True
