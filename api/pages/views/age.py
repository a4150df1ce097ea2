"""How old figures are, as every page that shows some says it."""

from dataclasses import dataclass

from models.domain.data_age import DataAge


@dataclass(frozen=True, slots=True)
class AgeWords:
    """`tone` is `warn` for figures that are old or could not be read, else empty."""

    words: str
    problem: str
    tone: str


def age_words(age: DataAge) -> AgeWords:
    if age.problem:
        return AgeWords(f"{age.words}.", f"The last reading failed: {age.problem}", "warn")
    return AgeWords(
        f"{age.words}.", "Newer ones should be here by now." if age.stale else "", "warn" if age.stale else ""
    )
