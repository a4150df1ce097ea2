"""Consent, code exchange, token life and scopes, as a person and the software behind a redirect see them."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from simulator.meta.world import APP_ID, APP_SECRET
from tests.simulator.meta.advertiser import Advertiser, MakeAdvertiser, made, refusal

BACK = "https://app.example/connect?next=1"


class Software:
    """The app that asks for consent; `person` answers the dialog."""

    def __init__(self, advertiser: Advertiser) -> None:
        self.advertiser = advertiser
        self.web = httpx.Client(base_url=f"{advertiser.url}/v26.0")

    def consent(self, scope: str, decision: str = "continue", **more: str) -> dict[str, list[str]]:
        asked = {"client_id": APP_ID, "redirect_uri": BACK, "state": "s-1", "scope": scope, "response_type": "code"}
        answer = {**asked, "user": self.advertiser.info["user_id"], "decision": decision, **more}
        reply = self.web.post("dialog/oauth", data=answer)
        assert reply.status_code == 303, reply.text
        target = urlsplit(reply.headers["location"])
        assert target.netloc == "app.example"
        return parse_qs(target.query)

    def exchange(self, **params: str) -> httpx.Response:
        return self.web.get("oauth/access_token", params={"client_id": APP_ID, "client_secret": APP_SECRET, **params})

    def token(self, scope: str, **more: str) -> str:
        code = self.consent(scope, **more)["code"][0]
        return str(self.exchange(code=code, redirect_uri=BACK).json()["access_token"])

    def debug(self, token: str) -> dict[str, Any]:
        params = {"input_token": token, "access_token": f"{APP_ID}|{APP_SECRET}"}
        return dict(self.web.get("debug_token", params=params).json()["data"])


@pytest.fixture
def software(advertiser: Advertiser) -> Iterator[Software]:
    asking = Software(advertiser)
    yield asking
    asking.web.close()


class TestDialog:
    def test_the_page_says_that_it_is_a_simulation_and_what_is_asked(self, software: Software) -> None:
        params = {
            "client_id": APP_ID,
            "redirect_uri": BACK,
            "state": "<s>",
            "scope": "ads_read",
            "response_type": "code",
        }
        page = software.web.get("dialog/oauth", params=params)

        assert "This is a simulation" in page.text
        assert "Read your ads and their results" in page.text
        assert 'value="continue"' in page.text
        assert "&lt;s&gt;" in page.text

    def test_continue_brings_a_code_and_the_state_back(self, software: Software) -> None:
        answer = software.consent("ads_read")

        assert answer["state"] == ["s-1"]
        assert answer["next"] == ["1"]
        assert answer["code"]

    def test_cancel_brings_the_refusal_back(self, software: Software) -> None:
        answer = software.consent("ads_read", decision="cancel")

        assert (answer["error"], answer["error_reason"]) == (["access_denied"], ["user_denied"])
        assert "code" not in answer

    def test_a_wrong_app_never_redirects(self, software: Software) -> None:
        page = software.web.get("dialog/oauth", params={"client_id": "1", "redirect_uri": BACK, "scope": "ads_read"})

        assert page.status_code == 400
        assert "Invalid App ID" in page.text


class TestTokens:
    def test_a_code_works_once_and_only_with_the_same_redirect(self, software: Software) -> None:
        code = software.consent("ads_read")["code"][0]

        assert refusal(software.exchange(code=code, redirect_uri="https://app.example/other"))[0] == 100
        first = software.exchange(code=code, redirect_uri=BACK)
        assert (first.json()["token_type"], first.json()["expires_in"]) == ("bearer", 7200)
        assert refusal(software.exchange(code=code, redirect_uri=BACK))[0] == 100

    def test_a_short_token_becomes_a_long_one(self, software: Software) -> None:
        short = software.token("ads_read")

        reply = software.exchange(grant_type="fb_exchange_token", fb_exchange_token=short).json()

        assert reply["expires_in"] == 60 * 24 * 3600
        found = software.debug(reply["access_token"])
        assert found["is_valid"]
        assert found["scopes"] == ["public_profile", "ads_read"]

    def test_a_wrong_app_secret_is_refused(self, software: Software) -> None:
        assert software.exchange(client_secret="wrong", code="x", redirect_uri=BACK).status_code == 400

    def test_an_expired_token_is_refused_and_introspection_says_so(
        self, software: Software, advertiser: Advertiser
    ) -> None:
        body = {"user_id": advertiser.info["user_id"], "expires_in_s": -1}
        token = advertiser.control.post("meta/tokens", json=body).json()["access_token"]

        assert refusal(software.web.get("me", params={"access_token": token})) == (190, 463)
        assert software.debug(token)["is_valid"] is False

    def test_the_proof_is_checked_when_it_is_sent(self, software: Software, advertiser: Advertiser) -> None:
        token = advertiser.info["access_token"]
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()

        assert advertiser.get("me", appsecret_proof=proof).status_code == 200
        assert refusal(advertiser.get("me", appsecret_proof="0" * 64))[0] == 100

    def test_missing_and_unknown_tokens_are_refused(self, software: Software) -> None:
        assert software.web.get("me").status_code == 401
        assert refusal(software.web.get("me", params={"access_token": "EAAnothing"}))[0] == 190


class TestScopes:
    def test_reading_first_and_writing_after_a_second_consent(self, software: Software, advertiser: Advertiser) -> None:
        advertiser.graph.headers["Authorization"] = f"Bearer {software.token('ads_read,pages_show_list')}"
        assert advertiser.get(f"{advertiser.act}/campaigns").status_code == 200
        assert refusal(advertiser.campaign())[0] == 200

        token = software.token("ads_management", auth_type="rerequest")
        advertiser.graph.headers["Authorization"] = f"Bearer {token}"
        made(advertiser.campaign())
        granted = advertiser.get("me/permissions").json()["data"]
        assert {"permission": "ads_management", "status": "granted"} in granted
        assert {"permission": "ads_read", "status": "granted"} in granted

    def test_without_read_scopes_accounts_are_refused_and_pages_hidden(
        self, software: Software, advertiser: Advertiser
    ) -> None:
        advertiser.graph.headers["Authorization"] = f"Bearer {software.token('business_management')}"

        assert refusal(advertiser.get("me/adaccounts"))[0] == 200
        assert refusal(advertiser.get(advertiser.act))[0] == 200
        assert advertiser.get("me/accounts").json() == {"data": []}

    def test_a_declined_scope_is_asked_again_only_on_request(self, software: Software) -> None:
        asked = "ads_read,ads_management"

        assert "ads_management" not in software.debug(software.token(asked, decline="ads_management"))["scopes"]
        assert "ads_management" not in software.debug(software.token(asked))["scopes"]
        assert "ads_management" in software.debug(software.token(asked, auth_type="rerequest"))["scopes"]

    def test_removing_the_app_kills_its_tokens(self, software: Software, advertiser: Advertiser) -> None:
        assert advertiser.delete("me/permissions").json() == {"success": True}

        assert refusal(advertiser.get("me")) == (190, 458)

    def test_foreign_objects_look_missing(self, advertiser: Advertiser, make_advertiser: MakeAdvertiser) -> None:
        other = make_advertiser()
        campaign = made(other.campaign())

        assert refusal(advertiser.get(campaign)) == (100, 33)
        assert refusal(advertiser.get(other.act)) == (100, 33)
        assert refusal(advertiser.get("120219999999999999")) == (100, 33)
