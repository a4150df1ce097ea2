"""Hourly work: what the platform shows, budgets over time, stops, drift, imports, and whole decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import APP, APPEND_ONLY, create_definer_function, secure_tenant_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOVE_STATES = ["no_action", "proposed", "applying", "applied", "partly_applied", "dropped", "failed", "undone"]
OUTCOMES = ["decided", "nothing_live", "stopped", "stale", "unreachable", "failed"]

# Months that ended before the day given; what is later keeps growing by restatements.
DROP_PARTITIONS = """
declare
    partition text;
    dropped bigint := 0;
begin
    perform pg_advisory_xact_lock(7243311);
    for partition in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.metric_reading'::regclass and c.relname ~ '^metric_reading_[0-9]{6}$'
            and to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' <= p_before
    loop
        execute format('drop table public.%I', partition);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
"""


def upgrade() -> None:
    _new_tables()
    _campaign_day()
    _new_columns()
    _rules()


def _new_tables() -> None:
    op.create_table(
        "metric_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "previewed",
                "applied",
                "discarded",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("good_rows", sa.Integer(), nullable=False),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_metric_import_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_metric_import_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_metric_import_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_import")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_metric_import_workspace_id_id")),
    )
    op.create_index("ix_metric_import_ad_account_id", "metric_import", ["ad_account_id", "created_at"], unique=False)
    op.create_table(
        "stop_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "campaign",
                "account",
                "workspace",
                name="stopscope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("ad_account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "stopping",
                "stopped",
                "released",
                name="stopstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_name", sa.String(), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["released_by"], ["user_account.id"], name=op.f("fk_stop_order_released_by")),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"], name=op.f("fk_stop_order_requested_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_stop_order_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_stop_order_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_stop_order_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_order")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_stop_order_workspace_id_id")),
    )
    op.create_index("ix_stop_order_campaign_id", "stop_order", ["campaign_id"], unique=False)
    op.create_index("ix_stop_order_open", "stop_order", ["workspace_id", "state"], unique=False)
    op.create_table(
        "budget_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("ours", "observed", name="budgetsource", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("intent_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_budget_change_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "intent_id"],
            ["ledger_intent.workspace_id", "ledger_intent.id"],
            name=op.f("fk_budget_change_workspace_id_intent_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_budget_change_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_change")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_budget_change_intent_id")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_budget_change_workspace_id_id")),
    )
    op.create_index("ix_budget_change_latest", "budget_change", ["ad_account_id", "platform_id", "at"], unique=False)
    op.create_table(
        "drift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
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
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("expected", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "reverted",
                "adopted",
                "ignored",
                "settled",
                name="driftstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_name", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_drift_decided_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_drift_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["platform_object.workspace_id", "platform_object.id"],
            name=op.f("fk_drift_workspace_id_object_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_drift_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_drift_workspace_id_id")),
    )
    op.create_index("ix_drift_campaign_id", "drift", ["campaign_id", "state"], unique=False)
    op.create_index(
        "uq_drift_open", "drift", ["object_id", "field"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "platform_node",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
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
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("parent_platform_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("effective_status", sa.String(), nullable=False),
        sa.Column("daily_budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("lifetime_budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("spend_cap_minor", sa.BigInteger(), nullable=True),
        sa.Column("spent_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("learning", sa.String(), nullable=True),
        sa.Column("issues", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("review_words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_platform_node_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_platform_node_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["platform_object.workspace_id", "platform_object.id"],
            name=op.f("fk_platform_node_workspace_id_object_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_platform_node_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_node")),
        sa.UniqueConstraint(
            "ad_account_id", "kind", "platform_id", name=op.f("uq_platform_node_ad_account_id_kind_platform_id")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_platform_node_workspace_id_id")),
    )
    op.create_index("ix_platform_node_campaign_id", "platform_node", ["campaign_id"], unique=False)
    op.create_index("ix_platform_node_object_id", "platform_node", ["object_id"], unique=False)
    op.create_index("ix_platform_node_parent", "platform_node", ["ad_account_id", "parent_platform_id"], unique=False)


def _campaign_day() -> None:
    op.create_table(
        "campaign_day",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("account_day", sa.Date(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "campaign", "ad_set", "ad", name="metriclevel", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        sa.Column("impressions", sa.BigInteger(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("link_clicks", sa.BigInteger(), nullable=True),
        sa.Column("landing_page_views", sa.BigInteger(), nullable=True),
        sa.Column("video_3s_views", sa.BigInteger(), nullable=True),
        sa.Column("thruplays", sa.BigInteger(), nullable=True),
        sa.Column("conversions", sa.BigInteger(), nullable=True),
        sa.Column("conversion_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("leads", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_campaign_day_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_day_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "campaign_id", "account_day", name=op.f("pk_campaign_day")),
    )


def _new_columns() -> None:
    op.add_column("ad_account", sa.Column("clock_ahead_s", sa.Float(), server_default="0", nullable=False))
    op.add_column("ad_account", sa.Column("platform_status", sa.String(), nullable=True))
    op.add_column("ad_account", sa.Column("spend_cap_minor", sa.BigInteger(), nullable=True))
    op.add_column("ad_account", sa.Column("amount_spent_minor", sa.BigInteger(), nullable=True))
    op.add_column("ad_account", sa.Column("metrics_read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ad_account", sa.Column("metrics_problem", sa.String(), nullable=True))
    op.add_column("ad_account", sa.Column("resynced_on", sa.Date(), nullable=True))
    op.add_column("ad_account", sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ad_account", sa.Column("import_progress", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "campaign",
        sa.Column(
            "gate",
            sa.Enum("open", "stopped", name="gate", native_enum=False, create_constraint=True, length=40),
            server_default="open",
            nullable=False,
        ),
    )
    op.add_column(
        "campaign",
        sa.Column(
            "optimizer_mode",
            sa.Enum(
                "off", "suggest", "auto", name="optimizermode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column("campaign", sa.Column("hold_reason", sa.String(), nullable=True))
    op.add_column("campaign", sa.Column("metrics_read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ledger_intent", sa.Column("platform_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_ledger_intent_open",
        "ledger_intent",
        ["ad_account_id", "campaign_id"],
        postgresql_where=sa.text("state in ('intended', 'sending', 'unknown', 'unconfirmed')"),
    )
    op.add_column("move_action", sa.Column("object_id", sa.Uuid(), nullable=False))
    op.add_column(
        "move_action",
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
    )
    op.add_column("move_action", sa.Column("name", sa.String(), nullable=False))
    op.add_column("move_action", sa.Column("gain", sa.Float(), nullable=False))
    op.add_column("move_action", sa.Column("intent_id", sa.Uuid(), nullable=True))
    op.add_column("move_action", sa.Column("confidence_bp", sa.Integer(), nullable=True))
    op.add_column("move_action", sa.Column("undoes", postgresql.JSONB(astext_type=sa.Text()), nullable=False))
    op.create_index("ix_move_action_object_id", "move_action", ["object_id", "created_at"], unique=False)
    op.create_foreign_key(
        op.f("fk_move_action_workspace_id_intent_id"),
        "move_action",
        "ledger_intent",
        ["workspace_id", "intent_id"],
        ["workspace_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_move_action_workspace_id_object_id"),
        "move_action",
        "platform_object",
        ["workspace_id", "object_id"],
        ["workspace_id", "id"],
    )
    op.add_column(
        "move_set",
        sa.Column(
            "origin",
            sa.Enum(
                "optimizer",
                "suggestion",
                "undo",
                "revert",
                name="moveorigin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
    )
    op.add_column("move_set", sa.Column("suggestion_id", sa.Uuid(), nullable=True))
    op.add_column("move_set", sa.Column("expected_gain_bp", sa.Integer(), nullable=True))
    op.add_column("move_set", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False))
    op.add_column("move_set", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("move_set", sa.Column("requested_by", sa.Uuid(), nullable=True))
    op.add_column("move_set", sa.Column("requested_name", sa.String(), nullable=True))
    op.create_index("ix_move_set_state", "move_set", ["workspace_id", "state"], unique=False)
    op.create_foreign_key(
        op.f("fk_move_set_workspace_id_suggestion_id"),
        "move_set",
        "suggestion",
        ["workspace_id", "suggestion_id"],
        ["workspace_id", "id"],
    )
    op.create_foreign_key(op.f("fk_move_set_requested_by"), "move_set", "user_account", ["requested_by"], ["id"])
    op.add_column("optimizer_run", sa.Column("logical_hour", sa.DateTime(timezone=True), nullable=False))
    op.add_column("optimizer_run", sa.Column("platform_time", sa.DateTime(timezone=True), nullable=True))
    op.add_column("optimizer_run", sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False))
    op.add_column("suggestion", sa.Column("optimizer_run_id", sa.Uuid(), nullable=True))
    op.add_column("suggestion", sa.Column("proposed", postgresql.JSONB(astext_type=sa.Text()), nullable=False))
    op.add_column(
        "suggestion",
        sa.Column(
            "mode",
            sa.Enum(
                "off", "suggest", "auto", name="optimizermode", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column("suggestion", sa.Column("created_by", sa.Uuid(), nullable=True))
    op.add_column("suggestion", sa.Column("decided_by", sa.Uuid(), nullable=True))
    op.add_column("suggestion", sa.Column("decided_name", sa.String(), nullable=True))
    op.add_column("suggestion", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("suggestion", sa.Column("reason", sa.String(), nullable=True))
    op.create_index("ix_suggestion_status", "suggestion", ["workspace_id", "status", "created_at"], unique=False)
    op.create_foreign_key(op.f("fk_suggestion_decided_by"), "suggestion", "user_account", ["decided_by"], ["id"])
    op.create_foreign_key(
        op.f("fk_suggestion_workspace_id_optimizer_run_id"),
        "suggestion",
        "optimizer_run",
        ["workspace_id", "optimizer_run_id"],
        ["workspace_id", "id"],
    )
    op.create_foreign_key(op.f("fk_suggestion_created_by"), "suggestion", "user_account", ["created_by"], ["id"])


def _rules() -> None:
    for table in ("move_set", "move_action"):
        op.drop_constraint(op.f(f"ck_{table}_movestate"), table)
        op.create_check_constraint(op.f(f"ck_{table}_movestate"), table, sa.column("state").in_(MOVE_STATES))
    op.alter_column("optimizer_run", "outcome", type_=sa.String(40))
    op.create_check_constraint(op.f("ck_optimizer_run_runoutcome"), "optimizer_run", sa.column("outcome").in_(OUTCOMES))
    # Figures of two sources may tell of the same moment; the newest of a day is looked for all the time.
    op.drop_constraint(op.f("pk_metric_reading"), "metric_reading")
    key = ["workspace_id", "ad_account_id", "external_id", "account_day", "read_at", "attribution", "source"]
    op.create_primary_key(op.f("pk_metric_reading"), "metric_reading", key)

    for table in ("platform_node", "stop_order", "drift", "metric_import", "campaign_day"):
        secure_tenant_table(table)
    secure_tenant_table("budget_change", APPEND_ONLY)
    # Notices that were read, and runs that found nothing, are thrown away in time.
    op.execute(f"grant delete on notification, optimizer_run to {APP}")

    create_definer_function("drop_metric_partitions(p_before date)", "bigint", DROP_PARTITIONS)
    create_definer_function(
        "connected_ad_accounts()",
        "table (workspace_id uuid, ad_account_id uuid)",
        "begin return query select a.workspace_id, a.id from ad_account a "
        "where a.state <> 'disconnected' order by a.id; end",
        volatility="stable",
    )
    create_definer_function(
        "open_stop_orders()",
        "table (workspace_id uuid, stop_order_id uuid)",
        "begin return query select s.workspace_id, s.id from stop_order s "
        "where s.state = 'stopping' order by s.id; end",
        volatility="stable",
    )
    create_definer_function(
        "all_workspaces()",
        "setof uuid",
        "begin return query select w.id from workspace w order by w.id; end",
        volatility="stable",
    )
