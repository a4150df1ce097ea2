"""`stack.env`: addresses of the embedded servers and secrets made at first start, for every process of the clone."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from records.access import API_KEY_MARK
from records.bootstrap import APP_ROLE, OWNER_ROLE
from settings import Settings
from stack.placement import Placement
from stack.postgres import role_url
from stack.service import StackError
from stack.simulation import fal_settings, meta_settings, openai_settings, replicate_settings, runway_settings

DEMO_EMAIL = "demo@greenlight.example"


def read_environment(data_dir: Path) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(data_dir / "stack.env").items()}


def write_environment(data_dir: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step; only its owner may read it."""
    fresh = data_dir / "stack.env.new"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Written by `make up` at every start; put settings of your own into .env.\n")
        file.writelines(f"{name}='{value}'\n" for name, value in values.items())
    fresh.replace(data_dir / "stack.env")


def embedded_environment(configured: Settings, place: Placement | None, known: Mapping[str, str]) -> dict[str, str]:
    """What the settings in `configured` leave open.

    `known` is the file of the last start: secrets are taken from it, since stored tokens depend on the master key.
    """
    host = "127.0.0.1"
    public_url = f"http://{reachable(configured.api_host)}:{configured.api_port}"
    # Everybody on this machine has one address: people, programs, the demo.
    shared = {"GREENLIGHT_RATE_LIMIT_PER_MINUTE": "1200"}
    values = {**_secrets(known), **shared, "GREENLIGHT_PUBLIC_URL": public_url}
    if place:
        values["DATABASE_URL"] = role_url(place, APP_ROLE)
        values["DATABASE_OWNER_URL"] = role_url(place, OWNER_ROLE)
    if not configured.temporal_address:
        values["TEMPORAL_ADDRESS"] = f"{host}:{configured.temporal_port}"
    if not configured.s3_endpoint:
        # No public address: other machines cannot reach it, and it answers ranges in a way that browsers misread.
        values["S3_ENDPOINT"] = f"http://{host}:{configured.s3_port}"
        values["S3_ACCESS_KEY_ID"] = "greenlight"
        values["S3_SECRET_ACCESS_KEY"] = known.get("S3_SECRET_ACCESS_KEY") or secrets.token_hex(20)
    simulator = f"http://{host}:{configured.simulator_port}"
    values["GREENLIGHT_SIMULATOR_URL"] = simulator
    for theirs, simulated in (
        (configured.openai_api_key, openai_settings),
        (configured.replicate_api_token, replicate_settings),
        (configured.runwayml_api_secret, runway_settings),
        (configured.fal_key, fal_settings),
        (configured.meta_app_id, meta_settings),
    ):
        if not theirs:
            values |= simulated(simulator)
    return values


def reachable(host: str) -> str:
    """Where this machine finds a server that listens on `host`, which may mean every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound


def require_complete(configured: Settings) -> None:
    """Refuse halves: an own server whose second address or secret is missing.

    Raises:
        StackError: names the missing setting.
    """
    wanted = (
        (configured.database_url, configured.database_owner_url, "DATABASE_OWNER_URL", "DATABASE_URL"),
        (configured.database_owner_url, configured.database_url, "DATABASE_URL", "DATABASE_OWNER_URL"),
        (configured.s3_endpoint, configured.s3_secret_access_key, "S3_SECRET_ACCESS_KEY", "S3_ENDPOINT"),
        (configured.meta_app_id, configured.meta_app_secret, "META_APP_SECRET", "META_APP_ID"),
    )
    for given, other, missing, present in wanted:
        if given and not other:
            raise StackError(f"{present} is set, so {missing} must be set too. See .env.example.")


def _secrets(known: Mapping[str, str]) -> dict[str, str]:
    return {
        "GREENLIGHT_MASTER_KEY": known.get("GREENLIGHT_MASTER_KEY")
        or base64.b64encode(secrets.token_bytes(32)).decode(),
        "GREENLIGHT_SESSION_SECRET": known.get("GREENLIGHT_SESSION_SECRET") or secrets.token_hex(32),
        "GREENLIGHT_DEMO_EMAIL": DEMO_EMAIL,
        "GREENLIGHT_DEMO_PASSWORD": known.get("GREENLIGHT_DEMO_PASSWORD") or secrets.token_urlsafe(12),
        "GREENLIGHT_DEMO_API_KEY": known.get("GREENLIGHT_DEMO_API_KEY") or f"{API_KEY_MARK}{secrets.token_urlsafe(32)}",
    }
