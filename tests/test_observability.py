from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import structlog
from temporalio import activity
from temporalio.common import Priority
from temporalio.testing import ActivityEnvironment

from observability import configure_logging

Read = Callable[[], list[dict[str, object]]]


@pytest.fixture
def read_lines() -> Iterator[Read]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging("INFO", "test", stream)

    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = before


def test_a_line_names_service_request_and_workspace(read_lines: Read) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1", workspace_id="w1"):
        structlog.get_logger("shop").info("campaign_created", campaign_id="c1")

    [line] = read_lines()
    assert line["event"] == "campaign_created"
    assert (line["service"], line["request_id"], line["workspace_id"], line["campaign_id"]) == (
        "test",
        "r1",
        "w1",
        "c1",
    )
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")


def test_lines_of_libraries_have_the_same_form(read_lines: Read) -> None:
    logging.getLogger("some.library").warning("lost %s of %s", 1, 2)

    [line] = read_lines()
    assert (line["event"], line["level"], line["logger"]) == ("lost 1 of 2", "warning", "some.library")


def test_a_refused_signal_says_which_command_and_why(read_lines: Read) -> None:
    logging.getLogger("temporalio.workflow").warning(
        "signalled command refused", extra={"command": "publish", "why": "ask ana@example.com", "temporal_workflow": {}}
    )

    [line] = read_lines()
    assert (line["command"], line["why"]) == ("publish", "ask [redacted]")
    assert "temporal_workflow" not in line


@pytest.mark.parametrize("name", ["access_token", "password", "Authorization", "client_secret", "api_key", "email"])
def test_values_under_secret_names_never_appear(read_lines: Read, name: str) -> None:
    structlog.get_logger().info("called", **{name: "hush-hush"}, nested={name: "hush-hush"})

    [line] = read_lines()
    assert "hush-hush" not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        "GET /v26.0/me?access_token=hush-hush&fields=id failed",
        "header was Authorization: Bearer hush-hush",
        "key glk_hush-hush-hush is inactive",
        "Incorrect API key provided: sk-hush-hush",
        "no user hush-hush@example.com",
    ],
)
def test_secrets_inside_texts_are_taken_out(read_lines: Read, text: str) -> None:
    logging.getLogger("some.library").error(text)

    [line] = read_lines()
    assert "hush" not in str(line["event"])
    assert "[redacted]" in str(line["event"])


def test_tracebacks_are_kept_without_their_secrets(read_lines: Read) -> None:
    try:
        raise ValueError("token EAAhush-hush-hush expired")
    except ValueError:
        structlog.get_logger().exception("refresh_failed")

    [line] = read_lines()
    assert "ValueError" in str(line["exception"])
    assert "hush" not in str(line["exception"])


def test_counts_of_tokens_are_no_secrets(read_lines: Read) -> None:
    structlog.get_logger().info("written", input_tokens=120, idempotency_key="order-1")

    [line] = read_lines()
    assert (line["input_tokens"], line["idempotency_key"]) == (120, "order-1")


def test_an_activity_logs_its_workflow_and_workspace(read_lines: Read) -> None:
    @activity.defn
    def speak() -> None:
        structlog.get_logger().info("spoken")
        activity.logger.info("spoken by the library")

    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id="campaign-1", priority=Priority(fairness_key="w1"))
    environment.run(speak)

    lines = read_lines()
    assert [line["event"] for line in lines] == ["spoken", "spoken by the library"]
    for line in lines:
        assert (line["workflow_id"], line["workspace_id"], line["attempt"]) == ("campaign-1", "w1", 1)
