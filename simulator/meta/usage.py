"""Call quotas per ad account on real time: a decaying score, calls per hour, and the usage headers of each reply."""

import json
from typing import Any

from simulator.faults import FaultName
from simulator.meta.clock import real_now
from simulator.meta.errors import GraphError, Refusal
from simulator.meta.world import Request, World
from simulator.store import Document

READ_POINTS, WRITE_POINTS = 1, 3
SCORE_DECAY_S = 300
HOUR_S = 3600
TIERS = {"development_access": (60, 300, 300), "standard_access": (9_000, 100_000, 60)}  # score, calls, block seconds


def admit(world: World, request: Request, account: Document) -> None:
    """Counts the call; raises a throttle error while the account is blocked or has just used up its quota."""
    if fault := world.faults.take(FaultName.THROTTLE, request.method, request.full_path):
        minutes = float(fault.params.get("regain_minutes", 1))
        by_score = int(fault.params.get("code", 80004)) == 17
        account["_usage"]["forced"] = {"pct": 100, "regain_minutes": minutes}
        raise GraphError(Refusal.ACCOUNT_THROTTLED if by_score else _use_case(request))
    usage, now = account["_usage"], real_now().timestamp()
    account["_usage"] = usage = {
        **{key: usage[key] for key in ("set", "blocked_until") if key in usage},
        "score": _decayed(usage, now) + (WRITE_POINTS if request.is_write else READ_POINTS),
        "at": now,
        **_hour(usage, now),
    }
    most, calls, block = TIERS[account["_tier"]]
    blocked = usage.get("blocked_until", 0) > now
    if not blocked and usage["score"] > most:
        usage["blocked_until"], blocked = now + block, True
    world.store.put("account", account)
    if blocked:
        raise GraphError(Refusal.ACCOUNT_THROTTLED)
    if _percent(account) >= 100 or usage["calls"] > calls:
        raise GraphError(_use_case(request))


def _use_case(request: Request) -> Refusal:
    """Insights have a limit of their own, here of the same size."""
    return Refusal.INSIGHTS_THROTTLED if request.wants_insights else Refusal.USE_CASE_THROTTLED


def headers(account: Document, request: Request) -> dict[str, str]:
    """The usage headers, three for insights; percentages, regain in minutes, reset in seconds."""
    tier = account["_tier"]
    most = TIERS[tier][0]
    usage, percent = account["_usage"], _percent(account)
    score = round(100 * _decayed(usage, real_now().timestamp()) / most, 2)
    forced = usage.get("forced") or usage.get("set") or {}
    row = {
        "type": "ads_insights" if request.wants_insights else "ads_management",
        "call_count": percent,
        "total_cputime": min(percent, 100),
        "total_time": min(percent, 100),
        "estimated_time_to_regain_access": forced.get("regain_minutes", 5) if percent >= 100 else 0,
        "ads_api_access_tier": tier,
    }
    reset = max(0, round(usage.get("blocked_until", 0) - real_now().timestamp()))
    of_account = {"acc_id_util_pct": score, "reset_time_duration": reset, "ads_api_access_tier": tier}
    found = {
        "X-Business-Use-Case-Usage": json.dumps({account["account_id"]: [row]}),
        "X-Ad-Account-Usage": json.dumps(of_account),
    }
    if request.wants_insights:
        throttle = {"app_id_util_pct": 0, "acc_id_util_pct": percent, "ads_api_access_tier": tier}
        found["X-FB-Ads-Insights-Throttle"] = json.dumps(throttle)
    return found


def set_usage(account: Document, percent: float, regain_minutes: int, for_s: float) -> None:
    """Pretends that this share of the hourly quota is used, for some real seconds."""
    until = real_now().timestamp() + for_s
    account["_usage"]["set"] = {"pct": percent, "regain_minutes": regain_minutes, "until": until}


def _percent(account: Document) -> int:
    usage = account["_usage"]
    if forced := usage.get("forced"):
        return int(forced["pct"])
    chosen: dict[str, Any] = usage.get("set") or {}
    if chosen.get("until", 0) > real_now().timestamp():
        return int(chosen["pct"])
    return int(100 * usage.get("calls", 0) / TIERS[account["_tier"]][1])


def _decayed(usage: Document, now: float) -> float:
    left = 1 - (now - float(usage.get("at", now))) / SCORE_DECAY_S
    return float(usage.get("score", 0)) * max(0.0, left)


def _hour(usage: Document, now: float) -> Document:
    start = usage.get("hour_start", now)
    if now - start >= HOUR_S:
        return {"hour_start": now, "calls": 1}
    return {"hour_start": start, "calls": usage.get("calls", 0) + 1}
