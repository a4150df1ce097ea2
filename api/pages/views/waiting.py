"""Who or what a campaign waits for, named as people name each other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.pages.views.words import SCOPE, listed, lowered
from models.domain.approvals import Stage
from models.domain.roles import Role
from models.domain.states import Scope

_STAGE_AND_SCOPE = re.compile(r"([\w -]+?) \((\w+)\),? ?")
# Above this many names a list of them says less than the group's name.
MOST_NAMES = 2


@dataclass(frozen=True, slots=True)
class Team:
    """Names of the members of a workspace by role."""

    names: Mapping[Role, Sequence[str]]

    def named(self, stage: Stage) -> str:
        """Those who decide in this stage: by name where they are few. The owner is not counted where others are."""
        roles = [role for role in stage.roles if role is not Role.OWNER] if len(stage.roles) > 1 else stage.roles
        people = [name for role in roles for name in self.names.get(role, [])]
        people = people or [name for role in stage.roles for name in self.names.get(role, [])]
        return listed(people, "or") if 0 < len(people) <= MOST_NAMES else f"the {stage.name}"


def in_a_list(waiting_on: str | None) -> str:
    """The recorded words of a campaign's list row, in the words of the page."""
    text = waiting_on or ""
    who, colon, what = text.partition(": ")
    if colon and who == "Marketer":
        return f"Next: {what}"
    if colon and who == "Greenlight":
        return f"Greenlight is {what}"
    if colon and who == "A person":
        return what
    if text.startswith("Approval by "):
        return _approvals(text.removeprefix("Approval by "))
    return text


def _approvals(text: str) -> str:
    """`team (strategy), client (schedule)` says who decides on what."""
    found: dict[str, list[str]] = {}
    for stage, scope in _STAGE_AND_SCOPE.findall(text):
        found.setdefault(stage, []).append(lowered(SCOPE[Scope(scope)]) if scope in set(Scope) else scope)
    parts = [f"the {stage} to decide on {listed(scopes)}" for stage, scopes in found.items()]
    return f"Waiting for {listed(parts)}" if parts else f"Waiting for {text}"
