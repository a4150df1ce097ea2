"""Metric readings by month, optimizer runs, moves and suggestions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.policies import APPEND_ONLY, create_definer_function, secure_tenant_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


# A row that came before its partition lies in the default one, which would forbid the new partition: it moves along.
ENSURE_PARTITIONS = """
declare
    month date := date_trunc('month', p_first);
    partition text;
begin
    perform pg_advisory_xact_lock(7243311);
    for step in 1 .. p_months loop
        partition := 'metric_reading_' || to_char(month, 'YYYYMM');
        if to_regclass('public.' || partition) is null then
            execute format('create table public.%I (like metric_reading including all)', partition);
            execute format(
                'with late as (delete from metric_reading_default where account_day >= %L and account_day < %L '
                'returning *) insert into public.%I select * from late', month, month + interval '1 month', partition);
            execute format('alter table metric_reading attach partition public.%I for values from (%L) to (%L)',
                partition, month, (month + interval '1 month')::date);
        end if;
        month := month + interval '1 month';
    end loop;
    return (select count(*) from metric_reading_default);
end
"""


def upgrade() -> None:
    op.create_table(
        "optimizer_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inputs_sha256", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_optimizer_run_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_optimizer_run_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_optimizer_run")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_optimizer_run_workspace_id_id")),
    )
    op.create_index("ix_optimizer_run_ad_account_id", "optimizer_run", ["ad_account_id", "started_at"], unique=False)
    op.create_table(
        "metric_reading",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("account_day", sa.Date(), nullable=False),
        sa.Column("attribution", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "campaign", "ad_set", "ad", name="metriclevel", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=True),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("link_clicks", sa.BigInteger(), nullable=True),
        sa.Column("landing_page_views", sa.BigInteger(), nullable=True),
        sa.Column("video_3s_views", sa.BigInteger(), nullable=True),
        sa.Column("thruplays", sa.BigInteger(), nullable=True),
        sa.Column("conversions", sa.BigInteger(), nullable=True),
        sa.Column("conversion_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("leads", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_metric_reading_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_metric_reading_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_metric_reading_workspace_id")),
        sa.PrimaryKeyConstraint(
            "workspace_id",
            "ad_account_id",
            "external_id",
            "account_day",
            "attribution",
            "read_at",
            name=op.f("pk_metric_reading"),
        ),
        postgresql_partition_by="RANGE (account_day)",
    )
    op.create_index(
        "ix_metric_reading_campaign",
        "metric_reading",
        ["workspace_id", "campaign_id", "account_day", "read_at"],
        unique=False,
    )
    op.create_table(
        "move_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("optimizer_run_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("undo_of_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "applying",
                "applied",
                "dropped",
                "failed",
                "undone",
                name="movestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("confidence_bp", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_move_set_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "optimizer_run_id"],
            ["optimizer_run.workspace_id", "optimizer_run.id"],
            name=op.f("fk_move_set_workspace_id_optimizer_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "undo_of_id"],
            ["move_set.workspace_id", "move_set.id"],
            name=op.f("fk_move_set_workspace_id_undo_of_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_move_set_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_set")),
        sa.UniqueConstraint("optimizer_run_id", "campaign_id", name=op.f("uq_move_set_optimizer_run_id_campaign_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_move_set_workspace_id_id")),
    )
    op.create_index("ix_move_set_campaign_id", "move_set", ["campaign_id", "created_at"], unique=False)
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "approved",
                "applied",
                "dismissed",
                "expired",
                "failed",
                name="suggestionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("action", JSONB(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_suggestion_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_suggestion_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_suggestion_workspace_id_id")),
    )
    op.create_index("ix_suggestion_campaign_id", "suggestion", ["campaign_id", "status"], unique=False)
    op.create_table(
        "move_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("move_set_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "applying",
                "applied",
                "dropped",
                "failed",
                "undone",
                name="movestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("performed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "move_set_id"],
            ["move_set.workspace_id", "move_set.id"],
            name=op.f("fk_move_action_workspace_id_move_set_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_move_action_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_action")),
        sa.UniqueConstraint("move_set_id", "position", name=op.f("uq_move_action_move_set_id_position")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_move_action_workspace_id_id")),
    )

    secure_tenant_table("optimizer_run")
    secure_tenant_table("metric_reading", APPEND_ONLY)
    secure_tenant_table("move_set")
    secure_tenant_table("suggestion")
    secure_tenant_table("move_action")

    op.execute("create table metric_reading_default partition of metric_reading default")
    create_definer_function("ensure_metric_partitions(p_first date, p_months integer)", "bigint", ENSURE_PARTITIONS)
    # The platform restates 28 days, and an import brings 90.
    op.execute("select ensure_metric_partitions((date_trunc('month', now()) - interval '3 months')::date, 7)")
