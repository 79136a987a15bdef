//! A daemon that is killed at any moment, while somebody edits rows and commits land: what it did not finish is finished by
//! the next, and nothing that was changed by hand is without a record.

use std::collections::BTreeMap;
use std::time::Duration;

use charter::reconcile::check;
use charter::source::{self, At};
use charter::store::Store;

use crate::organisation::Dice;
use crate::say::say;
use crate::scene::{Acts, Daemon, eventually, founded, team};
use crate::support::Sandbox;

/// Writes a value that never was there before, and says whether the row was as applied until then.
///
/// In one transaction: what was as applied is an occurrence of drift from here on, and ends with a landing alone.
fn edit(sandbox: &Sandbox, team: &str, number: usize) -> bool {
    let row = format!("kind = 'Team' AND name = '{team}'");
    let same = format!(
        "SELECT CAST((SELECT spec FROM live_resource WHERE {row}) IS (SELECT spec FROM applied_resource WHERE {row}) AS TEXT)"
    );
    let spec = format!("'{{\"members\":[\"user:x{number}\"]}}'");
    let write = if number.is_multiple_of(30) {
        format!("DELETE FROM live_resource WHERE {row}")
    } else {
        format!("REPLACE INTO live_resource VALUES ('Team', '', '{team}', {spec})")
    };
    let rows = sandbox.database().rows(&format!("BEGIN IMMEDIATE; {same}; {write}; COMMIT"));
    rows[0][0] == "1"
}

/// Waits until live is what HEAD says, and nothing is open.
fn until_converged(sandbox: &Sandbox) {
    let source = source::open(sandbox.repo().to_str().unwrap(), &source::Options::default()).unwrap();
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let admitted = check(source.as_ref(), &At::Revision(None), now).unwrap().admitted.unwrap();
    let resources = &admitted.desired().resources;
    let desired: BTreeMap<_, _> =
        resources.iter().map(|manifest| (manifest.id.clone(), manifest.canonical.clone())).collect();
    let store = Store::at(&format!("sqlite:{}", sandbox.store().display())).unwrap();
    eventually("live is as HEAD says", || {
        let mut reader = store.reader().unwrap();
        let (live, applied, records, _) = reader.state_at(jiff::Timestamp::MIN).unwrap();
        let accepted = applied.accepted.and_then(|accepted| accepted.revision).map(|revision| revision.commit);
        accepted == Some(sandbox.commit_of("HEAD"))
            && live.rows == desired
            && records.iter().all(|record| !record.is_open())
    });
    store.reader().unwrap().verify().unwrap();
}

#[test]
fn a_daemon_that_is_killed_again_and_again_converges_and_forgets_nothing() {
    let kills = std::env::var("CHARTER_DAEMON_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(50usize);
    let sandbox = founded();
    // As many teams that no row is written over a third time: that is a fight, and left.
    let name = |number: usize| format!("t{}", number / 2);
    for name in (0..kills * 3).step_by(2).map(name) {
        sandbox.write(&format!("{name}.yaml"), &team(&name, &["ana"]));
    }
    sandbox.commit("Many teams");
    Daemon::start(&sandbox).lands(&sandbox.commit_of("HEAD"));
    let (mut dice, mut began, mut unfinished) = (Dice(7), BTreeMap::<String, usize>::new(), 0);
    for number in 0..kills {
        let mut daemon = Daemon::start(&sandbox);
        if number % 4 != 0 {
            // Some are killed before they have begun, or in their first round.
            daemon.until("started", |_| true);
        }
        for part in 0..1 + dice.below(3) {
            let edited = name(number * 3 + part);
            let began = began.entry(edited.clone()).or_default();
            *began += usize::from(edit(&sandbox, &edited, number * 3 + part));
            if dice.below(2) == 0 {
                let member = format!("m{number}");
                sandbox.commit_team([&edited, "web"][dice.below(2)], &["ana", &member]);
            }
            // Anything up to a little more than the time between two looks at the store's log.
            std::thread::sleep(Duration::from_millis(dice.below(300) as u64));
        }
        daemon.kill();
        let open = "SELECT name FROM live_resource EXCEPT SELECT name FROM applied_resource UNION ALL \
            SELECT a.name FROM applied_resource AS a LEFT JOIN live_resource AS l USING (kind, team, name) \
            WHERE l.spec IS NOT a.spec";
        unfinished += usize::from(!sandbox.database().rows(open).is_empty());
        let store = Store::at(&format!("sqlite:{}", sandbox.store().display())).unwrap();
        store.reader().unwrap().verify().unwrap();
    }
    let _daemon = Daemon::start(&sandbox);
    until_converged(&sandbox);
    let mut recorded = BTreeMap::<String, usize>::new();
    for [resource, _, occurrences, ..] in sandbox.records() {
        *recorded.entry(resource).or_default() += occurrences.parse::<usize>().unwrap();
    }
    let expected: BTreeMap<String, usize> =
        began.iter().map(|(team, times)| (format!("Team/{team}"), *times)).collect();
    assert_eq!(recorded, expected, "each time that a row began to differ is counted once");
    say(&format!(
        "daemon: killed {kills} times, {unfinished} of them with a row not healed; {} times a row began to differ, all on record",
        began.values().sum::<usize>()
    ));
}
