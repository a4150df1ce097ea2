"""Signs webhooks the way of fal: Ed25519 over three headers and the body's hash, with a key at a JWKS address."""

import base64
import hashlib
import json
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator.fal import requests
from simulator.media.jobs import Job, State
from simulator.media.webhooks import Call
from simulator.store import Document, Store

KIND = "fal_signing_key"
USER = "simulated-user"


def key(store: Store) -> Ed25519PrivateKey:
    """Made at the first question and kept."""
    if (kept := store.get(KIND, KIND)) is None:
        kept = {"id": KIND, "private": Ed25519PrivateKey.generate().private_bytes_raw().hex()}
        store.put(KIND, kept)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept["private"]))


def key_set(store: Store) -> Document:
    public = base64.urlsafe_b64encode(key(store).public_key().public_bytes_raw()).decode().rstrip("=")
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "simulated", "x": public}]}


def call(store: Store, job: Job) -> Call:
    body = json.dumps(_told(job)).encode()
    stamp = str(int(time.time() - job.script.signature_age_s))
    message = "\n".join([job.id, USER, stamp, hashlib.sha256(body).hexdigest()]).encode()
    signer = Ed25519PrivateKey.generate() if job.script.bad_signature else key(store)
    headers = {
        "X-Fal-Webhook-Request-Id": job.id,
        "X-Fal-Webhook-User-Id": USER,
        "X-Fal-Webhook-Timestamp": stamp,
        "X-Fal-Webhook-Signature": signer.sign(message).hex(),
    }
    return Call(body, headers)


def _told(job: Job) -> Document:
    told: Document = {"request_id": job.id, "gateway_request_id": job.id, "status": "OK"}
    if job.state() is State.SUCCEEDED:
        return told | {"payload": requests.result(job)}
    status, payload, _ = requests.failure(job)
    return told | {"status": "ERROR", "payload": payload, "error": f"Unexpected status code: {status}"}
