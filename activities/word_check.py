"""Whether the platform bears out a person's word that a doubtful write did happen."""

from activities.ad_platform import AdPlatform
from activities.errors import ErrorType, final
from activities.reconciling import Reconciler
from models.contracts.publishing import ResolveUnconfirmed
from models.domain.ledger import Observed
from models.domain.markers import marker_of
from models.domain.states import WriteOp
from models.tables.ad_account import AdAccount
from models.tables.ledger import LedgerIntent
from records import ledger


async def check_word(platform: AdPlatform, word: ResolveUnconfirmed) -> None:
    """What is confirmed may later be changed or deleted, so a mistyped id must not make a stranger's object ours.

    Raises:
        ApplicationError: `publish.refused` with what to do instead; `publish.waiting` while the platform is away.
    """
    async with platform.database.workspace_transaction(word.workspace_id) as session:
        intent = await ledger.load(session, word.intent_id)
    if intent.op is WriteOp.CREATE:
        account = await platform.account(word.workspace_id, intent.ad_account_id)
        await _check_object(platform, account, intent, word.platform_id)
    elif (await Reconciler(platform).look(intent)).observed is not Observed.TARGET:
        raise final(ErrorType.REFUSED, f"{intent.name} does not have the wanted value on the platform.")


async def _check_object(
    platform: AdPlatform, account: AdAccount, intent: LedgerIntent, platform_id: str | None
) -> None:
    if platform_id is None:
        raise final(ErrorType.REFUSED, f"Name the platform's id of {intent.name}, as its own page shows it.")
    async with platform.reading(account):
        node = await platform.reader.read_node(intent.object_kind, platform_id, platform.token(account))
    if node.gone or marker_of(node.name) != intent.marker:
        raise final(
            ErrorType.REFUSED,
            f"{platform_id} is not the {intent.object_kind.value} that we made for {intent.name}: its name does not "
            f"end with {intent.marker}. Choose the one whose name does, or say that there is none.",
        )
