//! Progress: what takes long says on a terminal what it is at.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is done by then needs no word.
const PATIENCE: Duration = Duration::from_millis(400);

const TICK: Duration = Duration::from_millis(100);

/// Says what is being done until it is dropped, and leaves nothing behind on the terminal.
#[derive(Debug)]
pub struct Progress {
    done: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to tell; where stderr is no terminal, nothing is ever said.
    pub fn begin(what: String) -> Progress {
        let (done, ended) = mpsc::channel();
        let teller = thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_message(what);
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                bar.tick();
            }
            bar.finish_and_clear();
        });
        Progress { done: Some(done), teller: Some(teller) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.take();
        if let Some(teller) = self.teller.take() {
            // A teller that broke has nothing to say any more.
            let _ended = teller.join();
        }
    }
}
