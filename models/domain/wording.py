"""Words that get ads refused or mislead, in English and Arabic, and how texts are compared whatever their spelling."""

from functools import lru_cache

import regex

from models.domain.figures import ascii_digits

_INVISIBLE = regex.compile(r"[\p{Cf}\u0640\u064b-\u065f\u0670]")
# Three alefs become a bare one, alef maqsura a yeh, teh marbuta a heh, and the curly apostrophe a straight one.
_SAME_LETTER = str.maketrans("\u0623\u0625\u0622\u0649\u0629\u2019", "\u0627\u0627\u0627\u064a\u0647'")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_ARABIC = regex.compile(r"\p{Arabic}")

SUPERLATIVES = (
    *("best", "cheapest", "number one", "no. 1", "#1", "guaranteed", "risk-free", "miracle"),
    *("الأفضل", "أفضل", "الأرخص", "رقم 1", "رقم واحد", "مضمون", "مضمونة"),
)
_CONDITIONS = (
    "diabetic|overweight|obese|depressed|disabled|bankrupt|broke|in debt|unemployed|divorced|pregnant|infertile"
    "|gay|lesbian|transgender|muslim|christian|jewish|hindu|black|addicted|an alcoholic|hiv[- ]positive"
)
_STATES = (
    "diabetes|depression|anxiety|obesity|debts?|disability|illness|addiction|bankruptcy|criminal record|religion"
    "|sexual orientation|race|ethnicity|weight problem"
)
_ARABIC_CONDITIONS = "مريض|مصاب|مدين|عاطل|بدين|سمين|مكتئب|مطلق|حامل|مسلم|مسيحي|مدمن|معاق"
_ARABIC_STATES = "السكري|الاكتئاب|القلق|السمنه|الديون|الادمان|العقم"
PERSONAL_ATTRIBUTES = regex.compile(
    rf"\bare you (?:an? |still |over)?(?:{_CONDITIONS})\b"
    rf"|\byour (?:{_STATES})\b"
    rf"|\b(?:do )?you (?:suffer|are suffering) from (?:{_STATES})\b"
    rf"|هل (?:انت|انتي|انتم) (?:{_ARABIC_CONDITIONS})"
    rf"|(?:تعاني|تعانين|تعانون) من (?:{_ARABIC_STATES})"
    r"|\b(?:ديونك|مرضك|ديانتك|سمنتك|اكتئابك)\b"
)
WEB_ADDRESS = regex.compile(
    r"https?://\S+|\bwww\.\S+"
    r"|\b[a-z0-9][a-z0-9-]*\.(?:com|net|org|io|co|shop|store|info|app|sa|ae|eg|jp|uk|de)\b(?:/\S*)?",
    regex.IGNORECASE,
)


# One text is compared with every banned and boastful word.
@lru_cache(maxsize=1_024)
def fold(text: str) -> str:
    """Lower case without vowel marks, stretching and invisible signs; variants of Arabic letters are one letter."""
    plain = _INVISIBLE.sub("", ascii_digits(text)).casefold().translate(_SAME_LETTER)
    return " ".join(plain.split())


def contains(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as words of its own.

    Arabic words may carry a particle before and an ending after; Chinese, Japanese and Thai have no word boundaries.
    """
    wanted = fold(phrase)
    return bool(wanted) and _as_words(wanted).search(fold(text)) is not None


@lru_cache(maxsize=1_024)
def _as_words(wanted: str) -> regex.Pattern[str]:
    word = regex.escape(wanted)
    if _UNSPACED.search(wanted):
        return regex.compile(word)
    if _ARABIC.search(wanted):
        word = rf"[وفبكل]{{0,2}}(?:ال)?{word}\p{{Arabic}}{{0,2}}"
    return regex.compile(rf"(?<!\w){word}(?!\w)")


def same_script(text: str, other: str) -> bool:
    return _script(text) == _script(other)


def _script(text: str) -> str:
    if _ARABIC.search(text):
        return "arabic"
    return "unspaced" if _UNSPACED.search(text) else "other"
