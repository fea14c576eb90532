"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
FINAL = "OLD.status NOT IN ('pending', 'running')"
REFUSAL = "a run that has its final status never changes"


def _synced() -> list[sa.Column[Any]]:
    """Columns of every table that mirrors a tab."""
    return [
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("source_row", sa.Text(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("archived_at", UTC),
    ]


def _guard_final_runs() -> None:
    """The database itself refuses to change or delete a final run, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_final_run() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER optimization_runs_final BEFORE UPDATE OR DELETE ON optimization_runs "
            f"FOR EACH ROW WHEN ({FINAL}) EXECUTE FUNCTION refuse_final_run()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER optimization_runs_final_{event.lower()} BEFORE {event} ON optimization_runs "
            f"WHEN {FINAL} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "action_requests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("request_json", sa.Text(), nullable=False),
        sa.Column("scenario_name", sa.Text()),
        sa.Column("constraint_set_name", sa.Text()),
        sa.Column("requested_by", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("run_id", sa.Text()),
        sa.Column("run_url", sa.Text()),
        sa.Column("dagster_run_id", sa.Text()),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("started_at", UTC),
        sa.Column("finished_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_action_requests"),
        sa.UniqueConstraint("request_id", name="uq_action_requests_request_id"),
    )
    op.create_index("ix_action_requests_status", "action_requests", ["status"])
    op.create_table(
        "initiatives",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("initiative_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lifecycle_status", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("segment", sa.Text()),
        sa.Column("product", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("program", sa.Text()),
        sa.Column("department", sa.Text()),
        sa.Column("notes", sa.Text()),
        *_synced(),
        sa.PrimaryKeyConstraint("id", name="pk_initiatives"),
        sa.UniqueConstraint("initiative_key", name="uq_initiatives_initiative_key"),
    )
    op.create_table(
        "metrics_config",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kpi_key", sa.Text(), nullable=False),
        sa.Column("kpi_folded", sa.Text(), nullable=False),
        sa.Column("kpi_name", sa.Text()),
        sa.Column("kpi_level", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text()),
        *_synced(),
        sa.PrimaryKeyConstraint("id", name="pk_metrics_config"),
        sa.UniqueConstraint("kpi_folded", name="uq_metrics_config_kpi_folded"),
        sa.UniqueConstraint("kpi_key", name="uq_metrics_config_kpi_key"),
    )
    op.create_table(
        "optimization_runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("scenario_name", sa.Text(), nullable=False),
        sa.Column("constraint_set_name", sa.Text(), nullable=False),
        sa.Column("scenario_key", sa.Text(), nullable=False),
        sa.Column("constraint_set_key", sa.Text(), nullable=False),
        sa.Column("period_key", sa.Text()),
        sa.Column("scope_type", sa.Text(), nullable=False),
        sa.Column("objective_mode", sa.Text()),
        sa.Column("capacity_total", sa.Double()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("inputs_snapshot_json", sa.Text(), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("results_json", sa.Text()),
        sa.Column("gaps_json", sa.Text()),
        sa.Column("objective_value", sa.Double()),
        sa.Column("objective_bound", sa.Double()),
        sa.Column("mip_gap", sa.Double()),
        sa.Column("build_seconds", sa.Double()),
        sa.Column("solve_seconds", sa.Double()),
        sa.Column("extract_seconds", sa.Double()),
        sa.Column("solver_name", sa.Text()),
        sa.Column("solver_version", sa.Text()),
        sa.Column("error_text", sa.Text()),
        sa.Column("dagster_run_id", sa.Text()),
        sa.Column("requested_by", sa.Text()),
        sa.Column("worker", sa.Text()),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("started_at", UTC),
        sa.Column("heartbeat_at", UTC),
        sa.Column("finished_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_optimization_runs"),
        sa.UniqueConstraint("run_id", name="uq_optimization_runs_run_id"),
    )
    op.create_index("ix_optimization_runs_status", "optimization_runs", ["status"])
    op.create_index(
        "ix_optimization_runs_what", "optimization_runs", ["scenario_key", "constraint_set_key", "created_at"]
    )

    op.create_table(
        "optimization_scenarios",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("scenario_name", sa.Text(), nullable=False),
        sa.Column("scenario_key", sa.Text(), nullable=False),
        sa.Column("period_key", sa.Text()),
        sa.Column("capacity_total_tokens", sa.Double()),
        sa.Column("objective_mode", sa.Text()),
        sa.Column("objective_weights_json", sa.Text()),
        sa.Column("goal_tolerance_pct", sa.Double()),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("messages_json", sa.Text(), nullable=False),
        sa.Column("default_compiled_json", sa.Text()),
        *_synced(),
        sa.PrimaryKeyConstraint("id", name="pk_optimization_scenarios"),
        sa.UniqueConstraint("scenario_key", name="uq_optimization_scenarios_scenario_key"),
        sa.UniqueConstraint("scenario_name", name="uq_optimization_scenarios_scenario_name"),
    )
    op.create_table(
        "row_statuses",
        sa.Column("tab", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_num", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("run_status", sa.Text(), nullable=False),
        sa.Column("left_out_json", sa.Text()),
        sa.Column("updated_source", sa.Text(), nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("tab", "content_hash", "occurrence", name="pk_row_statuses"),
    )
    op.create_table(
        "stage_outputs",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_json", sa.Text(), nullable=False),
        sa.Column("input_sha256", sa.Text()),
        sa.Column("updated_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("stage", name="pk_stage_outputs"),
    )
    op.create_table(
        "tab_states",
        sa.Column("tab", sa.Text(), nullable=False),
        sa.Column("is_readable", sa.Boolean(), nullable=False),
        sa.Column("messages_json", sa.Text(), nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("tab", name="pk_tab_states"),
    )
    op.create_table(
        "candidates",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("initiative_key", sa.Text(), nullable=False),
        sa.Column("engineering_tokens", sa.Double(), nullable=False),
        sa.Column("deadline_date", sa.Date()),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        sa.Column("mandate_reason", sa.Text()),
        sa.Column("bundle_key", sa.Text()),
        sa.Column("prerequisite_keys_json", sa.Text(), nullable=False),
        sa.Column("exclusion_keys_json", sa.Text(), nullable=False),
        sa.Column("synergy_group_keys_json", sa.Text(), nullable=False),
        sa.Column("is_selected_for_run", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text()),
        *_synced(),
        sa.ForeignKeyConstraint(
            ["initiative_key"], ["initiatives.initiative_key"], name="fk_candidates_initiative_key"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.UniqueConstraint("initiative_key", name="uq_candidates_initiative_key"),
    )
    op.create_table(
        "deliveries",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("delivered_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["optimization_runs.run_id"], name="fk_deliveries_run_id"),
        sa.PrimaryKeyConstraint("run_id", name="pk_deliveries"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "kpi_contributions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("initiative_key", sa.Text(), nullable=False),
        sa.Column("kpi_key", sa.Text(), nullable=False),
        sa.Column("contribution", sa.Double(), nullable=False),
        sa.Column("low", sa.Double()),
        sa.Column("high", sa.Double()),
        sa.Column("notes", sa.Text()),
        *_synced(),
        sa.ForeignKeyConstraint(
            ["initiative_key"], ["initiatives.initiative_key"], name="fk_kpi_contributions_initiative_key"
        ),
        sa.ForeignKeyConstraint(
            ["kpi_key"], ["metrics_config.kpi_key"], name="fk_kpi_contributions_kpi_key", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kpi_contributions"),
        sa.UniqueConstraint("initiative_key", "kpi_key", name="uq_kpi_contributions_initiative_key_kpi_key"),
    )
    op.create_index("ix_kpi_contributions_kpi_key", "kpi_contributions", ["kpi_key"])

    op.create_table(
        "optimization_constraint_sets",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("scenario_id", sa.Integer()),
        sa.Column("scenario_name", sa.Text(), nullable=False),
        sa.Column("constraint_set_name", sa.Text(), nullable=False),
        sa.Column("scenario_key", sa.Text(), nullable=False),
        sa.Column("constraint_set_key", sa.Text(), nullable=False),
        sa.Column("rows_json", sa.Text(), nullable=False),
        sa.Column("compiled_json", sa.Text()),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("messages_json", sa.Text(), nullable=False),
        *_synced(),
        sa.ForeignKeyConstraint(
            ["scenario_id"], ["optimization_scenarios.id"], name="fk_optimization_constraint_sets_scenario_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_optimization_constraint_sets"),
        sa.UniqueConstraint("scenario_key", "constraint_set_key", name="uq_optimization_constraint_sets_keys"),
        sa.UniqueConstraint("scenario_name", "constraint_set_name", name="uq_optimization_constraint_sets_names"),
    )
    op.create_index("ix_optimization_constraint_sets_scenario_id", "optimization_constraint_sets", ["scenario_id"])

    op.create_table(
        "portfolios",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("scenario_name", sa.Text(), nullable=False),
        sa.Column("constraint_set_name", sa.Text(), nullable=False),
        sa.Column("objective_value", sa.Double()),
        sa.Column("capacity_used", sa.Double(), nullable=False),
        sa.Column("selected_count", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["optimization_runs.run_id"], name="fk_portfolios_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolios"),
        sa.UniqueConstraint("run_id", name="uq_portfolios_run_id"),
    )
    op.create_table(
        "portfolio_items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("portfolio_id", sa.Integer(), nullable=False),
        sa.Column("initiative_key", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("allocated_tokens", sa.Double(), nullable=False),
        sa.Column("objective_contribution", sa.Double(), nullable=False),
        sa.Column("contributions_json", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolios.id"], name="fk_portfolio_items_portfolio_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolio_items"),
        sa.UniqueConstraint(
            "portfolio_id", "initiative_key", name="uq_portfolio_items_portfolio_id_initiative_key"
        ),
    )
    _guard_final_runs()


def downgrade() -> None:
    """Refused: data would be lost; restore a backup."""
    raise NotImplementedError("downgrades lose data; restore a backup instead")
