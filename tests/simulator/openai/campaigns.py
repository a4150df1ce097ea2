"""Data blocks as prompts bring them, for tests of the writers."""

from simulator.openai.prompt_data import Value
from simulator.openai.writers import suggestion

LIMITS = {
    "feed": (125, 27, 27),
    "story": (125, 40, None),
    "reel": (72, 10, None),
    "right_column": (90, 25, None),
    "card": (125, 40, 20),
}
SHOP: dict[str, Value] = {
    "brand": "Bayt Qahwa",
    "campaign": "White Friday",
    "goal": "sales",
    "products": [
        {"name": "Brass dallah", "price": "249.00 SAR"},
        {"name": "Finjan cups, set of six", "price": "119.00 SAR"},
        {"name": "Cardamom coffee blend, 500 g", "price": "69.00 SAR"},
    ],
    "offer": {"text": "20 % off everything", "code": "QAHWA20", "valid_to": "2026-12-05"},
    "ages": [22, 60],
    "must_not_say": ["cheap"],
}
CLINIC: dict[str, Value] = {
    "brand": "Hudson Family Clinic",
    "campaign": "Nurses wanted",
    "goal": "leads",
    "products": [{"name": "Registered nurse, day shift"}],
    "disclaimers": ["Equal opportunity employer."],
    "special_categories": ["EMPLOYMENT"],
}
CONFERENCE: dict[str, Value] = {
    "brand": "Tokyo Systems Week",
    "campaign": "Tokyo Systems Week",
    "goal": "traffic",
    "products": [{"name": "Conference pass"}],
}
BRIEFS = {"shop": SHOP, "clinic": CLINIC, "conference": CONFERENCE}
LANGUAGES = ["en", "ar", "ja", "es", "de", "fr", "it"]


def copy_task(language: str, **changes: Value) -> dict[str, Value]:
    placements = [
        {"placement": name, "primary_text": primary, "headline": headline, "description": description}
        for name, (primary, headline, description) in LIMITS.items()
    ]
    task = {
        "concept": {"key": "c-1", "idea": "Brass dallah by a window."},
        "angle": {"name": "Every day", "promise": "Coffee for every guest"},
        "language": language,
        "placements": placements,
        "allowed_ctas": ["LEARN_MORE", "SHOP_NOW", "APPLY_NOW"],
        "cards": 3,
        "avoid": [],
    }
    return {**task, **changes}


def written(brief: dict[str, Value], task: dict[str, Value], seed: int = 0) -> Value:
    return suggestion({"brief": brief, "copy_task": task}, seed)


def revised(current: Value, instruction: str, seed: int = 0) -> Value:
    found = {"brief": SHOP, "copy_task": copy_task("en"), "current_copy": current, "instruction": instruction}
    return suggestion(found, seed)
