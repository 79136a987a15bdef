-- Every end that a view shows has one form, `2026-12-31T23:00:00Z`: they compare as text. A fraction of a second is cut
-- off, so that nobody has anything for longer than is written.
--
-- An end is a day, whose end day_end knows; an instant, in UTC where Charter wrote it; or what somebody wrote by hand: a
-- day that day_end does not know ends where it begins in UTC, before it has ended anywhere, and nonsense ended long ago.

DROP VIEW team_member;
CREATE VIEW team_member (team, subject, until_at) AS
SELECT DISTINCT w.team, w.subject, CASE WHEN w.until IS NOT NULL THEN coalesce(
    d.at,
    CASE WHEN w.until GLOB '????-??-??T??:??:??*Z' AND julianday(w.until) IS NOT NULL
        THEN substr(w.until, 1, 19) || 'Z' END,
    CASE WHEN w.until GLOB '????-??-??*' THEN strftime('%Y-%m-%dT%H:%M:%SZ', w.until) END,
    '1970-01-01T00:00:00Z') END
FROM written_member AS w LEFT JOIN day_end AS d ON d.date = w.until
WHERE w.subject IS NOT NULL;

DROP VIEW role_binding;
CREATE VIEW role_binding (team, name, role, subject, expires_at) AS
SELECT w.team, w.name, w.role, w.subject, CASE WHEN w.expires IS NOT NULL THEN coalesce(
    d.at,
    CASE WHEN w.expires GLOB '????-??-??T??:??:??*Z' AND julianday(w.expires) IS NOT NULL
        THEN substr(w.expires, 1, 19) || 'Z' END,
    CASE WHEN w.expires GLOB '????-??-??*' THEN strftime('%Y-%m-%dT%H:%M:%SZ', w.expires) END,
    '1970-01-01T00:00:00Z') END
FROM written_binding AS w LEFT JOIN day_end AS d ON d.date = w.expires;
