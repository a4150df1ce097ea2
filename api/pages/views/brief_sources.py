"""Where the fields of a brief come from, for those that no person typed."""

from api.pages.views.brief_form import FIELDS
from models.domain.brief import Brief, Provenance, Source

LONGEST_QUOTE = 140


def sources_of(brief: Brief) -> dict[str, str]:
    """Form field to its source in words, such as `read from the text: “900 SAR a day”`."""
    found: dict[str, str] = {}
    for name, provenance in brief.provenance.items():
        words = _words(provenance, brief.raw_text)
        if words:
            found |= {field: words for path, field in FIELDS.items() if path.partition(".")[0] == name}
    return found


def _words(provenance: Provenance, text: str) -> str:
    match provenance.source:
        case Source.PARSED:
            if provenance.start is None or provenance.end is None:
                return "read from the text"
            quote = " ".join(text[provenance.start : provenance.end].split())
            shown = quote if len(quote) <= LONGEST_QUOTE else f"{quote[:LONGEST_QUOTE]}…"
            return f"read from the text: “{shown}”"
        case Source.AI:
            return "suggested by AI"
        case Source.DEFAULT:
            return "assumed"
    return ""
