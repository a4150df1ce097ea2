"""How full an ad account's quota is, read from the headers of every reply.

Source: Marketing API v26 rate limiting: X-App-Usage, X-Ad-Account-Usage (reset in seconds),
X-Business-Use-Case-Usage (regain in minutes, keyed by the bare account id), X-FB-Ads-Insights-Throttle.
"""

import json
from collections.abc import Iterable, Mapping

from providers.ads.protocol import Usage

_PERCENTAGES = frozenset(
    {"call_count", "total_time", "total_cputime", "acc_id_util_pct", "app_id_util_pct", "acc_id_util_percent"}
)


def read_usage(headers: Mapping[str, str]) -> tuple[Usage | None, frozenset[str]]:
    """The usage that a reply states, with the bare ids of the accounts it names. None when it states nothing."""
    app = _json_object(headers.get("x-app-usage"))
    account = _json_object(headers.get("x-ad-account-usage"))
    insights = _json_object(headers.get("x-fb-ads-insights-throttle"))
    cases = _json_object(headers.get("x-business-use-case-usage"))
    rows = [row for listed in cases.values() if isinstance(listed, list) for row in listed if isinstance(row, dict)]
    if not (app or account or insights or rows):
        return None, frozenset()
    parts: list[dict[str, object]] = [app, account, insights, *rows]
    percent = max((value for part in parts for value in _percentages(part)), default=0.0)
    tiers = [part["ads_api_access_tier"] for part in parts if isinstance(part.get("ads_api_access_tier"), str)]
    return Usage(percent, _regain_s(account, rows), str(tiers[0]) if tiers else None), frozenset(cases)


def _regain_s(account: dict[str, object], rows: list[dict[str, object]]) -> int | None:
    waits = [60 * _number(row.get("estimated_time_to_regain_access")) for row in rows]
    # The reset of the account header counts down all the time; it is a block only once the quota is used up.
    if _number(account.get("acc_id_util_pct")) >= 100:
        waits.append(_number(account.get("reset_time_duration")))
    longest = max(waits, default=0.0)
    return round(longest) if longest > 0 else None


def _percentages(part: dict[str, object]) -> Iterable[float]:
    return (_number(value) for key, value in part.items() if key in _PERCENTAGES)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _json_object(text: str | None) -> dict[str, object]:
    # A header that is not JSON costs us an estimate, never the call that it came with.
    try:
        value: object = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
