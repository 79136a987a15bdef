-- A record an incident, and triggers by which a write to what was applied is seen.
--
-- `resource` is spelled as it is shown: it may be a key that names no resource. `reported` says that the difference is
-- left because drift is only reported. The rowids are in the order in which they began. The id of a record from before
-- this is any twelve digits.

ALTER TABLE drift_record RENAME TO drift_record_before;

CREATE TABLE drift_record (
    id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    resource TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('modified', 'missing', 'unmanaged')),
    desired TEXT,
    actual TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    occurrences INTEGER NOT NULL,
    healed_at TEXT NOT NULL,
    written_at TEXT,
    flapping INTEGER NOT NULL CHECK (flapping IN (0, 1)),
    reported INTEGER NOT NULL CHECK (reported IN (0, 1)),
    actor TEXT,
    ending TEXT CHECK (ending IN ('healed', 'resolved', 'pruned')),
    ended_at TEXT,
    CHECK ((ending IS NULL) = (ended_at IS NULL))
) STRICT;

INSERT INTO drift_record
SELECT lower(hex(randomblob(6))), kind || '/' || iif(team = '', '', team || '/') || name, class, desired, actual,
    first_seen, last_seen, occurrences, healed_at, written_at, flapping, 0, actor, ending, ended_at
FROM drift_record_before ORDER BY first_seen;

DROP TABLE drift_record_before;

-- What is open, and what ended since a moment or before it.
CREATE INDEX drift_record_by_end ON drift_record (ended_at);

-- Only a landing writes what was applied. `written` moves without one where somebody else does.
CREATE TRIGGER applied_inserted AFTER INSERT ON applied_resource
WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    UPDATE written SET times = times + 1;
END;

CREATE TRIGGER applied_updated AFTER UPDATE ON applied_resource
WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    UPDATE written SET times = times + 1;
END;

CREATE TRIGGER applied_deleted AFTER DELETE ON applied_resource
WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN
    UPDATE written SET times = times + 1;
END;
