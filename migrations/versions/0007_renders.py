"""Renders, uploads in parts, and what the library knows of an asset."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import DELETABLE, secure_tenant_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("multipart_id", sa.String(), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_upload_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "asset_id"],
            ["asset.workspace_id", "asset.id"],
            name=op.f("fk_upload_workspace_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_upload_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_upload_workspace_id_id")),
    )
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"], unique=False)
    op.create_table(
        "render_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("concept_key", sa.String(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("image", "video", name="renderkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "ratio",
            sa.Enum("1:1", "4:5", "9:16", "1.91:1", name="ratio", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("reference_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("variants", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "succeeded",
                "failed",
                "cancelled",
                "unknown",
                name="renderstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "waiting",
                "submitting",
                "in_queue",
                "rendering",
                "storing",
                "done",
                name="renderstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=True),
        sa.Column("eta_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("log", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("error_type", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("retry_of", sa.Uuid(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_render_job_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_render_job_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "retry_of"],
            ["render_job.workspace_id", "render_job.id"],
            name=op.f("fk_render_job_workspace_id_retry_of"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_render_job_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_render_job")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_render_job_workspace_id_id")),
    )
    op.create_index("ix_render_job_campaign_id", "render_job", ["campaign_id", "created_at"], unique=False)
    op.create_index("ix_render_job_newest", "render_job", ["workspace_id", "created_at"], unique=False)
    op.create_index("ix_render_job_model", "render_job", ["workspace_id", "model", "ended_at"], unique=False)
    op.create_table(
        "render_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("render_job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
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
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("send_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("provider_job_id", sa.String(), nullable=True),
        sa.Column("lookups", sa.Integer(), nullable=False),
        sa.Column("empties", sa.Integer(), nullable=False),
        sa.Column("absents", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "queued",
                "running",
                "succeeded",
                "failed",
                "cancelled",
                "unknown",
                name="renderoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("error_type", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("vendor", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "render_job_id"],
            ["render_job.workspace_id", "render_job.id"],
            name=op.f("fk_render_attempt_workspace_id_render_job_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_render_attempt_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_render_attempt")),
        sa.UniqueConstraint("render_job_id", "number", name=op.f("uq_render_attempt_render_job_id_number")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_render_attempt_workspace_id_id")),
    )
    op.create_table(
        "render_output",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("render_job_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "asset_id"],
            ["asset.workspace_id", "asset.id"],
            name=op.f("fk_render_output_workspace_id_asset_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "render_job_id"],
            ["render_job.workspace_id", "render_job.id"],
            name=op.f("fk_render_output_workspace_id_render_job_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_render_output_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_render_output")),
        sa.UniqueConstraint("render_job_id", "position", name=op.f("uq_render_output_render_job_id_position")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_render_output_workspace_id_id")),
    )
    op.create_index("ix_render_output_asset_id", "render_output", ["asset_id"], unique=False)
    op.add_column("asset", sa.Column("focal_x", sa.Integer(), nullable=False, server_default="5000"))
    op.add_column("asset", sa.Column("focal_y", sa.Integer(), nullable=False, server_default="5000"))
    op.add_column("asset", sa.Column("poster_asset_id", sa.Uuid(), nullable=True))
    op.add_column("asset", sa.Column("previous_version_id", sa.Uuid(), nullable=True))
    op.add_column("asset", sa.Column("recipe", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index("uq_asset_previous_version", "asset", ["previous_version_id"], unique=True)
    op.create_foreign_key(
        op.f("fk_asset_workspace_id_previous_version_id"),
        "asset",
        "asset",
        ["workspace_id", "previous_version_id"],
        ["workspace_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_asset_workspace_id_poster_asset_id"),
        "asset",
        "asset",
        ["workspace_id", "poster_asset_id"],
        ["workspace_id", "id"],
    )

    op.create_check_constraint(
        op.f("ck_asset_focal_point"), "asset", "focal_x between 0 and 10000 and focal_y between 0 and 10000"
    )

    secure_tenant_table("upload", DELETABLE)
    secure_tenant_table("render_job")
    secure_tenant_table("render_attempt")
    secure_tenant_table("render_output")
