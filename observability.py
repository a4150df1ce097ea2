"""Logs of the doors: one JSON object per line on standard output.

Every line carries the ids that are known where it is written: request, workspace, workflow, activity. Secrets and
personal data are taken out of every line, whoever wrote it, tracebacks and messages of libraries included.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow

REDACTED = "[redacted]"
# The last word of a key decides: `access_token` is a secret, `input_tokens` is a count.
SECRET_WORDS = frozenset({"authorization", "code", "cookie", "email", "key", "password", "phone", "secret", "token"})
# Keys that end in such a word and hold neither a secret nor a person.
HARMLESS_KEYS = frozenset(
    {"code", "error_code", "exit_code", "status_code", "idempotency_key", "object_key", "storage_key"}
)
SECRET_VALUES = re.compile(
    r"(?P<name>\b(?:access_token|client_secret|appsecret_proof|fb_exchange_token|input_token|code|state)=)[^&\s\"']+"
    r"|(?P<scheme>\bBearer\s+)\S+"
    r"|\b(?:glk_|sk-|EAA)[\w.-]{8,}"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
)
# What our workflows say beside a message; they log through the standard library. Other extras repeat ids or are noise.
WORKFLOW_FIELDS = ("command", "why")
# They log every URL they call, and platforms take tokens in the query.
CHATTY = ("httpx", "httpcore", "botocore", "boto3", "openai", "urllib3", "uvicorn.access")


def configure_logging(level: str, service: str, stream: TextIO = sys.stdout) -> None:
    """Send all logs of this process, from structlog and from the standard library, through one chain."""

    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        # Not a context variable: threads of a pool do not inherit those.
        return {**event, "service": service}

    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_service,
        _add_temporal_ids,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.PositionalArgumentsFormatter(),
                structlog.stdlib.ExtraAdder(allow=WORKFLOW_FIELDS),
                *chain,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The ids come as fields of their own; repeated inside the message they would make it unreadable.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False


def _add_temporal_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if activity.in_activity():
        info = activity.info()
        event.setdefault("workflow_id", info.workflow_id)
        event.setdefault("activity", info.activity_type)
        event.setdefault("attempt", info.attempt)
        # Every start carries its workspace as fairness key, and activities inherit it.
        if info.priority.fairness_key:
            event.setdefault("workspace_id", info.priority.fairness_key)
    elif workflow.in_workflow():
        event.setdefault("workflow_id", workflow.info().workflow_id)
    return event


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: REDACTED if _is_secret(key) else _clean(value) for key, value in event.items()}


def _is_secret(key: str) -> bool:
    return key not in HARMLESS_KEYS and key.lower().rpartition("_")[2] in SECRET_WORDS


def _clean(value: object) -> object:
    if isinstance(value, str):
        return SECRET_VALUES.sub(_keep_label, value)
    if isinstance(value, Mapping):
        return {key: REDACTED if _is_secret(str(key)) else _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return value


def _keep_label(match: re.Match[str]) -> str:
    return (match["name"] or match["scheme"] or "") + REDACTED
