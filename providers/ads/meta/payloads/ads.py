"""An ad: a creative placed in an ad set, with its own planned start and stop."""

from models.domain.ads_plan import PlannedAd
from models.domain.schedule import EntryKind
from providers.ads.meta.payloads.approved import Approved, Payload, platform_time

_PLANNED = {EntryKind.CREATIVE_START: "ad_schedule_start_time", EntryKind.CREATIVE_STOP: "ad_schedule_end_time"}


def ad_payload(approved: Approved, ad: PlannedAd, name: str, *, ad_set_id: str, creative_id: str) -> Payload:
    """Parameters of POST act_X/ads. `name` carries the marker; the ids are Meta's."""
    payload: Payload = {
        "name": name,
        "adset_id": ad_set_id,
        "creative": {"creative_id": creative_id},
        "status": "PAUSED",
    }
    if ad.conversion_domain:
        payload["conversion_domain"] = ad.conversion_domain
    for entry in approved.schedule.entries:
        if entry.kind in _PLANNED and entry.target == ad.key and entry.at is not None:
            payload[_PLANNED[entry.kind]] = platform_time(entry.at)
    return payload
