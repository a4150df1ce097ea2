"""Reads campaigns and everything under them, and the states of media. Repeating any of it is harmless.

Source: Marketing API v26.0 reference of ad account, campaign, ad set, ad, ad creative and video; read September 2026.
"""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue, SecretStr

from models.domain.markers import marker_of
from models.domain.states import PlatformKind
from providers.ads.meta.listing import Listing, list_all
from providers.ads.meta.transport import Call, MetaTransport
from providers.ads.meta.wire import Row, WireNode, WireThumbnail, WireVideo, as_wire
from providers.ads.protocol import Usage
from providers.ads.results import CampaignTree, FoundObject, NodeState, VideoState

EDGES = {
    PlatformKind.CAMPAIGN: "campaigns",
    PlatformKind.AD_SET: "adsets",
    PlatformKind.AD: "ads",
    PlatformKind.CREATIVE: "adcreatives",
    PlatformKind.IMAGE: "adimages",
    PlatformKind.VIDEO: "advideos",
}

_COMMON = "id,name,status,effective_status,start_time,created_time,updated_time,issues_info"
_FIELDS = {
    PlatformKind.CAMPAIGN: f"{_COMMON},stop_time,daily_budget,lifetime_budget,spend_cap,bid_strategy,objective",
    PlatformKind.AD_SET: f"{_COMMON},campaign_id,end_time,daily_budget,lifetime_budget,bid_strategy,bid_amount,"
    "learning_stage_info",
    PlatformKind.AD: "id,name,status,effective_status,created_time,updated_time,issues_info,campaign_id,adset_id,"
    "creative,ad_review_feedback,failed_delivery_checks",
    PlatformKind.CREATIVE: "id,name,status",
    PlatformKind.VIDEO: "id,title,status,created_time",
}

# What a look-up needs of each object: an account may hold thousands.
_FOUND_FIELDS = {
    PlatformKind.CAMPAIGN: "id,name,status,effective_status,created_time",
    PlatformKind.AD_SET: "id,name,status,effective_status,created_time,campaign_id",
    PlatformKind.AD: "id,name,status,effective_status,created_time,adset_id",
    PlatformKind.CREATIVE: "id,name,status",
    PlatformKind.VIDEO: "id,title,status,created_time",
}

# Without this list an edge leaves out archived objects; asking for DELETED is an error.
_LIVING: list[JsonValue] = ["ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES", "ARCHIVED"]
_AD_STATES: list[JsonValue] = ["CAMPAIGN_PAUSED", "ADSET_PAUSED", "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED"]
STATUSES: dict[PlatformKind, list[JsonValue]] = {
    PlatformKind.CAMPAIGN: _LIVING,
    PlatformKind.AD_SET: [*_LIVING, "CAMPAIGN_PAUSED"],
    PlatformKind.AD: [*_LIVING, *_AD_STATES, "PENDING_BILLING_INFO"],
}


def account_node(account_id: str) -> str:
    """The node of an ad account; `act_act_1` is an error that looks like a missing permission."""
    return f"act_{account_id.removeprefix('act_')}"


class MetaTreeReader:
    """Campaigns, ad sets, ads, creatives and videos of an account. Part of `MetaReader`."""

    _transport: MetaTransport
    _page_size: int

    def last_usage(self, account_id: str) -> Usage | None:
        return self._transport.last_usage(account_id)

    async def list_campaigns(self, account_id: str, token: SecretStr) -> list[NodeState]:
        return await self._children(account_node(account_id), PlatformKind.CAMPAIGN, token)

    async def list_tree(self, campaign_id: str, token: SecretStr) -> CampaignTree:
        campaign = await self.read_node(PlatformKind.CAMPAIGN, campaign_id, token)
        ad_sets = await self._children(campaign_id, PlatformKind.AD_SET, token)
        ads = await self._children(campaign_id, PlatformKind.AD, token)
        return CampaignTree(campaign, tuple(ad_sets), tuple(ads))

    async def read_node(
        self, kind: PlatformKind, node_id: str, token: SecretStr, *, also: Iterable[str] = ()
    ) -> NodeState:
        """One object by id, deleted ones too. `also` names further fields wanted for `holds`."""
        fields = ",".join(dict.fromkeys([*_FIELDS[kind].split(","), *also]))
        reply = await self._transport.call(Call("GET", node_id, {"fields": fields}), token)
        return as_wire(WireNode, reply.body).node(kind, reply.body, reply.platform_time)

    async def find_by_marker(
        self, kind: PlatformKind, *, account_id: str, parent_id: str | None, marker: str, token: SecretStr
    ) -> list[FoundObject]:
        """Every object of that kind whose name (a video's title) ends with the marker; all pages were read.

        Matching happens here, not at Meta, because its name filter is barely documented and a filter that
        misses would make us create a second object.
        """
        if kind is PlatformKind.IMAGE:
            raise ValueError("pictures are found by their content hash, not by a marker")
        if (parent_id is not None) != (kind in (PlatformKind.AD_SET, PlatformKind.AD)):
            raise ValueError(f"parent_id belongs to ad sets and ads only, not to a {kind}")
        listing = await self._list(parent_id or account_node(account_id), kind, _FOUND_FIELDS, token)
        found = (as_wire(WireNode, row).found(kind) for row in listing.rows)
        return [thing for thing in found if marker_of(thing.name) == marker]

    async def video(self, video_id: str, token: SecretStr) -> VideoState:
        reply = await self._transport.call(Call("GET", video_id, {"fields": "id,status"}), token)
        video = as_wire(WireVideo, reply.body)
        state = video.status.video_status
        thumbnail = None
        if state == "ready":  # before, the picture may be a grey placeholder
            listing = await list_all(self._transport, f"{video_id}/thumbnails", {"fields": "uri"}, token)
            thumbnail = next((as_wire(WireThumbnail, row).uri for row in listing.rows), None)
        return VideoState(video.id, state, video.status.problem(), thumbnail)

    async def _children(self, parent: str, kind: PlatformKind, token: SecretStr) -> list[NodeState]:
        listing = await self._list(parent, kind, _FIELDS, token)
        return [as_wire(WireNode, row).node(kind, row, listing.platform_time) for row in listing.rows]

    async def _list(
        self, parent: str, kind: PlatformKind, fields: Mapping[PlatformKind, str], token: SecretStr
    ) -> Listing:
        params: Row = {"fields": fields[kind], "limit": self._page_size}
        if kind in STATUSES:
            params["effective_status"] = STATUSES[kind]
        return await list_all(self._transport, f"{parent}/{EDGES[kind]}", params, token)
