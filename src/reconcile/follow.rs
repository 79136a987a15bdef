//! Following: rounds one after another, each as dear as what moved since the last.

use jiff::Timestamp;

use super::Error;
use super::check::{recheck, standing};
use super::head::{Head, Heads};
use super::landing::{Gate, gate, held_because};
use super::memo::Spent;
use super::step::{Step, Treatment};
use super::view::View;
use crate::model::admitted::Admitted;
use crate::model::applied::Accepted;
use crate::model::name::Name;
use crate::model::snapshot::Revision;
use crate::source::{At, Source, SourceError};
use crate::store::{Landing, Log, Store, StoreError};

pub use crate::model::source_state::Condition;
use crate::model::source_state::{Beat, SourceState, Suspension};

/// Follows a source into a store.
pub struct Follower<'a> {
    name: Name,
    source: &'a dyn Source,
    place: &'a dyn Fn(&Name) -> Result<Store, StoreError>,
    /// The store where it is known before any organisation is.
    found: Option<Store>,
    treatment: Treatment,
    actor: String,
    heads: Heads,
    /// The head and what was found in it.
    head: Option<Head>,
    /// The head that could not be read, and why, while that is so.
    unread: Option<(Option<Revision>, String)>,
    /// The last admitted state that landed: what is healed to while the head is bad or held.
    good: Option<Admitted>,
    view: Option<View>,
    /// Who asked that the source is not followed, while that holds.
    suspended: Option<Suspension>,
    /// How the source stands, as it was last written.
    told: Option<(Condition, String, Option<Revision>)>,
    /// What was put back in the store since the last round, a line each.
    mended: Vec<String>,
    /// What it cost to begin, which the first round counts.
    begun: Spent,
    /// Whether a round has to be made though nothing moved: none was yet, or the last one failed.
    owed: bool,
}

impl std::fmt::Debug for Follower<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("source", &self.source).finish_non_exhaustive()
    }
}

impl<'a> Follower<'a> {
    /// Begins to follow.
    pub fn new(
        name: Name,
        source: &'a dyn Source,
        place: &'a dyn Fn(&Name) -> Result<Store, StoreError>,
        treatment: Treatment,
        actor: String,
    ) -> Self {
        Follower {
            name,
            source,
            place,
            found: None,
            treatment,
            actor,
            heads: Heads::default(),
            head: None,
            unread: None,
            good: None,
            view: None,
            suspended: None,
            told: None,
            mended: Vec::new(),
            begun: Spent::default(),
            owed: true,
        }
    }

    /// Says which store is followed where the head does not say: a daemon that starts on a bad head follows it too.
    #[must_use]
    pub fn with_store(mut self, found: Option<Store>) -> Self {
        self.found = found;
        self
    }

    /// Returns the store, once it is known.
    pub fn store(&self) -> Option<&Store> {
        self.view.as_ref().map(|view| &view.store)
    }

    /// Opens the store where it can be known already, and returns where it is.
    ///
    /// What keeps it from being used is said at once, before anything is followed. A source out of reach keeps nothing
    /// from beginning: a step tries again.
    ///
    /// # Errors
    /// Where the source or the store cannot be used, another `run` follows the store, or it is of another repository.
    pub fn begin(&mut self, now: Timestamp) -> Result<Option<String>, Error> {
        let mut spent = Spent::default();
        match self.look(now, &mut spent) {
            Err(Error::Source(error)) if error.is_out_of_reach() => self.head = Some(Head::none(error.to_string())),
            looked => drop(looked?),
        }
        self.open(now, &mut spent)?;
        let admitted = self.head.as_ref().and_then(|head| head.admitted.as_ref());
        if let (Some(view), Some(admitted)) = (&self.view, admitted) {
            view.refuse_stranger(admitted)?;
        }
        self.begun = spent;
        Ok(self.store().map(Store::url))
    }

    /// Sees to it that a step can look at the source without waiting, and says whether the next one is to look.
    pub fn look_ahead(&self, is_due: bool) -> bool {
        self.source.look_ahead(is_due)
    }

    /// Looks at the store's log and, where asked, at the source, and makes a round if anything moved; `None` if nothing did.
    ///
    /// # Errors
    /// Where the source or the store cannot be used; the next step tries again.
    pub fn step(&mut self, look: bool, now: Timestamp) -> Result<Option<Step>, Error> {
        let mut spent = std::mem::take(&mut self.begun);
        // What was seen is owed a round until one has ended well, whatever fails in between.
        self.owed |= (look || self.head.is_none()) && self.look(now, &mut spent)?;
        let (store_moved, lost) = self.listen(now, &mut spent)?;
        self.owed |= store_moved;
        if !self.owed {
            return Ok(None);
        }
        let made = self.round(now, spent, lost);
        self.owed = made.is_err();
        if self.owed {
            self.view = None;
        }
        made.map(Some)
    }

    /// Works everything out anew, checks the journal, and lists what is not as it was remembered or written.
    ///
    /// What it says is an alarm: there is a fault in Charter, or somebody wrote past it in what it stands on. What was found
    /// counts from here on. `None` where the store moved meanwhile: it is to be tried again.
    ///
    /// # Errors
    /// Where the source or the store cannot be read.
    pub fn audit(&mut self, now: Timestamp) -> Result<Option<Vec<String>>, Error> {
        let mut alarms = Vec::new();
        if let Some(head) = &mut self.head {
            alarms.extend(self.heads.audit(self.source, head, now)?);
        }
        let good = self.good.as_ref().filter(|_| self.suspended.is_none());
        if let (Some(view), Some(good)) = (&mut self.view, good) {
            match view.audit(self.source, good, &self.treatment.options(), now)? {
                Some(found) => alarms.extend(found),
                None if alarms.is_empty() => return Ok(None),
                None => {}
            }
        }
        if let Some(view) = &mut self.view {
            alarms.extend(view.verify()?);
        }
        self.owed |= !alarms.is_empty();
        Ok(Some(alarms))
    }

    /// Writes how the source stands where that changed, and a sign of life, for `status` in another terminal.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn tell(&mut self, step: Option<&Step>, beat: &Beat) -> Result<(), Error> {
        let told = self.write(step, beat);
        // What could not be told is told after the next round.
        self.owed |= told.is_err();
        told
    }

    fn write(&mut self, step: Option<&Step>, beat: &Beat) -> Result<(), Error> {
        let Some(view) = &self.view else { return Ok(()) };
        if view.is_gone()? {
            // Whoever moved it away did not ask for an empty one in its place.
            return Ok(());
        }
        let mut writer = view.store.writer()?;
        let now = beat.beat_at;
        let stands = match (&self.unread, step) {
            (Some((seen, why)), _) => Some((Condition::Stalled, why.clone(), seen.clone())),
            (None, Some(Step { condition, reason, seen, .. })) => Some((*condition, reason.clone(), seen.clone())),
            (None, None) => None,
        };
        if let Some(stands) = stands.filter(|stands| self.told.as_ref() != Some(stands)) {
            let (name, suspended) = (self.name.clone(), self.suspended.clone());
            let (state, reason, seen) = stands.clone();
            writer.observe(&SourceState { name, seen, seen_at: Some(now), state, reason, since: now, suspended })?;
            self.told = Some(stands);
        }
        Ok(writer.beat(beat, &view.cursor)?)
    }

    /// Checks the head if it moved, and says whether it did; remembers that it cannot be read, for `status`.
    fn look(&mut self, now: Timestamp, spent: &mut Spent) -> Result<bool, Error> {
        let mut seen = self.head.as_ref().and_then(|head| head.revision.clone());
        let looked = self.examine(&mut seen, now, spent);
        let unread = looked.as_ref().err().map(|error| (seen, error.to_string()));
        // What was told of it is to be told anew.
        self.owed |= self.unread.is_some() && unread.is_none();
        self.unread = unread;
        looked
    }

    /// Checks the head if it moved, with the last head that could be named. Before the first commit there is none; where
    /// there was one, it is missed.
    fn examine(&mut self, seen: &mut Option<Revision>, now: Timestamp, spent: &mut Spent) -> Result<bool, Error> {
        let reason = match self.check_head(seen, now, spent) {
            Err(Error::Source(error @ SourceError::NoCommit { .. })) if self.good.is_none() => error.to_string(),
            examined => return examined,
        };
        let is_known = self.head.as_ref().is_some_and(|head| head.reason == reason);
        self.head = Some(Head::none(reason));
        Ok(!is_known)
    }

    fn check_head(&mut self, seen: &mut Option<Revision>, now: Timestamp, spent: &mut Spent) -> Result<bool, Error> {
        let revision = self.source.head()?;
        seen.clone_from(&revision);
        let same = |head: &Head| {
            head.revision.is_some()
                && Revision::commit_of(head.revision.as_ref()) == Revision::commit_of(revision.as_ref())
        };
        if self.head.as_ref().is_some_and(same) {
            return Ok(false);
        }
        self.head = Some(self.heads.read(self.source, now, spent)?);
        Ok(true)
    }

    /// Brings what is remembered of the store up to date by its log, and says whether anything moved and why all of it
    /// had to be read again.
    fn listen(&mut self, now: Timestamp, spent: &mut Spent) -> Result<(bool, Option<String>), Error> {
        let Some(view) = &mut self.view else { return Ok((self.open(now, spent)?, None)) };
        let (log, cursor) = view.reader.since(&view.cursor)?;
        match log {
            Log::Quiet => {
                view.cursor = cursor;
                Ok((false, None))
            }
            Log::Touched(touched) => {
                spent.work.read += view.refresh(touched)?;
                view.cursor = cursor;
                Ok((true, None))
            }
            Log::Landed(_) => {
                // Somebody applied beside the daemon, or suspended or resumed the source, and said so there.
                self.told = None;
                self.open(now, spent)?;
                Ok((true, None))
            }
            Log::Lost(why) => {
                // It may be another store, which was told nothing yet.
                self.told = None;
                self.open(now, spent)?;
                Ok((true, Some(why)))
            }
        }
    }

    /// Opens the store and reads all of it, once it is known where it is; makes it whole first, where it is damaged.
    fn open(&mut self, now: Timestamp, spent: &mut Spent) -> Result<bool, Error> {
        let admitted = self.head.as_ref().and_then(|head| head.admitted.as_ref()).or(self.good.as_ref());
        let store = match (admitted, &self.found) {
            (Some(admitted), _) => (self.place)(admitted.name())?,
            (None, Some(found)) => found.clone(),
            (None, None) => return Ok(false),
        };
        let (mut view, mended) = View::open(store, &self.actor, now)?;
        spent.work.read += view.held.live.rows.len();
        self.mended.extend(mended);
        let sources = view.reader.sources()?;
        let stored = sources.into_iter().find(|state| state.name == self.name).and_then(|state| state.suspended);
        // Who resumes says so in the journal: a store that is lost resumes nothing.
        let is_lost = view.held.applied.journal.count == 0;
        self.suspended = stored.or(self.suspended.take().filter(|_| is_lost));
        self.view = Some(view);
        Ok(true)
    }

    fn round(&mut self, now: Timestamp, spent: Spent, lost: Option<String>) -> Result<Step, Error> {
        let seen = self.head.as_ref().and_then(|head| head.revision.clone());
        let mut step = Step {
            condition: Condition::Ready,
            reason: String::new(),
            seen,
            landed: None,
            records: Vec::new(),
            lost,
            mended: std::mem::take(&mut self.mended),
            spent,
        };
        if let Some(suspension) = &self.suspended {
            step.condition = Condition::Suspended;
            step.reason = format!("{} ({})", suspension.reason, suspension.by);
            self.heal(Treatment::RECORD, &mut step, now)?;
            return Ok(step);
        }
        let (admitted, reason) = self.verdict(now)?;
        match admitted {
            Some(admitted) => self.follow(&admitted, &mut step, now)?,
            None => {
                let accepted = self.view.as_ref().is_some_and(|view| view.held.applied.accepted.is_some());
                let is_awaited = step.seen.is_none() && !accepted && self.unread.is_none();
                step.condition = if is_awaited { Condition::Unknown } else { Condition::Stalled };
                step.reason = reason;
                self.heal(self.treatment, &mut step, now)?;
            }
        }
        Ok(step)
    }

    /// Returns what may be followed of the head, or why nothing may: by the rules that were applied before it, if any were.
    fn verdict(&mut self, now: Timestamp) -> Result<(Option<Admitted>, String), SourceError> {
        let Some(head) = &self.head else { return Ok((None, String::new())) };
        let applied = self.view.as_ref().map(|view| &view.held.applied);
        let accepted = applied.and_then(|applied| applied.accepted.as_ref()?.revision.as_ref());
        let stands = head.admitted.is_none()
            && accepted.is_some()
            && Revision::commit_of(accepted) == Revision::commit_of(head.revision.as_ref());
        let before = applied.and_then(standing).filter(|before| !stands && head.is_judged_otherwise(before));
        if !stands && before.is_none() {
            return Ok((head.admitted.clone(), head.reason.clone()));
        }
        let judged = self.heads.abide(self.source, head, before, stands, now)?;
        Ok((judged.admitted, judged.reason))
    }

    /// Makes the live state as the head says; where it is held, as the last good state says.
    fn follow(&mut self, admitted: &Admitted, step: &mut Step, now: Timestamp) -> Result<(), Error> {
        let Some(view) = &mut self.view else { return Ok(()) };
        let plan = view.draw(self.source, admitted, &self.treatment.options(), now)?;
        if let Some(refusal) = view.refusal(&plan) {
            step.condition = Condition::Stalled;
            step.reason = refusal.to_string();
            return self.heal(self.treatment, step, now);
        }
        match gate(&plan, view.held.applied.accepted.as_ref(), &[]) {
            Gate::Current => self.good = Some(admitted.clone()),
            Gate::Open => {
                view.enact(plan, admitted, &Landing::by(self.actor.clone(), now), step)?;
                self.good = Some(admitted.clone());
            }
            Gate::Held | Gate::Blocked => {
                step.condition = Condition::Held;
                step.reason = held_because(&plan);
                self.heal(self.treatment, step, now)?;
            }
        }
        Ok(())
    }

    /// Puts back what was changed by hand, to the last good state, which stands whatever the head is.
    fn heal(&mut self, treatment: Treatment, step: &mut Step, now: Timestamp) -> Result<(), Error> {
        self.recall()?;
        let (Some(view), Some(good)) = (&mut self.view, &self.good) else { return Ok(()) };
        let plan = view.draw(self.source, good, &treatment.options(), now)?;
        if gate(&plan, view.held.applied.accepted.as_ref(), &[]) == Gate::Open {
            view.enact(plan, good, &Landing::by(self.actor.clone(), now), step)?;
        }
        Ok(())
    }

    /// Finds the accepted revision again if it is not known which it is, as after a start on a bad head, or if somebody
    /// else applied another.
    fn recall(&mut self) -> Result<(), Error> {
        let accepted = self.view.as_ref().and_then(|view| view.held.applied.accepted.as_ref());
        let Some(Accepted { revision: Some(revision), at, .. }) = accepted.cloned() else { return Ok(()) };
        let known = self.good.as_ref().and_then(|good| good.desired().revision.as_ref());
        if Revision::commit_of(known) == Revision::commit_of(Some(&revision)) {
            return Ok(());
        }
        // It stands as it was accepted: a waiver that ended since takes nothing back.
        self.good = match recheck(self.source, &At::Revision(Some(revision.commit)), at) {
            Ok(admitted) => admitted,
            // Rewritten and collected: nobody knows any more what was accepted, and there is nothing to heal to.
            Err(SourceError::NoSuchRevision { .. } | SourceError::NoCommit { .. } | SourceError::NoSuchPath { .. }) => {
                None
            }
            Err(error) => return Err(error.into()),
        };
        Ok(())
    }
}
