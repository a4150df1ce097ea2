"""The parameters of campaigns, ad sets, ads and creatives, and which of them can never change."""

from collections.abc import Mapping

from simulator.meta.params import Reader, boolean, instant, integer, items, record, text, words

_SHARED: dict[str, Reader] = {"name": text, "status": text, "adlabels": items}

PARAMETERS: Mapping[str, Mapping[str, Reader]] = {
    "campaign": {
        **_SHARED,
        "objective": text,
        "buying_type": text,
        "special_ad_categories": words,
        "special_ad_category_country": words,
        "daily_budget": integer,
        "lifetime_budget": integer,
        "bid_strategy": text,
        "is_adset_budget_sharing_enabled": boolean,
        "spend_cap": integer,
        "start_time": instant,
        "stop_time": instant,
        "promoted_object": record,
        "pacing_type": words,
    },
    "adset": {
        **_SHARED,
        "campaign_id": text,
        "billing_event": text,
        "optimization_goal": text,
        "destination_type": text,
        "promoted_object": record,
        "targeting": record,
        "attribution_spec": items,
        "daily_budget": integer,
        "lifetime_budget": integer,
        "bid_amount": integer,
        "bid_strategy": text,
        "bid_constraints": record,
        "start_time": instant,
        "end_time": instant,
        "adset_schedule": items,
        "pacing_type": words,
        "dsa_beneficiary": text,
        "dsa_payor": text,
        "is_dynamic_creative": boolean,
        "daily_min_spend_target": integer,
        "daily_spend_cap": integer,
        "lifetime_min_spend_target": integer,
        "lifetime_spend_cap": integer,
    },
    "ad": {
        **_SHARED,
        "adset_id": text,
        "creative": record,
        "tracking_specs": items,
        "conversion_domain": text,
        "ad_schedule_start_time": instant,
        "ad_schedule_end_time": instant,
    },
    "creative": {
        **_SHARED,
        "object_story_spec": record,
        "object_story_id": text,
        "source_instagram_media_id": text,
        "asset_feed_spec": record,
        "url_tags": text,
        "degrees_of_freedom_spec": record,
        "authorization_category": text,
    },
}

FIXED: Mapping[str, frozenset[str]] = {
    "campaign": frozenset({"objective", "buying_type"}),
    "adset": frozenset({"campaign_id", "billing_event", "destination_type", "is_dynamic_creative"}),
    "ad": frozenset({"adset_id"}),
    "creative": frozenset(PARAMETERS["creative"]) - {"name", "status", "adlabels"},
}
PARENT_KEY = {"campaign": "account_id", "adset": "campaign_id", "ad": "adset_id", "creative": "account_id"}
MAX_NAME = 400
