from __future__ import annotations

import re
from pathlib import Path

import pytest

from settings import ROOT, Settings, SettingsError, environment_name, load_settings, read_settings


def test_the_example_names_every_setting_and_nothing_else() -> None:
    documented = set(re.findall(r"^# ([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert documented == {environment_name(name) for name in Settings.model_fields}


def test_the_example_becomes_valid_settings_when_uncommented(tmp_path: Path) -> None:
    uncommented = re.sub(r"^# (?=[A-Z][A-Z0-9_]+=)", "", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(uncommented)

    settings = Settings(_env_file=tmp_path / ".env")

    defaults = Settings()
    assert settings.openai_prices == defaults.openai_prices
    assert settings.publish_lookup_waits_s == defaults.publish_lookup_waits_s
    assert settings.api_port == defaults.api_port


def test_every_text_model_has_a_price() -> None:
    settings = Settings()

    models = {settings.openai_model_parse, settings.openai_model_strategy, settings.openai_model_copy}
    assert models <= settings.openai_prices.keys()


def test_own_values_win_over_those_of_the_embedded_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stack.env").write_text("TEMPORAL_ADDRESS=embedded:1\nS3_ENDPOINT=http://embedded\n")
    (tmp_path / "own.env").write_text("TEMPORAL_ADDRESS=own:2\n")
    monkeypatch.setenv("GREENLIGHT_ENV_FILE", str(tmp_path / "own.env"))

    settings = read_settings(tmp_path / "stack.env")

    assert settings.temporal_address == "own:2"
    assert settings.s3_endpoint == "http://embedded"


def test_a_door_without_settings_says_which_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLIGHT_DATA_DIR", str(tmp_path))

    with pytest.raises(SettingsError, match=r"DATABASE_URL.*GREENLIGHT_MASTER_KEY.*make up"):
        load_settings()


def test_a_wrong_value_is_named_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLIGHT_API_PORT", "hush-hush")

    with pytest.raises(SettingsError, match="GREENLIGHT_API_PORT") as caught:
        read_settings()

    assert "hush" not in str(caught.value)


def test_a_relative_data_folder_lies_in_the_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLIGHT_DATA_DIR", "elsewhere")

    assert read_settings().data_dir == ROOT / "elsewhere"
