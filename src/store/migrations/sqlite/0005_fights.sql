-- When both writers of a fight last wrote, and a way to find the last write of a row in the log.
--
-- `healed_at` is JSON, the instants at which Charter put the row back; it takes the place of a count that did not say when.
ALTER TABLE drift_record DROP COLUMN repeats;
ALTER TABLE drift_record ADD COLUMN healed_at TEXT NOT NULL DEFAULT '[]';
ALTER TABLE drift_record ADD COLUMN written_at TEXT;

CREATE INDEX change_log_by_row ON change_log (kind, team, name, at);
