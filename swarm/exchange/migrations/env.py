"""Run by alembic: the migrations go through the store's writing connection, inside its transaction."""

from alembic import context

from swarm.exchange.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
