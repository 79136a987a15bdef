//! A source that is looked at aside: a server that hangs keeps nobody waiting who has other things to do.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::error::SourceError;
use super::{At, Source};
use crate::model::snapshot::{Delta, Revision, Snapshot, SourceFile};

/// A source of which one hand reads what is here already, and another, on a thread of its own, looks for the head.
///
/// Both are of one repository and share its cache: what the far one fetched the near one reads. Both stay on the branch
/// that HEAD stood for when it was first seen.
#[derive(Debug)]
pub struct Aside {
    near: Box<dyn Source>,
    /// Asks for a look; `None` at the end.
    ask: Option<Sender<()>>,
    told: Receiver<Seen>,
    looking: Option<JoinHandle<()>>,
    /// Whether a look is under way: there is one at a time.
    is_away: Cell<bool>,
    /// What the last look came to, until somebody asks for the head.
    seen: RefCell<Option<Seen>>,
}

/// How long the first look is waited for, which tells who starts a service that it cannot work: the look goes on.
const PATIENCE: Duration = Duration::from_secs(10);

type Seen = Result<Option<Revision>, SourceError>;

impl Aside {
    /// Starts the thread, which looks when it is asked.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn new(near: Box<dyn Source>, far: Box<dyn Source>) -> io::Result<Self> {
        let ((ask, asked), (tell, told)) = (mpsc::channel(), mpsc::channel());
        let look = move || while asked.recv().is_ok() && tell.send(stayed(far.as_ref(), far.head())).is_ok() {};
        let looking = Some(Builder::new().name("look".to_owned()).spawn(look)?);
        Ok(Aside { near, ask: Some(ask), told, looking, is_away: Cell::new(false), seen: RefCell::new(None) })
    }

    /// Waits a while for the look that is under way, or for one that is made now; `None` with nobody there to look.
    fn wait(&self) -> Option<Seen> {
        if !self.is_away.replace(true) {
            self.ask.as_ref()?.send(()).ok()?;
        }
        let told = self.told.recv_timeout(PATIENCE);
        self.is_away.set(told == Err(RecvTimeoutError::Timeout));
        match told {
            Ok(seen) => Some(seen),
            Err(RecvTimeoutError::Timeout) => {
                let cause = format!("no answer within {} s, and it is waited for", PATIENCE.as_secs());
                Some(Err(SourceError::Unreachable { url: self.near.identity(), cause }))
            }
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}

/// Has a source stay on the branch where it was seen to be.
fn stayed(source: &dyn Source, seen: Seen) -> Seen {
    if let Ok(Some(Revision { reference: Some(branch), .. })) = &seen {
        source.stay_on(branch);
    }
    seen
}

impl Drop for Aside {
    /// Waits for a look that is under way, so that no child outlives it: who ends the program halts that first.
    fn drop(&mut self) {
        drop(self.ask.take());
        let _ended = self.looking.take().map(JoinHandle::join);
    }
}

impl Source for Aside {
    fn describe(&self) -> String {
        self.near.describe()
    }

    fn read(&self, at: &At, seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
        self.near.read(at, seen)
    }

    fn delta(&self, base: &Snapshot) -> Result<Option<Delta>, SourceError> {
        self.near.delta(base)
    }

    /// Tells what the look came to; where there was none, waits for one, but not as long as a server may hang.
    fn head(&self) -> Seen {
        let seen = self.seen.take().or_else(|| self.wait());
        stayed(self.near.as_ref(), seen.unwrap_or_else(|| self.near.head()))
    }

    fn look_ahead(&self, is_due: bool) -> bool {
        if self.is_away.get() {
            let told = self.told.try_recv();
            let is_back = told != Err(TryRecvError::Empty);
            self.is_away.set(!is_back);
            self.seen.replace(told.ok());
            return is_back;
        }
        let is_asked = is_due && self.ask.as_ref().is_some_and(|ask| ask.send(()).is_ok());
        self.is_away.set(is_asked);
        // With nobody there to ask, whoever wants to know looks himself.
        is_due && !is_asked
    }

    fn is_far(&self) -> bool {
        self.near.is_far()
    }

    fn branch(&self) -> Result<Option<String>, SourceError> {
        self.near.branch()
    }

    fn stay_on(&self, branch: &str) {
        self.near.stay_on(branch);
    }

    fn identity(&self) -> String {
        self.near.identity()
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        self.near.resolve(revision)
    }

    fn merge_base(&self, revision: &str, at: &At) -> Result<Option<String>, SourceError> {
        self.near.merge_base(revision, at)
    }

    fn watched(&self) -> Vec<PathBuf> {
        self.near.watched()
    }

    fn descends(&self, commit: &str, from: &str) -> Result<bool, SourceError> {
        self.near.descends(commit, from)
    }

    fn governed_path(&self) -> &str {
        self.near.governed_path()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// A source with nothing but a head, which counts who asks for it and says what it is let say.
    #[derive(Debug)]
    struct Counted {
        asked: Arc<AtomicUsize>,
        answers: Receiver<Seen>,
    }

    impl Source for Counted {
        fn head(&self) -> Seen {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.answers.recv().unwrap()
        }

        fn describe(&self) -> String {
            String::new()
        }

        fn read(&self, _: &At, _: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
            Err(SourceError::NoCommit { repo: String::new() })
        }

        fn identity(&self) -> String {
            String::new()
        }

        fn resolve(&self, _: &str) -> Seen {
            Ok(None)
        }

        fn watched(&self) -> Vec<PathBuf> {
            Vec::new()
        }

        fn descends(&self, _: &str, _: &str) -> Result<bool, SourceError> {
            Ok(true)
        }

        fn governed_path(&self) -> &str {
            ""
        }
    }

    fn counted() -> (Box<dyn Source>, Arc<AtomicUsize>, Sender<Seen>) {
        let ((answer, answers), asked) = (mpsc::channel(), Arc::new(AtomicUsize::new(0)));
        (Box::new(Counted { asked: asked.clone(), answers }), asked, answer)
    }

    fn until_back(aside: &Aside) {
        while !aside.look_ahead(true) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn looks_are_made_one_at_a_time_and_told_once() {
        let ((near, near_asked, _), (far, far_asked, answer)) = (counted(), counted());
        let aside = Aside::new(near, far).unwrap();
        assert!(!aside.look_ahead(false));
        for round in 1..=3 {
            assert!((0..50).all(|_| !aside.look_ahead(true)), "nobody answered yet");
            let error = SourceError::NoCommit { repo: round.to_string() };
            answer.send(Err(error.clone())).unwrap();
            until_back(&aside);
            assert_eq!(far_asked.load(Ordering::SeqCst), round);
            assert_eq!(aside.head(), Err(error));
        }
        assert!(!aside.look_ahead(false), "none is due");
        for asked_before in [false, true] {
            assert!(!aside.look_ahead(asked_before));
            answer.send(Ok(None)).unwrap();
            assert_eq!(aside.head(), Ok(None), "it waits");
        }
        assert_eq!((near_asked.load(Ordering::SeqCst), far_asked.load(Ordering::SeqCst)), (0, 5));
    }

    #[test]
    fn without_the_other_hand_one_looks_oneself() {
        let ((near, near_asked, near_answer), (far, _, answer)) = (counted(), counted());
        let aside = Aside::new(near, far).unwrap();
        drop(answer);
        assert!(!aside.look_ahead(true));
        until_back(&aside);
        for _ in 0..2 {
            near_answer.send(Ok(None)).unwrap();
            assert_eq!(aside.head(), Ok(None));
            assert!(aside.look_ahead(true) && !aside.look_ahead(false));
        }
        assert_eq!(near_asked.load(Ordering::SeqCst), 2);
    }
}
