-- How many rounds the daemon made since it started, and what it worked on in the last and in all: JSON. NULL where one
-- that did not count them gave the last sign of life.
ALTER TABLE daemon ADD COLUMN rounds TEXT;
