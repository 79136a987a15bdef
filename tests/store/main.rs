//! The contract of a store, against real SQLite files.

#[cfg(test)]
#[path = "../support/access.rs"]
mod chance;

#[cfg(test)]
mod contract {
    mod change_log;
    mod daemon_state;
    mod damage;
    mod effective;
    mod locks;
    mod memory;
    mod triggers;

    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::time::Duration;

    use charter::model::canonical::Canonical;
    use charter::model::change::{Change, Op};
    use charter::model::digest::Digest;
    use charter::model::id::ResourceId;
    use charter::model::journal::{Action, Head};
    use charter::model::lineage::Lineage;
    use charter::model::live::Live;
    use charter::model::plan::{Bound, FORMAT, Plan, Stray};
    use charter::model::snapshot::Revision;
    use charter::store::{Landed, Landing, Reader, Store, StoreError, Writer, journal};
    use proptest::prelude::*;
    use sqlx::{Connection, Row, SqliteConnection};
    use tempfile::TempDir;

    type Rows = BTreeMap<ResourceId, Canonical>;

    fn id(text: &str) -> ResourceId {
        text.parse().unwrap()
    }

    fn rows(items: &[(&str, &str)]) -> Rows {
        items.iter().map(|(key, spec)| (id(key), Canonical::stored(*spec))).collect()
    }

    const ORGANIZATION: (&str, &str) = ("Organization/acme", r#"{"currency":"USD","timezone":"Europe/Warsaw"}"#);

    fn lineage() -> Lineage {
        Lineage { path: "governance".into(), roots: vec!["a".repeat(40)] }
    }

    fn revision(commit: &str) -> Option<Revision> {
        Some(Revision {
            commit: commit.into(),
            reference: Some("main".into()),
            summary: "a change".into(),
            author: "Ana".into(),
            time: "2026-11-22T10:00:00Z".parse().unwrap(),
        })
    }

    fn landing() -> Landing {
        Landing {
            actor: "ana@host".into(),
            at: "2026-11-22T12:00:00.123456789Z".parse().unwrap(),
            reason: None,
            allowed: Vec::new(),
            adopt_store: false,
        }
    }

    /// The table of ownership, as far as a store needs it.
    fn op(desired: Option<&Canonical>, applied: Option<&Canonical>, live: Option<&Canonical>) -> Option<Op> {
        match (desired, applied, live) {
            (d, a, l) if d == a && a == l => None,
            (None, None, Some(_)) => None,
            (Some(d), _, Some(l)) if d == l => Some(Op::Adopt),
            (None, Some(_), None) => Some(Op::Forget),
            (None, _, _) => Some(Op::Delete),
            (Some(_), None, None) => Some(Op::Create),
            (Some(_), a, l) if a == l => Some(Op::Update),
            (Some(_), _, _) => Some(Op::Heal),
        }
    }

    fn changes(desired: &Rows, live: &Rows, applied: &Rows) -> Vec<Change> {
        let keys: BTreeSet<&ResourceId> = desired.keys().chain(live.keys()).chain(applied.keys()).collect();
        let change = |id: &ResourceId| {
            let (d, a, l) = (desired.get(id), applied.get(id), live.get(id));
            let op = op(d, a, l)?;
            Some(Change {
                id: id.clone(),
                op,
                drift: a != l,
                desired: d.cloned(),
                applied: a.cloned(),
                live: l.cloned(),
            })
        };
        keys.into_iter().filter_map(change).collect()
    }

    fn plan(desired: &Rows, live: &Rows, applied: &Rows, head: &Head) -> Plan {
        let digest = || Digest::of([b"test".as_slice()]);
        let bound = Bound {
            desired: digest(),
            applied: digest(),
            live: digest(),
            guards: digest(),
            journal: head.clone(),
            hash: digest(),
        };
        Plan {
            format: FORMAT,
            organization: "acme".parse().unwrap(),
            lineage: lineage(),
            revision: revision("1234567890"),
            changes: changes(desired, live, applied),
            conflicts: Vec::new(),
            unmanaged: Vec::new(),
            foreign: Vec::new(),
            strays: Vec::new(),
            records: Vec::new(),
            effective: Default::default(),
            access: Default::default(),
            withheld: Vec::new(),
            holds: Vec::new(),
            untouched_teams: 0,
            resources: desired.len(),
            effect: digest(),
            bound,
        }
    }

    /// The plan of an empty store.
    fn first_plan(desired: &Rows) -> Plan {
        plan(desired, &Rows::new(), &Rows::new(), &Head::default())
    }

    /// A store in a folder of its own.
    struct World {
        folder: TempDir,
        store: Store,
    }

    impl World {
        fn new() -> World {
            let folder = tempfile::tempdir().unwrap();
            let store = store_in(folder.path());
            World { folder, store }
        }

        fn with(items: &[(&str, &str)]) -> World {
            let world = World::new();
            world.land(&rows(items));
            world
        }

        fn writer(&self) -> Writer {
            self.store.writer().unwrap()
        }

        fn reader(&self) -> Reader {
            self.store.reader().unwrap()
        }

        fn live(&self) -> Live {
            self.reader().state().unwrap().0
        }

        fn plan(&self, desired: &Rows) -> Plan {
            let (live, applied) = self.reader().state().unwrap();
            plan(desired, &live.rows, &applied.rows, &applied.journal)
        }

        fn land(&self, desired: &Rows) -> Landed {
            let plan = self.plan(desired);
            self.writer().land(&plan, &landing()).unwrap()
        }

        /// Puts back what is damaged, and returns what was.
        fn mend(&self) -> Vec<String> {
            self.writer().mend("ana@host", landing().at).unwrap()
        }

        /// Writes by hand, through a connection of its own.
        fn by_hand(&self, sql: &str) {
            by_hand(self.store.path(), sql);
        }

        fn read(&self, sql: &str) -> Vec<String> {
            read(self.store.path(), sql)
        }

        /// The names of the files in the folder.
        fn files(&self) -> Vec<String> {
            let entries = std::fs::read_dir(self.folder.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }

        /// Everything that the store holds, as text.
        fn contents(&self) -> Vec<String> {
            let tables = [
                "live_resource",
                "applied_resource",
                "journal",
                "journal_head",
                "accepted",
                "day_end",
                "change_log",
                "writing",
                "written",
                "drift_record",
                "source",
                "daemon",
                "belongs",
                "holds",
                "inherits",
                "action_word",
                "role_grant",
            ];
            tables.iter().flat_map(|table| self.read(&format!("SELECT * FROM {table}"))).collect()
        }
    }

    /// Spells the keys of the rows that name no resource.
    fn keys(live: &Live) -> Vec<String> {
        live.foreign.keys().map(ToString::to_string).collect()
    }

    fn store_in(folder: &Path) -> Store {
        store_at(&folder.join("charter.db")).patience(Duration::from_millis(300))
    }

    fn store_at(path: &Path) -> Store {
        Store::at(&format!("sqlite:{}", path.display())).unwrap()
    }

    /// Another program with the file open.
    struct Other {
        runtime: tokio::runtime::Runtime,
        connection: SqliteConnection,
    }

    impl Other {
        fn on(path: &Path) -> Other {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let connection = runtime.block_on(SqliteConnection::connect_with(&options)).unwrap();
            Other { runtime, connection }
        }

        fn query(&mut self, sql: &str) -> Vec<sqlx::sqlite::SqliteRow> {
            let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
            self.runtime.block_on(sql.fetch_all(&mut self.connection)).unwrap()
        }

        fn close(self) {
            self.runtime.block_on(self.connection.close()).unwrap();
        }
    }

    fn by_hand(path: &Path, sql: &str) {
        let mut other = Other::on(path);
        other.query(sql);
        other.close();
    }

    /// Runs a query and writes each row with `|` between its columns and `NULL` for NULL.
    fn read(path: &Path, sql: &str) -> Vec<String> {
        let mut other = Other::on(path);
        let found = other.query(sql);
        other.close();
        found.iter().map(|row| (0..row.len()).map(|index| shown(row, index)).collect::<Vec<_>>().join("|")).collect()
    }

    fn shown(row: &sqlx::sqlite::SqliteRow, index: usize) -> String {
        let bytes = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let integer = row.try_get::<Option<i64>, _>(index).map(|value| value.map(|value| value.to_string()));
        let value = integer.or_else(|_| row.try_get::<Option<Vec<u8>>, _>(index).map(|value| value.map(bytes)));
        value.unwrap().unwrap_or_else(|| "NULL".into())
    }

    #[test]
    fn what_lands_is_read_back() {
        let world = World::new();
        let mut reader = world.reader();
        assert!(reader.is_missing());
        assert_eq!(reader.state().unwrap(), Default::default());
        assert_eq!(reader.verify().unwrap(), Head::default());
        assert_eq!(reader.entries(None).unwrap(), []);
        assert!(!world.store.path().exists(), "a reader creates nothing");

        let desired = rows(&[ORGANIZATION, ("Team/web", "{}"), ("Budget/web/monthly", r#"{"limit":"3"}"#)]);
        let landed = world.land(&desired);
        assert_eq!((landed.head.count, landed.written), (4, 3));
        let (live, applied) = world.reader().state().unwrap();
        assert_eq!((&live.rows, &applied.rows, live.foreign.len()), (&desired, &desired, 0));
        assert_eq!(applied.journal, landed.head);
        let accepted = applied.accepted.unwrap();
        assert_eq!((accepted.organization.as_str(), accepted.lineage), ("acme", lineage()));
        assert_eq!((accepted.revision, accepted.at), (revision("1234567890"), landing().at));
        assert_eq!(world.reader().verify().unwrap(), landed.head);
        assert_eq!(world.writer().state().unwrap(), world.reader().state().unwrap());
        assert!(!world.store.path().with_extension("db-wal").exists(), "the log is folded in when the last one closes");
    }

    #[test]
    fn every_change_is_told_in_the_journal() {
        let world = World::with(&[ORGANIZATION, ("Team/a", "1"), ("Team/b", "1"), ("Team/c", "1"), ("Team/d", "1")]);
        world.by_hand(
            "UPDATE live_resource SET spec = '2' WHERE name IN ('b', 'd'); DELETE FROM live_resource WHERE name = 'c'",
        );
        let desired = rows(&[ORGANIZATION, ("Team/b", "1"), ("Team/d", "2"), ("Team/e", "1")]);
        let plan = world.plan(&desired);
        let allowed = vec!["too-many-deletes".to_owned()];
        let landing = Landing { reason: Some("moved out".into()), allowed, ..landing() };
        let landed = world.writer().land(&plan, &landing).unwrap();
        assert_eq!(landed.written, 3, "a is deleted, b healed, e created; c and d are remembered only");

        let entries = world.reader().entries(Some(6)).unwrap();
        let spec = |spec: &Option<Canonical>| spec.as_ref().map_or("-".to_owned(), ToString::to_string);
        let told = entries.iter().map(|entry| {
            let resource = entry.resource.as_ref().map_or("-".to_owned(), ToString::to_string);
            format!("{} {resource} {} {}", entry.action.as_str(), spec(&entry.before), spec(&entry.after))
        });
        let counts = r#"{"add":1,"adopted":1,"change":1,"drift":1,"forgotten":1,"recorded":0,"remove":1}"#;
        let account = format!(r#"{{"allowed":["too-many-deletes"],"changes":{counts},"reason":"moved out"}}"#);
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                format!("apply - - {account}").as_str(),
                "delete Team/a 1 -",
                "heal Team/b 2 1",
                "forget Team/c 1 -",
                "adopt Team/d 1 2",
                "create Team/e - 1",
            ]
        );
        assert!(entries.iter().all(|entry| entry.revision == "1234567890" && entry.actor == "ana@host"));
        assert!(entries.iter().all(|entry| entry.plan == plan.effect.hex() && entry.at == landing.at));

        let all = world.reader().entries(None).unwrap();
        assert_eq!(&all[all.len() - 6..], entries);
        assert_eq!(all[0].action, Action::Apply);
        assert!(all[0].after.as_ref().unwrap().as_str().contains(r#""bootstrap":true"#));
        assert_eq!(journal::fold(all), desired);
        let (live, applied) = world.reader().state().unwrap();
        assert_eq!((&live.rows, &applied.rows), (&desired, &desired));
        world.reader().verify().unwrap();
    }

    #[test]
    fn an_empty_plan_of_a_new_revision_is_accepted() {
        let desired = rows(&[ORGANIZATION]);
        let world = World::with(&[ORGANIZATION]);
        let plan = Plan { revision: revision("feedface00"), ..world.plan(&desired) };
        assert!(plan.is_empty());
        let landed = world.writer().land(&plan, &landing()).unwrap();
        assert_eq!((landed.head.count, landed.written), (3, 0));
        let (_, applied) = world.reader().state().unwrap();
        assert_eq!(applied.accepted.unwrap().revision, revision("feedface00"));

        let directory = Plan { revision: None, ..world.plan(&desired) };
        world.writer().land(&directory, &landing()).unwrap();
        let (_, applied) = world.reader().state().unwrap();
        assert_eq!(applied.accepted.unwrap().revision, None);
        assert_eq!(world.reader().entries(Some(1)).unwrap()[0].revision, "");
    }

    #[track_caller]
    fn assert_stale(world: &World, plan: &Plan, expected: &[&str]) {
        let before = world.contents();
        let error = world.writer().land(plan, &landing()).unwrap_err();
        let StoreError::Stale(moved) = &error else { panic!("{error}") };
        assert_eq!(moved, expected);
        assert_eq!(world.contents(), before, "nothing is changed");
    }

    #[test]
    fn a_stale_plan_names_what_moved() {
        let world = World::with(&[ORGANIZATION, ("Team/a", "1"), ("Team/b", "1")]);
        let desired = rows(&[ORGANIZATION, ("Team/a", "2"), ("Team/c", "1")]);

        let plan = world.plan(&desired);
        world.by_hand("UPDATE live_resource SET spec = '9' WHERE name = 'a'");
        assert_stale(&world, &plan, &["Team/a is live otherwise"]);

        let plan = world.plan(&desired);
        world.by_hand("DELETE FROM live_resource WHERE name = 'b'");
        world.by_hand("UPDATE applied_resource SET spec = '8' WHERE name = 'a'");
        assert_stale(&world, &plan, &["Team/a was applied otherwise", "Team/b is live otherwise"]);
        world.by_hand("UPDATE applied_resource SET spec = '1' WHERE name = 'a'");

        let plan = world.plan(&desired);
        world.by_hand("INSERT INTO live_resource VALUES ('Team', '', 'c', '{}'), ('Team', '', 'unrelated', '{}')");
        assert_stale(&world, &plan, &["Team/c is live otherwise"]);

        let plan = world.plan(&desired);
        world.land(&rows(&[ORGANIZATION, ("Team/a", "3")]));
        let another = ["another apply landed main@1234567", "Team/a is live otherwise", "Team/a was applied otherwise"];
        assert_stale(&world, &plan, &[&another[..], &["Team/b was applied otherwise"]].concat());
    }

    #[test]
    fn a_landing_that_touched_nothing_of_the_plan_makes_it_stale_all_the_same() {
        let world = World::with(&[ORGANIZATION]);
        let plan = world.plan(&rows(&[ORGANIZATION, ("Team/a", "1")]));
        world.land(&rows(&[ORGANIZATION]));
        assert_stale(&world, &plan, &["another apply landed main@1234567"]);
        let empty = Plan { changes: Vec::new(), ..first_plan(&Rows::new()) };
        assert_stale(&world, &empty, &["another apply landed main@1234567"]);
    }

    /// Text that JSON or UTF-8 does not carry can be planned for, healed and verified all the same.
    #[test]
    fn any_text_written_by_hand_is_healed() {
        let desired = rows(&[ORGANIZATION, ("Team/a", "{}")]);
        for written in ["'a' || char(0) || 'b'", "CAST(x'ff41' AS TEXT)", "'\u{1f600}\\u0000\"'", "''"] {
            let world = World::with(&[ORGANIZATION, ("Team/a", "{}")]);
            world.by_hand(&format!("UPDATE live_resource SET spec = {written} WHERE name = 'a'"));
            assert_eq!(world.land(&desired).written, 1, "{written}");
            assert_eq!(world.live().rows, desired);
            let verified = world.reader().verify();
            assert!(verified.is_ok(), "{written}: {verified:?}");
        }
    }

    #[test]
    fn unmanaged_and_foreign_rows_are_never_written() {
        let world = World::with(&[ORGANIZATION, ("Team/a", "1")]);
        world.by_hand(
            "INSERT INTO live_resource VALUES ('Team', '', 'stranger', '{}'), ('Gizmo', 'x', 'y', 'no json'),
            ('Team', '', 'Bad Name', '{}'), ('Role', 'Bad Team', 'r', '{}'), (CAST(x'ff' AS TEXT), '', 'z', '')",
        );
        let sql = "SELECT * FROM live_resource WHERE name NOT IN ('a', 'b', 'acme')";
        let before = world.read(sql);
        assert_eq!(before.len(), 5);
        world.land(&rows(&[ORGANIZATION, ("Team/b", "1")]));
        world.land(&rows(&[]));
        assert_eq!(world.read(sql), before);
        let live = world.live();
        assert_eq!(live.rows, rows(&[("Team/stranger", "{}")]));
        assert_eq!(keys(&live), ["Gizmo/x/y", "Role/Bad Team/r", "Team//Bad Name", "%FF//z"]);
    }

    /// Whatever its key is made of, a row that a plan deletes is deleted and put on record, unless it moved.
    #[test]
    fn rows_that_name_no_resource_are_deleted_by_their_key() {
        let world = World::with(&[ORGANIZATION, ("Team/a", "1")]);
        world.by_hand(
            "INSERT INTO live_resource VALUES ('RoleBinding', '', 'Evil', '{}'), ('Gizmo', 'x', 'a/b%', 'no json'),
            (CAST(x'ff' AS TEXT), 'a' || char(0), '', CAST(x'ff' AS TEXT)), ('Role', 'Bad Team', 'r', '')",
        );
        let live = world.live();
        assert_eq!(keys(&live), ["Gizmo/x/a%2Fb%25", "Role/Bad Team/r", "RoleBinding//Evil", "%FF/a%00/"]);
        let strays: Vec<Stray> =
            live.foreign.iter().map(|(key, live)| Stray { key: key.clone(), live: live.clone() }).collect();
        let plan = || Plan { strays: strays.clone(), ..world.plan(&rows(&[ORGANIZATION, ("Team/a", "1")])) };
        let read: Plan = serde_json::from_str(&serde_json::to_string(&plan()).unwrap()).unwrap();
        assert_eq!(read, plan(), "it survives JSON");

        world.by_hand("UPDATE live_resource SET spec = 'other' WHERE name = 'Evil'");
        assert_stale(&world, &plan(), &["RoleBinding//Evil is live otherwise"]);
        world.by_hand("DELETE FROM live_resource WHERE name = 'Evil'");
        assert_stale(&world, &plan(), &["RoleBinding//Evil is live otherwise"]);
        world.by_hand("INSERT INTO live_resource VALUES ('RoleBinding', '', 'Evil', '{}')");

        assert_eq!(world.writer().land(&plan(), &landing()).unwrap().written, 4);
        assert_eq!(world.live().rows, rows(&[ORGANIZATION, ("Team/a", "1")]));
        assert_eq!(world.live().foreign.len(), 0);
        let entries = world.reader().entries(Some(4)).unwrap();
        assert!(entries.iter().all(|entry| entry.action == Action::Prune && entry.resource.is_none()));
        assert_eq!(entries[2].before, Some(Canonical::stored(r#"{"row":"RoleBinding//Evil","spec":"{}"}"#)));
        world.reader().verify().unwrap();
    }

    #[test]
    fn a_store_belongs_to_one_organisation_and_history() {
        let world = World::with(&[ORGANIZATION]);
        let own = world.plan(&rows(&[ORGANIZATION, ("Team/a", "1")]));
        let before = world.contents();
        let (mut named, mut moved, mut rooted) = (own.clone(), own.clone(), own.clone());
        named.organization = "umbrella".parse().unwrap();
        moved.lineage.path = "elsewhere".into();
        rooted.lineage.roots = vec!["b".repeat(40)];
        for plan in [&named, &moved, &rooted] {
            let error = world.writer().land(plan, &landing()).unwrap_err();
            assert!(matches!(error, StoreError::OtherLineage { .. }), "{error}");
            assert_eq!(world.contents(), before);
        }
        let error = world.writer().land(&rooted, &landing()).unwrap_err().to_string();
        let expected = "belongs to organization acme at governance from aaaaaaa, this is organization acme at governance \
        from bbbbbbb: name another store, or take this one over with --adopt-store";
        assert!(error.ends_with(expected), "{error}");
    }

    /// A shallow clone knows no roots; a merge of another history adds one. The first roots stay.
    #[test]
    fn the_roots_of_a_store_stay() {
        let world = World::with(&[ORGANIZATION]);
        for roots in [vec![], vec!["a".repeat(40), "c".repeat(40)]] {
            let mut plan = world.plan(&rows(&[ORGANIZATION]));
            plan.lineage.roots = roots;
            world.writer().land(&plan, &landing()).unwrap();
            assert_eq!(world.reader().state().unwrap().1.accepted.unwrap().lineage, lineage());
        }
        let mut plan = world.plan(&rows(&[ORGANIZATION]));
        (plan.organization, plan.lineage.roots) = ("umbrella".parse().unwrap(), vec!["b".repeat(40)]);
        world.writer().land(&plan, &Landing { adopt_store: true, ..landing() }).unwrap();
        let accepted = world.reader().state().unwrap().1.accepted.unwrap();
        assert_eq!((accepted.organization.as_str(), accepted.lineage), ("umbrella", plan.lineage));
        let last = world.reader().entries(Some(1)).unwrap();
        assert!(last[0].after.as_ref().unwrap().as_str().contains(r#""adoptedStore":true"#));
    }

    fn refusals(store: &Store) -> [StoreError; 2] {
        [store.reader().err().unwrap(), store.writer().err().unwrap()]
    }

    #[test]
    fn what_is_no_store_is_left_alone() {
        let world = World::new();
        let path = world.store.path();
        for content in ["not a database, but long enough to look like one".repeat(100), "short".into()] {
            std::fs::write(path, &content).unwrap();
            for error in refusals(&world.store) {
                assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
            }
            assert_eq!(std::fs::read_to_string(path).unwrap(), content);
        }
        std::fs::remove_file(path).unwrap();
        by_hand(path, "CREATE TABLE somebody_elses (x)");
        let before = std::fs::read(path).unwrap();
        for error in refusals(&world.store) {
            assert!(error.to_string().contains("a SQLite file of something else; nothing was written"), "{error}");
        }
        assert_eq!(std::fs::read(path).unwrap(), before, "not even its journal mode");
        assert_eq!(std::fs::read_dir(world.folder.path()).unwrap().count(), 1, "nothing is left beside it");

        for error in refusals(&store_at(world.folder.path())) {
            assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
        }
        assert!(store_at(&path.join("x/charter.db")).writer().is_err(), "a file is no folder");
    }

    #[test]
    fn an_empty_file_reads_as_empty_and_becomes_a_store() {
        let world = World::new();
        std::fs::write(world.store.path(), "").unwrap();
        assert!(world.reader().is_missing());
        by_hand(world.store.path(), "PRAGMA journal_mode = WAL");
        assert!(world.reader().is_missing(), "as a writer leaves it that dies before its first migration");
        world.land(&rows(&[ORGANIZATION]));
        assert!(!world.reader().is_missing());
    }

    #[test]
    fn folders_are_created_and_names_are_only_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/b/charter.db", "x?mode=ro#y.db", "100%25.db", "with space.db"] {
            let store = store_at(&folder.path().join(name));
            store.writer().unwrap();
            assert!(store.path().is_file(), "{name}");
            assert!(!store.reader().unwrap().is_missing(), "{name}");
        }
    }

    #[test]
    fn many_writers_may_create_one_store() {
        let world = World::new();
        let store = world.store.clone().patience(Duration::from_secs(20));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| drop(store.writer().unwrap()));
            }
        });
        assert!(!world.reader().is_missing());
    }

    #[test]
    fn another_schema_is_refused() {
        let world = World::with(&[ORGANIZATION]);
        world.by_hand(
        "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, 1, checksum, 0 FROM _sqlx_migrations LIMIT 1",
    );
        let before = world.contents();
        for error in refusals(&world.store) {
            assert!(matches!(error, StoreError::NewerVersion { found: 9999, .. }), "{error}");
        }
        assert_eq!(world.contents(), before);

        world.by_hand("DELETE FROM _sqlx_migrations WHERE version > 1");
        let error = world.store.reader().err().unwrap();
        assert!(matches!(error, StoreError::OlderVersion { found: 1, .. }), "{error}");
    }

    #[test]
    fn a_damaged_store_is_named() {
        let damaged = |sql: &str| {
            let world = World::with(&[ORGANIZATION, ("Team/a", "1")]);
            world.by_hand(sql);
            let error = world.reader().verify().and_then(|_| world.reader().state()).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
            error.to_string()
        };
        let error = damaged("UPDATE applied_resource SET name = 'Not A Name' WHERE name = 'a'");
        assert!(error.contains("`Team//Not A Name` names no resource"), "{error}");
        let error = damaged("UPDATE applied_resource SET spec = '2' WHERE name = 'a'");
        assert!(error.contains("Team/a is not what the journal says"), "{error}");
        let error = damaged("UPDATE accepted SET roots = 'x'");
        assert!(error.contains("accepted.roots"), "{error}");
    }

    #[test]
    fn readers_read_while_another_writes_and_a_second_writer_is_told() {
        let desired = rows(&[ORGANIZATION]);
        let world = World::with(&[ORGANIZATION]);
        let plan = world.plan(&desired);
        let mut other = Other::on(world.store.path());
        other.query("BEGIN IMMEDIATE; INSERT INTO live_resource VALUES ('Team', '', 'x', '{}')");
        assert_eq!(world.live().rows, desired);
        let mut writer = world.writer();
        let error = writer.land(&plan, &landing()).unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
        other.close();
        assert_eq!(writer.land(&plan, &landing()).unwrap().written, 0, "the same writer goes on");
    }

    #[test]
    fn a_state_is_of_one_moment() {
        let world = World::with(&[ORGANIZATION, ("Team/n", "0")]);
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for round in 1..60 {
                    world.land(&rows(&[ORGANIZATION, ("Team/n", &round.to_string())]));
                }
            });
            let mut reader = world.reader();
            while !writing.is_finished() {
                let (live, applied) = reader.state().unwrap();
                assert_eq!(live.rows, applied.rows);
                let round: u64 = live.rows[&id("Team/n")].as_str().parse().unwrap();
                assert_eq!(applied.journal.count, 3 + 2 * round);
            }
        });
    }

    #[test]
    fn the_views_hold_what_is_written() {
        let world = World::with(&[
            ORGANIZATION,
            ("Team/web", r#"{"leads":["user:ana"],"members":["user:ana","user:Bo"],"parent":"product"}"#),
            ("Team/product", r#"{"leads":[],"members":[]}"#),
            (
                "Membership/web/more",
                r#"{"members":["user:ana","user:cy",{"subject":"user:di","until":"2026-12-31"},
                {"subject":"user:ed","until":"2026-07-01T10:00:00.5Z"}]}"#,
            ),
            ("Group/oncall", r#"{"members":["user:ana","group:sre"]}"#),
            ("Group/web/sre", r#"{"members":["user:Bo"]}"#),
            ("Role/dev", r#"{"inherits":[],"permissions":["read:agents","write:config"]}"#),
            ("Role/web/local", r#"{"permissions":["read:prompts"]}"#),
            ("RoleBinding/web/leads", r#"{"expires":"2026-07-31","role":"dev","subjects":["team:web","user:ana"]}"#),
            ("RoleBinding/all", r#"{"role":"dev","subjects":["user:x"]}"#),
            ("Budget/web/monthly", r#"{"enforcement":"block","limit":"3000","window":"month"}"#),
            ("Budget/web/daily", r#"{"enforcement":"warn","limit":"9223372036.854775807","window":"day"}"#),
            ("Budget/product/weekly", r#"{"enforcement":"block","limit":"0.000000001","window":"week"}"#),
            ("Budget/product/free", r#"{"enforcement":"block","window":"quarter"}"#),
        ]);
        let read = |sql| world.read(sql);
        assert_eq!(read("SELECT name, parent FROM team ORDER BY 1"), ["product|NULL", "web|product"]);
        assert_eq!(read("SELECT team, subject FROM team_lead"), ["web|user:ana"]);
        assert_eq!(
            read("SELECT team, subject, until_at FROM team_member ORDER BY 1, 2"),
            [
                "web|user:Bo|NULL",
                "web|user:ana|NULL",
                "web|user:cy|NULL",
                "web|user:di|2026-12-31T23:00:00Z",
                "web|user:ed|2026-07-01T10:00:00Z",
            ]
        );
        assert_eq!(
            read("SELECT team, name, subject FROM group_member ORDER BY 1, 2, 3"),
            ["|oncall|group:sre", "|oncall|user:ana", "web|sre|user:Bo"]
        );
        assert_eq!(
            read("SELECT team, role, permission FROM role_permission ORDER BY 1, 2, 3"),
            ["|dev|read:agents", "|dev|write:config", "web|local|read:prompts"]
        );
        assert_eq!(
            read("SELECT team, name, role, subject, expires_at FROM role_binding ORDER BY 1, 2, 4"),
            [
                "|all|dev|user:x|NULL",
                "web|leads|dev|team:web|2026-07-31T22:00:00Z",
                "web|leads|dev|user:ana|2026-07-31T22:00:00Z",
            ]
        );
        assert_eq!(
            read(
                "SELECT team, name, window, limit_nanos, amount, currency, enforcement FROM budget_limit ORDER BY 1, 2"
            ),
            [
                "product|free|quarter|NULL|NULL|USD|block",
                "product|weekly|week|1|0.000000001|USD|block",
                "web|daily|day|9223372036854775807|9223372036.854775807|USD|warn",
                "web|monthly|month|3000000000000|3000|USD|block",
            ]
        );
        assert_eq!(read("SELECT DISTINCT typeof(limit_nanos) FROM budget_limit ORDER BY 1"), ["integer", "null"]);
    }

    #[test]
    fn days_end_in_the_zone_of_the_organisation() {
        let binding = |expires: &str| format!(r#"{{"expires":"{expires}","role":"r","subjects":["user:a"]}}"#);
        let (winter, summer) = (binding("2026-12-31"), binding("2026-06-30"));
        let mut desired = rows(&[ORGANIZATION, ("RoleBinding/winter", &winter)]);
        let world = World::new();
        world.land(&desired);
        assert_eq!(world.read("SELECT * FROM day_end"), ["2026-12-31|2026-12-31T23:00:00Z"]);
        desired.extend(rows(&[("RoleBinding/summer", &summer)]));
        world.land(&desired);
        let both = ["2026-06-30|2026-06-30T22:00:00Z", "2026-12-31|2026-12-31T23:00:00Z"];
        assert_eq!(world.read("SELECT * FROM day_end"), both);
        desired.remove(&id("RoleBinding/winter"));
        desired.extend(rows(&[("Organization/acme", r#"{"currency":"USD","timezone":"America/New_York"}"#)]));
        world.land(&desired);
        assert_eq!(world.read("SELECT * FROM day_end"), ["2026-06-30|2026-07-01T04:00:00Z"]);
    }

    #[test]
    fn views_survive_what_is_written_by_hand_and_doubt_never_grants() {
        let world = World::with(&[ORGANIZATION]);
        for (kind, team, name, spec) in [
            ("Team", "", "broken", "no json at all"),
            ("Team", "", "odd", r#"{"members":"user:x","leads":{"a":1},"parent":7}"#),
            ("Team", "", "list", "[1]"),
            (
                "Membership",
                "web",
                "odd",
                r#"{"members":[1,null,{"until":"x"},{"subject":"user:y","until":"soon"},["z"]]}"#,
            ),
            ("Group", "", "g", r#"{"members":[1,"user:ok"]}"#),
            ("Role", "", "r", r#"{"permissions":{"a":"b"}}"#),
            ("RoleBinding", "", "a", r#"{"role":"r","subjects":["user:a"],"expires":"2026-12-31"}"#),
            ("RoleBinding", "", "b", r#"{"role":"r","subjects":["user:b"],"expires":"2026-12-31T10:00:00+02:00"}"#),
            ("RoleBinding", "", "c", r#"{"role":"r","subjects":["user:c"],"expires":"whenever"}"#),
            ("RoleBinding", "", "d", r#"{"role":"r","subjects":["user:d"],"expires":null}"#),
            ("RoleBinding", "", "e", r#"{"role":["r"],"subjects":["user:e"]}"#),
            (
                "RoleBinding",
                "",
                "f",
                r#"{"role":"r","subjects":["user:f"],"expires":"2026-12-31T10:00:59.999999999Z"}"#,
            ),
            ("RoleBinding", "", "g", r#"{"role":"r","subjects":["user:g"],"expires":"now"}"#),
            ("RoleBinding", "", "h", r#"{"role":"r","subjects":["user:h"],"expires":99999}"#),
            ("RoleBinding", "", "i", r#"{"role":"r","subjects":["user:i"],"expires":"2026-99-99T10:00:00Z"}"#),
            ("Budget", "web", "big", r#"{"limit":"9223372036.854775808"}"#),
            ("Budget", "web", "huge", r#"{"limit":"99999999999999999999"}"#),
            ("Budget", "web", "neg", r#"{"limit":"-5"}"#),
            ("Budget", "web", "num", r#"{"limit":12}"#),
            ("Budget", "web", "ten", r#"{"limit":"0.0000000001"}"#),
            ("Budget", "web", "word", r#"{"limit":"lots"}"#),
        ] {
            world.by_hand(&format!("INSERT INTO live_resource VALUES ('{kind}', '{team}', '{name}', '{spec}')"));
        }
        assert_eq!(world.read("SELECT * FROM team ORDER BY 1"), ["broken|NULL", "list|NULL", "odd|NULL"]);
        assert_eq!(world.read("SELECT * FROM team_lead"), [""; 0]);
        assert_eq!(world.read("SELECT * FROM team_member"), ["web|user:y|1970-01-01T00:00:00Z"]);
        assert_eq!(world.read("SELECT * FROM group_member"), ["|g|user:ok"]);
        assert_eq!(world.read("SELECT * FROM role_permission"), [""; 0]);
        assert_eq!(
            world.read("SELECT subject, expires_at FROM role_binding ORDER BY 1"),
            [
                "user:a|2026-12-31T00:00:00Z",
                "user:b|2026-12-31T08:00:00Z",
                "user:c|1970-01-01T00:00:00Z",
                "user:d|NULL",
                "user:f|2026-12-31T10:00:59Z",
                "user:g|1970-01-01T00:00:00Z",
                "user:h|1970-01-01T00:00:00Z",
                "user:i|1970-01-01T00:00:00Z",
            ]
        );
        assert_eq!(
            world.read("SELECT name, limit_nanos FROM budget_limit ORDER BY 1"),
            ["big|0", "huge|0", "neg|0", "num|12000000000", "ten|0", "word|0"]
        );
    }

    /// Every column of every entry counts, in the file too: NULL is not empty, and another spelling is another text.
    #[test]
    fn every_column_of_the_journal_is_verified() {
        let world = World::with(&[ORGANIZATION, ("Team/a", "1")]);
        let untouched = std::fs::read(world.store.path()).unwrap();
        let copy = |seq: i64| {
            format!(
                r#"INSERT INTO journal SELECT {seq}, at, actor, action, resource, "before", "after", revision, plan,
                prev_hash, hash FROM journal WHERE seq = 3"#
            )
        };
        let (after, before, beyond) = (copy(4), copy(0), copy(i64::MIN));
        for mutation in [
            "UPDATE journal SET seq = 9 WHERE seq = 2",
            "UPDATE journal SET at = '2026-11-22T12:00:00Z' WHERE seq = 2",
            "UPDATE journal SET at = replace(at, 'Z', '+00:00') WHERE seq = 2",
            "UPDATE journal SET actor = 'eve' WHERE seq = 2",
            "UPDATE journal SET action = 'update' WHERE seq = 2",
            "UPDATE journal SET action = 'other' WHERE seq = 2",
            "UPDATE journal SET resource = NULL WHERE seq = 2",
            "UPDATE journal SET resource = 'Team/b' WHERE seq = 3",
            "UPDATE journal SET \"before\" = '' WHERE seq = 2",
            "UPDATE journal SET \"after\" = NULL WHERE seq = 2",
            "UPDATE journal SET \"after\" = \"after\" || ' ' WHERE seq = 2",
            "UPDATE journal SET actor = actor || revision, revision = '' WHERE seq = 2",
            "UPDATE journal SET revision = 'x' WHERE seq = 3",
            "UPDATE journal SET plan = '' WHERE seq = 3",
            "UPDATE journal SET prev_hash = '' WHERE seq = 3",
            "UPDATE journal SET hash = upper(hash) WHERE seq = 3",
            "UPDATE journal SET hash = '' WHERE seq = 1",
            "DELETE FROM journal WHERE seq = 1",
            "DELETE FROM journal WHERE seq = 2",
            "DELETE FROM journal WHERE seq = 3",
            "DELETE FROM journal",
            &after,
            &before,
            &beyond,
            "UPDATE journal SET seq = -seq WHERE seq > 1; UPDATE journal SET seq = 5 + seq WHERE seq < 0",
            "DELETE FROM journal_head",
            "UPDATE journal_head SET count = 2",
            "UPDATE journal_head SET hash = ''",
            "DELETE FROM journal; DELETE FROM journal_head",
        ] {
            std::fs::write(world.store.path(), &untouched).unwrap();
            world.reader().verify().unwrap();
            world.by_hand(mutation);
            assert!(world.reader().verify().is_err(), "{mutation}");
        }
    }

    #[test]
    fn a_broken_entry_is_named() {
        let world = World::with(&[ORGANIZATION, ("Team/a", "1")]);
        world.by_hand("UPDATE journal SET actor = 'eve' WHERE seq = 2");
        let error = world.reader().verify().unwrap_err();
        let StoreError::BrokenJournal { broken, .. } = &error else { panic!("{error}") };
        assert_eq!((broken.seq, &broken.fault), (2, &journal::Fault::Changed));
        assert!(
            error.to_string().ends_with("not as Charter wrote it: entry 2: changed, its hash is another"),
            "{error}"
        );
    }

    /// Rows are written in batches and read in pages; here there are several of each.
    #[test]
    fn a_large_landing_is_whole() {
        let desired: Rows = (0..2500).map(|n| (id(&format!("Team/t{n}")), Canonical::stored("{}"))).collect();
        let world = World::new();
        assert_eq!(world.land(&desired).written, 2500);
        assert_eq!(world.reader().verify().unwrap().count, 2501);
        assert_eq!(world.live().rows, desired);
        assert_eq!(world.reader().entries(Some(1)).unwrap()[0].seq, 2501);
        let plan = world.plan(&Rows::new());
        world.by_hand("UPDATE live_resource SET spec = 'x' WHERE name IN ('t0', 't2499')");
        assert_stale(&world, &plan, &["Team/t0 is live otherwise", "Team/t2499 is live otherwise"]);
        assert_eq!(world.land(&Rows::new()).written, 2500);
        assert_eq!(world.live().rows, Rows::new());
        world.by_hand("DELETE FROM journal WHERE seq = 1001");
        assert!(world.reader().verify().unwrap_err().to_string().contains("entry 1001: missing"));
    }

    fn states() -> impl Strategy<Value = Vec<BTreeMap<u8, u8>>> {
        prop::collection::vec(prop::collection::btree_map(0u8..6, 0u8..3, 0..6), 1..6)
    }

    fn managed(state: &BTreeMap<u8, u8>) -> Rows {
        state.iter().map(|(name, spec)| (id(&format!("Team/t{name}")), Canonical::stored(spec.to_string()))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        /// After any landings, with edits by hand between them: live and applied are as desired, folding the journal gives
        /// applied, and nobody else's row is touched.
        #[test]
        fn folding_the_journal_gives_applied(desired in states(), edits in prop::collection::vec((0u8..6, 0u8..4), 6)) {
            let world = World::new();
            world.writer();
            world.by_hand("INSERT INTO live_resource VALUES ('Team', '', 'stranger', 'kept')");
            for (state, (name, spec)) in desired.iter().zip(edits) {
                world.by_hand(&match spec {
                    0 => format!("DELETE FROM live_resource WHERE name = 't{name}'"),
                    _ => format!("UPDATE live_resource SET spec = '{spec}' WHERE name = 't{name}'"),
                });
                let state = managed(state);
                let head = world.land(&state).head;
                let (mut live, applied) = world.reader().state().unwrap();
                prop_assert_eq!(live.rows.remove(&id("Team/stranger")), Some(Canonical::stored("kept")));
                prop_assert_eq!(&live.rows, &state);
                prop_assert_eq!(&applied.rows, &state);
                prop_assert_eq!(journal::fold(world.reader().entries(None).unwrap()), state);
                prop_assert_eq!(world.reader().verify().unwrap(), head);
            }
        }
    }

    /// Runs one of the ignored tests below in another process on a file system of its own. Where the system lets nobody
    /// make one, says so loudly and runs nothing.
    fn scene(test: &str, folder: &Path, shell: &str) {
        let can = Command::new("unshare").args(["-rm", "true"]).output().is_ok_and(|output| output.status.success());
        if !can {
            let why = format!("SKIPPED {test}: this system does not let `unshare -rm` make a file system of one's own");
            return skipped(&why);
        }
        let script = format!("{shell}\nexec \"$EXE\" --exact contract::{test} --ignored --nocapture");
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-ec", &script]).env("EXE", std::env::current_exe().unwrap()).env("SCENE", folder);
        assert_passed(&command.output().unwrap());
    }

    /// Says past the capture of the harness that something was not tested, or fails where it must be.
    #[track_caller]
    fn skipped(why: &str) {
        assert!(std::env::var_os("CHARTER_REQUIRE_SCENES").is_none(), "{why}");
        writeln!(std::io::stdout(), "{why}").unwrap();
    }

    #[track_caller]
    fn assert_passed(output: &std::process::Output) {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
    }

    fn scene_folder() -> PathBuf {
        std::env::var_os("SCENE").expect("run by another test only").into()
    }

    #[test]
    fn a_full_disk_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        scene("scene_full_disk", folder.path(), "mount -t tmpfs -o size=2m none \"$SCENE\"");
    }

    #[test]
    #[ignore = "needs a small file system: run by a_full_disk_changes_nothing"]
    fn scene_full_disk() {
        let folder = scene_folder();
        let store = store_in(&folder);
        let small = rows(&[ORGANIZATION, ("Team/a", "1")]);
        let mut writer = store.writer().unwrap();
        writer.land(&first_plan(&small), &landing()).unwrap();

        let (live, applied) = writer.state().unwrap();
        let large: Rows = (0..4000).map(|n| (id(&format!("Team/t{n}")), Canonical::stored("x".repeat(600)))).collect();
        let error = writer.land(&plan(&large, &live.rows, &applied.rows, &applied.journal), &landing()).unwrap_err();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");

        // The same writer goes on, and nothing of the failed landing is left.
        assert_eq!(writer.state().unwrap(), (live.clone(), applied.clone()));
        let next = rows(&[ORGANIZATION, ("Team/a", "2")]);
        writer.land(&plan(&next, &live.rows, &applied.rows, &applied.journal), &landing()).unwrap();
        assert_eq!(store.reader().unwrap().state().unwrap().0.rows, next);
        store.reader().unwrap().verify().unwrap();
        drop(writer);

        // No room for a first store either.
        let _ = std::fs::write(folder.join("filler"), vec![0; 2 << 20]);
        let error = store_at(&folder.join("other.db")).writer().err().unwrap();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    }

    const READ_ONLY: &str =
        "mount -t tmpfs none \"$SCENE\"; cp -r \"$SCENE.from\"/. \"$SCENE\"; mount -o remount,ro \"$SCENE\"";

    /// Prepares a folder that the scene finds read-only.
    fn read_only_scene(test: &str, prepare: impl Fn(&Path)) {
        let folder = tempfile::tempdir().unwrap();
        let (mounted, from) = (folder.path().join("scene"), folder.path().join("scene.from"));
        std::fs::create_dir(&mounted).unwrap();
        std::fs::create_dir(&from).unwrap();
        prepare(&from);
        scene(test, &mounted, READ_ONLY);
    }

    #[test]
    fn a_read_only_folder_is_read_and_not_written() {
        read_only_scene("scene_read_only", |folder| {
            let desired = rows(&[ORGANIZATION, ("Team/a", "1")]);
            store_in(folder).writer().unwrap().land(&first_plan(&desired), &landing()).unwrap();
        });
    }

    #[test]
    #[ignore = "needs a read-only file system: run by a_read_only_folder_is_read_and_not_written"]
    fn scene_read_only() {
        let store = store_in(&scene_folder());
        let mut reader = store.reader().unwrap();
        assert_eq!(reader.state().unwrap().0.rows, rows(&[ORGANIZATION, ("Team/a", "1")]));
        assert_eq!(reader.verify().unwrap().count, 3);
        let in_new_folder = store_at(&scene_folder().join("a/new.db"));
        let beside = store_at(&scene_folder().join("new.db"));
        for refused in [store.writer().err(), store.lock().err(), in_new_folder.writer().err(), beside.writer().err()] {
            assert!(matches!(refused, Some(StoreError::ReadOnly { .. })), "{refused:?}");
        }
    }

    #[test]
    fn landings_in_the_log_are_not_passed_over() {
        read_only_scene("scene_read_only_log", |folder| {
            let elsewhere = tempfile::tempdir().unwrap();
            let mut writer = store_in(elsewhere.path()).writer().unwrap();
            writer.land(&first_plan(&rows(&[ORGANIZATION])), &landing()).unwrap();
            // As a copy of the files of a running store, without the shared memory.
            for name in ["charter.db", "charter.db-wal"] {
                std::fs::copy(elsewhere.path().join(name), folder.join(name)).unwrap();
            }
        });
    }

    #[test]
    #[ignore = "needs a read-only file system: run by landings_in_the_log_are_not_passed_over"]
    fn scene_read_only_log() {
        let error = store_in(&scene_folder()).reader().err().unwrap();
        assert!(error.to_string().contains("-wal"), "{error}");
    }

    /// Permission bits do not bind root: run by root, the scene is played by somebody else.
    #[test]
    fn permission_bits_are_respected() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        use std::os::unix::process::CommandExt;
        let folder = tempfile::tempdir().unwrap();
        let is_root = folder.path().metadata().unwrap().uid() == 0;
        let store = store_in(folder.path());
        store.writer().unwrap().land(&first_plan(&rows(&[ORGANIZATION])), &landing()).unwrap();
        let allow = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        allow(store.path(), 0o444);
        allow(folder.path(), 0o555);

        // The binary of the tests may stand where nobody else can look.
        let place = tempfile::tempdir().unwrap();
        allow(place.path(), 0o755);
        let exe = place.path().join("store");
        std::fs::copy(std::env::current_exe().unwrap(), &exe).unwrap();
        let mut command = Command::new(&exe);
        command
            .args(["--exact", "contract::scene_permissions", "--ignored", "--nocapture"])
            .env("SCENE", folder.path());
        if is_root {
            command.uid(65534).gid(65534).current_dir("/");
        }
        match command.output() {
            Ok(output) => assert_passed(&output),
            Err(error) => {
                skipped(&format!("SKIPPED permission_bits_are_respected: cannot become somebody else: {error}"))
            }
        }
        allow(folder.path(), 0o755);
    }

    #[test]
    #[ignore = "needs a user whom permission bits bind: run by permission_bits_are_respected"]
    fn scene_permissions() {
        let store = store_in(&scene_folder());
        assert_eq!(store.reader().unwrap().state().unwrap().0.rows, rows(&[ORGANIZATION]));
        let beside = store_at(&scene_folder().join("new.db"));
        for refused in [store.writer().err(), store.lock().err(), beside.writer().err()] {
            assert!(matches!(refused, Some(StoreError::ReadOnly { .. })), "{refused:?}");
        }
    }
}
