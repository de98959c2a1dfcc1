"""The tables of the embedded bus and the statements on them.

`bus_partitions.next_offset` is the counter of a partition. A publisher holds its row lock until it has
committed, so offsets are visible in their own order and without gaps. Counters are locked in the order of
their ids, so publishers cannot wait for each other in a circle.
"""

LOCK_SPACE_SCHEMA = 7_301
LOCK_SPACE_MEMBER = 7_302
LOCK_SPACE_SLOT = 7_303
LOCK_SPACE_PRUNE = 7_304
"""First halves of the advisory lock keys; the second is 0 or the id of a row."""

BELL = "bus"
"""The NOTIFY channel: `t:<topic>` rings for messages, `g:<group>` for a change of members."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS bus_topics (
    topic text PRIMARY KEY,
    partitions integer NOT NULL CHECK (partitions > 0),
    is_compacted boolean NOT NULL,
    retention interval NOT NULL
);
CREATE TABLE IF NOT EXISTS bus_partitions (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL REFERENCES bus_topics,
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
) WITH (fillfactor = 20);
CREATE TABLE IF NOT EXISTS bus_messages (
    partition_id integer NOT NULL,
    msg_offset bigint NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    headers text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (partition_id, msg_offset)
);
CREATE INDEX IF NOT EXISTS ix_bus_messages_published_at ON bus_messages USING brin (published_at);
CREATE TABLE IF NOT EXISTS bus_offsets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_name text NOT NULL,
    partition_id integer NOT NULL REFERENCES bus_partitions,
    next_offset bigint NOT NULL DEFAULT 0,
    UNIQUE (group_name, partition_id)
) WITH (fillfactor = 20);
CREATE TABLE IF NOT EXISTS bus_members (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_name text NOT NULL,
    topics text[] NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 20);
"""

ENSURE_TOPICS = """
WITH created AS (
    INSERT INTO bus_topics (topic, partitions, is_compacted, retention)
    SELECT * FROM unnest($1::text[], $2::int[], $3::bool[], $4::interval[]) ON CONFLICT DO NOTHING
    RETURNING topic, partitions
)
INSERT INTO bus_partitions (topic, partition)
SELECT topic, number FROM created CROSS JOIN LATERAL generate_series(0, partitions - 1) AS number
ORDER BY topic, number
"""

PARTITION_COUNTS = "SELECT topic, partitions FROM bus_topics"

PUBLISH = """
WITH batch AS (
    SELECT * FROM unnest($1::text[], $2::int[], $3::bytea[], $4::bytea[], $5::text[])
    WITH ORDINALITY AS m (topic, partition, key, value, headers, place)
), held AS (
    SELECT id, topic, partition FROM bus_partitions
    WHERE (topic, partition) IN (SELECT topic, partition FROM batch) ORDER BY id FOR UPDATE
), counts AS (
    SELECT held.id, count(*) AS messages FROM batch JOIN held USING (topic, partition) GROUP BY held.id
), counted AS (
    UPDATE bus_partitions p SET next_offset = next_offset + messages FROM counts WHERE p.id = counts.id
    RETURNING p.id, p.topic, p.partition, p.next_offset - messages AS first_offset
)
INSERT INTO bus_messages (partition_id, msg_offset, key, value, headers, published_at)
SELECT c.id, c.first_offset + row_number() OVER (PARTITION BY c.id ORDER BY batch.place) - 1,
       batch.key, batch.value, batch.headers, $6
FROM batch JOIN counted c USING (topic, partition)
"""

RING = f"SELECT pg_notify('{BELL}', what) FROM unnest($1::text[]) AS what"

FETCH = """
SELECT partition_id, msg_offset, key, value, headers FROM (
    SELECT next.*, sum(octet_length(value)) OVER (ORDER BY turn, msg_offset) - octet_length(value) AS before
    FROM (
        SELECT held.turn, m.*
        FROM unnest($1::int[], $2::bigint[]) WITH ORDINALITY AS held (id, position, turn)
        CROSS JOIN LATERAL (
            SELECT partition_id, msg_offset, key, value, headers FROM bus_messages
            WHERE partition_id = held.id AND msg_offset >= held.position ORDER BY msg_offset LIMIT $3
        ) m LIMIT $3
    ) next
) weighed WHERE before < $4 ORDER BY turn, msg_offset
"""
"""A lateral subquery with LIMIT can only be a nested loop: the outer LIMIT cuts a partition at its end."""

PRUNE_OLD = """
DELETE FROM bus_messages WHERE (partition_id, msg_offset) IN (
    SELECT m.partition_id, m.msg_offset FROM bus_messages m
    JOIN bus_partitions p ON p.id = m.partition_id JOIN bus_topics t USING (topic)
    WHERE NOT t.is_compacted AND m.published_at < $1::timestamptz - t.retention LIMIT $2)
"""

PRUNE_SUPERSEDED = """
DELETE FROM bus_messages WHERE (partition_id, msg_offset) IN (
    SELECT partition_id, msg_offset FROM (
        SELECT m.partition_id, m.msg_offset,
               max(m.msg_offset) OVER (PARTITION BY m.partition_id, m.key) AS last_offset
        FROM bus_messages m JOIN bus_partitions p ON p.id = m.partition_id JOIN bus_topics t USING (topic)
        WHERE t.is_compacted
    ) ranked WHERE msg_offset < last_offset)
"""

JOIN_GROUP = "INSERT INTO bus_members (group_name, topics) VALUES ($1, $2) RETURNING id"

FORGET_DEAD_MEMBERS = f"""
DELETE FROM bus_members WHERE id NOT IN (
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND classid = {LOCK_SPACE_MEMBER} AND granted)
"""

BEAT = f"""
WITH beat AS (UPDATE bus_members SET heartbeat_at = clock_timestamp() WHERE id = $1)
SELECT m.id, m.topics,
       CASE WHEN m.id <> $1 AND m.heartbeat_at < clock_timestamp() - interval '30 s'
            THEN pg_terminate_backend(l.pid) END AS is_expelled
FROM bus_members m JOIN pg_locks l ON l.objid::bigint = m.id
WHERE m.group_name = $2 AND l.locktype = 'advisory' AND l.classid = {LOCK_SPACE_MEMBER} AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY m.id
"""
"""A member lives while its session holds its lock; one that has hung for 30 s is expelled."""

ADD_SLOTS = """
INSERT INTO bus_offsets (group_name, partition_id)
SELECT $1, id FROM bus_partitions WHERE topic = ANY($2::text[]) ORDER BY id ON CONFLICT DO NOTHING
"""

SLOTS = """
SELECT o.id, o.partition_id, p.topic, p.partition
FROM bus_offsets o JOIN bus_partitions p ON p.id = o.partition_id
WHERE o.group_name = $1 AND p.topic = ANY($2::text[]) ORDER BY p.topic, p.partition
"""

TAKE = f"SELECT id FROM unnest($1::int[]) AS id WHERE pg_try_advisory_lock({LOCK_SPACE_SLOT}, id)"

LET_GO = f"SELECT pg_advisory_unlock({LOCK_SPACE_SLOT}, id) FROM unnest($1::int[]) AS id"

COMMITTED = "SELECT id, next_offset FROM bus_offsets WHERE id = ANY($1::int[])"

COMMIT = """
UPDATE bus_offsets o SET next_offset = done.next_offset
FROM unnest($1::int[], $2::bigint[]) AS done (id, next_offset)
WHERE o.id = done.id AND o.next_offset < done.next_offset
"""
