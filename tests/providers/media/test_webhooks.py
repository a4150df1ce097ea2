"""A webhook is believed only with the vendor's own signature over its very bytes, and only for five minutes."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from providers.errors import RetryLater
from providers.media.protocol import BadWebhook, CallsBack, WebhookCall
from providers.media.registry import MediaProviders
from providers.media.transport import Access
from stack.ports import free_port
from tests.providers.ads.meta.wire_stub import reply, wire_stub
from tests.providers.media.requests import SUBMITS, World, asking

CALLING = ("replicate", "fal")
SIGNATURES = {"replicate": "webhook-signature", "fal": "x-fal-webhook-signature"}
Sent = tuple[str, dict[str, str], bytes]


def caller(providers: MediaProviders, vendor: str) -> CallsBack:
    provider = providers.provider(vendor)
    assert isinstance(provider, CallsBack)
    return provider


async def called_back(vendor: str, providers: MediaProviders, world: World) -> Sent:
    """The id of a job that has ended, and the headers and body of the call that told of it."""
    async with wire_stub(reply({}), reply({})) as stub:
        job = await providers.provider(vendor).render(asking(vendor, webhook_url=f"{stub.url}/hook?render=1"))
        world.finish(job.provider_job_id)
        await asyncio.wait_for(stub.arrived.wait(), 10)
    head, _, body = stub.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?render=1 ")
    lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
    return job.provider_job_id, {name: value for name, _, value in lines}, body


@pytest.mark.parametrize("vendor", CALLING)
async def test_a_signed_call_names_its_job_for_five_minutes(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    job_id, headers, body = await called_back(vendor, providers, world)
    vendors, now = caller(providers, vendor), datetime.now(UTC)

    assert await vendors.parse_webhook(headers, body, now) == WebhookCall(job_id)
    for later in (timedelta(minutes=6), timedelta(minutes=-6)):
        with pytest.raises(BadWebhook, match="five minutes"):
            await vendors.parse_webhook(headers, body, now + later)


@pytest.mark.parametrize("vendor", CALLING)
async def test_a_call_that_was_changed_on_the_way_is_not_believed(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    _, headers, body = await called_back(vendor, providers, world)
    vendors, now, signature = caller(providers, vendor), datetime.now(UTC), SIGNATURES[vendor]
    without = {name: value for name, value in headers.items() if name.lower() != signature}

    for forged_headers, forged_body in [
        (headers, body.replace(b'"', b"'", 1)),
        (headers, b""),
        (headers, b"\xff\xfe"),
        (without, body),
        ({**without, signature: "v1,AAAA"}, body),
        ({**without, signature: "zz"}, body),
        ({**without, signature: "ab" * 64}, body),
        ({}, body),
    ]:
        with pytest.raises(BadWebhook):
            await vendors.parse_webhook(forged_headers, forged_body, now)


@pytest.mark.parametrize("vendor", CALLING)
async def test_a_call_signed_with_another_key_is_not_believed(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    world.fault(vendor, "bad_signature", SUBMITS[vendor])
    _, headers, body = await called_back(vendor, providers, world)

    with pytest.raises(BadWebhook):
        await caller(providers, vendor).parse_webhook(headers, body, datetime.now(UTC))


@pytest.mark.parametrize("vendor", CALLING)
async def test_a_changed_key_is_fetched_once_and_not_for_every_forgery(
    vendor: str, access: dict[str, Access], providers: MediaProviders, world: World
) -> None:
    job_id, headers, body = await called_back(vendor, providers, world)
    now = datetime.now(UTC)
    async with wire_stub(reply(former_keys(vendor)), reply(present_keys(vendor, world))) as stub:
        changed = replace(access[vendor], keys_url=stub.url) if vendor == "fal" else Access(stub.url, "r8_test")
        elsewhere = MediaProviders({vendor: changed})
        vendors = caller(elsewhere, vendor)
        with pytest.raises(BadWebhook):
            await vendors.parse_webhook(headers, body, now - timedelta(minutes=2))

        assert await vendors.parse_webhook(headers, body, now) == WebhookCall(job_id)
        for _ in range(3):
            with pytest.raises(BadWebhook):
                await vendors.parse_webhook(headers, body + b" ", now)

        await elsewhere.close()
    assert len(stub.requests) == 2


@pytest.mark.parametrize("vendor", CALLING)
async def test_without_the_vendors_keys_the_vendor_is_asked_to_call_again(
    vendor: str, providers: MediaProviders, world: World
) -> None:
    _, headers, body = await called_back(vendor, providers, world)
    nobody = f"http://127.0.0.1:{free_port()}"
    elsewhere = MediaProviders({vendor: Access(nobody, "key", nobody)})

    with pytest.raises(RetryLater):
        await caller(elsewhere, vendor).parse_webhook(headers, body, datetime.now(UTC))

    await elsewhere.close()


def former_keys(vendor: str) -> object:
    if vendor == "replicate":
        return {"key": f"whsec_{base64.b64encode(b'yesterday').decode()}"}
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(public).decode().rstrip("=")}]}


def present_keys(vendor: str, world: World) -> object:
    path = {"replicate": "/replicate/v1/webhooks/default/secret", "fal": "/fal/.well-known/jwks.json"}[vendor]
    return httpx.get(f"{world.url}{path}", headers={"Authorization": "Bearer r8_test"}).raise_for_status().json()
