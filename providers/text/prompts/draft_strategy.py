"""Drafts a strategy from a brief, or redrafts one as a person asks."""

from pydantic import BaseModel, ConfigDict, JsonValue

from models.domain.brief import Brief
from providers.text.prompts.facts import brief_facts
from providers.text.prompts.prompt import DATA_RULE, Prompt, data_block
from providers.text.schemas import StrategyDraft

VERSION = "draft_strategy@1"

_INSTRUCTIONS = f"""\
You are the strategist of a performance marketing agency and plan a campaign on Facebook and Instagram. {DATA_RULE}

Measurement: the objective that serves the goal (sales OUTCOME_SALES, leads OUTCOME_LEADS, traffic OUTCOME_TRAFFIC,
awareness OUTCOME_AWARENESS).
Segments: 1 to 6, few and large; the shares are hundredths of a percent and add up to exactly 10000. Retargeting
leaves out buyers; prospecting leaves out the people of retargeting. Stay within the brief's ages and genders.
In housing, employment, financial and political campaigns: ages 18 to 65, no genders, no interests.
Angles: 2 to 6, each a different reason to act. A proof is a fact of the brief; without one leave it empty.
Claims: only what the brief supports, with its words as evidence.
Concepts: exactly the number asked for, each on one angle, in formats from the list given, and so different that two of
them never look alike. An idea says what is seen and what is said.
Write keys in lower-case ASCII words joined by "-". Write everything else in the language asked for."""

_REDRAFT = """

A strategy exists. Change what the block 'instruction' asks for and what follows from it; keep the rest word for word,
keys included."""


class StrategyTask(BaseModel):
    """What to plan. `language` is what the agency and its client read (BCP-47), `zone` the ad account's (IANA)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    brief: Brief
    brand: str
    formats: list[str]
    concepts: int = 6
    language: str = "en"
    zone: str = "UTC"
    current: StrategyDraft | None = None
    instruction: str = ""


def draft_strategy(task: StrategyTask) -> Prompt[StrategyDraft]:
    """With `current` and `instruction` a redraft, else a first draft."""
    wanted: dict[str, JsonValue] = {"concepts": task.concepts, "formats": [*task.formats], "language": task.language}
    blocks = [
        data_block("brief", brief_facts(task.brief, task.brand, task.zone)),
        data_block("brief_text", task.brief.raw_text),
        data_block("strategy_task", wanted),
    ]
    if task.current:
        blocks += [
            data_block("current_strategy", task.current.model_dump(mode="json")),
            data_block("instruction", task.instruction),
        ]
    return Prompt(
        purpose=VERSION,
        instructions=_INSTRUCTIONS + (_REDRAFT if task.current else ""),
        input="\n\n".join(blocks),
        schema=StrategyDraft,
    )
