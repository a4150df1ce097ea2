"""The reading side of the Meta adapter in one object."""

from collections.abc import Mapping

from pydantic import JsonValue

from providers.ads.insights import ReportLimits
from providers.ads.meta.account_reads import MetaAccountReader
from providers.ads.meta.comparing import holds
from providers.ads.meta.estimates import MetaEstimates
from providers.ads.meta.insights import MetaInsights
from providers.ads.meta.node_lists import MetaNodeLists
from providers.ads.meta.object_pages import MetaObjectPages
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.tree_reads import MetaTreeReader
from providers.ads.results import NodeState


class MetaReader(MetaTreeReader, MetaAccountReader, MetaObjectPages, MetaNodeLists, MetaInsights, MetaEstimates):
    """Implements `AdsReader` for Meta. `page_size` is how many rows one call lists."""

    def __init__(self, transport: MetaTransport, *, page_size: int = 100, reports: ReportLimits | None = None) -> None:
        # The platform's default of 25 costs four times the calls; far larger pages are refused as too much data.
        self._transport = transport
        self._page_size = page_size
        self._reports = reports or ReportLimits()

    def holds(self, node: NodeState, payload: Mapping[str, JsonValue]) -> bool:
        return holds(node.fields, payload)
