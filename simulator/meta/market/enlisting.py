"""Reads the account's objects: new ones join the market, all of them give the roster of who may deliver."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from simulator.meta import review
from simulator.meta.market import arms, state
from simulator.meta.market.opening import seed_of
from simulator.meta.market.roster import ADSET, ALWAYS, LEVEL, Roster, day_parts, delivers, highs, level, seconds
from simulator.meta.market.state import Market
from simulator.meta.rules.budgets import days_between
from simulator.meta.world import Call
from simulator.store import Document

Documents = dict[str, Document]


def enlist(call: Call, market: Market) -> Roster:
    """The account of the call, whose clock stands at the end of the hours that will be played."""
    number = call.owner["account_id"]
    campaigns, adsets, ads = (
        {document["id"]: document for document in call.store.all(kind, account=number)}
        for kind in ("campaign", "adset", "ad")
    )
    _join(call, market, campaigns, adsets, ads)
    return _roster(call, market, campaigns, adsets, ads)


def _join(call: Call, market: Market, campaigns: Documents, adsets: Documents, ads: Documents) -> None:
    market.places.clear()
    campaign_ids = _new(campaigns, market.campaign_ids)
    market.campaign_ids += campaign_ids
    market.campaigns = np.concatenate([market.campaigns, np.zeros(len(campaign_ids), state.PURSE)])
    adset_ids, first = _new(adsets, market.adset_ids), len(market.adset_ids)
    market.adset_ids += adset_ids
    market.adsets = np.concatenate([market.adsets, np.zeros(len(adset_ids), state.PURSE)])
    siblings: dict[str, int] = {}
    for adset in adsets.values():
        siblings[adset["campaign_id"]] = siblings.get(adset["campaign_id"], 0) + 1
    drawn = [market.arms]
    for ordinal, adset_id in enumerate(adset_ids, first):
        adset = adsets[adset_id]
        campaign = campaigns[adset["campaign_id"]]
        drawn.append(_draw(call, ordinal, campaign, adset, siblings[campaign["id"]]))
    market.arms = np.concatenate(drawn)
    campaign_places = {campaign_id: place for place, campaign_id in enumerate(market.campaign_ids)}
    market.arms["campaign"][first:] = [campaign_places[adsets[each]["campaign_id"]] for each in adset_ids]
    names = {ordinal: adsets[adset_id]["_created_name"] for ordinal, adset_id in enumerate(adset_ids, first)}
    arms.apply(market.rules, market.arms, names)
    _join_ads(call, market, ads, _new(ads, market.ad_ids))


def _new(documents: Iterable[str], known: list[str]) -> list[str]:
    before = set(known)
    return [object_id for object_id in documents if object_id not in before]


def _draw(call: Call, ordinal: int, campaign: Document, adset: Document, siblings: int) -> state.Records:
    owner, share = (adset, 1) if adset.get("daily_budget") or adset.get("lifetime_budget") else (campaign, siblings)
    budget = int(owner.get("daily_budget") or 0)
    if not budget:
        starts = adset.get("start_time") or adset["created_time"]
        days = days_between(_moment(starts), _moment(adset["end_time"])) if adset.get("end_time") else 30
        budget = int(owner.get("lifetime_budget") or 0) // days
    hints = {"_first_budget": budget / share, "_starts": seconds(adset.get("start_time"), 0)}
    return arms.draw(
        seed_of(call.owner), ordinal, call.owner, campaign, adset | hints | {"_retargets": _retargets(call, adset)}
    )


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


def _retargets(call: Call, adset: Document) -> bool:
    """Whether the ad set shows to people who are known already, not to others like them."""
    audiences = (
        call.store.get("audience", str(row.get("id"))) for row in adset["targeting"].get("custom_audiences", [])
    )
    return any(audience is not None and audience["subtype"] != "LOOKALIKE" for audience in audiences)


def _join_ads(call: Call, market: Market, ads: Documents, ad_ids: list[str]) -> None:
    rows = np.zeros(len(ad_ids), state.AD)
    first = len(market.ad_ids)
    places = {adset_id: place for place, adset_id in enumerate(market.adset_ids)}
    creatives: Documents = {}
    for row, ad_id in zip(rows, ad_ids, strict=True):
        creative_id = ads[ad_id]["creative"]["id"]
        creative = creatives.get(creative_id) or creatives.setdefault(creative_id, call.fetch("creative", creative_id))
        row["arm"], row["video"] = places[ads[ad_id]["adset_id"]], bool(creative.get("video_id"))
    if ad_ids:
        # Drawn from the front, whatever else joins later: the same seed gives an ad the same quality.
        rng = np.random.default_rng([seed_of(call.owner), 2])
        rows["quality"] = np.exp(0.2 * rng.standard_normal(first + len(ad_ids)))[first:]
    market.ad_ids += ad_ids
    market.ads = np.concatenate([market.ads, rows])


def _roster(call: Call, market: Market, campaigns: Documents, adsets: Documents, ads: Documents) -> Roster:
    account = call.owner
    # Only status 1 with a means of payment delivers.
    pays = account["account_status"] == 1 and bool(account["funding_source"])
    ordered = [campaigns[each] for each in market.campaign_ids], [adsets[each] for each in market.adset_ids]
    campaign_rows = np.array([level(document, "stop_time", market.settled) for document in ordered[0]], LEVEL)
    parts = [day_parts([])]
    places = {campaign_id: place for place, campaign_id in enumerate(market.campaign_ids)}
    adset_rows = np.array(
        [_adset(adset, market.settled, places, campaigns, parts) for adset in ordered[1]],
        ADSET,
    )
    ad_rows = np.array([_ad(call, ads[ad_id], pays, market.settled) for ad_id in market.ad_ids], LEVEL)
    _under_parents(market, campaign_rows, adset_rows, ad_rows)
    limit = int(account.get("spend_cap") or 0)
    room = limit - int(account["amount_spent"]) if limit else ALWAYS
    return Roster(campaign_rows, adset_rows, ad_rows, highs(ordered[0]), highs(ordered[1]), parts, room)


def _adset(
    adset: Document, settled: int, places: dict[str, int], campaigns: Documents, parts: list[NDArray[np.bool_]]
) -> tuple[object, ...]:
    campaign = campaigns[adset["campaign_id"]]
    schedule = day_parts(adset.get("adset_schedule") or [])
    index = next((at for at, known in enumerate(parts) if (known == schedule).all()), len(parts))
    if index == len(parts):
        parts.append(schedule)
    gone = {adset["status"], campaign["status"]} & {"DELETED", "ARCHIVED"}
    return (
        *level(adset, "end_time", settled),
        places[campaign["id"]],
        bool(adset.get("daily_budget") or adset.get("lifetime_budget")),
        index,
        int(adset.get("bid_amount") or 0),
        seconds(adset["_significant_edit"], 0),
        not gone,
        int(adset.get("daily_spend_cap") or 0),
        int(adset.get("daily_min_spend_target") or 0),
        int(adset.get("lifetime_spend_cap") or 0),
    )


def _ad(call: Call, ad: Document, pays: bool, settled: int) -> tuple[object, ...]:
    runs, stopped = delivers(ad, settled)
    runs = runs and pays and review.verdict(call, ad) == "APPROVED"
    opens = max(
        seconds(ad["_review"]["due"], 0),
        seconds(ad.get("_active_since"), 0),
        seconds(ad.get("ad_schedule_start_time"), 0),
    )
    return runs, opens, seconds(ad.get("ad_schedule_end_time"), ALWAYS), stopped, 0, 0, 0


def _under_parents(market: Market, campaigns: state.Records, adsets: state.Records, ads: state.Records) -> None:
    """Narrows each row to what its parents allow."""
    for rows, parents, owner in ((adsets, campaigns, adsets["campaign"]), (ads, adsets, market.ads["arm"])):
        above = parents[owner]
        rows["runs"] &= above["runs"]
        rows["opens"] = np.maximum(rows["opens"], above["opens"])
        for name in ("closes", "stops"):
            rows[name] = np.minimum(rows[name], above[name])
