"""Lists the campaigns, ad sets and ads of an ad account with few calls, in the words of the domain."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import JsonValue, SecretStr

from models.domain.platform_tree import TREE_KINDS, NodeSeen
from models.domain.states import PlatformKind
from providers.ads.insights import AccountNodes
from providers.ads.meta.currencies import to_minor
from providers.ads.meta.insight_rows import counted_as
from providers.ads.meta.insights import in_parts
from providers.ads.meta.listing import list_all
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.tree_reads import EDGES, STATUSES, account_node
from providers.ads.meta.wire import Row, WireNode, as_wire
from providers.ads.results import NodeState

ROWS_PER_PAGE = 500
SMALLEST_PAGE = 25
_COMMON = "id,name,status,effective_status,issues_info"
_FIELDS = {
    PlatformKind.CAMPAIGN: f"{_COMMON},start_time,stop_time,daily_budget,lifetime_budget,spend_cap",
    PlatformKind.AD_SET: f"{_COMMON},campaign_id,start_time,end_time,daily_budget,lifetime_budget,"
    "learning_stage_info,optimization_goal,promoted_object",
    PlatformKind.AD: f"{_COMMON},adset_id,ad_review_feedback,failed_delivery_checks",
}


class MetaNodeLists:
    """Part of `MetaReader`."""

    _transport: MetaTransport

    async def account_nodes(
        self, account_id: str, currency: str, token: SecretStr, campaign_ids: Sequence[str] | None = None
    ) -> AccountNodes:
        """Everything that is neither archived nor deleted; of the given campaigns what is archived as well.

        Raises:
            ProviderError: any page failed, or Meta's unit of that currency is not known.
        """
        filters: list[Sequence[str] | None] = [None] if campaign_ids is None else [*in_parts(campaign_ids)]
        nodes: list[NodeSeen] = []
        times: list[datetime] = []
        calls = 0
        for kind in TREE_KINDS:
            for ids in filters:
                path = f"{account_node(account_id)}/{EDGES[kind]}"
                listing = await list_all(self._transport, path, _params(kind, ids), token, smallest=SMALLEST_PAGE)
                states = (as_wire(WireNode, row).node(kind, row, listing.began) for row in listing.rows)
                nodes += (self.seen(state, currency) for state in states)
                times.append(listing.began)
                calls += listing.calls
        return AccountNodes(tuple({(node.kind, node.platform_id): node for node in nodes}.values()), min(times), calls)

    def seen(self, node: NodeState, currency: str) -> NodeSeen:
        """The same object in the words of the domain, money in our minor units."""
        counted = counted_as(dict(node.fields)) if node.kind is PlatformKind.AD_SET else None
        goal = node.fields.get("optimization_goal")
        known: dict[str, JsonValue] = {"goal": goal, "counted_as": counted}
        return NodeSeen(
            kind=node.kind,
            platform_id=node.id,
            parent_platform_id=node.parent_id,
            name=node.name,
            status=node.status,
            effective_status=node.effective_status,
            daily_budget_minor=_minor(node.daily_budget, currency),
            lifetime_budget_minor=_minor(node.lifetime_budget, currency),
            spend_cap_minor=_minor(node.spend_cap, currency),
            learning=node.learning,
            issues=tuple(asdict(issue) for issue in node.issues),
            review_words=node.review_words,
            detail={name: value for name, value in known.items() if value},
            starts_at=node.start_time,
            ends_at=node.end_time,
        )


def _minor(amount: int | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)


def _params(kind: PlatformKind, campaign_ids: Sequence[str] | None) -> Row:
    params: Row = {"fields": _FIELDS[kind], "limit": ROWS_PER_PAGE}
    statuses = STATUSES[kind]
    if campaign_ids is None:
        # Old accounts hold far more archived objects than others; one that stops being listed has gone.
        params["effective_status"] = [status for status in statuses if status != "ARCHIVED"]
        return params
    params["effective_status"] = statuses
    field = "id" if kind is PlatformKind.CAMPAIGN else "campaign.id"
    params["filtering"] = [{"field": field, "operator": "IN", "value": [*campaign_ids]}]
    return params
