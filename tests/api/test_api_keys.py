"""Keys for programs: shown once, as strong as their maker, and dead the moment they are deactivated."""

import httpx

from tests.api.people import Join, Member


def with_key(member: Member, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=member.http.base_url, headers={"Authorization": f"Bearer {key}"}, trust_env=False)


async def test_a_new_key_works_until_it_is_deactivated(owner: Member) -> None:
    headers = {"Idempotency-Key": "first-key"}

    made = await owner.http.post("/api/v1/api-keys", json={"name": "reporting"}, headers=headers)
    again = await owner.http.post("/api/v1/api-keys", json={"name": "reporting"}, headers=headers)

    assert (made.status_code, again.status_code) == (201, 409)
    async with with_key(owner, made.json()["key"]) as program:
        assert (await program.get("/api/v1/campaigns")).status_code == 200
        await owner.http.delete(f"/api/v1/api-keys/{made.json()['id']}")
        assert (await program.get("/api/v1/campaigns")).status_code == 401
    listed = next(key for key in (await owner.http.get("/api/v1/api-keys")).json() if key["id"] == made.json()["id"])
    assert not listed["is_active"]
    assert "key" not in listed


async def test_nobody_sees_or_ends_the_key_of_a_colleague(owner: Member, join: Join) -> None:
    colleague = await join(workspace_id=owner.workspace_id)
    made = await owner.http.post("/api/v1/api-keys", json={"name": "mine"}, headers={"Idempotency-Key": "mine-alone"})

    ended = await colleague.http.delete(f"/api/v1/api-keys/{made.json()['id']}")

    assert ended.status_code == 404
    assert made.json()["id"] not in {key["id"] for key in (await colleague.http.get("/api/v1/api-keys")).json()}
