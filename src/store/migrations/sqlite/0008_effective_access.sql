-- Who may do what, with the names looked up: memberships, roles held and inherited, permissions, and their ends.
--
-- A row is what one resource says, so that the tables are as large as what is written; the view follows them to any depth
-- where it is asked. They follow the applied state and are Charter's alone: nobody else writes them. Ends have the one
-- form of all views.

-- Whom a group, a team or a membership (`list`) lists as a member of which group or team (`holder`). A member is a user, an
-- agent or a service in lower case, or itself a group or a team.
CREATE TABLE belongs (
    member TEXT NOT NULL,
    holder TEXT NOT NULL,
    list TEXT NOT NULL,
    until_at TEXT,
    PRIMARY KEY (member, holder, list)
) STRICT, WITHOUT ROWID;

-- Whom a binding gives its role: a subject, or a group or team for those that belong to it. `team` is '' for everywhere.
CREATE TABLE holds (
    holder TEXT NOT NULL,
    binding TEXT NOT NULL,
    team TEXT NOT NULL,
    role TEXT NOT NULL,
    expires_at TEXT,
    PRIMARY KEY (holder, binding)
) STRICT, WITHOUT ROWID;

CREATE TABLE inherits (
    role TEXT NOT NULL,
    above TEXT NOT NULL,
    PRIMARY KEY (role, above)
) STRICT, WITHOUT ROWID;

-- The permissions that a role itself lists. `name` is '' for every name, `pre*` for a prefix.
CREATE TABLE role_grant (
    role TEXT NOT NULL,
    resource TEXT NOT NULL,
    action TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (role, resource, action, name)
) STRICT, WITHOUT ROWID;

-- The actions for which `all` stands.
CREATE TABLE action_word (
    action TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER belongs_inserted BEFORE INSERT ON belongs WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER belongs_updated BEFORE UPDATE ON belongs
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER belongs_deleted BEFORE DELETE ON belongs WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER holds_inserted BEFORE INSERT ON holds WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER holds_updated BEFORE UPDATE ON holds
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER holds_deleted BEFORE DELETE ON holds WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER inherits_inserted BEFORE INSERT ON inherits WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER inherits_updated BEFORE UPDATE ON inherits
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER inherits_deleted BEFORE DELETE ON inherits WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER role_grant_inserted BEFORE INSERT ON role_grant WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER role_grant_updated BEFORE UPDATE ON role_grant
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER role_grant_deleted BEFORE DELETE ON role_grant WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER action_word_inserted BEFORE INSERT ON action_word WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER action_word_updated BEFORE UPDATE ON action_word
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER action_word_deleted BEFORE DELETE ON action_word WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;

-- Names and columns are a promise. `subject` is in lower case, `team` '' for everywhere, `name` NULL for every name and
-- `pre*` for a prefix, `all` a row an action; `expires_at` is the earliest end on the way, of several ways to one binding
-- the latest of these, and what ended is still here. `via` is the binding and its role, after the group or team that holds
-- it where the subject does not itself. Whoever asks for one subject is answered by index.
CREATE VIEW effective_grant (subject, action, resource, name, team, expires_at, via) AS
SELECT s.subject, g.value ->> 0, g.value ->> 1, g.value ->> 2, h.team,
    -- `~` comes after every instant: never.
    nullif(min(r.value ->> 1, coalesce(h.expires_at, '~')), '~'),
    CASE WHEN h.holder = s.subject THEN '' ELSE h.holder || ' -> ' END || h.binding || ' -> ' || h.role
FROM (
    SELECT DISTINCT holder AS subject FROM (SELECT member AS holder FROM belongs UNION ALL SELECT holder FROM holds)
    WHERE instr(holder, ':') > 0
) AS s
CROSS JOIN json_each((
    WITH RECURSIVE reached (holder, until_at) AS (
        SELECT s.subject, '~'
        UNION
        SELECT b.holder, min(r.until_at, coalesce(b.until_at, '~'))
        FROM reached AS r JOIN belongs AS b ON b.member = r.holder
    )
    SELECT json_group_array(json_array(holder, until_at))
    FROM (SELECT holder, max(until_at) AS until_at FROM reached GROUP BY holder)
)) AS r
CROSS JOIN holds AS h ON h.holder = r.value ->> 0
CROSS JOIN json_each((
    WITH RECURSIVE inherited (role) AS (
        SELECT h.role
        UNION
        SELECT i.above FROM inherited AS r JOIN inherits AS i ON i.role = r.role
    )
    SELECT json_group_array(DISTINCT json_array(a.action, p.resource, nullif(p.name, '')))
    FROM inherited AS r JOIN role_grant AS p ON p.role = r.role JOIN action_word AS a ON p.action IN (a.action, 'all')
)) AS g;
