//! What a source has of the program that it is part of: whether that is to end, and who hears of trouble.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The program around a source; where nothing is set, nobody ends it and nobody hears.
#[derive(Debug, Clone, Default)]
pub struct Host {
    pub halt: Halt,
    /// Is told what was mended, in one line.
    pub warn: Option<fn(&str)>,
}

impl Host {
    pub(super) fn tell(&self, text: &str) {
        if let Some(warn) = self.warn {
            warn(text);
        }
    }
}

/// Whether somebody asked the program to end.
#[derive(Debug, Clone, Default)]
pub struct Halt {
    asked: Arc<AtomicBool>,
    /// Whether a signal ends the program at once, as it does where nobody listens.
    deadly: Arc<AtomicBool>,
}

impl Halt {
    /// Takes a flag that somebody else sets, who also ends the program.
    pub fn of(asked: Arc<AtomicBool>) -> Self {
        Halt { asked, deadly: Arc::default() }
    }

    /// Listens for SIGINT and SIGTERM, which end the program as they always do, except while a child is waited for.
    ///
    /// # Errors
    /// Where the system does not let the process listen.
    pub fn listen() -> io::Result<Self> {
        let halt = Halt { asked: Arc::default(), deadly: Arc::new(AtomicBool::new(true)) };
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&halt.deadly))?;
            flag::register(signal, Arc::clone(&halt.asked))?;
        }
        Ok(halt)
    }

    /// Says whether somebody asked.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Takes over what a signal does until the guard is dropped: a child is to be ended first.
    pub(super) fn take_over(&self) -> TakenOver<'_> {
        TakenOver { halt: self, was: self.deadly.swap(false, Ordering::SeqCst) }
    }
}

/// While it stands a signal is only noted.
pub(super) struct TakenOver<'a> {
    halt: &'a Halt,
    was: bool,
}

impl Drop for TakenOver<'_> {
    fn drop(&mut self) {
        self.halt.deadly.store(self.was, Ordering::SeqCst);
    }
}
