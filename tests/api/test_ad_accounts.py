"""An ad account is connected the way a person does it: consent, choice, check."""

from uuid import UUID

import httpx
import pytest
from temporalio.service import RPCError

from models.domain.states import CampaignStatus
from models.tables.campaign import Campaign
from records.database import Database
from settings import Settings
from tests.api.advertisers import ACCOUNTS, Advertiser, answer_dialog, connect, consent, new_advertiser
from tests.api.people import PASSWORD, Join, Member
from tests.servers import Simulator
from workflows import temporal_client
from workflows.ids import optimize_schedule_id
from workflows.schedules import EVERY_HOUR


@pytest.fixture
def advertiser(simulator: Simulator) -> Advertiser:
    return new_advertiser(simulator)


async def test_reading_is_asked_for_first_and_writing_when_it_is_needed(owner: Member, advertiser: Advertiser) -> None:
    first = await connect(owner, advertiser)
    assert (first["state"], first["may_publish"]) == ("connected", False)

    later = await connect(owner, advertiser, "write")

    assert (later["id"], later["may_publish"]) == (first["id"], True)
    assert len((await owner.http.get(ACCOUNTS)).json()) == 1


async def test_the_consent_shows_the_accounts_it_covers_and_no_token(owner: Member, advertiser: Advertiser) -> None:
    grant = (await consent(owner, advertiser)).json()

    assert [account["external_id"] for account in grant["accounts"]] == [advertiser.account_id]
    assert grant["accounts"][0]["currency"] == "SAR"
    assert "EAA" not in grant["grant"]


async def test_page_pixel_and_event_are_chosen_from_what_the_person_sees_and_then_checked(
    owner: Member, advertiser: Advertiser
) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"
    choices = (await owner.http.get(f"{path}/choices")).json()
    assert [page["id"] for page in choices["pages"]] == [advertiser.page_id]

    body = {"page_id": advertiser.page_id, "pixel_id": advertiser.pixel_id, "pixel_event": "PURCHASE"}
    chosen = (await owner.http.put(f"{path}/choices", json=body)).json()

    assert (chosen["page_id"], chosen["pixel_event"]) == (advertiser.page_id, "PURCHASE")
    assert chosen["preflight"]["obstacles"] == []
    assert chosen["preflight"]["min_daily_minor"] > 0


async def test_what_would_stop_a_publish_is_told_with_what_to_do(
    owner: Member, advertiser: Advertiser, simulator: Simulator
) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"
    await owner.http.put(f"{path}/choices", json={"page_id": advertiser.page_id})
    simulator.control.patch(f"meta/accounts/{advertiser.account_id}", json={"funded": False}).raise_for_status()

    obstacles = (await owner.http.post(f"{path}/preflight")).json()["preflight"]["obstacles"]

    assert [obstacle["code"] for obstacle in obstacles] == ["account_not_funded"]
    assert "payment method" in obstacles[0]["words"]


async def test_a_page_that_the_person_cannot_see_is_refused(owner: Member, advertiser: Advertiser) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"

    reply = await owner.http.put(f"{path}/choices", json={"page_id": "999"})

    assert reply.status_code == 422
    assert "page 999" in reply.json()["detail"]


async def test_a_refused_consent_connects_nothing_and_says_so(owner: Member, advertiser: Advertiser) -> None:
    reply = await consent(owner, advertiser, decision="cancel")

    assert reply.status_code == 400
    assert "nothing was connected" in reply.json()["detail"]
    assert (await owner.http.get(ACCOUNTS)).json() == []


async def test_a_link_that_somebody_else_began_connects_nothing(
    owner: Member, advertiser: Advertiser, join: Join
) -> None:
    attacker = await join()
    dialog = (await attacker.http.post(f"{ACCOUNTS}/consent", json={})).json()["dialog_url"]

    reply = await owner.http.get(await answer_dialog(dialog, advertiser.user_id))

    assert reply.status_code == 403


async def test_a_made_up_state_or_grant_is_refused(owner: Member, advertiser: Advertiser) -> None:
    forged = await owner.http.get(f"{ACCOUNTS}/callback", params={"state": '["a"].00', "code": "x"})
    grant = await owner.http.post(ACCOUNTS, json={"grant": "k1.00.00", "external_id": "1"})

    assert (forged.status_code, grant.status_code) == (400, 400)


async def test_one_ad_account_belongs_to_one_workspace_of_the_installation(
    owner: Member, advertiser: Advertiser, join: Join
) -> None:
    await connect(owner, advertiser)
    other = await join()
    grant = (await consent(other, advertiser)).json()["grant"]

    reply = await other.http.post(ACCOUNTS, json={"grant": grant, "external_id": advertiser.account_id})

    assert reply.status_code == 409
    assert "disconnect it there first" in reply.json()["detail"]


async def test_a_browser_goes_on_to_the_page_with_its_grant_out_of_reach_of_scripts(
    owner: Member, advertiser: Advertiser, anonymous: httpx.AsyncClient
) -> None:
    await anonymous.post("/api/v1/auth/login", json={"login": owner.email, "password": PASSWORD})
    token = (await anonymous.get("/api/v1/auth/me")).json()["csrf_token"]
    headers = {"X-CSRF-Token": token}
    dialog = (await anonymous.post(f"{ACCOUNTS}/consent", json={}, headers=headers)).json()["dialog_url"]

    back = await anonymous.get(await answer_dialog(dialog, advertiser.user_id))
    account = await anonymous.post(ACCOUNTS, json={"external_id": advertiser.account_id}, headers=headers)

    assert (back.status_code, back.headers["location"]) == (303, "/ad-accounts/connect")
    assert "httponly" in back.headers["set-cookie"].lower()
    assert account.status_code == 201


async def test_the_tokens_health_names_the_rights_that_publishing_still_needs(
    owner: Member, advertiser: Advertiser
) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"

    health = (await owner.http.get(f"{path}/token")).json()

    assert health["valid"]
    assert "ads_management" in health["missing_scopes"]


async def test_a_token_that_the_platform_refuses_marks_the_account_and_asks_to_reconnect(
    owner: Member, advertiser: Advertiser, simulator: Simulator
) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"
    fault = {"service": "meta", "name": "expired_token", "times": 1, "path": f"*act_{advertiser.account_id}/adspixels"}
    simulator.control.post("faults", json=fault).raise_for_status()

    reply = await owner.http.get(f"{path}/choices")

    assert (reply.status_code, reply.json()["type"]) == (409, "urn:greenlight:problem:reconnect_needed")
    assert (await owner.http.get(path)).json()["state"] == "needs_reconnect"
    assert (await connect(owner, advertiser))["state"] == "connected"


async def test_a_platform_that_is_down_is_a_503_that_says_when_to_try_again(
    owner: Member, advertiser: Advertiser, simulator: Simulator
) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"
    fault = {"service": "meta", "name": "http_500", "times": 1, "path": f"*act_{advertiser.account_id}/adspixels"}
    simulator.control.post("faults", json=fault).raise_for_status()

    reply = await owner.http.get(f"{path}/choices")

    assert (reply.status_code, reply.json()["provider"]) == (503, "Meta")
    assert int(reply.headers["retry-after"]) > 0


async def test_disconnecting_forgets_the_token_and_frees_the_account(
    owner: Member, advertiser: Advertiser, join: Join
) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"

    assert (await owner.http.delete(path)).status_code == 204

    reply = await owner.http.get(f"{path}/choices")
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:greenlight:problem:reconnect_needed")
    await connect(await join(), advertiser)


async def test_an_account_in_which_ads_run_stays_connected_so_that_they_can_be_stopped(
    owner: Member, advertiser: Advertiser, records: Database
) -> None:
    account = await connect(owner, advertiser)
    campaign = Campaign(
        workspace_id=owner.workspace_id,
        name="Lamps",
        ad_account_id=UUID(str(account["id"])),
        status=CampaignStatus.LIVE,
        create_key="lamps",
        request_hash="0" * 64,
    )
    async with records.workspace_transaction(owner.workspace_id) as session:
        session.add(campaign)

    refused = await owner.http.delete(f"{ACCOUNTS}/{account['id']}")
    async with records.workspace_transaction(owner.workspace_id) as session:
        (await session.get_one(Campaign, campaign.id)).status = CampaignStatus.ENDED
    ended = await owner.http.delete(f"{ACCOUNTS}/{account['id']}")

    assert refused.status_code == 409
    assert "Ads run in" in refused.json()["detail"]
    assert "Lamps" in refused.json()["detail"]
    assert ended.status_code == 204


async def test_accounts_of_other_workspaces_do_not_exist(owner: Member, advertiser: Advertiser, join: Join) -> None:
    path = f"{ACCOUNTS}/{(await connect(owner, advertiser))['id']}"
    stranger = await join()

    for suffix in ("", "/choices", "/token"):
        assert (await stranger.http.get(path + suffix)).status_code == 404
    assert (await stranger.http.delete(path)).status_code == 404


async def test_a_connected_account_runs_every_hour_until_it_is_disconnected(
    owner: Member, advertiser: Advertiser, api_settings: Settings
) -> None:
    account_id = (await connect(owner, advertiser))["id"]
    temporal = await temporal_client.connect(api_settings.temporal_address)
    schedule = temporal.get_schedule_handle(optimize_schedule_id(UUID(str(account_id))))

    made = await schedule.describe()
    (await owner.http.delete(f"{ACCOUNTS}/{account_id}")).raise_for_status()

    assert made.schedule.spec == EVERY_HOUR
    with pytest.raises(RPCError, match="not found"):
        await schedule.describe()
