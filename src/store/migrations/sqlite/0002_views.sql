-- What agent platforms read. Names and columns are a promise. The views hold what is written and expand nothing;
-- '' = no team, NULL = none, instants in UTC.
--
-- Anybody may write to live_resource by hand, so a view takes nothing for granted: text that is no JSON counts as an
-- empty spec, an end that nobody can read has passed, and a limit that nobody can read is 0. Doubt never grants.

-- Not a promise: live_resource with readable JSON only.
CREATE VIEW readable (kind, team, name, spec) AS
SELECT kind, team, name, CASE WHEN json_valid(spec) THEN spec ELSE '{}' END
FROM live_resource;

CREATE VIEW team (name, parent) AS
SELECT name, CASE json_type(spec, '$.parent') WHEN 'text' THEN spec ->> '$.parent' END
FROM readable
WHERE kind = 'Team';

CREATE VIEW team_lead (team, subject) AS
SELECT r.name, s.value
FROM readable AS r, json_each(r.spec, '$.leads') AS s
WHERE r.kind = 'Team' AND json_type(r.spec, '$.leads') = 'array' AND s.type = 'text';

-- Not a promise: a member of a team with its end as it is written.
CREATE VIEW written_member (team, subject, until) AS
SELECT CASE r.kind WHEN 'Team' THEN r.name ELSE r.team END,
    CASE m.type WHEN 'text' THEN m.value ELSE m.value ->> '$.subject' END,
    CASE m.type WHEN 'object' THEN CAST(m.value ->> '$.until' AS TEXT) END
FROM readable AS r, json_each(r.spec, '$.members') AS m
WHERE r.kind IN ('Team', 'Membership') AND json_type(r.spec, '$.members') = 'array' AND m.type IN ('text', 'object');

-- An end is a day, whose end day_end knows; an instant, in UTC where Charter wrote it; or what somebody wrote by hand: a
-- day that day_end does not know ends where it begins in UTC, before it has ended anywhere, and nonsense ended long ago.
CREATE VIEW team_member (team, subject, until_at) AS
SELECT DISTINCT w.team, w.subject, CASE WHEN w.until IS NOT NULL THEN coalesce(
    d.at,
    CASE WHEN w.until GLOB '*Z' AND julianday(w.until) IS NOT NULL THEN w.until END,
    strftime('%Y-%m-%dT%H:%M:%SZ', w.until),
    '1970-01-01T00:00:00Z') END
FROM written_member AS w LEFT JOIN day_end AS d ON d.date = w.until
WHERE w.subject IS NOT NULL;

CREATE VIEW group_member (team, name, subject) AS
SELECT r.team, r.name, s.value
FROM readable AS r, json_each(r.spec, '$.members') AS s
WHERE r.kind = 'Group' AND json_type(r.spec, '$.members') = 'array' AND s.type = 'text';

CREATE VIEW role_permission (team, role, permission) AS
SELECT r.team, r.name, p.value
FROM readable AS r, json_each(r.spec, '$.permissions') AS p
WHERE r.kind = 'Role' AND json_type(r.spec, '$.permissions') = 'array' AND p.type = 'text';

-- Not a promise: a binding with its end as it is written.
CREATE VIEW written_binding (team, name, role, subject, expires) AS
SELECT r.team, r.name, r.spec ->> '$.role', s.value, CAST(r.spec ->> '$.expires' AS TEXT)
FROM readable AS r, json_each(r.spec, '$.subjects') AS s
WHERE r.kind = 'RoleBinding' AND json_type(r.spec, '$.role') = 'text'
    AND json_type(r.spec, '$.subjects') = 'array' AND s.type = 'text';

-- The end is read as that of a member.
CREATE VIEW role_binding (team, name, role, subject, expires_at) AS
SELECT w.team, w.name, w.role, w.subject, CASE WHEN w.expires IS NOT NULL THEN coalesce(
    d.at,
    CASE WHEN w.expires GLOB '*Z' AND julianday(w.expires) IS NOT NULL THEN w.expires END,
    strftime('%Y-%m-%dT%H:%M:%SZ', w.expires),
    '1970-01-01T00:00:00Z') END
FROM written_binding AS w LEFT JOIN day_end AS d ON d.date = w.expires;

-- Not a promise: a budget with its limit as text, in two parts where it is a plain decimal of at most nine decimals.
CREATE VIEW written_limit (team, name, spec, amount, whole, fraction) AS
SELECT team, name, spec, amount,
    CASE WHEN plain THEN substr(amount, 1, instr(amount || '.', '.') - 1) END,
    CASE WHEN plain THEN substr(amount, instr(amount || '.', '.') + 1) END
FROM (
    SELECT team, name, spec, amount,
        amount GLOB '[0-9]*' AND amount NOT GLOB '*[^0-9.]*' AND amount NOT GLOB '*.*.*'
            AND amount NOT GLOB '*.??????????*' AS plain
    FROM (
        SELECT team, name, spec, CAST(spec ->> '$.limit' AS TEXT) AS amount FROM readable WHERE kind = 'Budget'
    )
);

-- limit_nanos is exact: integers throughout, and what 64 bits do not hold (SQLite makes it a float) is not readable.
CREATE VIEW budget_limit (team, name, "window", limit_nanos, amount, currency, enforcement) AS
SELECT team, name, spec ->> '$.window', CASE
        WHEN amount IS NULL THEN NULL
        WHEN typeof(CAST(whole AS INTEGER) * 1000000000 + CAST(substr(fraction || '000000000', 1, 9) AS INTEGER))
            = 'integer'
        THEN CAST(whole AS INTEGER) * 1000000000 + CAST(substr(fraction || '000000000', 1, 9) AS INTEGER)
        ELSE 0
    END,
    amount,
    (SELECT o.spec ->> '$.currency' FROM readable AS o WHERE o.kind = 'Organization' ORDER BY o.team, o.name LIMIT 1),
    spec ->> '$.enforcement'
FROM written_limit;
