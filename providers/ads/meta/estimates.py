"""What Meta expects of an ad set before it exists.

Source: `delivery_estimate` of an ad account, Marketing API v26.0. Goal and audience are required, a goal that counts a
pixel's events also needs the pixel. Where Meta is not sure its curve is one point of zeros, and while an audience is
being built `estimate_ready` is false.
"""

from pydantic import SecretStr

from models.domain.ads_plan import AdsPlan, PlannedAdSet
from providers.ads.meta.payloads.objectives import goal_payload
from providers.ads.meta.payloads.targeting import targeting_payload
from providers.ads.meta.transport import Call, MetaTransport
from providers.ads.meta.tree_reads import account_node
from providers.ads.meta.wire import Row, WireEstimate, as_wire
from providers.ads.results import EstimatePoint


class MetaEstimates:
    """Part of `MetaReader`."""

    _transport: MetaTransport

    async def delivery_estimate(
        self, account_id: str, plan: AdsPlan, ad_set: PlannedAdSet, token: SecretStr
    ) -> list[EstimatePoint]:
        campaign = next(campaign for campaign in plan.campaigns if campaign.key == ad_set.campaign)
        goal = goal_payload(plan, campaign.objective, ad_set)
        params: Row = {
            "optimization_goal": goal["optimization_goal"],
            "targeting_spec": targeting_payload(campaign, ad_set)["targeting"],
        }
        if "promoted_object" in goal:
            params["promoted_object"] = goal["promoted_object"]
        reply = await self._transport.call(Call("GET", f"{account_node(account_id)}/delivery_estimate", params), token)
        rows = reply.body.get("data")
        estimates = (
            [as_wire(WireEstimate, row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        )
        ready = [estimate for estimate in estimates if estimate.estimate_ready]
        return [
            EstimatePoint(point.spend, point.impressions, point.actions)
            for estimate in ready[:1]
            for point in estimate.daily_outcomes_curve
            if point.spend > 0 and point.impressions > 0
        ]
