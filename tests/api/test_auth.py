"""Who gets in, how, and what a browser cannot be tricked into."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.api.people import PASSWORD, Join, Member

PROBLEM = "urn:greenlight:problem:"


async def log_in(client: httpx.AsyncClient, member: Member) -> httpx.Response:
    return await client.post("/api/v1/auth/login", json={"login": member.email, "password": PASSWORD})


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/auth/me",
        "/api/v1/campaigns",
        f"/api/v1/campaigns/{UUID(int=1)}",
        f"/api/v1/campaigns/{UUID(int=1)}/progress",
    ],
)
async def test_without_credentials_an_address_says_how_to_log_in(anonymous: httpx.AsyncClient, path: str) -> None:
    reply = await anonymous.get(path)

    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["type"] == PROBLEM + "unauthenticated"
    assert "glk_" in reply.json()["detail"]


async def test_an_unknown_api_key_is_refused(anonymous: httpx.AsyncClient) -> None:
    reply = await anonymous.get("/api/v1/auth/me", headers={"Authorization": "Bearer glk_nobody"})

    assert reply.status_code == 401


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
async def test_an_api_key_says_who_is_calling(anonymous: httpx.AsyncClient, owner: Member, header: str) -> None:
    value = owner.key if header == "X-API-Key" else f"Bearer {owner.key}"

    me = (await anonymous.get("/api/v1/auth/me", headers={header: value})).json()

    assert (me["email"], me["role"], me["workspace_id"]) == (owner.email, "owner", str(owner.workspace_id))
    assert me["csrf_token"] is None


async def test_a_person_registers_and_is_logged_in_as_owner_of_a_new_workspace(anonymous: httpx.AsyncClient) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "first_name": "Ana", "workspace_name": "Bakery"}

    reply = await anonymous.post("/api/v1/auth/register", json=body)

    assert reply.status_code == 201
    me = (await anonymous.get("/api/v1/auth/me")).json()
    assert me["email"] == email
    assert [(w["name"], w["role"]) for w in me["workspaces"]] == [("Bakery", "owner")]


async def test_a_taken_address_cannot_be_registered_again(anonymous: httpx.AsyncClient, owner: Member) -> None:
    body = {"email": owner.email, "password": PASSWORD, "first_name": "Eve", "workspace_name": "Mine"}

    reply = await anonymous.post("/api/v1/auth/register", json=body)

    assert (reply.status_code, reply.json()["type"]) == (409, PROBLEM + "conflict")


async def test_a_short_password_is_refused_without_being_repeated(anonymous: httpx.AsyncClient) -> None:
    body = {"email": "a@example.com", "password": "tooshort", "first_name": "A", "workspace_name": "B"}

    reply = await anonymous.post("/api/v1/auth/register", json=body)

    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "/password"
    assert "tooshort" not in reply.text


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    anonymous: httpx.AsyncClient, owner: Member
) -> None:
    cookie = (await log_in(anonymous, owner)).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie, "the test server speaks plain http"


async def test_a_wrong_password_and_an_unknown_person_look_the_same(
    anonymous: httpx.AsyncClient, owner: Member
) -> None:
    wrong = await anonymous.post("/api/v1/auth/login", json={"login": owner.email, "password": "wrong password"})
    nobody = await anonymous.post("/api/v1/auth/login", json={"login": "nobody@example.com", "password": "x"})

    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json()["detail"] == nobody.json()["detail"]


async def test_a_cookie_alone_changes_nothing(anonymous: httpx.AsyncClient, owner: Member) -> None:
    await log_in(anonymous, owner)

    without = await anonymous.post("/api/v1/auth/logout")
    forged = await anonymous.post("/api/v1/auth/logout", headers={"X-CSRF-Token": "0" * 64})

    assert {without.status_code, forged.status_code} == {403}
    assert without.json()["type"] == PROBLEM + "csrf_failed"
    assert (await anonymous.get("/api/v1/auth/me")).status_code == 200


async def test_logging_out_ends_the_session_everywhere(anonymous: httpx.AsyncClient, owner: Member) -> None:
    await log_in(anonymous, owner)
    stolen = dict(anonymous.cookies)
    token = (await anonymous.get("/api/v1/auth/me")).json()["csrf_token"]

    reply = await anonymous.post("/api/v1/auth/logout", headers={"X-CSRF-Token": token})

    assert reply.status_code == 204
    anonymous.cookies.update(stolen)
    assert (await anonymous.get("/api/v1/auth/me")).status_code == 401


async def test_another_site_cannot_log_a_browser_in(anonymous: httpx.AsyncClient, owner: Member) -> None:
    reply = await anonymous.post(
        "/api/v1/auth/login",
        json={"login": owner.email, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert reply.status_code == 403
    assert "set-cookie" not in reply.headers


async def test_a_workspace_of_others_cannot_be_entered(anonymous: httpx.AsyncClient, owner: Member, join: Join) -> None:
    stranger = await join()
    await log_in(anonymous, owner)
    token = (await anonymous.get("/api/v1/auth/me")).json()["csrf_token"]

    reply = await anonymous.post(
        "/api/v1/auth/workspace", json={"workspace_id": str(stranger.workspace_id)}, headers={"X-CSRF-Token": token}
    )

    assert reply.status_code == 404
    assert (await anonymous.get("/api/v1/auth/me")).json()["workspace_id"] == str(owner.workspace_id)
