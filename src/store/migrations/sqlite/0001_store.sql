-- The store of one organisation: what is live, what Charter wrote last, and the journal of how it came about.

-- 'CHRT': a SQLite file without it is somebody else's and is never written to.
PRAGMA application_id = 1128813140;

-- `team` is '' for what belongs to the organisation. `spec` is canonical JSON where Charter wrote it, and any text where
-- somebody else did.
CREATE TABLE live_resource (
    kind TEXT NOT NULL CHECK (kind <> ''),
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    PRIMARY KEY (kind, team, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE applied_resource (
    kind TEXT NOT NULL CHECK (kind <> ''),
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    PRIMARY KEY (kind, team, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT,
    "before" TEXT,
    "after" TEXT,
    revision TEXT NOT NULL,
    plan TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

-- Kept apart from the journal, so that a tail that was cut off is missed.
CREATE TABLE journal_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    count INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

-- What the store belongs to, and the last revision whose plan landed. `roots` and `revision` are JSON.
CREATE TABLE accepted (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    organization TEXT NOT NULL,
    path TEXT NOT NULL,
    roots TEXT NOT NULL,
    revision TEXT,
    at TEXT NOT NULL
) STRICT;

-- The instant (UTC, exclusive) at which a day ends in the organisation's time zone: SQL knows no time zones.
CREATE TABLE day_end (
    date TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
