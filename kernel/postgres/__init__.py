"""PostgreSQL: the pool, the unit of work with its outbox and inbox, the schema every service carries."""
