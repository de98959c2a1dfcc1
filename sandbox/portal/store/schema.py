"""The tables of the simulated portal."""

TABLES = (
    "dossiers",
    "arrivals",
    "progress",
    "questions",
    "question_answers",
    "petitions",
    "satisfaction",
    "submissions",
    "counters",
    "payments",
)
"""What `DELETE /sandbox/state` forgets; the catalogue stays."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    reference TEXT PRIMARY KEY,
    message TEXT NOT NULL,
    amount INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('1', '3', '4')),
    paid INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '',
    opened_at TEXT NOT NULL,
    paid_at TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS dossiers (
    code TEXT PRIMARY KEY,
    origin TEXT NOT NULL CHECK (origin IN ('province', 'portal')),
    procedure_code TEXT NOT NULL,
    status TEXT NOT NULL,
    own_code TEXT NOT NULL DEFAULT '',
    record TEXT NOT NULL,
    first_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS arrivals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    service TEXT NOT NULL,
    agency TEXT NOT NULL,
    dossier TEXT NOT NULL,
    status TEXT NOT NULL,
    is_updating INTEGER,
    accepted INTEGER NOT NULL,
    error_code INTEGER NOT NULL,
    message TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS arrivals_by_dossier ON arrivals (dossier, id);
CREATE TRIGGER IF NOT EXISTS arrivals_are_not_changed BEFORE UPDATE ON arrivals
BEGIN SELECT RAISE(ABORT, 'arrivals are append-only'); END;
CREATE TABLE IF NOT EXISTS progress (
    dossier TEXT NOT NULL,
    digest TEXT NOT NULL,
    occurred TEXT NOT NULL,
    at TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1,
    body TEXT NOT NULL,
    PRIMARY KEY (dossier, digest)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS procedures (code TEXT PRIMARY KEY, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS questions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    origin TEXT NOT NULL CHECK (origin IN ('portal', 'agency')),
    agency TEXT NOT NULL,
    own_id TEXT,
    body TEXT NOT NULL,
    UNIQUE (origin, agency, own_id)
);
CREATE TABLE IF NOT EXISTS petitions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agency TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS question_answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    question_id INTEGER NOT NULL UNIQUE REFERENCES questions (id),
    text TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS satisfaction (
    month TEXT NOT NULL,
    agency TEXT NOT NULL,
    procedure_code TEXT NOT NULL,
    question TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (month, agency, procedure_code, question)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'unanswered',
    http_status INTEGER,
    answer TEXT,
    failure TEXT
);
CREATE INDEX IF NOT EXISTS submissions_by_code ON submissions (code, id);
CREATE TABLE IF NOT EXISTS counters (day TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""
