"""The fonts that texts are drawn with. All come with the installation, so every machine draws the same glyphs.

Inter and the Noto Sans families, under the SIL Open Font License.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import regex
import uharfbuzz as hb
from fontTools import unicodedata

_FOLDERS = {
    "inter/Inter[opsz,wght]": "justmytype_western_core",
    "notosans/NotoSans[wdth,wght]": "justmytype_western_core",
    "notosanssymbols2/NotoSansSymbols2-Regular": "justmytype_western_core",
    "notosansarabic/NotoSansArabic[wdth,wght]": "justmytype_intl_rtl",
    "notosanshebrew/NotoSansHebrew[wdth,wght]": "justmytype_intl_rtl",
    "notosansdevanagari/NotoSansDevanagari[wdth,wght]": "justmytype_intl_south_asia",
    "notosansbengali/NotoSansBengali[wdth,wght]": "justmytype_intl_south_asia",
    "notosanstamil/NotoSansTamil[wdth,wght]": "justmytype_intl_south_asia",
    "notosanstelugu/NotoSansTelugu[wdth,wght]": "justmytype_intl_south_asia",
    "notosansthai/NotoSansThai[wdth,wght]": "justmytype_intl_sea",
    "notosanslao/NotoSansLao[wdth,wght]": "justmytype_intl_sea",
    "notosanskhmer/NotoSansKhmer[wdth,wght]": "justmytype_intl_sea",
    "notosansmyanmar/NotoSansMyanmar[wdth,wght]": "justmytype_intl_sea",
    "notosansjp/NotoSansJP[wght]": "justmytype_intl_cjk",
    "notosanskr/NotoSansKR[wght]": "justmytype_intl_cjk",
    "notosanssc/NotoSansSC[wght]": "justmytype_intl_cjk",
    "notosanstc/NotoSansTC[wght]": "justmytype_intl_cjk",
}
_BY_FAMILY = {name.partition("/")[0]: name for name in _FOLDERS}
_FALLBACKS = ("inter", "notosans", "notosanssymbols2")
_OF_SCRIPT = {
    "Arab": "notosansarabic",
    "Hebr": "notosanshebrew",
    "Deva": "notosansdevanagari",
    "Beng": "notosansbengali",
    "Taml": "notosanstamil",
    "Telu": "notosanstelugu",
    "Thai": "notosansthai",
    "Laoo": "notosanslao",
    "Khmr": "notosanskhmer",
    "Mymr": "notosansmyanmar",
    "Hira": "notosansjp",
    "Kana": "notosansjp",
    "Hang": "notosanskr",
    "Bopo": "notosanstc",
}
_HAN = {"ja": "notosansjp", "ko": "notosanskr"}
_TRADITIONAL = regex.compile(r"zh\b.*-(Hant|TW|HK|MO)\b", regex.IGNORECASE)
# They have no script of their own and are drawn in that of their neighbours.
_SHARED = ("Zyyy", "Zinh", "Zzzz")
# Joiners, marks of direction, variation selectors: seen by shaping and never drawn.
_UNSEEN = regex.compile(r"\p{Default_Ignorable_Code_Point}")
_LETTER = regex.compile(r"[\p{L}\p{Mn}\p{Mc}\p{Nd}]")
# Python's library of directions knows no isolates, and embeddings without them are of no use either.
_CONTROLS = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")


class NoFont(Exception):
    """`script` is the ISO 15924 code of the writing that no font here can draw."""

    def __init__(self, script: str) -> None:
        super().__init__(script)
        self.script = script


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text, from `start` up to `end`, in one font and one script."""

    start: int
    end: int
    family: str
    script: str


def drawable(text: str, language: str) -> tuple[str, list[str]]:
    """The text without what no font here has, such as emoji, and what was left out.

    Raises NoFont where that would be a letter or a digit.
    """
    kept, left_out, primary = [], [], _primary(text, language)
    for cluster in regex.findall(r"\X", regex.sub(r"\s+", _space, _CONTROLS.sub("", text)).strip()):
        if _family(cluster, primary, language):
            kept.append(cluster)
        elif letter := _LETTER.match(cluster):
            base = regex.match(r"\p{Nd}(?=[\ufe0f\u20e3]+$)", cluster)
            if base is None:
                raise NoFont(unicodedata.script(letter[0]))
            kept.append(base[0])
        else:
            left_out.append(cluster)
    return regex.sub(" {2,}", " ", "".join(kept)).strip(), left_out


def runs(text: str, language: str) -> list[Run]:
    """The text in parts that can be shaped on their own; every character of it must be drawable."""
    primary, found, script = _primary(text, language), list[Run](), _first_script(text)
    for match in regex.finditer(r"\X", text):
        own = unicodedata.script(match[0][0])
        script = script if own in _SHARED else own
        family = _family(match[0], primary, language) or primary
        last = found[-1] if found else None
        if last and (last.family, last.script) == (family, script):
            found[-1] = Run(last.start, match.end(), family, script)
        else:
            found.append(Run(match.start(), match.end(), family, script))
    return found


def traditional(language: str) -> bool:
    """Whether Chinese in that language is written with traditional characters."""
    return bool(_TRADITIONAL.match(language))


@cache
def font(family: str, weight: int) -> hb.Font:
    """In units of the em: `font.face.upem` of them are one."""
    made = hb.Font(_face(family))
    made.set_variations({"wght": weight, "opsz": 32})
    return made


def _space(match: regex.Match[str]) -> str:
    return "\N{NO-BREAK SPACE}" if match[0] in ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}") else " "


def _first_script(text: str) -> str:
    return next((script for script in map(unicodedata.script, text) if script not in _SHARED), "Latn")


def _primary(text: str, language: str) -> str:
    """The font of the text's first script that is not Latin: these bring Latin letters that go with their own."""
    for char in text:
        if family := _own_family(unicodedata.script(char), language):
            return family
    return "inter"


def _own_family(script: str, language: str) -> str | None:
    if script != "Hani":
        return _OF_SCRIPT.get(script)
    if traditional(language):
        return "notosanstc"
    return _HAN.get(language.partition("-")[0].lower(), "notosanssc")


def _family(cluster: str, primary: str, language: str) -> str | None:
    own = _own_family(unicodedata.script(cluster[0]), language)
    wanted = [ord(char) for char in cluster if not _UNSEEN.match(char)]
    # A picture of an emoji that a font has only in outline is not what its author chose.
    if regex.search(r"\p{Emoji_Presentation}|\ufe0f", cluster):
        return None
    for family in (own, primary, *_FALLBACKS):
        if family and all(code in _covered(family) for code in wanted):
            return family
    return None


@cache
def _face(family: str) -> hb.Face:
    name = _BY_FAMILY[family]
    return hb.Face(hb.Blob.from_file_path(str(files(_FOLDERS[name]).joinpath(f"fonts/ofl/{name}.ttf"))))


@cache
def _covered(family: str) -> frozenset[int]:
    return frozenset(_face(family).unicodes)
