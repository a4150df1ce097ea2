"""The ledger of platform writes, the objects they made, and publish tries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.policies import APPEND_ONLY, secure_tenant_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_intent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("publish_number", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column(
            "object_kind",
            sa.Enum(
                "image",
                "video",
                "creative",
                "campaign",
                "ad_set",
                "ad",
                name="platformkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("plan_key", sa.String(), nullable=False),
        sa.Column("parent_object_id", sa.Uuid(), nullable=True),
        sa.Column(
            "op",
            sa.Enum(
                "create",
                "update",
                "activate",
                "pause",
                "delete",
                "rename",
                name="writeop",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "write_class",
            sa.Enum(
                "stop",
                "person",
                "undo",
                "optimizer",
                "publish",
                name="writeclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("expected_before", JSONB(), nullable=True),
        sa.Column("target", JSONB(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "intended",
                "sending",
                "confirmed",
                "refused",
                "unknown",
                "unconfirmed",
                "dropped",
                name="ledgerstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gate_epoch", sa.Integer(), nullable=True),
        sa.Column("platform_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("first_claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lookups", sa.Integer(), nullable=False),
        sa.Column("empties", sa.Integer(), nullable=False),
        sa.Column("absents", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_ledger_intent_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_ledger_intent_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_ledger_intent_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_intent")),
        sa.UniqueConstraint("object_id", "op", "version", name=op.f("uq_ledger_intent_object_id_op_version")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ledger_intent_workspace_id_id")),
    )
    op.create_index("ix_ledger_intent_ad_account_id", "ledger_intent", ["ad_account_id"], unique=False)
    op.create_index(
        "ix_ledger_intent_publish",
        "ledger_intent",
        ["campaign_id", "publish_number", "stage", "position"],
        unique=False,
    )
    op.create_index(
        "uq_ledger_intent_one_open",
        "ledger_intent",
        ["object_id"],
        unique=True,
        postgresql_where=sa.text("state in ('sending', 'unknown', 'unconfirmed')"),
    )
    op.create_table(
        "platform_object",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "image",
                "video",
                "creative",
                "campaign",
                "ad_set",
                "ad",
                name="platformkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("plan_key", sa.String(), nullable=False),
        sa.Column("parent_object_id", sa.Uuid(), nullable=True),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "paused", "active", "deleted", name="objectstatus", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("publish_number", sa.Integer(), nullable=True),
        sa.Column("review", JSONB(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_platform_object_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_platform_object_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_platform_object_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_object")),
        sa.UniqueConstraint(
            "ad_account_id", "kind", "platform_id", name=op.f("uq_platform_object_ad_account_id_kind_platform_id")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_platform_object_workspace_id_id")),
    )
    op.create_index(
        "ix_platform_object_account", "platform_object", ["ad_account_id", "kind", "plan_key"], unique=False
    )
    op.create_index(
        "uq_platform_object_plan_key",
        "platform_object",
        ["campaign_id", "kind", "plan_key"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "publish_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "waiting",
                "needs_person",
                "live",
                "scheduled",
                "failed",
                "cancelled",
                name="publishrunstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("gate_epoch", sa.Integer(), nullable=False),
        sa.Column("approved", JSONB(), nullable=False),
        sa.Column("waiting_reason", sa.String(), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("leftovers", JSONB(), nullable=False),
        sa.Column("planned", JSONB(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_publish_run_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_publish_run_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_publish_run_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publish_run")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_publish_run_campaign_id_number")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_publish_run_workspace_id_id")),
    )
    op.create_index("ix_publish_run_ad_account_id", "publish_run", ["ad_account_id"], unique=False)
    op.create_table(
        "ledger_attempt",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "claimed",
                "replied",
                "expired",
                "looked_up",
                "resolved",
                "dropped",
                name="attemptevent",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("send_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("platform_id", sa.String(), nullable=True),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "intent_id"],
            ["ledger_intent.workspace_id", "ledger_intent.id"],
            name=op.f("fk_ledger_attempt_workspace_id_intent_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_ledger_attempt_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_attempt")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ledger_attempt_workspace_id_id")),
    )
    op.create_index("ix_ledger_attempt_intent_id", "ledger_attempt", ["intent_id", "at"], unique=False)
    secure_tenant_table("ledger_intent")
    secure_tenant_table("platform_object")
    secure_tenant_table("publish_run")
    secure_tenant_table("ledger_attempt", APPEND_ONLY)
