"""Every address, key and limit that differs between installations, read once from the environment.

Order, first wins: process environment, `.env` in the clone, `stack.env` in the data folder. The embedded stack writes
`stack.env` with its own addresses and generated secrets, so nothing has to be configured by hand; `.env.example`
documents each name.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


class TokenPrice(BaseModel):
    """Price of one text model. Units: USD per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Decimal
    cached_input: Decimal
    output: Decimal


class Settings(BaseSettings):
    """One installation. An empty address means: the embedded stack brings that server."""

    model_config = SettingsConfigDict(
        env_prefix="GREENLIGHT_", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    data_dir: Path = ROOT / "var"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    api_host: str = "127.0.0.1"
    api_port: Port = 8000
    rate_limit_per_minute: PositiveInt = Field(100, description="Requests per client address, and per key or session")
    public_url: str = Field("", description="Address under which browsers and platforms reach the API, no final slash")

    database_url: str = Field("", validation_alias="DATABASE_URL", description="Role `app`, held by row-level security")
    database_owner_url: str = Field("", validation_alias="DATABASE_OWNER_URL", description="Owner role, for migrations")
    database_admin_url: SecretStr | None = Field(None, validation_alias="DATABASE_ADMIN_URL")

    temporal_address: str = Field("", validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field("default", validation_alias="TEMPORAL_NAMESPACE")
    temporal_api_key: SecretStr | None = Field(None, validation_alias="TEMPORAL_API_KEY")
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233

    s3_endpoint: str = Field("", validation_alias="S3_ENDPOINT")
    s3_public_url: str = Field("", validation_alias="S3_PUBLIC_URL", description="Base that presigned links start with")
    s3_region: str = Field("auto", validation_alias="S3_REGION")
    s3_bucket: str = Field("greenlight", validation_alias="S3_BUCKET")
    s3_access_key_id: str = Field("", validation_alias="S3_ACCESS_KEY_ID")
    s3_secret_access_key: SecretStr = Field(SecretStr(""), validation_alias="S3_SECRET_ACCESS_KEY")
    s3_port: Port = 8200

    openai_base_url: str = Field("https://api.openai.com/v1", validation_alias="OPENAI_BASE_URL")
    openai_api_key: SecretStr = Field(SecretStr(""), validation_alias="OPENAI_API_KEY")
    openai_model_parse: str = "gpt-5.4-mini"
    openai_model_strategy: str = "gpt-5.4"
    openai_model_copy: str = "gpt-5.4-mini"
    # Vendor's list prices of 2026-06; a model missing here cannot be used, because its cost could not be capped.
    openai_prices: dict[str, TokenPrice] = {
        "gpt-5.4": TokenPrice(input=Decimal("2.50"), cached_input=Decimal("0.25"), output=Decimal("15.00")),
        "gpt-5.4-mini": TokenPrice(input=Decimal("0.75"), cached_input=Decimal("0.075"), output=Decimal("4.50")),
    }
    ai_monthly_cap_cents: PositiveInt = Field(5000, description="USD cents per workspace and calendar month")

    replicate_base_url: str = Field("https://api.replicate.com", validation_alias="REPLICATE_BASE_URL")
    replicate_api_token: SecretStr = Field(SecretStr(""), validation_alias="REPLICATE_API_TOKEN")
    runwayml_base_url: str = Field("https://api.dev.runwayml.com", validation_alias="RUNWAYML_BASE_URL")
    runwayml_api_secret: SecretStr = Field(SecretStr(""), validation_alias="RUNWAYML_API_SECRET")
    fal_queue_url: str = Field("https://queue.fal.run", validation_alias="FAL_QUEUE_URL")
    fal_jwks_url: str = Field("https://rest.fal.ai/.well-known/jwks.json", validation_alias="FAL_JWKS_URL")
    fal_key: SecretStr = Field(SecretStr(""), validation_alias="FAL_KEY")
    render_image_model: str = Field("replicate/flux-2-pro", description="Key in providers/media/catalogue.toml")
    render_video_model: str = Field("runway/gen4_turbo", description="Key in providers/media/catalogue.toml")

    meta_graph_url: str = Field("https://graph.facebook.com", validation_alias="META_GRAPH_URL")
    meta_dialog_url: str = Field("https://www.facebook.com", validation_alias="META_DIALOG_URL")
    meta_api_version: str = Field("v26.0", validation_alias="META_API_VERSION", pattern=r"^v\d+\.\d+$")
    meta_app_id: str = Field("", validation_alias="META_APP_ID")
    meta_app_secret: SecretStr = Field(SecretStr(""), validation_alias="META_APP_SECRET")

    simulator_url: str = ""
    simulator_port: Port = 8100

    master_key: SecretStr = Field(SecretStr(""), description="AES-256-GCM key for stored tokens, 32 bytes in base64")
    master_key_id: str = "k1"
    retired_master_keys: dict[str, SecretStr] = Field({}, description="Key id to base64 key; they only decrypt")
    session_secret: SecretStr = SecretStr("")

    publish_lookup_waits_s: tuple[PositiveFloat, ...] = (1.0, 5.0, 20.0, 60.0)
    platform_timeout_s: PositiveFloat = 15.0
    send_deadline_s: PositiveFloat = 20.0
    render_send_deadline_s: PositiveFloat = Field(30.0, description="Reference pictures and the submit together")
    render_first_retry_s: PositiveFloat = Field(5.0, description="Wait before a failed render is paid for again")

    metric_months_kept: PositiveInt = Field(37, description="Whole months; the time for which Meta keeps insights")
    decision_days_kept: PositiveInt = Field(400, description="What decisions were made from; they themselves are kept")
    read_notice_days_kept: PositiveInt = 90

    @property
    def simulated_providers(self) -> list[str]:
        """Names of the providers whose base URL points at the simulator, for every screen to show."""
        bases = {
            "OpenAI": self.openai_base_url,
            "Replicate": self.replicate_base_url,
            "Runway": self.runwayml_base_url,
            "fal": self.fal_queue_url,
            "Meta": self.meta_graph_url,
        }
        return [name for name, base in bases.items() if self.simulator_url and base.startswith(self.simulator_url)]

    @property
    def master_keys(self) -> dict[str, str]:
        """All keys that may open a stored token, in base64 by their id."""
        keys = {**self.retired_master_keys, self.master_key_id: self.master_key}
        return {key_id: key.get_secret_value() for key_id, key in keys.items()}

    @field_validator("data_dir")
    @classmethod
    def _inside_the_clone_unless_absolute(cls, path: Path) -> Path:
        return ROOT / path.expanduser()


# What a door cannot run without.
REQUIRED = ("database_url", "temporal_address", "s3_endpoint", "public_url", "master_key", "session_secret")


def environment_name(field: str) -> str:
    """The variable that sets `field`."""
    info = Settings.model_fields.get(field)
    return str(info.validation_alias or f"GREENLIGHT_{field.upper()}") if info else field


def read_settings(*extra_files: Path) -> Settings:
    """What the environment and `.env` say, over `extra_files`. GREENLIGHT_ENV_FILE names another file than `.env`."""
    env_file = Path(os.environ.get("GREENLIGHT_ENV_FILE") or ROOT / ".env")
    try:
        return Settings(_env_file=(*extra_files, env_file))
    except ValidationError as error:
        found = error.errors(include_input=False)
        wrong = "; ".join(f"{environment_name(str(e['loc'][0]))}: {e['msg']}" for e in found)
        raise SettingsError(f"Cannot read the settings: {wrong}. See .env.example.") from None


def load_settings() -> Settings:
    """Settings of a door.

    Raises:
        SettingsError: something it needs is set neither by hand nor by the embedded stack.
    """
    settings = read_settings(read_settings().data_dir / "stack.env")
    values = settings.model_dump()
    missing = [environment_name(name) for name in REQUIRED if not values[name]]
    if missing:
        raise SettingsError(
            f"{', '.join(missing)} not set. Start the embedded stack with `make up`, or see .env.example."
        )
    return settings
