"""Brand kits: what a client looks like and never says."""

from collections.abc import Mapping
from uuid import uuid4

import httpx
import pytest

from models.domain.roles import Role
from records import audit
from records.database import Database
from tests.api.campaigns import create
from tests.api.people import Join, Member
from tests.api.test_assets import picture, upload

KIT = {"name": "Bayt Qahwa", "colours": ["#6D4C1E", "#efe6d5"], "banned_words": ["cheap"]}


async def make(member: Member, changes: Mapping[str, object] | None = None, key: str = "") -> httpx.Response:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return await member.http.post("/api/v1/brands", json={**KIT, **(changes or {})}, headers=headers)


async def test_a_brand_is_made_listed_edited_and_audited(owner: Member, records: Database) -> None:
    logo = (await upload(owner, picture())).json()["id"]

    made = await make(owner, {"logo_asset_id": logo})
    brand = made.json()
    address = made.headers["Location"]
    edited = await owner.http.put(address, json={"name": "Qahwa", "colours": ["#000000"]})

    assert (made.status_code, brand["logo_asset_id"], brand["colours"]) == (201, logo, ["#6d4c1e", "#efe6d5"])
    assert (edited.status_code, edited.json()["banned_words"]) == (200, [])
    assert (await owner.http.get(address)).json() == edited.json()
    assert [found["name"] for found in (await owner.http.get("/api/v1/brands")).json()] == ["Qahwa"]
    async with records.workspace_transaction(owner.workspace_id) as session:
        changed, created = await audit.trail(session, brand["id"])
    assert (created.action, changed.action) == ("create_brand", "edit_brand")
    assert (changed.before or {})["banned_words"] == ["cheap"]


async def test_a_repeated_creation_makes_one_brand(owner: Member) -> None:
    first, again = [(await make(owner, key="the same key")).json() for _ in range(2)]

    assert first == again
    assert len((await owner.http.get("/api/v1/brands")).json()) == 1


async def test_a_logo_knows_its_brand_and_a_brief_its_name(owner: Member, working: None) -> None:
    logo = (await upload(owner, picture())).json()["id"]
    brand = (await make(owner, {"logo_asset_id": logo})).json()["id"]

    uses = (await owner.http.get(f"/api/v1/assets/{logo}/uses")).json()
    campaign = await create(owner, brand_id=brand)

    assert uses["brands"] == [{"id": brand, "name": "Bayt Qahwa"}]
    assert campaign.status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"colours": ["red"]},
        {"colours": [f"#00000{number}" for number in range(7)]},
        {"logo_asset_id": str(uuid4())},
        {"banned_words": [""]},
        {"claims": []},
    ],
)
async def test_a_kit_that_makes_no_sense_is_refused(owner: Member, wrong: dict[str, object]) -> None:
    assert (await make(owner, wrong)).status_code == 422
    assert (await owner.http.get("/api/v1/brands")).json() == []


async def test_brands_are_the_workspaces_own_and_editors_change_them(owner: Member, join: Join) -> None:
    brand = (await make(owner)).json()["id"]
    stranger, client = await join(), await join(Role.CLIENT, owner.workspace_id)

    assert (await stranger.http.get(f"/api/v1/brands/{brand}")).status_code == 404
    assert (await stranger.http.put(f"/api/v1/brands/{brand}", json=KIT)).status_code == 404
    assert (await stranger.http.get("/api/v1/brands")).json() == []
    assert (await client.http.put(f"/api/v1/brands/{brand}", json=KIT)).status_code == 403
