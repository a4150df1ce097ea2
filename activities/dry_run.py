"""What the platform and our own rules say to every planned object before anything is made."""

from activities.ad_platform import AdPlatform
from activities.approved import account_of, publishable_now
from activities.platform_writes import PlatformWrites
from activities.publish_plan import PlannedObject, planned_objects
from models.contracts.base import CampaignRef
from models.contracts.publishing import DryRunLine, DryRunReport
from models.domain.references import references_in
from models.domain.states import PlatformKind, WriteOp
from models.tables.ad_account import AdAccount
from providers.ads.protocol import PlatformWrite
from providers.errors import Refused
from records import ledger, platform_objects
from records.campaigns import facts as campaign_facts

# The platform can check these without making them, once everything they refer to exists.
_CHECKABLE = (PlatformKind.CAMPAIGN, PlatformKind.AD_SET, PlatformKind.AD)


async def dry_run(platform: AdPlatform, writes: PlatformWrites, ref: CampaignRef) -> DryRunReport:
    """One line per object: `validated by platform` where it could be asked, else `checked by our rules`.

    Raises:
        ApplicationError: `publish.waiting` while the platform is away, `publish.dropped` without approved versions.
    """
    if platform.pretended:
        return DryRunReport(lines=[_pretended(platform.pretended)])
    async with platform.database.workspace_transaction(ref.workspace_id) as session:
        facts = await campaign_facts.load(session, ref.campaign_id)
        now = await ledger.database_now(session)
    number = facts.campaign.publish_number + 1
    source = await publishable_now(platform, facts, number, now=now)
    account = account_of(facts)
    return DryRunReport(lines=[await _line(platform, writes, account, planned) for planned in planned_objects(source)])


def _pretended(words: str) -> DryRunLine:
    return DryRunLine(
        kind=PlatformKind.CREATIVE, key="", name="Every ad", checked="checked by our rules", ok=False, words=words
    )


async def _line(platform: AdPlatform, writes: PlatformWrites, account: AdAccount, planned: PlannedObject) -> DryRunLine:
    words, asked = planned.problem, False
    if words is None and (write := await _validatable(platform, account, planned)):
        words, asked = await _ask(platform, writes, account, write), True
    return DryRunLine(
        kind=planned.kind,
        key=planned.key,
        name=planned.name,
        checked="validated by platform" if asked else "checked by our rules",
        ok=words is None,
        words=words or "",
    )


async def _validatable(platform: AdPlatform, account: AdAccount, planned: PlannedObject) -> PlatformWrite | None:
    if planned.kind not in _CHECKABLE:
        return None
    async with platform.database.workspace_transaction(account.workspace_id) as session:
        needed = references_in(planned.payload)
        if needed - (await platform_objects.platform_ids(session, needed)).keys():
            return None
        payload = await platform_objects.resolve(session, planned.payload)
    return PlatformWrite(WriteOp.CREATE, planned.kind, account.external_id, payload)


async def _ask(platform: AdPlatform, writes: PlatformWrites, account: AdAccount, write: PlatformWrite) -> str | None:
    """The platform's objection in its own words, if it has one."""
    async with platform.reading(account):
        try:
            await writes.validate(account, write)
        except Refused as refusal:
            return refusal.message
    return None
