"""What each of Meta's error numbers proves about a write, and what a person is told."""

import json
from datetime import timedelta

import pytest

from providers.ads.meta.errors import MetaError, translate
from providers.ads.protocol import Usage
from providers.errors import OutcomeUnknown, ProviderError, ReconnectNeeded, Refused, RetryLater


def write_error(code: int, subcode: int | None = None, *, status: int = 400, **more: object) -> ProviderError:
    return translate(_parsed(code, subcode, status, more), effects=True)


def read_error(code: int, subcode: int | None = None, *, status: int = 400, **more: object) -> ProviderError:
    return translate(_parsed(code, subcode, status, more), effects=False)


def _parsed(code: int, subcode: int | None, status: int, more: dict[str, object]) -> MetaError:
    error: dict[str, object] = {"message": "(#1) Words for developers", "type": "OAuthException", "code": code, **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return MetaError.parse(status, error)


@pytest.mark.parametrize(
    ("code", "subcode"),
    [(4, None), (17, 2446079), (32, None), (341, None), (613, None), (613, 5044001), (80000, None), (80004, None)],
)
def test_throttles_prove_that_a_write_was_not_executed(code: int, subcode: int | None) -> None:
    assert type(write_error(code, subcode)) is RetryLater


@pytest.mark.parametrize(
    ("code", "subcode", "wait"),
    [(613, 1487632, timedelta(hours=1)), (17, 1885172, timedelta(days=1)), (200, 4841013, timedelta(minutes=10))],
)
def test_some_throttles_have_a_waiting_time_of_their_own(code: int, subcode: int, wait: timedelta) -> None:
    assert write_error(code, subcode).retry_after == wait


def test_the_longer_of_the_stated_and_the_known_waiting_time_wins() -> None:
    throttled = _parsed(80004, None, 400, {})
    hourly = _parsed(613, 1487632, 400, {})

    assert translate(throttled, effects=True, usage=Usage(100, regain_s=1140)).retry_after == timedelta(minutes=19)
    assert translate(hourly, effects=True, usage=Usage(100, regain_s=60)).retry_after == timedelta(hours=1)


@pytest.mark.parametrize("subcode", [None, 458, 459, 460, 463, 464, 467, 492])
def test_a_dead_token_asks_for_a_new_connection(subcode: int | None) -> None:
    error = write_error(190, subcode, status=401)

    assert type(error) is ReconnectNeeded
    assert "connect" in error.message.removeprefix("Meta did not accept the connection")


@pytest.mark.parametrize(
    ("code", "subcode"),
    [
        (100, None),
        (100, 33),
        (100, 1885272),
        (1885272, None),
        (100, 4834011),
        (100, 999999999),
        (3, None),
        (10, None),
        (200, None),
        (270, None),
        (1487000, None),
        (506, None),
        (2635, None),
    ],
)
def test_refusals_are_final(code: int, subcode: int | None) -> None:
    assert type(write_error(code, subcode)) is Refused
    assert type(read_error(code, subcode)) is Refused


@pytest.mark.parametrize(
    ("code", "subcode", "status"),
    [(1, None, 500), (2, None, 503), (99, None, 500), (100, 1487390, 400), (-2, 2490547, 500), (987654, None, 400)],
)
def test_everything_else_leaves_a_write_unknown_and_a_read_repeatable(
    code: int, subcode: int | None, status: int
) -> None:
    assert type(write_error(code, subcode, status=status)) is OutcomeUnknown
    if code != 987654:
        assert type(read_error(code, subcode, status=status)) is RetryLater


def test_an_undescribed_error_of_a_read_is_a_refusal_only_when_meta_blames_the_request() -> None:
    assert type(read_error(987654, status=400)) is Refused
    assert type(read_error(987654, status=500)) is RetryLater
    assert type(read_error(987654, status=400, is_transient=True)) is RetryLater


def test_what_meta_calls_transient_is_never_taken_for_a_refusal() -> None:
    assert type(write_error(100, is_transient=True)) is OutcomeUnknown
    assert type(read_error(100, is_transient=True)) is RetryLater


def test_a_refusal_carries_metas_words_the_field_and_the_next_step() -> None:
    error = write_error(
        100,
        1885272,
        error_user_title="Budget too low",
        error_user_msg="Your budget must be at least SAR 18.75.",
        error_data={"blame_field_specs": [["daily_budget"]]},
        fbtrace_id="Abc",
    )

    assert error.message == (
        "Meta refused: Budget too low: Your budget must be at least SAR 18.75 (field daily_budget). "
        "Raise the budget, or spread it over fewer ad sets."
    )
    assert (error.vendor.code, error.vendor.subcode, error.vendor.request_id) == ("100", "1885272", "Abc")


@pytest.mark.parametrize(
    "error_data", [json.dumps({"blame_field_specs": [["targeting", "geo_locations"]]}), "not json", None, ["odd"]]
)
def test_error_data_of_any_form_is_survived(error_data: object) -> None:
    words = write_error(100, error_data=error_data).message

    assert ("targeting.geo_locations" in words) == (isinstance(error_data, str) and error_data.startswith("{"))


def test_numbers_sent_as_text_are_understood() -> None:
    assert (
        type(translate(MetaError.parse(400, {"code": "190", "error_subcode": "463"}), effects=True)) is ReconnectNeeded
    )
