"""Why a run moved each budget or left it alone, as it stored that with its inputs."""

from dataclasses import dataclass

from api.pages.views.suggestions import change_tone, change_words
from api.pages.views.words import money
from api.schemas.optimizer import RunReasonsView

# A page with more rows is no page any more; programs fetch them all.
MOST = 200


@dataclass(frozen=True, slots=True)
class OwnerReason:
    name: str
    before: str
    after: str
    change: str
    tone: str
    words: str
    limits: str


@dataclass(frozen=True, slots=True)
class PoolReasons:
    words: str
    owners: list[OwnerReason]
    more: int


def pool_reasons(found: RunReasonsView, currency: str) -> list[PoolReasons]:
    return [
        PoolReasons(
            words=pool.words,
            owners=[
                OwnerReason(
                    name=found.names.get(owner.object_id, str(owner.object_id)),
                    before=money(owner.before_minor, currency),
                    after=money(owner.after_minor, currency),
                    change=change_words(owner.before_minor, owner.after_minor),
                    tone=change_tone(owner.before_minor, owner.after_minor),
                    words=owner.words,
                    limits=", ".join(owner.limited_by),
                )
                for owner in pool.owners[:MOST]
            ],
            more=max(0, len(pool.owners) - MOST),
        )
        for pool in found.pools
    ]
