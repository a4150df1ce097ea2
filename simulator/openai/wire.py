"""OpenAI's reply shapes: responses, chat completions, usage and error bodies."""

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse

Json = dict[str, Any]  # the vendor's wire format; its shape is theirs


class ApiError(Exception):
    """An error body and status as the vendor sends them."""

    def __init__(self, status: int, message: str, kind: str, code: str | None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, status_code=self.status, headers=reply_headers())


def bad_request(message: str, param: str | None, code: str | None = None) -> ApiError:
    return ApiError(400, message, "invalid_request_error", code, param)


def reply_headers() -> dict[str, str]:
    return {"x-request-id": f"req_{uuid.uuid4().hex}", "openai-version": "2020-10-01", "openai-processing-ms": "12"}


def tokens(text: str) -> int:
    """About four bytes each, which suits Latin and overcounts little elsewhere."""
    return -(-len(text.encode()) // 4)


def seed_of(body: Json) -> int:
    """The same request gives the same answer; `metadata.seed` asks for another one."""
    wanted = {key: body.get(key) for key in ("model", "instructions", "input", "messages", "text", "response_format")}
    wanted["seed"] = (body.get("metadata") or {}).get("seed", body.get("seed"))
    return int.from_bytes(hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).digest()[:8], "big")


@dataclass(frozen=True)
class Answer:
    """What the model said and how it ended: completed, refusal, max_output_tokens, content_filter or failed."""

    text: str
    ending: str = "completed"


def response_body(request: Json, answer: Answer, prompt_tokens: int) -> Json:
    status = {"completed": "completed", "refusal": "completed", "failed": "failed"}.get(answer.ending, "incomplete")
    failed = status == "failed"
    written = tokens(answer.text)
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": {"code": "server_error", "message": "The model failed to generate a response."} if failed else None,
        "incomplete_details": {"reason": answer.ending} if status == "incomplete" else None,
        "model": request["model"],
        "output": [] if failed else [_message(answer, status)],
        **_echo(request),
        "usage": {
            "input_tokens": prompt_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": prompt_tokens + written,
        },
    }


def _message(answer: Answer, status: str) -> Json:
    part: Json = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    if answer.ending == "refusal":
        part = {"type": "refusal", "refusal": answer.text}
    name = f"msg_{uuid.uuid4().hex}"
    return {"type": "message", "id": name, "status": status, "role": "assistant", "content": [part]}


def _echo(request: Json) -> Json:
    """What a response repeats of its request, and the settings that we have no use for."""
    return {
        "instructions": request.get("instructions"),
        "max_output_tokens": request.get("max_output_tokens"),
        "metadata": request.get("metadata") or {},
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "safety_identifier": request.get("safety_identifier"),
        "store": request.get("store", True),
        "temperature": 1.0,
        "text": request.get("text") or {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
    }


def chat_body(request: Json, answer: Answer, prompt_tokens: int) -> Json:
    reasons = {"max_output_tokens": "length", "content_filter": "content_filter"}
    refused = answer.ending == "refusal"
    written = tokens(answer.text)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": request["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": reasons.get(answer.ending, "stop"),
                "logprobs": None,
                "message": {
                    "role": "assistant",
                    "content": None if refused else answer.text,
                    "refusal": answer.text if refused else None,
                },
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": written,
            "total_tokens": prompt_tokens + written,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    }
