"""Meta's ids of the languages people use it in, for `targeting.locales`."""

from providers.ads.meta.errors import PROVIDER
from providers.ads.meta.facts import FACTS
from providers.errors import Refused


def locale_id(language: str) -> int:
    """The id of a BCP-47 language; of its base language where Meta does not tell the variant apart."""
    base = language.split("-", 1)[0]
    found = FACTS.locales.get(language) or FACTS.locales.get(base)
    if found is None:
        raise Refused(PROVIDER, f"Greenlight cannot yet aim ads at people who use Meta in {language!r}.")
    return found
