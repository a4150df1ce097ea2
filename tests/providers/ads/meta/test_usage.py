"""Quota headers, as Meta writes them and as nobody should."""

import json

from providers.ads.meta.usage import read_usage
from providers.ads.protocol import Usage


def test_the_highest_percentage_of_all_headers_counts() -> None:
    usage, accounts = read_usage(
        {
            "x-app-usage": json.dumps({"call_count": 28, "total_time": 25, "total_cputime": 25}),
            "x-ad-account-usage": json.dumps({"acc_id_util_pct": 9.67, "ads_api_access_tier": "standard_access"}),
            "x-business-use-case-usage": json.dumps(
                {"42": [{"type": "ads_management", "call_count": 95, "total_time": 20}]}
            ),
        }
    )

    assert usage == Usage(95, None, "standard_access")
    assert accounts == {"42"}


def test_a_block_states_its_end_in_minutes_or_seconds() -> None:
    case = {"call_count": 100, "estimated_time_to_regain_access": 19}
    by_use_case, _ = read_usage({"x-business-use-case-usage": json.dumps({"42": [case]})})
    by_account, _ = read_usage({"x-ad-account-usage": json.dumps({"acc_id_util_pct": 100, "reset_time_duration": 100})})

    assert by_use_case is not None
    assert by_use_case.regain_s == 19 * 60
    assert by_account is not None
    assert by_account.regain_s == 100


def test_the_reset_of_an_account_that_is_not_used_up_is_no_block() -> None:
    usage, _ = read_usage({"x-ad-account-usage": json.dumps({"acc_id_util_pct": 40, "reset_time_duration": 100})})

    assert usage == Usage(40, None, None)


def test_missing_and_broken_headers_say_nothing() -> None:
    assert read_usage({}) == (None, frozenset())
    assert read_usage({"x-app-usage": "<html>", "x-ad-account-usage": "[1]"}) == (None, frozenset())
