"""The `filtering` parameter: a JSON list of {field, operator, value}."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.meta import params
from simulator.meta.errors import invalid
from simulator.store import Json

OPERATORS: dict[str, Callable[[Json, Json], bool]] = {
    "EQUAL": lambda found, wanted: str(found) == str(wanted),
    "NOT_EQUAL": lambda found, wanted: str(found) != str(wanted),
    "CONTAIN": lambda found, wanted: str(wanted) in str(found),
    "NOT_CONTAIN": lambda found, wanted: str(wanted) not in str(found),
    "IN": lambda found, wanted: str(found) in [str(item) for item in wanted],
    "NOT_IN": lambda found, wanted: str(found) not in [str(item) for item in wanted],
    "GREATER_THAN": lambda found, wanted: _number(found) > _number(wanted),
    "GREATER_THAN_OR_EQUAL": lambda found, wanted: _number(found) >= _number(wanted),
    "LESS_THAN_OR_EQUAL": lambda found, wanted: _number(found) <= _number(wanted),
    "LESS_THAN": lambda found, wanted: _number(found) < _number(wanted),
}
TAKES_LIST = {"IN", "NOT_IN"}


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    value: Json

    @property
    def names_status(self) -> bool:
        return self.field.rpartition(".")[2] == "effective_status" and self.operator in ("IN", "EQUAL")


def parse_conditions(value: Json) -> list[Condition]:
    if not value:
        return []
    return [_condition(item) for item in params.items("filtering", value)]


def _condition(item: Json) -> Condition:
    if not isinstance(item, dict) or not {"field", "operator", "value"} <= item.keys():
        raise invalid("filtering", "each filter needs field, operator and value")
    condition = Condition(str(item["field"]), str(item["operator"]), item["value"])
    if condition.operator not in OPERATORS:
        raise invalid("filtering", f"operator must be one of {sorted(OPERATORS)}")
    if (condition.operator in TAKES_LIST) != isinstance(condition.value, list):
        raise invalid("filtering", "IN and NOT_IN take a list, the other operators one value")
    return condition


def keeps(condition: Condition, found: Json) -> bool:
    if found is None:
        return condition.operator.startswith("NOT")
    return OPERATORS[condition.operator](found, condition.value)


def _number(value: Json) -> float:
    try:
        return float(value)
    except (ValueError, TypeError):
        raise invalid("filtering", "GREATER_THAN, LESS_THAN and their OR_EQUAL compare numbers") from None
