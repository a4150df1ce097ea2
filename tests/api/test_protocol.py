"""What holds for every address: problems, headers, limits, the description."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from playwright.async_api import Page

from api.openapi import COMMITTED, description_of_this_version
from settings import Settings
from tests.api.people import Member

CAMPAIGNS = "/api/v1/campaigns"
KEY = {"Idempotency-Key": "5b0b8f0e-9a5e-4a4c-8a3e-0a2f1f5f7c11"}


async def create(member: Member, brief: object) -> httpx.Response:
    return await member.http.post(CAMPAIGNS, json={"brief": brief}, headers=KEY)


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"budgett": 1}, "/brief/budgett", "Remove this field"),
        ({"goal": "fame"}, "/brief/goal", "'sales', 'leads', 'traffic' or 'awareness'"),
        (
            {"budget": {"amount": {"amount_minor": -5, "currency": "SAR"}, "kind": "daily"}},
            "/brief/budget/amount/amount_minor",
            "0 or more",
        ),
        (
            {"budget": {"amount": {"amount_minor": 0, "currency": "SAR"}, "kind": "daily"}},
            "/brief/budget",
            "above zero",
        ),
        (
            {"budget": {"amount": {"amount_minor": 10**15, "currency": "SAR"}, "kind": "daily"}},
            "/brief/budget/amount/amount_minor",
            "or less",
        ),
        (
            {"flight": {"start": "2030-05-02T09:00:00Z", "end": "2030-05-01T09:00:00Z"}},
            "/brief/flight",
            "the end is not after the start",
        ),
        ({"flight": {"start": "2030-05-02T09:00:00"}}, "/brief/flight/start", "offset"),
        ({"landing_urls": ["http://example.com"]}, "/brief/landing_urls/0", "https"),
    ],
    ids=["unknown field", "wrong enum", "negative", "zero", "absurd", "end before start", "no zone", "plain http"],
)
async def test_a_field_that_does_not_fit_is_named_with_what_to_do(
    owner: Member, change: dict[str, object], pointer: str, words: str
) -> None:
    reply = await create(owner, {"name": "Summer tea", **change})

    assert reply.status_code == 422
    problem = reply.json()
    assert problem["type"] == "urn:greenlight:problem:invalid"
    found = {error["pointer"]: error["message"] for error in problem["errors"]}
    assert words in found[pointer], found


async def test_several_wrong_fields_are_told_in_one_answer(owner: Member) -> None:
    problem = (await create(owner, {"goal": "fame", "colour": "red"})).json()

    assert {error["pointer"] for error in problem["errors"]} == {"/brief/name", "/brief/goal", "/brief/colour"}


async def test_a_body_that_is_no_json_is_a_problem_not_a_crash(owner: Member) -> None:
    headers = {**KEY, "Content-Type": "application/json"}
    reply = await owner.http.post(CAMPAIGNS, content=b'{"brief": ', headers=headers)

    assert reply.status_code == 422
    assert "valid JSON" in reply.json()["detail"]


async def test_creating_without_a_key_says_how_to_make_one(owner: Member) -> None:
    reply = await owner.http.post(CAMPAIGNS, json={"brief": {"name": "Summer tea"}})

    assert reply.status_code == 400
    assert reply.json()["type"] == "urn:greenlight:problem:idempotency_key_missing"
    assert "UUID" in reply.json()["detail"]


async def test_a_body_beyond_the_limit_is_refused_while_it_streams(owner: Member) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"brief": {"name": "'
        for _ in range(200):
            yield b"x" * 10_000

    headers = {**KEY, "Content-Type": "application/json"}
    reply = await owner.http.post(CAMPAIGNS, content=body(), headers=headers)

    assert (reply.status_code, reply.json()["type"]) == (413, "urn:greenlight:problem:too_large")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/nowhere", 404), ("PATCH", CAMPAIGNS, 405)])
async def test_an_unknown_address_or_method_is_a_problem_too(
    owner: Member, method: str, path: str, status: int
) -> None:
    reply = await owner.http.request(method, path)

    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


async def test_a_given_request_id_is_kept_and_a_hostile_one_is_not(anonymous: httpx.AsyncClient) -> None:
    kept = await anonymous.get("/health", headers={"X-Request-ID": "abc-123"})
    replaced = await anonymous.get("/health", headers={"X-Request-ID": 'x"} {"forged": 1'})

    assert kept.headers["x-request-id"] == "abc-123"
    assert "forged" not in replaced.headers["x-request-id"]


async def test_every_answer_carries_the_headers_that_protect_a_browser(anonymous: httpx.AsyncClient) -> None:
    headers = (await anonymous.get("/docs")).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


async def test_over_https_cookies_are_secure_and_browsers_are_told_to_stay(
    api_settings: Settings, serve: Callable[[Settings], Awaitable[str]], owner: Member
) -> None:
    url = await serve(api_settings.model_copy(update={"public_url": "https://greenlight.example"}))
    async with httpx.AsyncClient(base_url=url) as client:
        body = {"login": owner.email, "password": "correct horse battery"}
        reply = await client.post("/api/v1/auth/login", json=body)

    assert "secure" in reply.headers["set-cookie"].lower()
    assert "max-age=31536000" in reply.headers["strict-transport-security"]


async def test_requests_beyond_the_rate_wait_and_say_how_long(
    api_settings: Settings, serve: Callable[[Settings], Awaitable[str]], owner: Member
) -> None:
    url = await serve(api_settings.model_copy(update={"rate_limit_per_minute": 3}))
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": owner.key}) as client:
        replies = [await client.get("/api/v1/auth/me") for _ in range(4)]
        health = await client.get("/health")
        style = await client.get("/static/pages.css")

    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert style.status_code == 200, "a page's own files are not counted"
    assert 1 <= int(replies[3].headers["retry-after"]) <= 20
    assert replies[3].json()["type"] == "urn:greenlight:problem:rate_limited"
    assert health.status_code == 200


async def test_the_docs_page_loads_only_from_this_server(anonymous: httpx.AsyncClient) -> None:
    page = (await anonymous.get("/docs")).text

    assert "http" not in page.replace("<!doctype html>", "")
    for path in ("/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css", "/docs/start.js", "/openapi.json"):
        assert (await anonymous.get(path)).status_code == 200, path


def test_the_committed_description_is_that_of_this_version() -> None:
    committed = COMMITTED.read_text()

    assert committed == description_of_this_version(), "Run `python -m api.openapi` and commit openapi.json."


def test_every_operation_has_its_own_name_a_tag_words_and_says_how_it_fails() -> None:
    paths = json.loads(description_of_this_version())["paths"]
    operations = [(f"{method} {path}", op) for path, methods in paths.items() for method, op in methods.items()]
    names = [operation["operationId"] for _, operation in operations]

    assert len(names) == len(set(names))
    for where, operation in operations:
        assert operation.get("tags"), where
        assert operation.get("description"), where
        assert "application/problem+json" in operation["responses"]["500"]["content"], where
        if "/health" not in where and "/version" not in where and "/auth/" not in where:
            assert operation.get("security"), where


async def test_the_docs_page_works_in_a_browser_under_our_content_policy(page: Page, api_url: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    await page.goto(f"{api_url}/docs")
    await page.get_by_role("heading", name="Greenlight").wait_for()

    assert complaints == []
