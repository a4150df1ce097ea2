from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import Settings
from stack.environment import embedded_environment, read_environment, require_complete, write_environment
from stack.placement import Placement, place_postgres
from stack.service import StackError


@pytest.fixture
def place(run_dir: Path) -> Placement:
    return place_postgres(run_dir)


def test_nothing_configured_gives_complete_settings_with_simulated_providers(run_dir: Path, place: Placement) -> None:
    write_environment(run_dir, embedded_environment(Settings(), place, {}))

    settings = Settings(_env_file=run_dir / "stack.env")

    assert settings.simulated_providers == ["OpenAI", "Replicate", "Runway", "fal", "Meta"]
    assert settings.database_url.startswith("postgresql://greenlight_app@")
    assert settings.database_owner_url.startswith("postgresql://greenlight_owner@")
    assert settings.temporal_address == "127.0.0.1:7233"
    assert len(settings.master_key.get_secret_value()) == 44


def test_secrets_stay_the_same_and_stay_private(run_dir: Path, place: Placement) -> None:
    first = embedded_environment(Settings(), place, {})
    write_environment(run_dir, first)

    again = embedded_environment(Settings(), place, read_environment(run_dir))

    assert again == first
    assert stat.S_IMODE((run_dir / "stack.env").stat().st_mode) == 0o600


def test_two_clones_have_different_secrets(place: Placement) -> None:
    one, other = (embedded_environment(Settings(), place, {}) for _ in range(2))

    assert one["GREENLIGHT_MASTER_KEY"] != other["GREENLIGHT_MASTER_KEY"]
    assert one["GREENLIGHT_DEMO_PASSWORD"] != other["GREENLIGHT_DEMO_PASSWORD"]


def test_an_own_key_makes_that_provider_real(run_dir: Path, place: Placement) -> None:
    own = Settings(openai_api_key=SecretStr("sk-own"), runwayml_api_secret=SecretStr("key_own"))

    environment = embedded_environment(own, place, {})

    assert environment.keys().isdisjoint({"OPENAI_BASE_URL", "RUNWAYML_BASE_URL", "RUNWAYML_API_SECRET"})
    write_environment(run_dir, environment)
    settings = Settings(_env_file=run_dir / "stack.env", **own.model_dump(exclude_unset=True))
    assert settings.simulated_providers == ["Replicate", "fal", "Meta"]


def test_a_moved_port_moves_the_address(place: Placement) -> None:
    environment = embedded_environment(Settings(temporal_port=17233, api_port=18000), place, {})

    assert environment["TEMPORAL_ADDRESS"] == "127.0.0.1:17233"
    assert environment["GREENLIGHT_PUBLIC_URL"] == "http://127.0.0.1:18000"


def test_a_server_for_every_address_is_shown_under_one_that_works(place: Placement) -> None:
    environment = embedded_environment(Settings(api_host="0.0.0.0"), place, {})  # noqa: S104

    assert environment["GREENLIGHT_PUBLIC_URL"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"database_url": "postgresql://app@db/x"}, "DATABASE_OWNER_URL must"),
        ({"database_owner_url": "postgresql://owner@db/x"}, "DATABASE_URL must"),
        ({"s3_endpoint": "https://s3.example"}, "S3_SECRET_ACCESS_KEY must"),
        ({"meta_app_id": "1"}, "META_APP_SECRET must"),
    ],
)
def test_half_of_an_own_server_is_refused(given: dict[str, str], missing: str) -> None:
    with pytest.raises(StackError, match=missing):
        require_complete(Settings.model_validate(given))
