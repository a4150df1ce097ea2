"""The compose file against what it names. No container engine is needed, so none of this starts it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from settings import ROOT, Settings, environment_name
from stack.temporal import DYNAMIC_CONFIG, PRAGMAS, RETENTION, SEARCH_ATTRIBUTES

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# What the compose specification allows and we use; anything else is a slip.
SERVICE_KEYS = {
    *("build", "command", "depends_on", "environment", "healthcheck", "image", "logging", "ports", "profiles"),
    *("restart", "stop_grace_period", "volumes"),
}
DEPENDENCY_CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def documented(name: str) -> set[str]:
    return set(re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / "deploy" / name).read_text(), re.MULTILINE))


def test_the_file_has_only_known_sections() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"name", "services", "volumes"}
    assert set(SERVICES) == {"postgres", "temporal", "s3", "simulator", "prepare", "worker", "api"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_valid_form(name: str) -> None:
    service = SERVICES[name]

    assert service.keys() <= SERVICE_KEYS
    assert service.keys() & {"image", "build"}
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in service.get("ports", [])), "not for the world"
    for needed, how in service.get("depends_on", {}).items():
        assert how["condition"] in DEPENDENCY_CONDITIONS
        if how["condition"] == "service_healthy":
            assert "test" in SERVICES[needed]["healthcheck"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_mounts_only_declared_volumes(name: str) -> None:
    mounted = {volume.split(":")[0] for volume in SERVICES[name].get("volumes", [])}

    assert mounted <= COMPOSE["volumes"].keys()


def test_every_required_variable_is_in_the_example() -> None:
    required = set(re.findall(r"\$\{([A-Z0-9_]+):\?\}", TEXT))
    optional = set(re.findall(r"\$\{([A-Z0-9_]+):-", TEXT))

    assert required <= documented("compose.env.example")
    assert documented("compose.env.example") | documented("simulated.env") == required | optional


def test_the_processes_get_only_settings_that_exist() -> None:
    known = {environment_name(field) for field in Settings.model_fields}

    for name in ("prepare", "worker", "api"):
        assert set(SERVICES[name]["environment"]) <= known


def test_temporal_runs_with_the_flags_of_the_embedded_one() -> None:
    command = SERVICES["temporal"]["command"]

    flags = {
        *(f"--sqlite-pragma={pragma}" for pragma in PRAGMAS),
        *(f"--dynamic-config-value={value}" for value in DYNAMIC_CONFIG),
        *(f"--search-attribute={name}=Keyword" for name in SEARCH_ATTRIBUTES),
    }
    assert flags <= set(command)
    assert f"--retention {RETENTION}" in (ROOT / "deploy" / "prepare.sh").read_text()


def test_the_image_runs_as_nobody_special_and_is_watched() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()

    assert re.search(r"^USER (?!root)\w+$", dockerfile, re.MULTILINE)
    assert "--interval=30s --timeout=10s --start-period=5s --retries=3" in dockerfile
    assert "--require-hashes" in dockerfile
