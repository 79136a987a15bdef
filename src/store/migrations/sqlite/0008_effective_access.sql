-- Who may do what, worked out: memberships to any depth, inherited roles, the earliest end on the way.
--
-- Three tables whose product is all grants, so that they are as large as what is written. They follow the applied state
-- and are Charter's alone: nobody else writes them. Ends have the one form of all views.

-- A user, agent or service (in lower case) and a group or team that it is in. `via` is the way there.
CREATE TABLE stands_for (
    subject TEXT NOT NULL,
    holder TEXT NOT NULL,
    until_at TEXT,
    via TEXT NOT NULL,
    PRIMARY KEY (subject, holder)
) STRICT, WITHOUT ROWID;
CREATE INDEX stands_for_by_holder ON stands_for (holder);

-- Whom a binding gives its role: a subject, or a group or team for those that stand for it. `team` is '' for everywhere.
CREATE TABLE holds (
    holder TEXT NOT NULL,
    binding TEXT NOT NULL,
    team TEXT NOT NULL,
    role TEXT NOT NULL,
    expires_at TEXT,
    PRIMARY KEY (holder, binding)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_by_role ON holds (role);

-- What a role grants, its own and inherited; `all` is a row an action. `name` is '' for every name, `pre*` for a prefix.
CREATE TABLE role_grant (
    role TEXT NOT NULL,
    resource TEXT NOT NULL,
    action TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (role, resource, action, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX role_grant_by_resource ON role_grant (resource, action);

CREATE TRIGGER stands_for_inserted BEFORE INSERT ON stands_for WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER stands_for_updated BEFORE UPDATE ON stands_for
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER stands_for_deleted BEFORE DELETE ON stands_for WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER holds_inserted BEFORE INSERT ON holds WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER holds_updated BEFORE UPDATE ON holds
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER holds_deleted BEFORE DELETE ON holds WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER role_grant_inserted BEFORE INSERT ON role_grant WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER role_grant_updated BEFORE UPDATE ON role_grant
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;
CREATE TRIGGER role_grant_deleted BEFORE DELETE ON role_grant WHEN NOT EXISTS (SELECT 1 FROM writing)
BEGIN SELECT RAISE(ABORT, 'effective access follows what is applied: nobody but Charter writes it'); END;

-- Names and columns are a promise. `team` is '' for everywhere, `name` NULL for every name; what ended is still here, with
-- `expires_at`, the earliest end on the way.
CREATE VIEW effective_grant (subject, action, resource, name, team, expires_at, via) AS
SELECT h.holder, g.action, g.resource, nullif(g.name, ''), h.team, h.expires_at, h.binding || ' -> ' || h.role
FROM holds AS h JOIN role_grant AS g ON g.role = h.role
WHERE instr(h.holder, ':') > 0
UNION ALL
SELECT s.subject, g.action, g.resource, nullif(g.name, ''), h.team,
    min(coalesce(s.until_at, h.expires_at), coalesce(h.expires_at, s.until_at)),
    s.via || ' -> ' || h.binding || ' -> ' || h.role
FROM stands_for AS s JOIN holds AS h ON h.holder = s.holder JOIN role_grant AS g ON g.role = h.role;
