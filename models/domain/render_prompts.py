"""What a picture or video model is asked for. Words and numbers are drawn over the picture later, never by a model."""

from collections.abc import Sequence

from babel.core import Locale

from models.domain.brief import Brief
from models.domain.states import Ratio, RenderKind
from models.domain.strategy import Concept

# Models cut longer prompts off or refuse them; the strictest one in use takes a thousand characters.
MAX_PROMPT = 1_000

_FREE_SPACE = {
    Ratio.SQUARE: "calm space in the lower third",
    Ratio.PORTRAIT: "calm space in the lower third",
    Ratio.VERTICAL: "the subject in the middle of the frame, calm space above and below it",
    Ratio.LANDSCAPE: "the subject on one side, calm space on the other",
}


def render_prompt(
    brief: Brief, concept: Concept, kind: RenderKind, ratio: Ratio, languages: Sequence[str], instruction: str = ""
) -> str:
    """The idea first, then what a person asked for, then the rules; the least important is cut where it grows too long.

    `languages` are those of the items that will show the result, so that it suits who looks at it.
    """
    what = "Advertising video, one continuous shot" if kind is RenderKind.VIDEO else "Advertising photograph"
    products = ", ".join(product.name for product in brief.products[:3])
    parts = [
        f"{what}: {concept.idea.rstrip('.')}.",
        f"{instruction.rstrip('.')}." if instruction else "",
        "No text, letters, numbers, prices, logos or watermarks anywhere in the picture.",
        "" if brief.allow_ai_people else "No people, faces or hands.",
        f"Composition: {_FREE_SPACE[ratio]}.",
        f"Shows {products}, true to the reference pictures." if products else "",
        f"For viewers who read {_language_names(languages)}.",
        f"Mood: {brief.voice.tone.rstrip('.')}." if brief.voice.tone else "",
    ]
    return " ".join(part for part in parts if part)[:MAX_PROMPT].strip()


def _language_names(languages: Sequence[str]) -> str:
    names = [Locale.parse(tag, sep="-").get_display_name("en") or tag for tag in languages]
    return " and ".join(dict.fromkeys(names))
