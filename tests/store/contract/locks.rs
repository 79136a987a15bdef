//! The lock of a `run`: one a store, by whatever name the store is called.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

#[test]
fn one_run_a_store() {
    let world = World::new();
    let lock = world.store.lock().unwrap();
    let error = world.store.lock().unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    world.land(&rows(&[ORGANIZATION]));
    drop(lock);
    world.store.lock().unwrap();
    assert_eq!(world.files(), ["charter.db"], "nothing is left beside it");
}

/// However many come and go, never two of them hold it, and in the end there is no file.
#[test]
fn a_lock_that_comes_and_goes_is_never_held_twice() {
    let world = World::new();
    let (held, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while taken.load(Ordering::SeqCst) < 2000 {
                    let Ok(lock) = world.store.lock() else { continue };
                    assert_eq!(held.fetch_add(1, Ordering::SeqCst), 0);
                    taken.fetch_add(1, Ordering::SeqCst);
                    held.fetch_sub(1, Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
    assert_eq!(world.files(), [""; 0]);
}

/// Says whether two names are one store to its lock.
fn exclude_each_other(one: &Store, other: &Store) -> bool {
    let _held = one.lock().unwrap();
    match other.lock() {
        Err(StoreError::Busy { .. }) => true,
        Err(error) => panic!("{error}"),
        Ok(_) => false,
    }
}

#[test]
fn the_lock_belongs_to_the_file_whatever_links_lead_to_it() {
    let world = World::new();
    let folder = world.folder.path();
    let [real, linked] = ["real", "linked"].map(|name| folder.join(name));
    std::fs::create_dir(&real).unwrap();
    symlink(&real, &linked).unwrap();
    symlink("real/charter.db", folder.join("relative.db")).unwrap();
    symlink(folder.join("relative.db"), folder.join("twice.db")).unwrap();
    let store = store_in(&real);
    let names = [linked.join("charter.db"), folder.join("relative.db"), folder.join("twice.db")];
    // Before there is a file, and when there is one.
    for _ in 0..2 {
        for name in &names {
            assert!(exclude_each_other(&store, &store_at(name)), "{}", name.display());
            assert!(exclude_each_other(&store_at(name), &store), "{}", name.display());
        }
        store.writer().unwrap();
    }
    assert!(!exclude_each_other(&store, &world.store));
    // A folder that is not there yet is one, however it is called.
    assert!(exclude_each_other(&store_in(&real.join("new")), &store_in(&linked.join("new"))));
}

#[test]
fn a_file_with_two_names_is_not_followed() {
    let world = World::with(&[ORGANIZATION]);
    let other = world.folder.path().join("other.db");
    std::fs::hard_link(world.store.path(), &other).unwrap();
    for store in [&world.store, &store_at(&other)] {
        let error = store.lock().unwrap_err();
        assert!(error.to_string().contains("second name (a hard link)"), "{error}");
    }
    std::fs::remove_file(other).unwrap();
    world.store.lock().unwrap();
}

/// Looking is no reason for a `run` not to begin.
#[test]
fn whether_it_is_followed_is_seen() {
    let world = World::new();
    assert_eq!(world.store.is_followed(), Some(false));
    let lock = world.store.lock().unwrap();
    assert_eq!(world.store.is_followed(), Some(true));
    drop(lock);
    // What a `run` leaves that is killed.
    std::fs::write(world.folder.path().join("charter.db.lock"), "").unwrap();
    assert_eq!(world.store.is_followed(), Some(false));
    let ended = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while ended.load(Ordering::SeqCst) == 0 {
                world.store.is_followed();
            }
        });
        for _ in 0..500 {
            if let Err(error) = world.store.lock() {
                ended.store(1, Ordering::SeqCst);
                panic!("{error}");
            }
        }
        ended.store(1, Ordering::SeqCst);
    });
}
