"""Reads a brief written as free text into fields, each with the words it came from."""

from datetime import date

from providers.text.prompts.prompt import DATA_RULE, Prompt, data_block
from providers.text.schemas import ParsedBrief

VERSION = "parse_brief@1"

_INSTRUCTIONS = f"""\
You read advertising briefs for a media agency and fill in a form. {DATA_RULE}

- Fill a field only where the text says so; otherwise null. Never guess, never complete from general knowledge.
- `quote` is the shortest passage of the text that supports the value, copied character by character: same language,
  same digits, same spelling. When several passages do, take the first.
- Amounts: decimal number and ISO 4217 currency. A currency sign that several countries share: use the account's
  currency where it fits the sign.
- Dates: resolve "next Monday" or "until the end of the month" from today's date, given in `context`. `end` and
  `valid_to` are the last day on which it still holds.
- Budget kind: total for the whole flight, monthly or daily. `languages` are those of the ads, not of the brief.
- Special categories: HOUSING, EMPLOYMENT (any job advertisement), FINANCIAL_PRODUCTS_SERVICES,
  ISSUES_ELECTIONS_POLITICS, where the advertised thing is one; quote the words that show it."""


def parse_brief(raw_text: str, *, today: date, currency: str | None = None) -> Prompt[ParsedBrief]:
    """`currency`: the ad account's, where it is known."""
    context = data_block("context", {"today": today.isoformat(), "account_currency": currency})
    return Prompt(
        purpose=VERSION,
        instructions=_INSTRUCTIONS,
        input=f"{context}\n\n{data_block('raw_text', raw_text)}",
        schema=ParsedBrief,
    )
