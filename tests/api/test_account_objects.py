"""An ad account is imported over HTTP, and what runs in it is listed page by page."""

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio

from models.domain.roles import Role
from tests.api.advertisers import ACCOUNTS, connect, new_advertiser
from tests.api.people import Join, Member
from tests.servers import Simulator

PATIENCE_S = 40


@pytest_asyncio.fixture(loop_scope="session")
async def path(owner: Member, simulator: Simulator) -> str:
    """A connected account in which somebody runs two campaigns with thirty ad sets each, since a day."""
    advertiser = new_advertiser(simulator)
    account = f"meta/accounts/{advertiser.account_id}"
    simulator.control.post(f"{account}/crowd", json={"campaigns": 2, "adsets": 30}).raise_for_status()
    simulator.control.post(f"{account}/advance", json={"hours": 30}).raise_for_status()
    return f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"


async def imported(http: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """Begins an import and waits for its end."""
    begun = await http.post(f"{path}/import")
    assert (begun.status_code, begun.json()["state"]) == (202, "running"), begun.text
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found: dict[str, Any] = (await http.get(f"{path}/import")).json()
            if found["state"] != "running":
                return found
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("working")
async def test_an_account_is_imported_and_its_tree_is_listed_page_by_page(owner: Member, path: str) -> None:
    http = owner.http
    assert (await http.get(f"{path}/import")).json()["state"] is None
    assert (await http.get(f"{path}/objects")).json() == {"items": [], "next_cursor": None}

    done = await imported(http, path)

    assert (done["state"], done["campaigns"], done["ad_sets"], done["ads"]) == ("done", 2, 60, 60), done
    assert (done["days_read"], done["imported_at"] is not None, done["problem"]) == (90, True, None)
    campaigns = (await http.get(f"{path}/objects")).json()["items"]
    assert {(row["read_only"], row["campaign_id"]) for row in campaigns} == {(True, None)}
    below = {"kind": "ad_set", "parent": campaigns[0]["platform_id"], "limit": 20}
    first = (await http.get(f"{path}/objects", params=below)).json()
    rest = (await http.get(f"{path}/objects", params={**below, "cursor": first["next_cursor"]})).json()
    ad_sets = [*first["items"], *rest["items"]]
    assert (len(first["items"]), len({row["platform_id"] for row in ad_sets}), rest["next_cursor"]) == (20, 30, None)
    spent = [row["figures"]["spend_minor"] for row in ad_sets if row["figures"]]
    assert campaigns[0]["figures"]["spend_minor"] == sum(spent) > 0
    ads = (await http.get(f"{path}/objects", params={"kind": "ad", "parent": ad_sets[0]["platform_id"]})).json()
    assert [row["figures"] for row in ads["items"]] == [None]


@pytest.mark.usefixtures("working")
async def test_two_wishes_at_once_are_one_import_and_a_later_one_refreshes(owner: Member, path: str) -> None:
    one, other = await asyncio.gather(*(owner.http.post(f"{path}/import") for _ in range(2)))
    assert (one.status_code, other.status_code) == (202, 202)

    first, again = await imported(owner.http, path), await imported(owner.http, path)

    assert (first["ad_sets"], again["ad_sets"]) == (60, 60)
    assert again["started_at"] > first["started_at"]


async def test_only_editors_import_and_nobody_sees_the_account_of_another_workspace(
    owner: Member, path: str, join: Join
) -> None:
    approver, client = await join(Role.APPROVER, owner.workspace_id), await join(Role.CLIENT, owner.workspace_id)
    stranger = await join()

    assert (await approver.http.get(f"{path}/objects")).status_code == 200
    assert (await approver.http.post(f"{path}/import")).status_code == 403
    assert (await client.http.get(f"{path}/objects")).status_code == 403
    assert (await client.http.get(f"{path}/import")).status_code == 403
    for method, address in (("GET", "objects"), ("GET", "import"), ("POST", "import")):
        assert (await stranger.http.request(method, f"{path}/{address}")).status_code == 404


async def test_a_disconnected_account_is_connected_first(owner: Member, path: str) -> None:
    await owner.http.delete(path)

    refused = await owner.http.post(f"{path}/import")

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:greenlight:problem:reconnect_needed")
