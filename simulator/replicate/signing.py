"""Signs webhooks the way of Standard Webhooks: HMAC-SHA256 over id, time and raw body, with one secret per account."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable

from simulator.media.jobs import Job
from simulator.media.webhooks import Call
from simulator.store import Document, Store

KIND = "replicate_webhook_secret"


def secret(store: Store) -> str:
    """Made at the first question and kept."""
    if (kept := store.get(KIND, KIND)) is None:
        kept = {"id": KIND, "key": f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"}
        store.put(KIND, kept)
    return str(kept["key"])


def writer(store: Store, prediction: Callable[[Job], Document]) -> Callable[[Job, str], Call]:
    """Writes calls whose body is the prediction as it stands."""

    def write(job: Job, event: str) -> Call:
        body = json.dumps(prediction(job)).encode()
        stamp = str(int(time.time() - job.script.signature_age_s))
        number = f"msg_{job.id}_{event}"
        key = base64.b64decode(secret(store).removeprefix("whsec_"))
        if job.script.bad_signature:
            key = key[::-1]
        made = hmac.new(key, f"{number}.{stamp}.".encode() + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(made).decode()}"
        return Call(body, {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": signature})

    return write
