"""Run by alembic: the migrations on the connection that `migration_config` was given."""

from alembic import context

from optcenter_pipeline.database.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
