//! What wakes the daemon: files that move, time that passes, somebody who wants it to end.
//!
//! A wake-up says when, never what.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::source::Halt;

/// Git writes a ref in several steps: what comes within this time is one wake-up.
const DEBOUNCE: Duration = Duration::from_millis(20);

/// A repository in which something moves all the time, as in a long fetch, still lets the daemon go on.
const LONGEST_DEBOUNCE: Duration = Duration::from_millis(250);

/// Wakes when something moves below the watched folders.
#[derive(Debug)]
pub struct Watch {
    moved: Receiver<()>,
    /// Keeps the watcher alive; `None` where the system could not watch, and polling alone is left.
    _watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Watches folders, those that can be; says why one could not.
    pub fn new(folders: &[PathBuf]) -> (Watch, Vec<String>) {
        let (sender, moved) = mpsc::channel();
        let made = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let matters = event.as_ref().map_or(true, |event| !event.kind.is_access());
            if matters {
                // The daemon ended: nobody is left to wake.
                let _ended = sender.send(());
            }
        });
        let mut troubles = Vec::new();
        let watcher = match made {
            Ok(mut watcher) => {
                for folder in folders {
                    if let Err(error) = watcher.watch(folder, RecursiveMode::Recursive) {
                        troubles.push(format!("{}: {error}", folder.display()));
                    }
                }
                Some(watcher)
            }
            Err(error) => {
                troubles.push(error.to_string());
                None
            }
        };
        (Watch { moved, _watcher: watcher }, troubles)
    }

    /// Waits at most so long, and says whether something moved.
    pub fn wait(&self, longest: Duration) -> bool {
        match self.moved.recv_timeout(longest) {
            Ok(()) => {
                let until = Instant::now() + LONGEST_DEBOUNCE;
                while Instant::now() < until && self.moved.recv_timeout(DEBOUNCE).is_ok() {}
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(longest);
                false
            }
        }
    }
}

/// Whether somebody wants the daemon to end, by SIGTERM or SIGINT.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    terminated: Arc<AtomicBool>,
    interrupted: Arc<AtomicBool>,
    /// Set by either.
    asked: Arc<AtomicBool>,
}

/// Who wants the daemon to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Terminate,
    Interrupt,
}

impl Stop {
    /// Listens for the signals.
    ///
    /// A second SIGINT ends the process at once: somebody at a terminal has no patience. A second SIGTERM does not:
    /// `timeout` and others send one to the process and one to its group.
    ///
    /// # Errors
    /// Where the system does not let the process listen.
    pub fn listen() -> std::io::Result<Stop> {
        let stop = Stop::default();
        for (signal, flag) in [(SIGTERM, &stop.terminated), (SIGINT, &stop.interrupted)] {
            if signal == SIGINT {
                signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, flag.clone())?;
            }
            signal_hook::flag::register(signal, flag.clone())?;
            signal_hook::flag::register(signal, stop.asked.clone())?;
        }
        Ok(stop)
    }

    /// Returns what keeps a source from being waited for when somebody asked.
    pub fn halt(&self) -> Halt {
        Halt::of(self.asked.clone())
    }

    /// Says who asked, if anybody did.
    pub fn asked(&self) -> Option<Asked> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(Asked::Interrupt);
        }
        self.terminated.load(Ordering::Relaxed).then_some(Asked::Terminate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_rests_is_a_wake_up_all_the_same() {
        let (sender, moved) = mpsc::channel();
        let watch = Watch { moved, _watcher: None };
        let restless = std::thread::spawn(move || {
            while sender.send(()).is_ok() {
                std::thread::sleep(DEBOUNCE / 10);
            }
        });
        assert!(watch.wait(Duration::from_secs(60)));
        drop(watch);
        assert!(restless.join().is_ok());
    }
}
