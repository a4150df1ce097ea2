"""Where, in which languages and to whom: places, languages, ages, genders."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale

from simulator.openai.prompt_data import Value
from simulator.openai.reading.finding import Finding, over

_LOCALES = ("en", "ar", "ja", "es", "de", "fr")
_SHORT = {
    "KSA": "SA",
    "UAE": "AE",
    "USA": "US",
    "U.S.": "US",
    "US": "US",
    "UK": "GB",
    "السعودية": "SA",
    "الإمارات": "AE",
}
_CITIES = {
    "Riyadh": "SA", "Jeddah": "SA", "Dammam": "SA", "Dubai": "AE", "Doha": "QA", "Tokyo": "JP", "Osaka": "JP",
    "New York": "US", "Boston": "US", "Chicago": "US", "London": "GB", "Berlin": "DE", "Munich": "DE", "Paris": "FR",
    "Madrid": "ES", "الرياض": "SA", "جدة": "SA", "東京": "JP", "大阪": "JP",
}  # fmt: skip
_LANGUAGES = ("ar", "en", "ja", "es", "de", "fr", "it", "pt", "nl", "tr", "ur", "hi", "zh", "ko", "ru", "pl", "id")
_EXCEPT = re.compile(r"(?:except|excluding|exclude|but not|not in|without|ما عدا|باستثناء|除く)[^.\n]{0,20}$", re.I)
_RADIUS = re.compile(r"(?P<km>\d{1,2})\s?(?P<unit>km|kilomet\w+|miles?)[^.\n]{0,25}$", re.I)
_CITY_WORD = re.compile(r"(?:\bin|around|near|of|within|and|,|في|حول)\s*(?:the )?$", re.I)
_CITY_PARTICLE = re.compile(r"[でにの]|周辺")
_TO = r"\s?(?:-|\u2013|—|〜|to|and|until|bis|à|a|إلى)\s?"
_YEARS = r"(?:years?|year-olds?|yo\b|سنة|عام|歳|Jahre|años|ans)"
_AGES = (
    re.compile(rf"(?:aged?|ages|العمر|الأعمار|أعمارهم)\D{{0,15}}(?P<low>\d{{2}}){_TO}(?P<high>\d{{2}})", re.I),
    re.compile(rf"(?P<low>\d{{2}})歳?{_TO}(?P<high>\d{{2}})\s?{_YEARS}", re.I),
    re.compile(r"(?:aged?|ages|over)\s?(?P<low>\d{2})(?:\s?\+|\s?and (?:over|older|up))?", re.I),
    re.compile(r"\b(?P<low>\d{2})\s?\+(?=\s|$|[.,;])"),
)
_GENDERS = {
    "women": re.compile(
        r"\bwom[ae]n\b|\bfemales?\b|\bladies\b|النساء|نساء|سيدات|女性|\bFrauen\b|\bmujeres\b|\bfemmes\b", re.I
    ),
    "men": re.compile(r"\bm[ae]n\b|\bmales?\b|رجال|男性|\bMänner\b|\bhombres\b|\bhommes\b", re.I),
}
_CUSTOMERS = re.compile(
    r"(?:exclud\w+|without|leave out|not)[^.\n]{0,25}(?:customers|buyers|purchasers)|باستثناء العملاء", re.I
)


def geo(text: str) -> Finding | None:
    """Cities where the text aims at them, else countries; {include, exclude}."""
    places = [place for place in (*_cities(text), *_countries(text)) if place.value]
    excluded = [place for place in places if _EXCEPT.search(text, max(0, place.start - 40), place.start)]
    included = [place for place in places if place not in excluded]
    cities = [place for place in included if place.value["kind"] == "city"]
    chosen = cities or included
    if not chosen:
        return None
    return over({"include": _distinct(chosen), "exclude": _distinct(excluded)}, chosen)


def languages(text: str) -> Finding | None:
    found = sorted(_named(text, _language_names()), key=lambda one: one.start)
    tags = list(dict.fromkeys(one.value for one in found))
    return over(tags[:6], found, widest=80) if found else None


def audience(text: str) -> Finding | None:
    ages = next((match for pattern in _AGES if (match := pattern.search(text))), None)
    genders = {gender: match for gender, pattern in _GENDERS.items() if (match := pattern.search(text))}
    customers = _CUSTOMERS.search(text)
    matches = [match for match in (ages, *genders.values(), customers) if match]
    if not matches:
        return None
    low, high = _age_range(ages)
    value: Value = {
        "age_min": low,
        "age_max": high,
        "genders": list(genders) if len(genders) == 1 else [],
        "exclude_customers": customers is not None,
    }
    return over(value, [Finding(None, *match.span()) for match in matches])


def _age_range(match: re.Match[str] | None) -> tuple[int, int]:
    if match is None:
        return 18, 65
    low, high = int(match["low"]), int(match.groupdict().get("high") or 65)
    return max(18, min(low, 65)), max(18, min(max(low, high), 65))


def _cities(text: str) -> Iterator[Finding]:
    for place in _named(text, _CITIES):
        before = text[max(0, place.start - 40) : place.start]
        radius = _RADIUS.search(before)
        if radius or _CITY_WORD.search(before) or _CITY_PARTICLE.match(text, place.end):
            km = radius and min(80, round(int(radius["km"]) * (1.609 if radius["unit"].startswith("mile") else 1)))
            name = text[place.start : place.end]
            value = {"kind": "city", "name": name, "country": place.value, "radius_km": km}
            yield Finding(value, place.start, place.end)


def _countries(text: str) -> Iterator[Finding]:
    for place in _named(text, _country_names()):
        name = Locale("en").territories[place.value]
        value = {"kind": "country", "name": name, "country": place.value, "radius_km": None}
        yield Finding(value, place.start, place.end)


def _distinct(places: list[Finding]) -> list[Value]:
    return list({(place.value["kind"], place.value["name"]): place.value for place in places}.values())


def _named(text: str, names: dict[str, str]) -> Iterator[Finding]:
    for match in _pattern_of(tuple(names)).finditer(text):
        yield Finding(names[match[1]], *match.span(1))


@cache
def _pattern_of(names: tuple[str, ...]) -> re.Pattern[str]:
    choices = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    # No part of a longer Latin or Katakana word, no country in its language's name; Arabic "and" may stand in front.
    return re.compile(rf"(?<![A-Za-zÀ-ÿ\u30a0-\u30ff])({choices})(?![A-Za-zÀ-ÿ\u0620-\u064a\u30a0-\u30ff語])")


@cache
def _country_names() -> dict[str, str]:
    names = {}
    for locale in reversed(_LOCALES):
        territories = Locale(locale).territories
        names.update({name: code for code, name in territories.items() if len(code) == 2 and len(name) > 1})
    return names | _SHORT


@cache
def _language_names() -> dict[str, str]:
    names = {}
    for locale in _LOCALES:
        known = Locale(locale).languages
        for tag in _LANGUAGES:
            name = known[tag]
            names.update(dict.fromkeys((name, name.capitalize()), tag))
    return names
