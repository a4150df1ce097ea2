"""Edits of one document through a form: what it was made from, and what somebody else changed since."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api.pages.visitor import text_of
from models.domain.diff import Change, diff

D = TypeVar("D", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Edit(Generic[D]):
    """`present` is the document now and `version` the campaign's; `base` is what the form was made from."""

    present: D
    version: int
    base: D
    changes: list[Change]

    @classmethod
    def begun(cls, present: D, version: int) -> "Edit[D]":
        return cls(present, version, present, [])

    @property
    def moved(self) -> bool:
        """Somebody else saved this document after the form was made."""
        return self.base != self.present

    @property
    def base_text(self) -> str:
        """The base as a hidden field carries it."""
        return self.base.model_dump_json()

    def of(self, form: FormData) -> "Edit[D]":
        """The edit as the form began it."""
        try:
            base = type(self.present).model_validate_json(text_of(form, "base"))
        except ValidationError:
            base = self.present
        return replace(self, base=base, changes=diff(base, self.present))

    def acknowledged(self) -> "Edit[D]":
        """The changes are shown now, so saving once more is meant."""
        return replace(self, base=self.present)
