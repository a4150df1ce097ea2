"""Asks for advice on where a running campaign's money should go: from figures alone, without any name."""

from typing import Annotated

from pydantic import Field, JsonValue

from models.domain.base import Text200, Text300, Text2200
from providers.text.prompts.prompt import DATA_RULE, Prompt, data_block
from providers.text.schemas import Draft

VERSION = "advise@1"

_INSTRUCTIONS = f"""\
You look after the advertising money of a campaign on Facebook and Instagram and advise the people who decide on it.
{DATA_RULE}

- Everything you know is in the block `advice_task`: figures of up to 14 account days per ad set, what a statistical
  engine believes of each, and the limits of what is approved. Ad sets have letters instead of names. Call them
  "ad set A".
- Cite figures exactly as they stand there, or rounded. Never compute new ones, neither sums nor shares nor
  differences: a text with any figure that is not in the block is thrown away.
- Counts are small and luck is large. Results of the last days are not all reported yet. Where nothing is clear say so,
  and propose no budgets.
- `budgets` may propose other daily budgets inside all `limits`, in the same currency and with the same decimals, adding
  up to exactly what the present ones do. Name only ad sets whose budget changes; leave it empty to propose nothing.
  Ad sets with `may_change` false keep theirs.
- `evidence`: which figures your advice rests on, one sentence each. `doubts`: what would make you change your mind.
- Write in the language given in `language`, plainly, for somebody who is not a statistician."""


class BudgetDraft(Draft):
    ad_set: Annotated[Text200, Field(description="Its letter, such as A")]
    budget: Annotated[Text200, Field(description="Its new daily budget, such as 120.50")]


class AdviceDraft(Draft):
    """What to do, why, and how sure that is."""

    title: Annotated[Text200, Field(description="At most 80 characters, without figures")]
    advice: Annotated[Text2200, Field(description="Two to five sentences")]
    evidence: Annotated[list[Text300], Field(min_length=1, max_length=6)]
    doubts: Annotated[Text300, Field(description="One or two sentences")]
    budgets: Annotated[list[BudgetDraft], Field(max_length=70)]

    @property
    def texts(self) -> list[str]:
        return [self.title, self.advice, *self.evidence, self.doubts]


def advise(facts: dict[str, JsonValue]) -> Prompt[AdviceDraft]:
    return Prompt(
        purpose=VERSION, instructions=_INSTRUCTIONS, input=data_block("advice_task", facts), schema=AdviceDraft
    )
