"""Reads a whole brief: each field with the words that say so, or null."""

from datetime import date

from simulator.openai.prompt_data import Blocks, Value
from simulator.openai.reading import dates, message, money, people


def read_brief(found: Blocks) -> Value:
    """From the blocks raw_text and context {today, account_currency}."""
    text, context = str(found["raw_text"]), found.get("context") or {}
    today = date.fromisoformat(context.get("today") or date.today().isoformat())  # noqa: DTZ011 - a person's calendar day
    currency = context.get("account_currency")
    fields = {
        "name": message.name(text),
        "goal": message.goal(text),
        "conversion": message.conversion(text),
        "kpi": message.kpi(text),
        "products": message.products(text, currency),
        "offer": message.offer(text, today),
        "landing_urls": message.links(text),
        "geo": people.geo(text),
        "languages": people.languages(text),
        "audience": people.audience(text),
        "budget": money.budget(text, currency),
        "flight": dates.flight(text, today),
        "voice": message.voice(text),
        "special_categories": message.special_categories(text),
    }
    return {name: finding and finding.field(text) for name, finding in fields.items()}
