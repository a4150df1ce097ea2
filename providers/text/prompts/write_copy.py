"""Writes all texts of one item (one concept in one language), or rewrites them as a reviewer asks."""

from pydantic import BaseModel, ConfigDict, JsonValue

from models.domain.brief import Brief
from models.domain.content import CallToAction
from models.domain.states import CreativeFormat, Placement
from models.domain.strategy import Concept, Message
from providers.text.prompts.facts import brief_facts
from providers.text.prompts.prompt import DATA_RULE, Prompt, data_block, language_in_words
from providers.text.schemas import CopyDraft

VERSION = "write_copy@1"
REVISION = "revise_copy@1"

_INSTRUCTIONS = f"""\
You write advertising copy for Facebook and Instagram. {DATA_RULE}

- Write in the one language given in `copy_task`, in its script and direction, as a native copywriter would: no
  translation, no words of other languages except names. Digits and price format as that market writes them.
- One text for each placement listed, no other. The numbers beside a placement are the characters a reader sees before
  the text is cut off: stay below them. A limit of null means that the placement does not show that part: write "".
- The offer and all prices exactly as in the brief: same number, same condition. No offer in the brief, no offer in the
  copy.
- Factual statements only from `claims`; superlatives are statements. Never say or imply that you know something
  personal about the reader (health, religion, money, origin, age, name).
- Never use a phrase of `must_not_say`. Each phrase of `must_say` stands in every primary text: word for word where it
  is in the language of the ad, else in that language's words for it.
- `cta` is one of `allowed_ctas`. No web addresses, no hashtags, at most one emoji.
- `overlay_text` is drawn over the picture: at most 6 words. `disclaimer`: the prescribed one that applies, word for
  word, else "". `cards`: as many as asked for, one product or thought each.
- Differ clearly from the headlines in `avoid`."""

_REVISE = """

A text exists in `current_copy`. Change what the block 'instruction' asks for, wherever it occurs, and keep everything
else word for word. The rules above still hold; where the instruction breaks one of them, the rule wins."""


class PlacementGuide(BaseModel):
    """Characters shown before a text is cut off; None where the placement does not show that part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    placement: Placement
    primary_text: int
    headline: int
    description: int | None


class CopyTask(BaseModel):
    """Everything that the words of one item rest on. `language` is a BCP-47 tag, `zone` the ad account's (IANA).

    The offer is that of the strategy's message, which people approved; the brief's only where that has none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    brief: Brief
    brand: str
    message: Message
    concept: Concept
    language: str
    placements: list[PlacementGuide]
    allowed_ctas: list[CallToAction]
    avoid: list[str] = []
    zone: str = "UTC"


def write_copy(task: CopyTask) -> Prompt[CopyDraft]:
    return Prompt(purpose=VERSION, instructions=_INSTRUCTIONS, input=_material(task), schema=CopyDraft)


def revise_copy(task: CopyTask, current: CopyDraft, instruction: str) -> Prompt[CopyDraft]:
    """`instruction`: a reviewer's own words, such as "the offer is 20 %, not 30 %"."""
    blocks = [
        _material(task),
        data_block("current_copy", current.model_dump(mode="json")),
        data_block("instruction", instruction),
    ]
    return Prompt(purpose=REVISION, instructions=_INSTRUCTIONS + _REVISE, input="\n\n".join(blocks), schema=CopyDraft)


def _material(task: CopyTask) -> str:
    angle = next(angle for angle in task.message.angles if angle.key == task.concept.angle)
    wanted: dict[str, JsonValue] = {
        "concept": task.concept.model_dump(mode="json", include={"key", "format", "idea"}),
        "angle": angle.model_dump(mode="json", include={"name", "insight", "promise", "proof"}),
        "proposition": task.message.proposition,
        "claims": [claim.text for claim in task.message.claims if claim.evidence],
        "language": task.language,
        "language_in_words": language_in_words(task.language),
        "placements": [guide.model_dump(mode="json") for guide in task.placements],
        "allowed_ctas": [cta.value for cta in task.allowed_ctas],
        "cards": min(max(len(task.brief.products), 2), 10) if task.concept.format is CreativeFormat.CAROUSEL else 0,
        "avoid": [*task.avoid],
    }
    agreed = task.brief.model_copy(update={"offer": task.message.offer or task.brief.offer})
    return f"{data_block('brief', brief_facts(agreed, task.brand, task.zone))}\n\n{data_block('copy_task', wanted)}"
