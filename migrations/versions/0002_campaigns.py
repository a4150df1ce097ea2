"""Brands, assets, ad accounts and campaigns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.policies import secure_tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ad_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "connected",
                "needs_reconnect",
                "restricted",
                "stopped",
                "disconnected",
                name="adaccountstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("token_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("token_nonce", sa.LargeBinary(), nullable=True),
        sa.Column("token_key_id", sa.String(), nullable=True),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("page_id", sa.String(), nullable=True),
        sa.Column("page_name", sa.String(), nullable=True),
        sa.Column("instagram_user_id", sa.String(), nullable=True),
        sa.Column("pixel_id", sa.String(), nullable=True),
        sa.Column("pixel_event", sa.String(), nullable=True),
        sa.Column("lead_form_id", sa.String(), nullable=True),
        sa.Column("dsa_beneficiary", sa.String(), nullable=True),
        sa.Column("dsa_payor", sa.String(), nullable=True),
        sa.Column("preflight", JSONB(), nullable=True),
        sa.Column(
            "gate",
            sa.Enum("open", "stopped", name="gate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("gate_epoch", sa.Integer(), nullable=False),
        sa.Column("usage_pct", sa.Integer(), nullable=False),
        sa.Column("throttled_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sync_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_ad_account_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ad_account")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ad_account_workspace_id_id")),
    )
    op.create_index(
        "uq_ad_account_connection",
        "ad_account",
        ["platform", "external_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'disconnected'"),
    )
    op.create_table(
        "asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "image",
                "video",
                "audio",
                "document",
                name="assetkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("rights_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("regions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "upload",
                "ai",
                "composed",
                "imported",
                name="assetsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_asset_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_asset_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "sha256", name=op.f("uq_asset_workspace_id_sha256")),
    )
    op.create_index("ix_asset_newest", "asset", ["workspace_id", "created_at"], unique=False)
    op.create_index("ix_asset_tags", "asset", ["tags"], unique=False, postgresql_using="gin")
    op.create_table(
        "brand",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("logo_asset_id", sa.Uuid(), nullable=True),
        sa.Column("colours", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("banned_words", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("claims", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "logo_asset_id"],
            ["asset.workspace_id", "asset.id"],
            name=op.f("fk_brand_workspace_id_logo_asset_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_brand_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_brand_workspace_id_id")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=True),
        sa.Column("ad_account_id", sa.Uuid(), nullable=True),
        sa.Column("platforms", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("objective", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "awaiting_approval",
                "ready",
                "publishing",
                "scheduled",
                "live",
                "paused",
                "ended",
                "cancelled",
                name="campaignstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "delivery",
            sa.Enum(
                "in_platform_review",
                "learning",
                "learning_limited",
                "delivering",
                "partly_rejected",
                "not_delivering",
                name="delivery",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("delivery_reason", sa.String(), nullable=True),
        sa.Column("waiting_on", sa.String(), nullable=True),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("work", JSONB(), nullable=False),
        sa.Column("evaluation", JSONB(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("create_key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("publish_number", sa.Integer(), nullable=False),
        sa.Column("budget_currency", sa.String(), nullable=True),
        sa.Column("budget_total_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_optimized_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_campaign_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_campaign_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "brand_id"],
            ["brand.workspace_id", "brand.id"],
            name=op.f("fk_campaign_workspace_id_brand_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("workspace_id", "create_key", name=op.f("uq_campaign_workspace_id_create_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaign_workspace_id_id")),
    )
    op.create_index("ix_campaign_ad_account_id", "campaign", ["ad_account_id"], unique=False)
    op.create_index("ix_campaign_created_by", "campaign", ["created_by"], unique=False)
    op.create_index("ix_campaign_list", "campaign", ["workspace_id", "created_at", "id"], unique=False)
    op.create_index("ix_campaign_status", "campaign", ["workspace_id", "status"], unique=False)
    op.create_table(
        "platform_campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=True),
        sa.Column("plan_key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("allocated_minor", sa.BigInteger(), nullable=True),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_platform_campaign_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_platform_campaign_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_platform_campaign_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_campaign")),
        sa.UniqueConstraint("campaign_id", "plan_key", name=op.f("uq_platform_campaign_campaign_id_plan_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_platform_campaign_workspace_id_id")),
    )
    op.create_index("ix_platform_campaign_external_id", "platform_campaign", ["platform", "external_id"], unique=False)

    secure_tenant_table("ad_account")
    secure_tenant_table("asset")
    secure_tenant_table("brand")
    secure_tenant_table("campaign")
    secure_tenant_table("platform_campaign")
