"""Connecting a user: consent, codes, tokens, and what was allowed."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from providers.ads.meta.oauth import READ_SCOPES, WRITE_SCOPES, MetaApp, MetaOAuth
from providers.ads.meta.transport import MetaTransport
from providers.errors import ReconnectNeeded, Refused
from tests.providers.ads.meta.advertiser import Advertiser
from tests.servers import Simulator

RETURN_TO = "https://greenlight.example.com/connect/meta?step=2"


@pytest.fixture
def oauth(transport: MetaTransport, simulator: Simulator) -> MetaOAuth:
    app = simulator.control.get("/meta/app").json()
    return MetaOAuth(transport, MetaApp(app["app_id"], SecretStr(app["app_secret"]), simulator.url))


async def consent(oauth: MetaOAuth, shop: Advertiser, scopes: tuple[str, ...], *decline: str) -> dict[str, list[str]]:
    """Walks through the dialog as the shop's user; returns the parameters of the way back."""
    url = oauth.dialog_url(redirect_uri=RETURN_TO, state="s&1", scopes=scopes, ask_again=True)
    form = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(url)).status_code == 200
        answer = {**form, "user": shop.info["user_id"], "decision": "continue", "decline": list(decline)}
        back = await browser.post(url, data=answer)
    assert back.headers["location"].startswith(RETURN_TO)
    return parse_qs(urlsplit(back.headers["location"]).query)


async def test_a_user_connects_with_read_scopes_and_later_adds_the_right_to_write(
    oauth: MetaOAuth, shop: Advertiser
) -> None:
    back = await consent(oauth, shop, READ_SCOPES)
    short = await oauth.exchange_code(back["code"][0], RETURN_TO)
    read_only = await oauth.health(short.token)
    more = await consent(oauth, shop, WRITE_SCOPES)
    writing = await oauth.long_lived((await oauth.exchange_code(more["code"][0], RETURN_TO)).token)

    assert back["state"] == ["s&1"]
    assert short.expires_at is not None
    assert read_only.valid
    assert "ads_management" not in read_only.scopes
    assert "ads_management" in (await oauth.health(writing.token)).scopes
    assert writing.expires_at is not None
    assert writing.expires_at > datetime.now(UTC) + timedelta(days=50)


async def test_what_the_user_did_not_allow_is_told(oauth: MetaOAuth, shop: Advertiser) -> None:
    back = await consent(oauth, shop, WRITE_SCOPES, "ads_management")
    grant = await oauth.exchange_code(back["code"][0], RETURN_TO)

    permissions = await oauth.permissions(grant.token)

    assert permissions["ads_management"] == "declined"
    assert permissions["ads_read"] == "granted"


async def test_a_code_works_once_and_only_with_its_own_return_address(oauth: MetaOAuth, shop: Advertiser) -> None:
    code = (await consent(oauth, shop, READ_SCOPES))["code"][0]

    with pytest.raises(Refused):
        await oauth.exchange_code(code, RETURN_TO + "3")
    await oauth.exchange_code(code, RETURN_TO)
    with pytest.raises(Refused):
        await oauth.exchange_code(code, RETURN_TO)


async def test_a_dead_token_is_an_answer_of_the_health_check_and_an_error_elsewhere(
    oauth: MetaOAuth, shop: Advertiser, simulator: Simulator
) -> None:
    spec = {"user_id": shop.info["user_id"], "expires_in_s": 0.001}
    token = SecretStr(simulator.control.post("/meta/tokens", json=spec).json()["access_token"])

    health = await oauth.health(token)

    assert not health.valid
    assert health.problem
    with pytest.raises(ReconnectNeeded):
        await oauth.long_lived(token)
    assert not (await oauth.health(SecretStr("nonsense"))).valid


async def test_a_token_without_end_has_no_expiry(oauth: MetaOAuth, shop: Advertiser) -> None:
    assert (await oauth.health(shop.token)).expires_at is None


async def test_a_wrong_app_secret_is_a_matter_for_an_administrator(
    transport: MetaTransport, simulator: Simulator
) -> None:
    stranger = MetaOAuth(transport, MetaApp("1000000000000001", SecretStr("wrong"), simulator.url))

    with pytest.raises(ReconnectNeeded, match="administrator"):
        await stranger.exchange_code("AQ", RETURN_TO)
