"""A connected ad account: its sealed token, what was chosen for it, its gate and its quota."""

from datetime import datetime

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
    connected_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_sync_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
