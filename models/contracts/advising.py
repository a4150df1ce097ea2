"""What travels when a language model is asked for advice."""

from typing import Literal
from uuid import UUID

from models.contracts.base import CampaignRef, Contract


class AskAdvice(CampaignRef):
    """Input of `AdviceWorkflow` (`advice-{campaign_id}`). `user_id` is who pressed the button, `day` the UTC date."""

    user_id: UUID | None = None
    day: str


class AdviceGiven(Contract):
    """`suggestion_id` is None where nothing was stored; `words` then say why."""

    suggestion_id: UUID | None = None
    kind: Literal["move_budget", "note", "none"]
    words: str = ""


class NoAdvice(AskAdvice):
    """Why there is none, for the people who asked."""

    words: str
