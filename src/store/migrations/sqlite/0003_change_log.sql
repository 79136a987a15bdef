-- What a daemon follows without reading live_resource again, and what it has to say for itself.
--
-- The triggers write down which rows anybody but Charter touched: a name to compare, never a verdict. They work whatever
-- the other connection's settings are. REPLACE fires no delete trigger unless recursive_triggers is on, but the row
-- that it takes away has the key that the insert or update trigger names; with any other unique index it would not, so
-- that such an index is a reason not to trust the log.

CREATE TABLE change_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    op TEXT NOT NULL CHECK (op IN ('insert', 'update', 'delete')),
    at TEXT NOT NULL
) STRICT;

-- Holds a row only inside the transaction of a landing: nobody ever sees one there, and one that stands was put there to
-- get past the log.
CREATE TABLE writing (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1)
) STRICT;

-- How often `writing` was written to. It moves once a landing, with the journal; without it, somebody got past the log
-- and wiped the row away.
CREATE TABLE written (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    times INTEGER NOT NULL
) STRICT;
INSERT INTO written (only_row, times) VALUES (1, 0);

CREATE TRIGGER writing_began AFTER INSERT ON writing
BEGIN
    UPDATE written SET times = times + 1;
END;

CREATE TRIGGER live_inserted AFTER INSERT ON live_resource
WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    INSERT INTO change_log (kind, team, name, op, at)
    VALUES (NEW.kind, NEW.team, NEW.name, 'insert', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
END;

CREATE TRIGGER live_updated AFTER UPDATE ON live_resource
WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    INSERT INTO change_log (kind, team, name, op, at)
    VALUES (NEW.kind, NEW.team, NEW.name, 'update', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
END;

-- The key that a row had before.
CREATE TRIGGER live_renamed AFTER UPDATE ON live_resource
WHEN (OLD.kind, OLD.team, OLD.name) IS NOT (NEW.kind, NEW.team, NEW.name) AND NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    INSERT INTO change_log (kind, team, name, op, at)
    VALUES (OLD.kind, OLD.team, OLD.name, 'update', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
END;

CREATE TRIGGER live_deleted AFTER DELETE ON live_resource
WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    INSERT INTO change_log (kind, team, name, op, at)
    VALUES (OLD.kind, OLD.team, OLD.name, 'delete', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
END;

-- One record a resource that drifted. `repeats` counts the occurrences of one value without another in between. `ending` and `ended_at` are NULL while it is open.
CREATE TABLE drift_record (
    kind TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('modified', 'missing', 'unmanaged')),
    desired TEXT,
    actual TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    occurrences INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    flapping INTEGER NOT NULL CHECK (flapping IN (0, 1)),
    actor TEXT,
    ending TEXT CHECK (ending IN ('healed', 'resolved', 'pruned')),
    ended_at TEXT,
    PRIMARY KEY (kind, team, name),
    CHECK ((ending IS NULL) = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;

-- What the daemon last saw of each source and what became of it. `seen` is JSON; `suspended` is the reason.
CREATE TABLE source (
    name TEXT PRIMARY KEY,
    seen TEXT,
    seen_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('ready', 'stalled', 'held', 'suspended', 'unknown')),
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    suspended TEXT,
    suspended_at TEXT,
    suspended_by TEXT,
    CHECK ((suspended IS NULL) = (suspended_at IS NULL) AND (suspended IS NULL) = (suspended_by IS NULL))
) STRICT, WITHOUT ROWID;

-- The daemon's sign of life.
CREATE TABLE daemon (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    beat_at TEXT NOT NULL,
    next_round_at TEXT,
    last_round_ms INTEGER
) STRICT;
