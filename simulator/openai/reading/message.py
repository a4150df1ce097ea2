"""What is sold, for what, with which offer and in which voice."""

import re
from datetime import date

from simulator.openai.prompt_data import Value
from simulator.openai.reading.dates import last_day_in
from simulator.openai.reading.finding import Finding, labelled, over, sentence_at
from simulator.openai.reading.money import MONEY, amounts, decimal_of

_GOALS = {
    "leads": r"leads?|applica\w+|applicants?|sign-?ups?|enquir\w+|hir(?:e|ing)|Bewerb\w+|candidat\w+"
    r"|توظيف|مرشح\w*|応募|リード",
    "traffic": r"traffic|site visits?|visitors?|clicks|Besucher|visitas|visites|زيارات|アクセス",
    "awareness": r"awareness|well[- ]known|reach as many|Bekanntheit|notoriété|notoriedad|الوعي|認知",
    "sales": r"sales|sell|purchases?|orders|buy(?:ers)?|roas|Verkauf\w*|verkauf\w*|Umsatz|ventas?|vendre|ventes?"
    r"|مبيعات|المبيعات|بيع|売上|販売",
}
_OFFER = re.compile(
    r"(?<!\d)\d{1,3}\s?(?:%|\u066a|\uff05|percent)\s{0,3}"
    r"(?:off|discount|less|Rabatt|de descuento|menos|de réduction|de remise|خصم|تخفيض|オフ|割引)"
    r"|(?:discount of|save|خصم|تخفيضات|تخفيض)\s{0,3}\d{1,3}\s?(?:%|\u066a)"
    r"|free (?:delivery|shipping)|توصيل مجاني|شحن مجاني|送料無料",
    re.I,
)
_CLAUSE_END = re.compile(r"[.;\n。؛]|,? (?:with|use|using)(?: the)? code|،? (?:الرمز|بالرمز|كود)", re.I)
_CODE = re.compile(r"(?:code|الرمز|كود|コード|Gutscheincode|código)\s*[:\uff1a\"“]?\s*(?P<code>[A-Z][A-Z0-9]{2,19})\b")
_LINK = re.compile(r"https://[\w-]+(?:\.[\w-]+)+[^\s<>\"'\uff09)،]*")
_KPI = re.compile(r"\b(?P<metric>roas|cpa|cpl|cpc|cpm)\b[^\d\n.]{0,25}(?P<number>\d{1,9}(?:[.,]\d{1,2})?)(?!\d)", re.I)
_HARD = re.compile(r"\b(?:must|at least|not above|never above|at most|maximum|max)\b", re.I)
_QUOTED = re.compile(r"[\"“«「](?P<what>[^\"”»」\n]{1,200})[\"”»」]")
_MUST = re.compile(r"(?:must (?:say|mention|include)|always say|include the words?|mention)\b(?P<rest>[^.\n]*)", re.I)
_MUST_NOT = re.compile(
    r"(?:must not say|never say|do not say|don['\u2019]t say|avoid(?: the words?)?|no words? like)\b(?P<rest>[^.\n]*)",
    re.I,
)
_SPECIAL = {
    "EMPLOYMENT": re.compile(r"\b(?:hiring|hire|recruit\w*|vacanc\w+|job openings?|jobs?)\b|توظيف|求人|採用", re.I),
    "HOUSING": re.compile(r"\b(?:apartments?|real estate|housing|for rent|villas?)\b|عقارات|不動産", re.I),
    "FINANCIAL_PRODUCTS_SERVICES": re.compile(r"\b(?:loans?|mortgages?|credit cards?|insurance)\b|قروض|ローン", re.I),
    "ISSUES_ELECTIONS_POLITICS": re.compile(r"\b(?:elections?|candidate for|ballot)\b|انتخابات|選挙", re.I),
}
_PRODUCTS = r"products?|items?|المنتجات|商品|Produkte|productos|produits"


def name(text: str) -> Finding | None:
    """The line labelled so, else a heading: a first line without a full stop."""
    if found := labelled(text, "campaign|campaign name|name|الحملة|キャンペーン|Kampagne|campaña|campagne"):
        return Finding(found.value[:120], found.start, found.end)
    match = re.search(r"\S[^\n]*", text)
    heading = match and match[0].rstrip(" #*")
    if match and heading and len(heading) <= 80 and not heading.endswith((".", "。", "؟")):
        stripped = heading.lstrip("#* ")
        start = match.start() + heading.index(stripped)
        return Finding(stripped, start, start + len(stripped))
    return None


def goal(text: str) -> Finding | None:
    """The line labelled so decides, else the goal that is spoken of most."""
    label = labelled(text, "goal|objective|الهدف|目的|Ziel|objetivo|objectif")
    start, end = (label.start, label.end) if label else (0, len(text))
    hits = {
        key: list(re.compile(rf"(?<![A-Za-z])(?:{words})", re.I).finditer(text, start, end))
        for key, words in _GOALS.items()
    }
    best = max(hits, key=lambda key: len(hits[key]))
    return Finding(best, *hits[best][0].span()) if hits[best] else None


def conversion(text: str) -> Finding | None:
    if match := re.search(r"(?:instant|lead)[- ]forms?|نموذج فوري", text, re.I):
        return Finding({"location": "instant_form", "event": "LEAD"}, *match.span())
    if match := re.search(r"\bpurchases?\b|\bcheckout\b", text, re.I):
        return Finding({"location": "website", "event": "PURCHASE"}, *match.span())
    return None


def kpi(text: str) -> Finding | None:
    if not (match := _KPI.search(text)):
        return None
    hard = _HARD.search(text, *sentence_at(text, match.start())) is not None
    target = f"{decimal_of(match['number']):f}"
    return Finding({"metric": match["metric"].lower(), "target": target, "hard": hard}, *match.span())


def products(text: str, currency: str | None) -> Finding | None:
    """A labelled line cut at its commas, or list lines that name a price."""
    parts: list[Finding] = []
    if found := labelled(text, _PRODUCTS):
        cuts = re.compile(r"[^,;،、]+(?:\([^)]*\))?")
        parts = [
            _product(text, found.start + m.start(), found.start + m.end(), currency) for m in cuts.finditer(found.value)
        ]
    else:
        lines = re.finditer(r"(?m)^[ \t]*[-*•\u2013][ \t]*(?P<what>[^\n]+)$", text)
        parts = [
            _product(text, *m.span("what"), currency) for m in lines if MONEY.search(m["what"]) and ":" not in m["what"]
        ]
    parts = [part for part in parts if part.value["name"]]
    return over([part.value for part in parts[:20]], parts, widest=2_000) if parts else None


def offer(text: str, today: date) -> Finding | None:
    """The clause that states it, with code and last day of the same sentence or the next words."""
    if not (match := _OFFER.search(text)):
        return None
    start, end = sentence_at(text, match.start())
    stop = _CLAUSE_END.search(text, match.end(), end)
    words = text[match.start() : stop.start() if stop else end].strip().rstrip(".,،")[:200]
    last = last_day_in(text, start, end, today)
    code = _CODE.search(text, match.start(), min(len(text), end + 80))
    value = {
        "text": words,
        "code": code and code["code"],
        "valid_from": None,
        "valid_to": last and last.value.isoformat(),
    }
    return Finding(value, match.start(), match.start() + len(words))


def links(text: str) -> Finding | None:
    found = [Finding(match[0].rstrip(".,;:!?"), match.start(), match.end()) for match in _LINK.finditer(text)]
    found = [Finding(one.value, one.start, one.start + len(one.value)) for one in found]
    return over(list(dict.fromkeys(one.value for one in found))[:10], found) if found else None


def voice(text: str) -> Finding | None:
    tone = _first_sentence(labelled(text, "tone|voice|النبرة|トーン|Ton|tono"))
    disclaimer = labelled(text, "disclaimer|التنويه|免責|Hinweis")
    forbidden = _quoted(text, _MUST_NOT)
    said = [one for one in _quoted(text, _MUST) if one not in forbidden]
    parts = [part for part in (tone, disclaimer, *said, *forbidden) if part]
    if not parts:
        return None
    value: Value = {
        "tone": tone and tone.value[:200],
        "must_say": [one.value for one in said][:10],
        "must_not_say": [one.value[:40] for one in forbidden][:50],
        "disclaimers": [disclaimer.value[:300]] if disclaimer else [],
    }
    return over(value, parts)


def special_categories(text: str) -> Finding | None:
    hits = {name: match for name, pattern in _SPECIAL.items() if (match := pattern.search(text))}
    return over(list(hits), [Finding(None, *match.span()) for match in hits.values()]) if hits else None


def _first_sentence(found: Finding | None) -> Finding | None:
    if found is None:
        return None
    words = re.split(r"[.。]", found.value)[0]
    return Finding(words, found.start, found.start + len(words))


def _quoted(text: str, opening: re.Pattern[str]) -> list[Finding]:
    """Quoted words in the rest of a sentence that begins so."""
    spans = [match.span("rest") for match in opening.finditer(text)]
    return [
        Finding(m["what"], *m.span("what"))
        for span in spans
        for m in _QUOTED.finditer(text, *span)
        if m["what"].strip()
    ]


def _product(text: str, start: int, end: int, currency: str | None) -> Finding:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    words = words.strip()
    price = next(amounts(words, currency), None)
    link = _LINK.search(words)
    cut = min(price.start if price else len(words), link.start() if link else len(words))
    title = re.sub(r"\s*(?:[-\u2013—:(،]|\bat|\bfor|بسعر)\s*$", "", words[:cut]).strip(" -\u2013—:(")[:120]
    value = {"name": title, "url": link and link[0].rstrip(".,)"), "price": price and price.value}
    return Finding(value, start, start + len(words))
