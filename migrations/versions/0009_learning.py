"""What is learned from decisions: signals, rules, verdicts, forecasts, and what another engine would have done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import DELETABLE, secure_tenant_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "predictor_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "serving",
                "retired",
                "rejected",
                name="predictorstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_sha256", sa.String(), nullable=True),
        sa.Column("training_sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("campaigns", sa.Integer(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reliability", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_predictor_model_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_predictor_model")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_predictor_model_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "version", name=op.f("uq_predictor_model_workspace_id_version")),
    )
    op.create_index(
        "uq_predictor_model_serving",
        "predictor_model",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("state = 'serving'"),
    )
    op.create_table(
        "what_if",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("candidate", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "working",
                "done",
                "failed",
                "cancelled",
                name="whatifstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("runs_in_all", sa.Integer(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_name", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"], name=op.f("fk_what_if_requested_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_what_if_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_what_if_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_if")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_what_if_workspace_id_id")),
    )
    op.create_index("ix_what_if_created_at", "what_if", ["workspace_id", "created_at"], unique=False)
    op.create_table(
        "anomaly",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("ad_account_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "tracking",
                "delivery",
                "figures",
                name="anomalykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("freezes", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("dismissed_by", sa.Uuid(), nullable=True),
        sa.Column("dismissed_name", sa.String(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dismissed_by"], ["user_account.id"], name=op.f("fk_anomaly_dismissed_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "ad_account_id"],
            ["ad_account.workspace_id", "ad_account.id"],
            name=op.f("fk_anomaly_workspace_id_ad_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_anomaly_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_anomaly_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_anomaly_workspace_id_id")),
    )
    op.create_index("ix_anomaly_campaign_id", "anomaly", ["campaign_id"], unique=False)
    op.create_index("ix_anomaly_ad_account_id", "anomaly", ["ad_account_id", "since"], unique=False)
    op.create_index(
        "ix_anomaly_open", "anomaly", ["workspace_id"], unique=False, postgresql_where=sa.text("until is null")
    )
    op.create_table(
        "budget_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_name", sa.String(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_budget_rule_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_budget_rule_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_budget_rule_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_rule")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_budget_rule_workspace_id_id")),
    )
    op.create_index("ix_budget_rule_campaign_id", "budget_rule", ["campaign_id"], unique=False)
    op.create_table(
        "campaign_forecast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_campaign_forecast_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_forecast_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_forecast")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_campaign_forecast_workspace_id_id")),
    )
    op.create_index("ix_campaign_forecast_campaign_id", "campaign_forecast", ["campaign_id", "made_at"], unique=False)
    op.create_table(
        "owner_signal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("score_low", sa.Float(), nullable=True),
        sa.Column("score_high", sa.Float(), nullable=True),
        sa.Column("scored_by", sa.String(), nullable=True),
        sa.Column(
            "trend",
            sa.Enum(
                "rising",
                "steady",
                "falling",
                "unknown",
                name="trend",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("trend_per_week", sa.Float(), nullable=True),
        sa.Column("trend_low", sa.Float(), nullable=True),
        sa.Column("trend_high", sa.Float(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_owner_signal_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["platform_object.workspace_id", "platform_object.id"],
            name=op.f("fk_owner_signal_workspace_id_object_id"),
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_owner_signal_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_signal")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_owner_signal_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "object_id", name=op.f("uq_owner_signal_workspace_id_object_id")),
    )
    op.create_index("ix_owner_signal_campaign_id", "owner_signal", ["campaign_id"], unique=False)
    op.create_table(
        "rule_evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("optimizer_run_id", sa.Uuid(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("acted", sa.Integer(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_rule_evaluation_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "optimizer_run_id"],
            ["optimizer_run.workspace_id", "optimizer_run.id"],
            name=op.f("fk_rule_evaluation_workspace_id_optimizer_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rule_id"],
            ["budget_rule.workspace_id", "budget_rule.id"],
            name=op.f("fk_rule_evaluation_workspace_id_rule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_rule_evaluation_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_evaluation")),
        sa.UniqueConstraint(
            "rule_id",
            "optimizer_run_id",
            "campaign_id",
            name=op.f("uq_rule_evaluation_rule_id_optimizer_run_id_campaign_id"),
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_rule_evaluation_workspace_id_id")),
    )
    op.create_index("ix_rule_evaluation_campaign_id", "rule_evaluation", ["campaign_id", "created_at"], unique=False)
    op.create_index("ix_rule_evaluation_rule_id", "rule_evaluation", ["rule_id", "created_at"], unique=False)
    op.create_index(
        "ix_rule_evaluation_matched",
        "rule_evaluation",
        ["rule_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("matched > 0"),
    )
    op.create_index("ix_rule_evaluation_created_at", "rule_evaluation", ["workspace_id", "created_at"], unique=False)
    op.create_table(
        "move_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("move_set_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "improved",
                "worse",
                "inconclusive",
                name="moveverdictkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("effect_bp", sa.Integer(), nullable=True),
        sa.Column("low_bp", sa.Integer(), nullable=True),
        sa.Column("high_bp", sa.Integer(), nullable=True),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaign.workspace_id", "campaign.id"],
            name=op.f("fk_move_verdict_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "move_set_id"],
            ["move_set.workspace_id", "move_set.id"],
            name=op.f("fk_move_verdict_workspace_id_move_set_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_move_verdict_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_verdict")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_move_verdict_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "move_set_id", name=op.f("uq_move_verdict_workspace_id_move_set_id")),
    )
    op.create_index("ix_move_verdict_campaign_id", "move_verdict", ["campaign_id", "judged_at"], unique=False)
    op.add_column(
        "campaign",
        sa.Column(
            "optimizer_goal",
            sa.Enum("results", "value", name="optimizergoal", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
    )
    op.add_column("campaign", sa.Column("held_out_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("suggestion", sa.Column("model", sa.String(), nullable=True))

    tables = "predictor_model", "anomaly", "owner_signal", "budget_rule", "what_if", "campaign_forecast", "move_verdict"
    for table in tables:
        secure_tenant_table(table)
    # Looks of an hour are many; retention throws the old ones away.
    secure_tenant_table("rule_evaluation", DELETABLE)
