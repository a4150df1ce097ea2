"""Drafts a strategy in English from the brief's facts, or redrafts one as an instruction asks."""

import re
from random import Random

from simulator.openai.prompt_data import Blocks, Value
from simulator.openai.schema_fill import shorten
from simulator.openai.writers.phrases import bank, kind_of
from simulator.openai.writers.reviser import corrected

_OBJECTIVES = {
    "sales": "OUTCOME_SALES",
    "leads": "OUTCOME_LEADS",
    "traffic": "OUTCOME_TRAFFIC",
    "awareness": "OUTCOME_AWARENESS",
}
_RATIOS = ["1:1", "4:5", "9:16", "1.91:1"]
# Who goes to an event sees it in stories first.
_EVENT_RATIOS = ["9:16", "4:5", "1:1", "1.91:1"]
_VIDEO = "single_video"
_FOCUS = re.compile(
    r"(?:focus on|lead with|stress|emphasi[sz]e|be about|angle (?:about|on))\s+(?P<what>[^.;\n]{3,80})", re.I
)
_KEY_STEP = 500


class Strategist:
    def __init__(self, brief: dict[str, Value], task: dict[str, Value], random: Random) -> None:
        self._brief = brief
        self._task = task
        self._random = random
        self._kind = kind_of(brief)
        self._words = bank("strategy")[self._kind]
        self._offer = (brief.get("offer") or {}).get("text", "")
        products = [product["name"] for product in brief.get("products", [])]
        self._brand = brief.get("brand", "the brand")
        self._products = products or [brief.get("campaign", self._brand)]
        self._slots = {"brand": self._brand, "product": self._products[0], "offer": self._offer.rstrip(".")}

    def draft(self) -> dict[str, Value]:
        segments = self._segments()
        angles = self._angles([segment["key"] for segment in segments])
        return {
            "measurement": {
                "objective": _OBJECTIVES.get(self._brief.get("goal", ""), "OUTCOME_TRAFFIC"),
                "attribution": {"click_days": 7, "view_days": 1},
                "tests": [f"Which angle brings more results: {angles[0]['name']} or {angles[1]['name']}?"],
            },
            "audience": {"segments": segments},
            "message": {
                "proposition": self._proposition(),
                "angles": angles,
                "claims": self._claims(),
                "concepts": self._concepts(angles),
            },
            "summary": self._summary(segments),
            "rationale": "Few, large segments leave learning sooner. Each angle is a different reason to act, so that"
            " the results say what to do next, not only which picture was prettier.",
            "risks": self._risks(),
        }

    def _segments(self) -> list[dict[str, Value]]:
        chosen = self._words["segments"]
        shares = self._shares([segment["share"] for segment in chosen])
        return [
            {
                "key": segment["key"],
                "name": segment["name"],
                "stage": segment["stage"],
                "intent": segment["intent"].format_map(self._slots),
                "targeting": self._targeting(segment["interests"]),
                "excludes": segment["excludes"],
                "share": share,
            }
            for segment, share in zip(chosen, shares, strict=True)
        ]

    def _shares(self, usual: list[int]) -> list[int]:
        """The usual split with one step moved from a segment to another; still 10,000 in all."""
        shares = list(usual)
        if len(shares) > 1:
            giver, taker = self._random.sample(range(len(shares)), 2)
            step = _KEY_STEP if shares[giver] > 2 * _KEY_STEP else 0
            shares[giver] -= step
            shares[taker] += step
        return shares

    def _targeting(self, interests: list[str]) -> dict[str, Value]:
        if self._brief.get("special_categories"):
            return {"age_min": 18, "age_max": 65, "genders": [], "interests": []}
        youngest, oldest = self._brief.get("ages", [18, 65])
        genders = self._brief.get("genders", [])
        return {"age_min": youngest, "age_max": oldest, "genders": genders, "interests": interests}

    def _angles(self, segments: list[str]) -> list[dict[str, Value]]:
        usable = [angle for angle in self._words["angles"] if self._offer or "{offer}" not in "".join(angle.values())]
        kept = usable[: self._random.randint(min(3, len(usable)), min(4, len(usable)))]
        return [self._angle(angle, segments) for angle in kept]

    def _angle(self, angle: dict[str, str], segments: list[str]) -> dict[str, Value]:
        on_offer = "{offer}" in angle["promise"]
        return {
            "key": angle["key"],
            "name": angle["name"],
            "insight": angle["insight"].format_map(self._slots),
            "promise": shorten(angle["promise"].format_map(self._slots), 150),
            "proof": self._offer if on_offer else "",
            "proof_source": "The offer in the brief" if on_offer else "",
            "segments": segments if on_offer else segments[:1],
        }

    def _claims(self) -> list[dict[str, str]]:
        claims = [{"text": self._offer, "evidence": "The offer in the brief"}] if self._offer else []
        for product in self._brief.get("products", []):
            if price := product.get("price"):
                claims.append({"text": f"{product['name']}: {price}", "evidence": "The price in the brief"})
        claims += [{"text": said, "evidence": "Asked for in the brief"} for said in self._brief.get("must_say", [])]
        return claims[:20]

    def _concepts(self, angles: list[dict[str, Value]]) -> list[dict[str, Value]]:
        """One after another over angles, products, formats and ideas, so that no two are alike."""
        formats = self._task.get("formats") or ["single_image"]
        ideas = self._random.sample(self._words["ideas"], len(self._words["ideas"]))
        wanted = max(1, min(12, self._task.get("concepts", 4)))
        concepts = []
        for index in range(wanted):
            angle = angles[index % len(angles)]
            product = self._products[index % len(self._products)]
            idea = ideas[index % len(ideas)].format_map({**self._slots, "product": product})
            concepts.append(
                {
                    "key": f"{angle['key']}-{index + 1}",
                    "angle": angle["key"],
                    "format": self._format(formats, index, wanted),
                    "ratios": _EVENT_RATIOS if self._kind == "event" else _RATIOS,
                    "idea": shorten(f"{idea} It says: {angle['promise']}.", 300),
                }
            )
        return concepts

    def _format(self, formats: list[str], index: int, wanted: int) -> str:
        """In turn; where video is allowed one concept is a video, however few there are."""
        usable = [one for one in formats if one != "carousel" or len(self._products) > 1] or formats
        turns = usable.index(_VIDEO) if _VIDEO in usable else 0
        return _VIDEO if index == wanted - 1 < turns else usable[index % len(usable)]

    def _proposition(self) -> str:
        text = f"{self._products[0]} from {self._brand}"
        return shorten(f"{text}: {self._offer}" if self._offer else f"{text}, made easy to choose", 200)

    def _summary(self, segments: list[dict[str, Value]]) -> str:
        names = ", ".join(segment["name"].lower() for segment in segments)
        return (
            f"We speak to {len(segments)} groups ({names}). The message is one: {self._proposition()}."
            f" The brief's {self._brief.get('goal', 'goal')} goal decides what counts as a result."
        )

    def _risks(self) -> list[str]:
        risks = ["The first days are learning; judge nothing before the platform has settled."]
        if last_day := (self._brief.get("offer") or {}).get("valid_to"):
            risks.append(f"The offer ends on {last_day}; ads that name it must stop then.")
        if self._brief.get("special_categories"):
            risks.append("A special ad category limits who may be targeted, so results may cost more.")
        return risks


def redrafted(found: Blocks, random: Random) -> Value:
    """Corrections and a new focus where asked for, else a new proposition; the rest word for word."""
    current, instruction = found["current_strategy"], found["instruction"]
    value = corrected(current, instruction)
    if value != current and not _FOCUS.search(instruction):
        return value
    message = value["message"]
    if match := _FOCUS.search(instruction):
        focus = shorten(match["what"].strip().rstrip(",:"), 110)
        first = {**message["angles"][0], "name": shorten(focus.capitalize(), 40), "promise": focus.capitalize()}
        first |= {"proof": "", "proof_source": ""}
        angles = [first, *message["angles"][1:]]
        proposition = shorten(f"{focus.capitalize()}. {message['proposition']}", 200)
        return {**value, "message": {**message, "angles": angles, "proposition": proposition}}
    asked = shorten(" ".join(instruction.split()), 90)
    opening = random.choice(("With one thing in mind", "Now with this first", "Told anew"))
    return {
        **value,
        "message": {**message, "proposition": shorten(f"{opening}: {asked}. {message['proposition']}", 200)},
    }
