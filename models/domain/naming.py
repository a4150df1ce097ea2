"""Names and tags of what we build on a platform, by templates of the workspace."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from models.domain.ads_plan import AdsPlan
from models.domain.base import Document, normalized

# Meta takes 400 characters; 50 stay free for the marker that a name carries until its creation is confirmed.
NAME_LIMIT = 350
KEY_LIMIT = 60
SLUG_LIMIT = 40
FIELDS = ("client", "objective", "market", "segment", "concept", "language", "yyyymm")
DEFAULT_NAME = "{client}_{objective}_{market}_{segment}_{concept}_{language}_{yyyymm}"
DEFAULT_URL_TAGS = "utm_source=meta&utm_medium=paid_social&utm_campaign={slug}&utm_content={{ad.id}}"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _known_fields(template: str) -> str:
    if unknown := set(_PLACEHOLDER.findall(template)) - set(FIELDS):
        raise ValueError(f"unknown fields {sorted(unknown)}; a name template may use {', '.join(FIELDS)}")
    if not template.strip():
        raise ValueError("a name template must not be empty")
    return template


Template = Annotated[str, AfterValidator(_known_fields)]


class Naming(Document):
    """A workspace's templates and the two parts that hold for a whole campaign. `month` is written as 202611."""

    client: str
    month: Annotated[str, Field(pattern=r"^\d{6}$")]
    campaign: Template = DEFAULT_NAME
    ad_set: Template = DEFAULT_NAME
    ad: Template = DEFAULT_NAME
    url_tags: str = DEFAULT_URL_TAGS


def render_name(template: str, fields: Mapping[str, str]) -> str:
    """The template filled in; a field that a level does not have drops out together with its separator."""
    filled = _PLACEHOLDER.sub(lambda match: fields.get(match.group(1), "").replace("_", "-"), template)
    one_line = " ".join(re.sub(r"_{2,}", "_", filled).strip("_").split())
    return normalized(one_line)[:NAME_LIMIT].strip()


def slug(text: str) -> str:
    """Up to 40 lower-case letters, digits and dashes; letters of any script stay, or Arabic names would vanish."""
    return re.sub(r"[\W_]+", "-", normalized(text).lower()).strip("-")[:SLUG_LIMIT].strip("-")


def render_url_tags(template: str, campaign: str) -> str:
    return template.replace("{slug}", slug(campaign))


def plan_key(*parts: str) -> str:
    """Our own stable key of a planned object, such as `broad__ar__evening`; too long ones end in a digest."""
    key = "__".join(part.lower() for part in parts)
    if len(key) <= KEY_LIMIT:
        return key
    return f"{key[: KEY_LIMIT - 9]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def name_collisions(plan: AdsPlan) -> list[str]:
    """Names that several objects of one level would share; a person could not tell these apart in Ads Manager."""
    levels = (plan.campaigns, plan.ad_sets, plan.ads)
    counts = (Counter(part.name for part in level) for level in levels)
    return sorted({name for count in counts for name, times in count.items() if times > 1})
