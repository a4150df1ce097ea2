"""OpenAI's HTTP interface under /v1: responses, chat completions, embeddings, moderations and models."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from simulator.faults import FaultName, Faults
from simulator.openai import vectors
from simulator.openai.model import Model, checked_format
from simulator.openai.prompt_data import prompt_text
from simulator.openai.wire import ApiError, Json, bad_request, chat_body, reply_headers, response_body, tokens
from simulator.store import Store

MODELS = ("gpt-5.4", "gpt-5.4-mini", "gpt-5.5", "gpt-6-luna", "text-embedding-3-small", "text-embedding-3-large")

KIND = "openai_response"


class _OpenAIRoute(APIRoute):
    """Gives every error the vendor's body and headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def with_errors(request: Request) -> Response:
            try:
                return await handler(request)
            except ApiError as error:
                return error.response()

        return with_errors


def router(faults: Faults, store: Store) -> APIRouter:
    """Responses that the caller lets us store are kept in `store`, as are request counts under account "openai"."""
    routes = APIRouter(prefix="/v1", route_class=_OpenAIRoute, dependencies=[Depends(_Caller(faults, store))])
    _add_writing(routes, Model(faults), store)
    _add_analysis(routes)
    return routes


def _add_writing(routes: APIRouter, model: Model, store: Store) -> None:
    @routes.post("/responses")
    async def create_response(request: Request) -> JSONResponse:
        body = await _json_body(request)
        _check_model(body)
        wanted = checked_format((body.get("text") or {}).get("format"), "text.format")
        answer = model.answer(request, body, wanted, body.get("max_output_tokens"))
        reply = response_body(body, answer, tokens(prompt_text(body)))
        if reply["store"]:
            store.put(KIND, reply)
        return JSONResponse(reply, headers=reply_headers())

    @routes.get("/responses/{response_id}")
    async def retrieve_response(response_id: str) -> JSONResponse:
        if (kept := store.get(KIND, response_id)) is None:
            raise ApiError(404, f"Response with id '{response_id}' not found.", "invalid_request_error", None)
        return JSONResponse(kept, headers=reply_headers())

    @routes.post("/chat/completions")
    async def create_chat_completion(request: Request) -> JSONResponse:
        body = await _json_body(request)
        _check_model(body)
        if not isinstance(body.get("messages"), list) or not body["messages"]:
            raise bad_request("Missing required parameter: 'messages'.", "messages", "missing_required_parameter")
        wanted = checked_format(body.get("response_format"), "response_format")
        limit = body.get("max_completion_tokens", body.get("max_tokens"))
        answer = model.answer(request, body, wanted, limit)
        return JSONResponse(chat_body(body, answer, tokens(prompt_text(body))), headers=reply_headers())


def _add_analysis(routes: APIRouter) -> None:
    @routes.post("/embeddings")
    async def create_embeddings(request: Request) -> JSONResponse:
        return JSONResponse(_embeddings(await _json_body(request)), headers=reply_headers())

    @routes.post("/moderations")
    async def create_moderation(request: Request) -> JSONResponse:
        body = await _json_body(request)
        results = [vectors.moderation_result(text) for text in _inputs(body)]
        name = body.get("model", "omni-moderation-latest")
        return JSONResponse({"id": "modr-simulated", "model": name, "results": results}, headers=reply_headers())

    @routes.get("/models")
    async def list_models() -> JSONResponse:
        return JSONResponse({"object": "list", "data": [_model_card(name) for name in MODELS]}, headers=reply_headers())


class _Caller:
    """Checks key and credit, and counts the request."""

    def __init__(self, faults: Faults, store: Store) -> None:
        self._faults = faults
        self._store = store

    async def __call__(self, request: Request) -> None:
        self._store.record_request("openai", request.method, request.url.path.rsplit("/v1/", 1)[1])
        _check_caller(request, self._faults)


def _check_caller(request: Request, faults: Faults) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    expired = faults.take(FaultName.EXPIRED_TOKEN, request.method, request.url.path)
    if scheme.lower() != "bearer" or not key.startswith("sk-") or expired:
        raise ApiError(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
    if faults.take(FaultName.NO_CREDIT, request.method, request.url.path):
        message = "You exceeded your current quota, please check your plan and billing details."
        raise ApiError(429, message, "insufficient_quota", "insufficient_quota")


async def _json_body(request: Request) -> Json:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise bad_request("We could not parse the JSON body of your request.", None)
    return body


def _check_model(body: Json) -> None:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise bad_request("Missing required parameter: 'model'.", "model", "missing_required_parameter")
    if not name.startswith(("gpt-", "o3")):
        message = f"The model '{name}' does not exist or you do not have access to it."
        raise ApiError(404, message, "invalid_request_error", "model_not_found", "model")


def _inputs(body: Json) -> list[str]:
    given = body.get("input")
    many = given if isinstance(given, list) else [given]
    parts = [part.get("text", "") if isinstance(part, dict) else part for part in many]
    texts = [part for part in parts if isinstance(part, str)]
    if not texts or len(texts) < len(parts):
        raise bad_request("'input' must be a text or a list of texts.", "input", "invalid_type")
    return texts


def _embeddings(body: Json) -> Json:
    texts, name = _inputs(body), body.get("model")
    if name not in vectors.DIMENSIONS:
        message = f"The model '{name}' does not exist or you do not have access to it."
        raise ApiError(404, message, "invalid_request_error", "model_not_found", "model")
    found = [vectors.unit_vector(text, body.get("dimensions") or vectors.DIMENSIONS[name]) for text in texts]
    coded = [vectors.as_base64(one) if body.get("encoding_format") == "base64" else one for one in found]
    used = sum(tokens(text) for text in texts)
    return {
        "object": "list",
        "model": name,
        "data": [{"object": "embedding", "index": index, "embedding": one} for index, one in enumerate(coded)],
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def _model_card(name: str) -> Json:
    return {"id": name, "object": "model", "created": 1767225600, "owned_by": "simulated"}
