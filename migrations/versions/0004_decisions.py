"""Approvals and ballots, comments, audit, notifications, and what models cost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.policies import APPEND_ONLY, secure_tenant_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("command_id", sa.String(), nullable=True),
        sa.Column("actor_user_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "api",
                "operator_unverified",
                "system",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["actor_user_id"], ["user_account.id"], name=op.f("fk_audit_event_actor_user_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_audit_event_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("workspace_id", "command_id", name=op.f("uq_audit_event_workspace_id_command_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_audit_event_workspace_id_id")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["workspace_id", "at"], unique=False)
    op.create_index("ix_audit_event_object", "audit_event", ["workspace_id", "object_id", "at"], unique=False)
    op.create_table(
        "command_input",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_command_input_created_by")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_command_input_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command_input")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_command_input_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "sha256", name=op.f("uq_command_input_workspace_id_sha256")),
    )
    op.create_table(
        "ai_usage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("is_estimate", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_ai_usage_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_ai_usage_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_usage")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ai_usage_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "request_id", name=op.f("uq_ai_usage_workspace_id_request_id")),
    )
    op.create_index("ix_ai_usage_at", "ai_usage", ["workspace_id", "at"], unique=False)
    op.create_index("ix_ai_usage_campaign_id", "ai_usage", ["campaign_id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "strategy",
                "content",
                "schedule",
                "ads",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "needs_review",
                "approved",
                "rejected",
                name="approvalstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("basis_hash", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"], name=op.f("fk_approval_requested_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_approval_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_approval_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("campaign_id", "scope", name=op.f("uq_approval_campaign_id_scope")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_approval_workspace_id_id")),
    )
    op.create_table(
        "ballot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "strategy",
                "content",
                "schedule",
                "ads",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("item_key", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("decider_user_id", sa.Uuid(), nullable=True),
        sa.Column("decider_name", sa.String(), nullable=False),
        sa.Column("seen_hash", sa.String(), nullable=False),
        sa.Column("basis_hash", sa.String(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "approve",
                "request_changes",
                "exclude",
                "include",
                "withdraw",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "api",
                "operator_unverified",
                "system",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("command_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["decider_user_id"], ["user_account.id"], name=op.f("fk_ballot_decider_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_ballot_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_ballot_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint(
            "workspace_id",
            "command_id",
            "scope",
            "item_key",
            "verdict",
            name=op.f("uq_ballot_workspace_id_command_id_scope_item_key_verdict"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_ballot_workspace_id_id")),
    )
    op.create_index("ix_ballot_campaign_id", "ballot", ["campaign_id", "scope"], unique=False)
    op.create_table(
        "comment_thread",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "strategy",
                "content",
                "schedule",
                "ads",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("item_key", sa.String(), nullable=True),
        sa.Column("anchor", JSONB(), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum("internal", "client", name="visibility", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["resolved_by"], ["user_account.id"], name=op.f("fk_comment_thread_resolved_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_comment_thread_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_comment_thread_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_thread")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_comment_thread_workspace_id_id")),
    )
    op.create_index("ix_comment_thread_campaign_id", "comment_thread", ["campaign_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_notification_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_notification_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_notification_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("workspace_id", "dedupe_key", name=op.f("uq_notification_workspace_id_dedupe_key")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_notification_workspace_id_id")),
    )
    op.create_index("ix_notification_newest", "notification", ["workspace_id", "created_at"], unique=False)
    op.create_index("ix_notification_user_id", "notification", ["user_id"], unique=False)
    op.create_index("ix_notification_campaign_id", "notification", ["campaign_id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("author_user_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["author_user_id"], ["user_account.id"], name=op.f("fk_comment_author_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "thread_id"],
            ["comment_thread.workspace_id", "comment_thread.id"],
            name=op.f("fk_comment_workspace_id_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_comment_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_comment_workspace_id_id")),
    )
    op.create_index("ix_comment_thread_id", "comment", ["thread_id"], unique=False)

    secure_tenant_table("audit_event", APPEND_ONLY)
    secure_tenant_table("command_input", APPEND_ONLY)
    secure_tenant_table("ai_usage")
    secure_tenant_table("approval")
    secure_tenant_table("ballot", APPEND_ONLY)
    secure_tenant_table("comment_thread")
    secure_tenant_table("notification")
    secure_tenant_table("comment")
