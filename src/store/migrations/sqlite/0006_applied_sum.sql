-- How many applied rows there are and the XOR of the SHA-256 of each, in 64 hexadecimal digits: kept apart from them, so
-- that rows that are deleted or changed are missed. NULL until the first landing after this.
ALTER TABLE accepted ADD COLUMN applied_count INTEGER;
ALTER TABLE accepted ADD COLUMN applied_digest TEXT;
