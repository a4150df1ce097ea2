"""A connected ad account: its sealed token, what was chosen for it, its gate and its quota."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.domain.states import AdAccountState, Gate
from models.tables.base import TEXTS, TIMESTAMP, JsonObject, TenantRow, stored, tenant_args


class AdAccount(TenantRow, table=True):
    """Two workspaces on one ad account would be two optimizers, hence the installation-wide unique index."""

    __tablename__ = "ad_account"
    __table_args__ = tenant_args(
        sa.Index(
            "uq_ad_account_connection",
            "platform",
            "external_id",
            unique=True,
            postgresql_where=sa.text("state <> 'disconnected'"),
        ),
    )

    platform: str
    external_id: str
    name: str
    state: AdAccountState = Field(default=AdAccountState.CONNECTED, sa_type=stored(AdAccountState))
    currency: str
    timezone: str

    token_ciphertext: bytes | None = None
    token_nonce: bytes | None = None
    token_key_id: str | None = None
    token_expires_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    granted_scopes: list[str] = Field(default_factory=list, sa_type=TEXTS)

    page_id: str | None = None
    page_name: str | None = None
    instagram_user_id: str | None = None
    pixel_id: str | None = None
    pixel_event: str | None = None
    lead_form_id: str | None = None
    dsa_beneficiary: str | None = None
    dsa_payor: str | None = None
    preflight: JsonObject | None = Field(default=None, sa_type=JSONB)

    gate: Gate = Field(default=Gate.OPEN, sa_type=stored(Gate))
    gate_epoch: int = 0
    """Raised by each stop and release; a publish never activates across a change of it."""
    usage_pct: int = 0
    """Highest of the platform's usage figures in its last reply, 0-100."""
    throttled_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    clock_ahead_s: float = 0.0
    """By how much the platform's clock, as its last reply to this account told it, is ahead of the database's."""
    platform_status: str | None = None
    """The platform's own word: active, disabled, unsettled …"""
    spend_cap_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    amount_spent_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    metrics_read_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """Platform time of the last complete reading of today's and yesterday's figures."""
    metrics_problem: str | None = None
    """Why the last reading failed, in words; None after a complete one."""
    resynced_on: date | None = None
    """Account day on which the last 28 days were read again."""
    imported_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    """When what the account ran before was imported, read-only."""
    import_progress: JsonObject | None = Field(default=None, sa_type=JSONB)
    """How far an import is or how it ended; see `models.contracts.importing.ImportProgress`."""
    connected_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_sync_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
