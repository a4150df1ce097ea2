"""The simulated outside world, and the settings that point the product at it."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from pathlib import Path

from stack.service import Port, Service

ROOT = Path(__file__).resolve().parents[1]
# The simulator accepts any credentials; these say in every log and page what they are.
OPENAI_KEY = "sk-simulated"
REPLICATE_TOKEN = "r8_simulated"  # noqa: S105 - opens nothing
RUNWAY_SECRET = "key_simulated"  # noqa: S105 - opens nothing
FAL_KEY = "simulated:simulated"
META_APP_ID = "1000000000000001"
META_APP_SECRET = "simulated-app-secret"  # noqa: S105 - opens nothing


def simulation(data_dir: Path, port: int) -> Service:
    state = data_dir / "simulator"
    return Service(
        name="simulator",
        argv=(sys.executable, "-m", "simulator", "--host", "127.0.0.1", "--port", str(port), "--state-dir", str(state)),
        cwd=ROOT,
        ports=(Port(port, "GREENLIGHT_SIMULATOR_PORT"),),
        ready=lambda _pid: responds(f"http://127.0.0.1:{port}/control/health"),
        prepare=lambda: state.mkdir(parents=True, exist_ok=True),
    )


def openai_settings(url: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": f"{url}/openai/v1", "OPENAI_API_KEY": OPENAI_KEY}


def replicate_settings(url: str) -> dict[str, str]:
    return {"REPLICATE_BASE_URL": f"{url}/replicate", "REPLICATE_API_TOKEN": REPLICATE_TOKEN}


def runway_settings(url: str) -> dict[str, str]:
    return {"RUNWAYML_BASE_URL": f"{url}/runway", "RUNWAYML_API_SECRET": RUNWAY_SECRET}


def fal_settings(url: str) -> dict[str, str]:
    base = f"{url}/fal"
    return {"FAL_QUEUE_URL": base, "FAL_JWKS_URL": f"{base}/.well-known/jwks.json", "FAL_KEY": FAL_KEY}


def meta_settings(url: str) -> dict[str, str]:
    return {
        "META_GRAPH_URL": url,
        "META_DIALOG_URL": url,
        "META_APP_ID": META_APP_ID,
        "META_APP_SECRET": META_APP_SECRET,
    }


def responds(url: str) -> bool:
    """True when a GET is answered with success; OSError while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - a loopback address of ours
            return bool(reply.status < 300)
    except urllib.error.HTTPError:
        return False
