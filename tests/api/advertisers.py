"""A fresh advertiser on the simulated Meta, and how a person connects it."""

from dataclasses import dataclass
from uuid import uuid4

import httpx

from tests.api.people import Member
from tests.servers import Simulator

ACCOUNTS = "/api/v1/ad-accounts"


@dataclass(frozen=True)
class Advertiser:
    """A fresh advertiser on the simulated Meta, and the person who may connect it."""

    user_id: str
    account_id: str
    page_id: str
    pixel_id: str


def new_advertiser(simulator: Simulator) -> Advertiser:
    spec = {"name": f"Tea shop {uuid4().hex[:6]}", "currency": "SAR", "timezone": "Asia/Riyadh"}
    made = simulator.control.post("meta/accounts", json=spec).raise_for_status().json()
    return Advertiser(*(str(made[name]) for name in ("user_id", "account_id", "page_id", "pixel_id")))


async def answer_dialog(url: str, user_id: str, decision: str = "continue", decline: str = "") -> str:
    """What the person does in the dialog; the path that the platform then sends the browser to."""
    asked = dict(httpx.URL(url).params)
    async with httpx.AsyncClient() as browser:
        data = {**asked, "user": user_id, "decision": decision, **({"decline": decline} if decline else {})}
        reply = await browser.post(url, data=data)
    return httpx.URL(reply.headers["location"]).raw_path.decode()


async def consent(member: Member, advertiser: Advertiser, access: str = "read", **answer: str) -> httpx.Response:
    dialog = await member.http.post(f"{ACCOUNTS}/consent", json={"access": access})
    return await member.http.get(await answer_dialog(dialog.json()["dialog_url"], advertiser.user_id, **answer))


async def connect(member: Member, advertiser: Advertiser, access: str = "read") -> dict[str, object]:
    grant = (await consent(member, advertiser, access)).json()["grant"]
    reply = await member.http.post(ACCOUNTS, json={"grant": grant, "external_id": advertiser.account_id})
    assert reply.status_code == 201, reply.text
    account: dict[str, object] = reply.json()
    return account


async def connect_whole(member: Member, advertiser: Advertiser) -> str:
    """An account that is ready to publish; its id."""
    account = await connect(member, advertiser, "write")
    body = {"page_id": advertiser.page_id, "pixel_id": advertiser.pixel_id, "pixel_event": "PURCHASE"}
    reply = await member.http.put(f"{ACCOUNTS}/{account['id']}/choices", json=body)
    assert reply.json()["preflight"]["obstacles"] == [], reply.text
    return str(account["id"])
