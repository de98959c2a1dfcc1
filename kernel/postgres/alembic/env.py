"""Alembic's entry: runs a service's migrations on the connection `kernel.postgres.migrations` hands over."""

from alembic import context

options = context.config.attributes
context.configure(
    connection=options["connection"],
    target_metadata=options["metadata"],
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
