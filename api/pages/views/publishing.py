"""How far a publish is, what it waits for, and what could not be confirmed."""

from dataclasses import dataclass

from api.pages.reading import Reading
from api.pages.views.words import KIND, counted, when
from models.domain.states import CampaignStatus, LedgerState, PlatformKind
from models.tables.ledger import ObjectStatus, PublishRun, PublishRunState

PHASES = {
    "preparing": "Preparing",
    "media": "Uploading pictures",
    "creatives": "Building the ad designs",
    "campaigns": "Building the campaign",
    "ad_sets": "Building the ad sets",
    "ads": "Building the ads",
    "changes": "Bringing existing ads up to date",
    "activate_ads": "Switching the ads on",
    "activate_ad_sets": "Switching the ad sets on",
    "activate_campaigns": "Going live",
    "retire": "Putting replaced ads aside",
    "rolling_back": "Taking back what was built",
}
OPEN = frozenset({PublishRunState.RUNNING, PublishRunState.WAITING, PublishRunState.NEEDS_PERSON})
COUNTED = (PlatformKind.CREATIVE, PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)


@dataclass(frozen=True, slots=True)
class Step:
    words: str
    done: int
    planned: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A write that Meta did not confirm. Where `for_person`, somebody has to say what became of it."""

    write_id: str
    words: str
    for_person: bool


@dataclass(frozen=True, slots=True)
class PublishWords:
    """`done` of `planned` objects are confirmed on Meta, all of them switched off until the end."""

    open: bool
    phase: str
    done: int
    planned: int
    steps: list[Step]
    waiting: str
    needs_person: bool
    doubts: list[Doubt]
    leftovers: list[str]
    failed: str

    @property
    def unresolved(self) -> bool:
        """Whether a person first has to say what became of something."""
        return any(doubt.for_person for doubt in self.doubts)


def publish_words(reading: Reading) -> PublishWords | None:
    run = reading.run
    if run is None:
        if reading.facts.campaign.status is CampaignStatus.PUBLISHING:
            return PublishWords(True, "Preparing", 0, 0, [], "", False, [], [], "")
        return None
    steps = _steps(reading, run)
    return PublishWords(
        open=run.state in OPEN,
        phase=PHASES.get(run.phase, run.phase.replace("_", " ").capitalize()),
        done=sum(step.done for step in steps),
        planned=sum(step.planned for step in steps),
        steps=steps,
        waiting=_waiting(reading, run),
        needs_person=run.state is PublishRunState.NEEDS_PERSON,
        doubts=_doubts(reading),
        leftovers=[f"{left.get('name') or left.get('platform_id')}: {left.get('why')}" for left in run.leftovers],
        failed=str(run.problem.get("message") or "") if run.problem else "",
    )


def _steps(reading: Reading, run: PublishRun) -> list[Step]:
    there = [row for row in reading.objects if row.status is not ObjectStatus.DELETED]
    found = []
    for kind in COUNTED:
        planned = run.planned.get(kind.value)
        if isinstance(planned, int) and planned:
            done = sum(row.kind is kind for row in there)
            found.append(Step(KIND[kind][1].capitalize(), min(done, planned), planned))
    return found


def _waiting(reading: Reading, run: PublishRun) -> str:
    if not run.waiting_reason:
        return ""
    zone = reading.facts.campaign.timezone or "UTC"
    since = f" (since {when(run.waiting_since, zone)})" if run.waiting_since else ""
    return f"{run.waiting_reason}{since}"


def _doubts(reading: Reading) -> list[Doubt]:
    return [
        Doubt(
            str(row.id),
            f"{KIND[row.object_kind][0].capitalize()} {row.name}: could not confirm with Meta"
            + (", we are checking" if row.state is LedgerState.UNKNOWN else f". {row.reason or ''}".rstrip()),
            for_person=row.state is LedgerState.UNCONFIRMED,
        )
        for row in reading.doubtful
    ]


def live_words(reading: Reading) -> str:
    """What is on Meta now, in numbers."""
    there = [row for row in reading.objects if row.status is not ObjectStatus.DELETED]
    parts = []
    for kind in (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD):
        number = sum(row.kind is kind for row in there)
        if number:
            parts.append(counted(number, *KIND[kind]))
    return ", ".join(parts)
